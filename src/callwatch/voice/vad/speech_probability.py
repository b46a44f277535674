"""Silero's probability of speech for both channels, many chunks at a time, with its memory and gain.

The gain for a chunk depends on what was said of the chunk before. It rarely changes, so the network runs
ahead with the gain as it is, and again from where it changed:

    spectra      ################   of all chunks of a block at once, whatever the gain
    encoder      ####****########   ahead; * was done again with another gain
    recurrent    ####|***|#######   chunk by chunk, its memory after each is kept to go back to
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.voice.framing import CHUNK, level_dbfs
from callwatch.voice.vad.agc import AutomaticGainControl, GainConfig
from callwatch.voice.vad.silero import CONTEXT, load_weights

# How far the network runs ahead at most; while the gain changes it does one chunk at a time.
_AHEAD: Final = 64


class SpeechProbability:
    """Sound in, one number a channel and chunk out; remembers both channels between blocks.

    Raises MissingPartError when Silero's model is not installed.
    """

    def __init__(self, config: GainConfig) -> None:
        self._weights = load_weights()
        self._gains = [AutomaticGainControl(config) for _ in range(2)]
        # The memory of both channels: hidden state and cell.
        self._memory = np.zeros((2, 2, 128), dtype=np.float32)
        self._recent = np.zeros((2, CONTEXT), dtype=np.float32)
        self._ahead = _AHEAD

    def process(self, sound: FloatArray, heard: BoolArray) -> FloatArray:
        """Shape (2, k) for `sound` (2, k * CHUNK): 0 where a chunk is not `heard`, (2, k).

        The memory of a channel stays as it is where nobody listens.
        """
        known = np.concatenate((self._recent, sound), axis=1)
        self._recent = known[:, known.shape[1] - CONTEXT :]
        count = heard.shape[1]
        out = np.zeros((2, count), dtype=np.float32)
        if not heard.any():
            return out
        levels = level_dbfs(sound.reshape(2, count, CHUNK))
        windows = sliding_window_view(known, CONTEXT + CHUNK, axis=1)[:, ::CHUNK]
        spectra = np.zeros((2, count, 512), dtype=np.float32)
        spectra[heard] = self._weights.spectra(windows[heard])
        for rows, first, end in _stretches(heard):
            at = first
            while at < end:
                ready = min(end, at + self._ahead)
                self._ahead = min(_AHEAD, 2 * self._ahead)
                here = slice(at, ready)
                at += self._run(spectra[rows, here], levels[rows, here], rows, out[rows, here])
        return out

    def _run(self, spectra: FloatArray, levels: FloatArray, rows: slice, out: FloatArray) -> int:
        """Fill `out` (n, k) up to where the gain changes, and give how many chunks that are."""
        gains = self._gains[rows]
        count, chunks = len(spectra), int(spectra.shape[1])
        factors = np.repeat(np.array([gain.factor for gain in gains], np.float32), chunks)
        encoded = self._weights.encoded(spectra.reshape(count * chunks, -1), factors)
        memory = np.empty((2, chunks + 1, count, 128), dtype=np.float32)
        memory[:, 0] = self._memory[:, rows]
        steps = encoded.reshape(count, chunks, -1).swapaxes(0, 1)
        out[:] = self._weights.steps(steps, *memory).T
        for k, found in enumerate(zip(out.T.tolist(), levels.T.tolist(), strict=True)):
            if _has_new_gain(gains, *found):
                self._ahead, chunks = 1, k + 1
                break
        self._memory[:, rows] = memory[:, chunks]
        return chunks


def _stretches(heard: BoolArray) -> Iterator[tuple[slice, int, int]]:
    """The channels that are heard together, and from which chunk to which."""
    codes = (heard[0] + 2 * heard[1]).tolist()
    first = 0
    for code, same in groupby(codes):
        end = first + len(list(same))
        if code:
            yield (slice(0, 1), slice(1, 2), slice(0, 2))[code - 1], first, end
        first = end


def _has_new_gain(
    gains: list[AutomaticGainControl], probability: list[float], levels: list[float]
) -> bool:
    """Tell the gains of one chunk what was found; whether one of them is another now."""
    before = [gain.factor for gain in gains]
    for gain, likely, level in zip(gains, probability, levels, strict=True):
        gain.update(likely, level)
    return before != [gain.factor for gain in gains]
