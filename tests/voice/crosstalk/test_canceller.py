import numpy as np
import pytest
from tests.voice.speaking import demo

from callwatch.voice.crosstalk.canceller import CrosstalkCanceller
from callwatch.voice.crosstalk.leak_estimator import BleedConfig
from callwatch.voice.framing import CHUNK

RATE = 16_000


def far() -> np.ndarray:
    """Ten seconds of one voice."""
    lines = [line for line in demo()[1] if line["channel"] == "customer"]
    parts = [demo()[0][1, int(v["start_s"] * RATE) : int(v["end_s"] * RATE)] for v in lines]
    return np.asarray(np.concatenate(parts)[: 10 * RATE])


def through(
    path: np.ndarray, near: np.ndarray
) -> tuple[np.ndarray, np.ndarray, CrosstalkCanceller]:
    """Residual of `near` + leak, and the leak."""
    leak = np.convolve(far(), path)[: len(far())]
    sound = np.stack((near[: len(leak)] + leak, far())).astype(np.float32)
    sound = sound[:, : sound.shape[1] // CHUNK * CHUNK]
    unbleed = CrosstalkCanceller(BleedConfig())
    own, _ = unbleed.process(sound)
    return own[0], leak[: sound.shape[1]], unbleed


def db(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(sound**2) + 1e-12))


def room(seed: int = 3) -> np.ndarray:
    """12 ms of way, then 25 ms of decaying echoes, about -12 dB in all."""
    rng, taps = np.random.default_rng(seed), np.zeros(600)
    taps[192:592] = rng.normal(0.0, 1.0, 400) * np.exp(-np.arange(400) / 80)
    return np.asarray(taps / np.sqrt((taps**2).sum()) * 10 ** (-12 / 20))


def run(
    near: np.ndarray, far_side: np.ndarray
) -> tuple[np.ndarray, np.ndarray, CrosstalkCanceller]:
    """Own sound and bar of both channels, chunk by chunk as a live call comes."""
    sound = np.stack((near, far_side)).astype(np.float32)
    unbleed = CrosstalkCanceller(BleedConfig())
    parts = [
        unbleed.process(sound[:, at : at + CHUNK])
        for at in range(0, sound.shape[1] // CHUNK * CHUNK, CHUNK)
    ]
    own, bar = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return own, bar, unbleed


def leak_of(path: np.ndarray) -> np.ndarray:
    return np.asarray(np.convolve(far(), path)[: len(far())])


def copy(delay: int, gain_db: float) -> np.ndarray:
    return np.asarray(np.append(np.zeros(delay), 10 ** (gain_db / 20)))


def seconds(sound: np.ndarray, start: float, end: float) -> np.ndarray:
    return sound[round(start * RATE) : round(end * RATE)]


def test_a_delayed_copy_is_taken_away() -> None:
    own, leak, unbleed = through(copy(800, -10.5), np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 20
    assert unbleed.leaks[0].gain_db == pytest.approx(-10.5, abs=1.0)
    assert unbleed.leaks[0].rest_db < -15
    assert unbleed.leaks[1].gain_db is None


@pytest.mark.parametrize("gain_db", [-6.0, -20.0, -30.0])
@pytest.mark.parametrize("delay_ms", [0, 60])
def test_the_gain_is_told_for_every_leak(gain_db: float, delay_ms: int) -> None:
    own, leak, unbleed = through(copy(delay_ms * 16, gain_db), np.zeros(10 * RATE))
    assert unbleed.leaks[0].gain_db == pytest.approx(gain_db, abs=1.0)
    assert db(own[5 * RATE :]) < db(leak[5 * RATE :]) - 15


def test_a_room_is_taken_away() -> None:
    own, leak, _ = through(room(), np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 18


def test_own_speech_stays_as_it_is() -> None:
    near = np.zeros(10 * RATE)
    agent = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    near[5 * RATE :] = agent[: 5 * RATE]
    own, _, _ = through(room(), near)
    late = slice(6 * RATE, 9 * RATE)
    assert db(own[late] - near[late]) < db(near[late]) - 15


def test_own_speech_rises_above_the_bar_and_the_rest_of_the_leak_does_not() -> None:
    near = np.zeros(10 * RATE)
    agent = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    near[7 * RATE :] = 0.3 * agent[: 3 * RATE]
    own, bar, _ = run(near + leak_of(room()), far())
    assert db(seconds(own[0], 4, 7)) < db(seconds(bar[0], 4, 7))
    assert db(seconds(own[0], 7, 9.9)) > db(seconds(bar[0], 7, 9.9)) + 6


def test_a_leak_that_comes_in_the_middle_of_the_call_is_found_within_a_second() -> None:
    leak = leak_of(room())
    leak[: 5 * RATE] = 0.0
    own, bar, _ = run(leak, far())
    assert np.array_equal(own[0, : 5 * RATE], np.zeros(5 * RATE))
    assert db(seconds(own[0], 6, 7)) < db(seconds(bar[0], 6, 7))
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 15


@pytest.mark.parametrize(("before_db", "after_db"), [(-18.0, -10.0), (-8.0, -20.0)])
def test_a_changed_volume_is_followed(before_db: float, after_db: float) -> None:
    leak = leak_of(room()) * 10 ** (12 / 20)  # room() is 12 dB down
    gain_db = np.where(np.arange(len(leak)) < 5 * RATE, before_db, after_db)
    leak *= 10 ** (gain_db / 20)
    own, _, unbleed = run(leak, far())
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 12
    level_db = db(seconds(leak, 7, 9.9)) - db(seconds(far(), 7, 9.9))
    assert unbleed.leaks[0].gain_db == pytest.approx(level_db, abs=3.0)


def test_a_changed_delay_is_followed() -> None:
    early, late = leak_of(copy(160, -12.0)), leak_of(copy(700, -12.0))
    leak = np.where(np.arange(len(early)) < 5 * RATE, early, late)
    own, bar, _ = run(leak, far())
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 12
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(bar[0], 8, 9.9))


def test_a_leak_that_ends_is_no_longer_taken_away() -> None:
    leak = leak_of(room())
    leak[4 * RATE :] = 0.0
    own, _, unbleed = run(leak, far())
    assert unbleed.leaks[0].gain_db is None
    assert db(seconds(own[0], 6, 9.9)) < -100


def test_leaks_both_ways() -> None:
    """The customer speaks for five seconds, then the agent; each is heard in both channels."""
    voices = np.zeros((2, 10 * RATE))
    voices[1, : 5 * RATE] = far()[: 5 * RATE]
    voices[0, 5 * RATE :] = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    path = copy(320, -10.0)
    mixed = [v + np.convolve(o, path)[: len(v)] for v, o in zip(voices, voices[::-1], strict=True)]
    own, _, unbleed = run(*mixed)
    for row, (start, end) in enumerate(((3, 5), (8, 9.9))):
        leak = seconds(mixed[row], start, end)
        assert db(seconds(own[row], start, end)) < db(leak) - 10
        assert unbleed.leaks[row].gain_db == pytest.approx(-10.0, abs=1.0)
    assert db(seconds(own[0] - voices[0][: len(own[0])], 8, 9.9)) < db(voices[0]) - 10


def test_a_copy_of_the_far_channel_is_left_alone_and_told() -> None:
    leak = leak_of(copy(320, 0.0))
    own, _, unbleed = run(leak, far())
    np.testing.assert_allclose(own[0, 5 * RATE :], leak[5 * RATE : len(own[0])], rtol=0, atol=1e-5)
    assert unbleed.leaks[0].gain_db == pytest.approx(0.0, abs=0.5)
    assert unbleed.leaks[0].own_share < 0.05


def test_two_strangers_do_not_leak() -> None:
    hiss = np.random.default_rng(5).normal(0.0, 0.01, 10 * RATE)
    own, _, unbleed = through(np.zeros(10), hiss)
    assert unbleed.leaks[0].gain_db is None
    assert np.allclose(own, hiss[: len(own)], atol=1e-6)


def test_two_voices_at_once_do_not_leak() -> None:
    near = np.zeros(10 * RATE)
    agent = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    for start in (0, 5):
        near[start * RATE : (start + 5) * RATE] = 0.4 * agent
    own, bar, unbleed = run(near, far())
    assert np.array_equal(own[0], near[: len(own[0])].astype(np.float32))
    assert not bar.any()
    assert all(leak.gain_db is None for leak in unbleed.leaks)


def ring(seconds_: float) -> np.ndarray:
    """The ring tone of a line."""
    time_s = np.arange(round(seconds_ * RATE)) / RATE
    return 0.1 * (np.sin(2 * np.pi * 440 * time_s) + np.sin(2 * np.pi * 480 * time_s))


def agent() -> np.ndarray:
    """Five seconds of the other voice."""
    return np.asarray(demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)])


@pytest.mark.parametrize(("gain_db", "delay"), [(-6.0, 320), (-10.0, 960)])
def test_a_ring_tone_teaches_nothing_about_the_path_of_the_voice_behind_it(
    gain_db: float, delay: int
) -> None:
    sound = np.concatenate((ring(2.0), np.zeros(RATE), far()[: 4 * RATE]))
    leak = np.convolve(sound, copy(delay, gain_db))[: len(sound)]
    own, bar, _ = run(leak, sound)
    # From 0.3 s into the voice on, what is left of it lies below the bar.
    for t in np.arange(3.3, 6.6, 0.1):
        left = db(seconds(own[0], t, t + 0.1))
        assert left < max(db(seconds(bar[0], t, t + 0.1)), -50.0), t


@pytest.mark.parametrize(("delay", "alone_s"), [(0, 1.0), (320, 2.0)])
def test_the_first_voice_over_a_leak_is_not_hidden_by_the_bar(delay: int, alone_s: float) -> None:
    """The far side speaks alone for a moment before the near one speaks as well."""
    begin = int(alone_s * RATE)
    sound = agent()[: begin + 3 * RATE]
    voice = np.zeros(len(sound))
    voice[begin:] = far()[: len(sound) - begin]
    own, bar, _ = run(voice + np.convolve(sound, copy(delay, -6.0))[: len(sound)], sound)
    times = np.arange(alone_s, alone_s + 2.8, 0.1)
    spoken = [t for t in times if db(seconds(voice, t, t + 0.1)) > -35.0]
    hidden = [
        t for t in spoken if db(seconds(own[0], t, t + 0.1)) < db(seconds(bar[0], t, t + 0.1))
    ]
    assert len(spoken) > 15
    assert len(hidden) <= 0.1 * len(spoken)


def test_hum_on_both_channels_is_not_a_leak() -> None:
    time_s = np.arange(10 * RATE) / RATE
    hum = 0.02 * np.sin(2 * np.pi * 50 * time_s)
    near = np.zeros(10 * RATE)
    near[5 * RATE :] = demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)]
    voice = np.concatenate((far()[: 5 * RATE], np.zeros(5 * RATE)))
    own, _, unbleed = run(near + hum, voice + hum)
    assert all(leak.gain_db is None or leak.gain_db < -8.0 for leak in unbleed.leaks)
    assert db(seconds(own[0], 5, 9)) == pytest.approx(db(seconds(near + hum, 5, 9)), abs=1.0)
