"""Whether one channel's voice comes back in the other, and how late.

    agent     |=== speaks ===|
    customer          |~~ the same, 0-700 ms later, down to 45 dB weaker ~~|
              |<-lag->|

The phase of the cross-spectrum of both channels over the last seconds (GCC-PHAT: C. Knapp, G. Carter
1976, IEEE TASSP 24: 320-327) becomes one sharp peak at the delay of an echo. Every chunk counts alike,
however loud, so that a weak echo is not hidden by the speech around it. Voices that have nothing to do
with each other make many peaks of like height; hum and tones are only a few of the frequencies.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import ComplexArray, DoubleArray, FloatArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.voice.framing import CHUNK

DECIMATION: Final = 4  # 4 kHz: most of a voice lies below 2 kHz, and it costs a fifth
_RATE_HZ: Final = CALL_RATE_HZ // DECIMATION
_LOW_CHUNK: Final = CHUNK // DECIMATION
_MEAN: Final = np.full(DECIMATION, 1.0 / DECIMATION, dtype=np.float32)
_WINDOW_CHUNKS: Final = 64  # 2 s: three times the longest delay
_WINDOW: Final = _WINDOW_CHUNKS * _LOW_CHUNK
_FFT: Final = 12_288  # the window and the longest delay, without wrapping round
STEP_CHUNKS: Final = 8  # a new opinion every 256 ms
# The telephone band, as far as it is kept.
_LOWEST_HZ: Final = 250
_HIGHEST_HZ: Final = 1900
# Cross-power (of 3000 where both channels sound all the time) below which a phase is chance.
_NO_POWER: Final = 3.0
# ... and of the strongest frequency, what the window spreads of a tone: it is no sound of its own.
_SPREAD: Final = 3e-5
# Beside what is remembered, less than this in the last window is no news: the near side is silent.
_NEWS: Final = 0.1
# Power of -80 dBFS: less is no sound at all, not even noise.
_SILENT: Final = 1e-8
NO_DELAYS: Final = (None, None)
# Delays in samples that are as good as none: 2 ms.
_TOGETHER: Final = 32
# Around a peak: its own width, and the echoes of a room behind it.
_BEFORE: Final = 5 * _RATE_HZ // 1000
_BEHIND: Final = 15 * _RATE_HZ // 1000


@dataclass(frozen=True, slots=True)
class EchoDetectorConfig:
    """When an echo is there."""

    # 600 ms that are promised, and what a jitter buffer may add.
    max_delay_s: float = 0.65
    # The highest peak of the correlation beside the next highest. Without an echo 1.2 to 1.9, once
    # 3.0 in 90 min of calls; with one 5 to 50.
    min_peak_ratio: float = 3.0
    # Share of the frequencies that agree on the delay: 0.1 to 0.9 for an echo, less for tones that
    # both channels carry.
    min_peak: float = 0.1
    # Chunks in which both sound, so much apart: half a second. Less of two voices is like by chance.
    min_chunks: int = 16
    # Steps that the cross-spectrum remembers: 2 s, in which a clock that is 50 ppm off moves 0.1 ms.
    memory_steps: float = 8.0


class EchoDetector:
    """Both directions at once, chunk by chunk."""

    def __init__(self, config: EchoDetectorConfig) -> None:
        self._config = config
        self._reach = round(config.max_delay_s * _RATE_HZ)
        # Fades in; falls within the last chunk, so that what was just said counts.
        fade = np.ones(_WINDOW, dtype=np.float32)
        fade[: _WINDOW // 2] = np.sin(np.linspace(0.0, np.pi / 2, _WINDOW // 2)) ** 2
        fade[-_LOW_CHUNK:] = np.cos(np.linspace(0.0, np.pi / 2, _LOW_CHUNK)) ** 2
        self._fade = fade
        hz = np.fft.rfftfreq(_FFT, 1 / _RATE_HZ)
        self._band = slice(*np.searchsorted(hz, (_LOWEST_HZ, _HIGHEST_HZ)).tolist())
        self._cross: ComplexArray = np.zeros(_FFT // 2 + 1, dtype=np.complex64)
        # Working memory, filled again at each step; nothing is ever behind the window, nor beside the band.
        self._faded = np.zeros((2, _FFT), dtype=np.float32)
        self._phase: ComplexArray = np.zeros(_FFT // 2 + 1, dtype=np.complex64)
        # The last window, and what was added behind it; `_at` chunks of them have been decided.
        self._low = np.zeros((2, 0), dtype=np.float32)
        self._powers = np.zeros((2, 0), dtype=np.float32)
        self._at = self._count = 0

    def add(self, chunks: FloatArray, powers: FloatArray, audible: DoubleArray) -> None:
        """The next chunks, before `next_chunk` goes on to the first of them.

        `chunks` (2, k, CHUNK), samples in -1..1, and their `powers` (2, k); `audible` (2, k), 0..1: how
        far each stands out of the noise.
        """
        low = chunks.reshape(2, -1, _LOW_CHUNK, DECIMATION) @ _MEAN
        low *= (audible / np.sqrt(powers))[:, :, None]
        gone = max(0, self._at - _WINDOW_CHUNKS)
        kept = (self._low[:, gone * _LOW_CHUNK :], low.reshape(2, -1))
        self._low = np.concatenate(kept, axis=1, dtype=np.float32, casting="same_kind")
        self._powers = np.concatenate((self._powers[:, gone:], powers), axis=1)
        self._at -= gone

    def next_chunk(self) -> tuple[int | None, int | None]:
        """Delay in samples of the echo in each channel, where one is sure now."""
        self._at += 1
        self._count += 1
        if self._count % STEP_CHUNKS:
            return NO_DELAYS
        known = self._remember()
        return NO_DELAYS if known is None else self._delays(known)

    def _remember(self) -> FloatArray | None:
        """Take the last window; the magnitudes of all that is remembered, (_FFT // 2 + 1,).

        None where the window holds nothing that both channels have.
        """
        first = max(0, self._at - _WINDOW_CHUNKS)
        sound = self._low[:, first * _LOW_CHUNK : self._at * _LOW_CHUNK]
        length = sound.shape[1]
        np.multiply(sound, self._fade[-length:], out=self._faded[:, :length])
        agent, customer = np.fft.rfft(self._faded)
        cross = np.conjugate(agent, out=agent)
        cross *= customer
        news = float(np.abs(cross).sum())
        cross -= self._cross
        cross *= np.float32(1.0 / self._config.memory_steps)
        self._cross += cross
        known: FloatArray = np.abs(self._cross)
        return known if news > _NEWS * float(known.sum()) else None

    def _delays(self, known: FloatArray) -> tuple[int | None, int | None]:
        inside, power = self._cross[self._band], known[self._band]
        weights = 1.0 / (power + (_NO_POWER + _SPREAD * float(power.max())))
        # No peak is higher than all frequencies together.
        if float(weights @ power) < self._config.min_peak * len(inside):
            return NO_DELAYS
        np.multiply(inside, weights, out=self._phase[self._band])
        peaks = np.fft.irfft(self._phase, _FFT)
        share = np.float32(_FFT / 2 / len(inside))
        into_customer = share * np.abs(peaks[: self._reach + 1])
        into_agent = share * np.abs(np.concatenate((peaks[:1], peaks[: -self._reach - 1 : -1])))
        powers = self._powers[:, max(0, self._at - _WINDOW_CHUNKS) : self._at]
        agent = delay_of(into_agent, powers[1], powers[0], self._config)
        customer = delay_of(into_customer, powers[0], powers[1], self._config)
        return into_the_softer(agent, customer, powers.T)


def into_the_softer(
    agent: int | None, customer: int | None, powers: FloatArray
) -> tuple[int | None, int | None]:
    """The delays, less one where the same peak was found twice.

    What sounds in both channels at once leaks into the softer one; `powers` (n, 2) of each chunk.
    """
    if agent is None or customer is None or max(agent, customer) > _TOGETHER:
        return agent, customer
    is_softer = powers[:, 0].sum() < powers[:, 1].sum()
    return (agent, None) if is_softer else (None, customer)


def delay_of(
    peaks: FloatArray, far: FloatArray, near: FloatArray, config: EchoDetectorConfig
) -> int | None:
    """Samples (of 16 kHz) to the one peak that stands out; None where none does.

    `peaks`: share of the frequencies that agree on each delay, in steps of DECIMATION samples; they are
    used up. `far`, `near`: power of each chunk of the last seconds.
    """
    best = int(peaks.argmax())
    highest = float(peaks[best])
    peaks[max(0, best - _BEFORE) : best + _BEHIND] = 0.0
    if highest < config.min_peak or highest < config.min_peak_ratio * float(peaks.max()):
        return None
    late = round(best * DECIMATION / CHUNK)
    both = (far[: len(far) - late] > _SILENT) & (near[late:] > _SILENT)
    return best * DECIMATION if both.sum() >= config.min_chunks else None
