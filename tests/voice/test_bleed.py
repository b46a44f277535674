import numpy as np
import pytest
from tests.voice.speaking import demo

from callwatch.voice.bleed import BleedConfig, Unbleed
from callwatch.voice.silero import CHUNK

RATE = 16_000


def far() -> np.ndarray:
    """Ten seconds of one voice."""
    lines = [line for line in demo()[1] if line["channel"] == "customer"]
    parts = [demo()[0][1, int(v["start_s"] * RATE) : int(v["end_s"] * RATE)] for v in lines]
    return np.asarray(np.concatenate(parts)[: 10 * RATE])


def through(path: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray, Unbleed]:
    """Residual of `near` + leak, and the leak."""
    leak = np.convolve(far(), path)[: len(far())]
    sound = np.stack((near[: len(leak)] + leak, far())).astype(np.float32)
    sound = sound[:, : sound.shape[1] // CHUNK * CHUNK]
    unbleed = Unbleed(BleedConfig())
    own, _ = unbleed.process(sound)
    return own[0], leak[: sound.shape[1]], unbleed


def db(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(sound**2) + 1e-12))


def room(seed: int = 3) -> np.ndarray:
    """12 ms of way, then 25 ms of decaying echoes, about -12 dB in all."""
    rng, taps = np.random.default_rng(seed), np.zeros(600)
    taps[192:592] = rng.normal(0.0, 1.0, 400) * np.exp(-np.arange(400) / 80)
    return np.asarray(taps / np.sqrt((taps**2).sum()) * 10 ** (-12 / 20))


def test_a_delayed_copy_is_taken_away() -> None:
    path = np.zeros(900)
    path[800] = 0.3
    own, leak, unbleed = through(path, np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 8
    assert unbleed.leaks[0].gain_db == pytest.approx(-10.5, abs=3.0)
    assert unbleed.leaks[1].gain_db is None


def test_a_room_is_taken_away_in_part() -> None:
    own, leak, _ = through(room(), np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 6


def test_own_speech_stays_as_it_is() -> None:
    near = np.zeros(10 * RATE)
    agent = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    near[5 * RATE :] = agent[: 5 * RATE]
    own, _, _ = through(room(), near)
    late = slice(6 * RATE, 9 * RATE)
    assert db(own[late] - near[late]) < db(near[late]) - 6


def test_two_strangers_do_not_leak() -> None:
    hiss = np.random.default_rng(5).normal(0.0, 0.01, 10 * RATE)
    own, _, unbleed = through(np.zeros(10), hiss)
    assert unbleed.leaks[0].gain_db is None
    assert np.allclose(own, hiss[: len(own)], atol=1e-6)
