import numpy as np
import pytest

from callwatch.voice.crosstalk.kalman_filter import FFT_SIZE, TAPS, FrequencyDomainKalmanFilter
from callwatch.voice.framing import CHUNK

RATE = 16_000


def hiss(seconds: float, seed: int) -> np.ndarray:
    """Coloured noise: strong below 1 kHz, weak above, as voices are."""
    white = np.random.default_rng(seed).normal(0.0, 1.0, round(seconds * RATE))
    smooth = np.convolve(white, np.hanning(17) / 8.0)[: len(white)]
    return np.asarray(0.1 * smooth + 0.002 * white)


def residuals(path: FrequencyDomainKalmanFilter, near: np.ndarray, far: np.ndarray) -> np.ndarray:
    """What is left of `near`, chunk by chunk, learning from all of it."""
    sound = np.concatenate((np.zeros(FFT_SIZE), far))
    out = []
    for at in range(0, len(near) // CHUNK * CHUNK, CHUNK):
        leak = path.predict(sound[at + CHUNK : at + CHUNK + FFT_SIZE])
        rest = near[at : at + CHUNK] - leak
        path.update(rest)
        out.append(rest)
    return np.concatenate(out)


def db(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(sound**2) + 1e-12))


def echo(seed: int, delay: int) -> np.ndarray:
    taps = np.zeros(delay + 400)
    taps[delay:] = np.random.default_rng(seed).normal(0, 1, 400) * np.exp(-np.arange(400) / 60)
    return np.asarray(0.3 * taps / np.sqrt((taps**2).sum()))


def test_a_path_is_learnt_within_half_a_second_and_stays() -> None:
    far = hiss(30.0, 1)
    near = np.convolve(far, echo(2, 960))[: len(far)]
    rest = residuals(FrequencyDomainKalmanFilter(), near, far)
    assert db(rest[RATE // 2 : RATE]) < db(near) - 15
    for second in (5, 15, 29):
        assert db(rest[second * RATE : (second + 1) * RATE]) < db(near) - 30


def test_own_speech_hardly_disturbs_a_known_path() -> None:
    far = hiss(8.0, 1)
    leak = np.convolve(far, echo(2, 320))[: len(far)]
    own = np.where(np.arange(len(far)) // RATE == 5, 3.0 * hiss(8.0, 7), 0.0)
    rest = residuals(FrequencyDomainKalmanFilter(), leak + own, far)
    assert db((rest - own[: len(rest)])[5 * RATE : 6 * RATE]) < db(leak) - 6
    assert db(rest[7 * RATE :]) < db(leak) - 25


def test_a_changed_path_is_learnt_again_when_it_is_uncertain() -> None:
    far = hiss(8.0, 1)
    first, second = (np.convolve(far, echo(seed, 320))[: len(far)] for seed in (2, 3))
    path, cut = FrequencyDomainKalmanFilter(), 4 * RATE // CHUNK * CHUNK
    residuals(path, first[:cut], far[:cut])
    path.inflate_covariance(0.3)
    rest = residuals(path, second[cut:], far[cut:])
    assert db(rest[: 2 * CHUNK]) > db(second) - 6
    assert db(rest[2 * RATE :]) < db(second) - 20


def test_silence_teaches_nothing() -> None:
    path = FrequencyDomainKalmanFilter()
    assert not residuals(path, np.zeros(RATE), np.zeros(RATE)).any()
    far = hiss(1.0, 1)
    assert not residuals(path, np.zeros(RATE), far).any()


def test_the_path_ends_where_it_says() -> None:
    far, late = hiss(6.0, 1), TAPS + 200
    near = np.concatenate((np.zeros(late), 0.3 * far))[: len(far)]
    assert db(residuals(FrequencyDomainKalmanFilter(), near, far)[4 * RATE :]) > db(near) - 6


def test_the_equations() -> None:
    """Three steps beside the equations of the paper, written out with the numbers of this filter."""
    rng, path = np.random.default_rng(4), FrequencyDomainKalmanFilter()
    weights, unsure = np.zeros(1025, complex), np.full(1025, 1.0)
    noise, loudest = np.zeros(1025), np.zeros(1025)
    for factor in (1.0, 3.0, 1.0):
        sound, near = rng.normal(0.0, 0.02, 2048), rng.normal(0.0, 0.004, 512)
        far = np.fft.rfft(sound)
        leak = np.fft.irfft(far * weights)[-512:]
        assert path.predict(sound) == pytest.approx(leak, abs=1e-9)
        path.update(near - leak, factor)
        error = np.fft.rfft(np.concatenate((np.zeros(1536), near - leak)))
        power = np.abs(error) ** 2
        noise = 0.5 * noise + 0.5 * power
        loudest = np.maximum(np.abs(far) ** 2, 0.8 * loudest)
        around = np.maximum(noise, power) * 4 * factor + 2e-5
        gain = 0.7 * unsure / (unsure * loudest + around)
        taps = np.fft.irfft(weights + gain * far.conj() * error)
        unsure = 0.995 * unsure * (1 - gain * np.abs(far) ** 2 / 4)
        unsure += 0.005 * np.abs(weights) ** 2 + 1e-6
        weights = np.fft.rfft(np.concatenate((taps[:1536], np.zeros(512))))
    assert path._filter == pytest.approx(weights, rel=1e-6, abs=1e-9)
    assert path._error_covariance == pytest.approx(unsure, rel=1e-6)
    path.inflate_covariance(0.5)
    assert path._error_covariance == pytest.approx(np.maximum(unsure, 0.5), rel=1e-6)
