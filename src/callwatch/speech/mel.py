"""Log-mel spectrogram as Whisper was trained on: 25 ms windows every 10 ms, Slaney mel bands.

Radford et al. 2022, "Robust speech recognition via large-scale weak supervision", section 2.2;
mel scale after Slaney 1998 (linear to 1 kHz, logarithmic above). No threads.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CALL_RATE_HZ, Samples

HOP: Final = 160
_WINDOW: Final = 400
_KNEE_HZ: Final = 1000.0
_HZ_PER_MEL: Final = 200.0 / 3.0
_LOG_STEP: Final = np.log(6.4) / 27.0
_FLOOR: Final = 1e-10
_DYNAMIC_RANGE: Final = 8.0  # decades of ten below the loudest band: 80 dB


def log_mel(samples: Samples, bands: int, pad_s: float) -> npt.NDArray[np.float32]:
    """Features float32 (bands, frames) of int16 audio at 16 kHz with `pad_s` of silence behind.

    One frame for every 10 ms of audio and padding.
    """
    frames = (len(samples) + round(pad_s * CALL_RATE_HZ)) // HOP
    wave = np.zeros(frames * HOP + _WINDOW, dtype=np.float32)
    middle = _WINDOW // 2  # the first frame is centred on the first sample
    wave[middle : middle + len(samples)] = samples.astype(np.float32) / 32768.0
    head = min(middle, max(0, len(samples) - 1))
    wave[middle - head : middle] = wave[middle + 1 : middle + 1 + head][::-1]
    windows = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::HOP][:frames]
    # What lies wholly in the padding is silence: most of a short utterance's window.
    sounding = min(frames, (len(samples) + middle) // HOP + 1)
    spectrum = np.fft.rfft(windows[:sounding] * _hann(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    log = np.full((bands, frames), np.log10(_FLOOR), np.float32)
    log[:, :sounding] = np.log10(np.maximum(_filters(bands) @ power.T, _FLOOR))
    log = np.maximum(log, log.max() - _DYNAMIC_RANGE)
    return np.ascontiguousarray((log + 4.0) / 4.0, dtype=np.float32)


@lru_cache(maxsize=1)
def _hann() -> npt.NDArray[np.float32]:
    return np.hanning(_WINDOW + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=2)
def _filters(bands: int) -> npt.NDArray[np.float32]:
    """Triangles of equal area, float32 (bands, 201)."""
    top = _hz_to_mel(CALL_RATE_HZ / 2)
    edges = _mel_to_hz(np.linspace(0.0, top, bands + 2))
    bins = np.fft.rfftfreq(_WINDOW, 1.0 / CALL_RATE_HZ)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(triangles * area[:, None], dtype=np.float32)


def _hz_to_mel(hz: float) -> float:
    if hz < _KNEE_HZ:
        return hz / _HZ_PER_MEL
    return float(_KNEE_HZ / _HZ_PER_MEL + np.log(hz / _KNEE_HZ) / _LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    knee = _KNEE_HZ / _HZ_PER_MEL
    return np.where(
        mel < knee, mel * _HZ_PER_MEL, _KNEE_HZ * np.exp(_LOG_STEP * (np.maximum(mel, knee) - knee))
    )
