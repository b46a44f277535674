import numpy as np

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
