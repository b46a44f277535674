"""Silero's probability of speech for both channels, many chunks at a time, with its memory and gain.

The gain for a chunk depends on what was said of the chunk before. It rarely changes, so the encoder
runs ahead with the gain as it is, and again from where it changed:

    spectra      ################   of all chunks of a block at once, whatever the gain
    encoder      ####****########   ahead; * was done again with another gain
    recurrent    | | | | | | | |    chunk by chunk
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.voice.framing import CHUNK, level_dbfs
from callwatch.voice.vad.agc import AutomaticGainControl, GainConfig
from callwatch.voice.vad.silero import CONTEXT, load_weights

# How far the encoder runs ahead at most; while the gain changes it does one chunk at a time.
_AHEAD: Final = 64


class SpeechProbability:
    """Sound in, one number a channel and chunk out; remembers both channels between blocks.

    Raises MissingPartError when Silero's model is not installed.
    """

    def __init__(self, config: GainConfig) -> None:
        self._weights = load_weights()
        self._gains = [AutomaticGainControl(config) for _ in range(2)]
        self._state = np.zeros((2, 2, 128), dtype=np.float32)
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
        encoded = np.zeros((2, count, 512), dtype=np.float32)
        ready = 0
        for k in np.flatnonzero(heard.any(axis=0)).tolist():
            if k >= ready:
                ready = min(count, k + self._ahead)
                self._ahead = min(_AHEAD, 2 * self._ahead)
                self._encode(spectra, encoded, heard, slice(k, ready))
            listening = np.flatnonzero(heard[:, k]).tolist()
            rows = slice(listening[0], listening[-1] + 1)
            out[rows, k] = self._weights.step(encoded[rows, k], self._state[:, rows])
            if self._has_new_gain(listening, out[:, k], levels[:, k]):
                ready, self._ahead = k + 1, 1
        return out

    def _encode(
        self, spectra: FloatArray, encoded: FloatArray, heard: BoolArray, chunks: slice
    ) -> None:
        mask = heard[:, chunks]
        gain = np.repeat([[gain.factor] for gain in self._gains], mask.shape[1], axis=1)
        part = spectra[:, chunks][mask]
        encoded[:, chunks][mask] = self._weights.encoded(part, gain[mask].astype(np.float32))

    def _has_new_gain(
        self, listening: list[int], probability: FloatArray, levels: FloatArray
    ) -> bool:
        before = [gain.factor for gain in self._gains]
        for row in listening:
            self._gains[row].update(float(probability[row]), float(levels[row]))
        return before != [gain.factor for gain in self._gains]
