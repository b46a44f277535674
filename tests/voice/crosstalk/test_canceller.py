import numpy as np
import pytest
from tests.voice.speaking import demo

from callwatch.voice.crosstalk.canceller import CrosstalkCanceller, CrosstalkConfig
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
    """What is left of `near` + leak, and the leak."""
    leak = leak_of(path)
    cleaned, canceller = run(near[: len(leak)] + leak, far())
    return cleaned[0], leak[: cleaned.shape[1]], canceller


def db(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(sound**2) + 1e-12))


def room(seed: int = 3) -> np.ndarray:
    """12 ms of way, then 25 ms of decaying echoes, about -12 dB in all."""
    rng, taps = np.random.default_rng(seed), np.zeros(600)
    taps[192:592] = rng.normal(0.0, 1.0, 400) * np.exp(-np.arange(400) / 80)
    return np.asarray(taps / np.sqrt((taps**2).sum()) * 10 ** (-12 / 20))


def run(near: np.ndarray, far_side: np.ndarray) -> tuple[np.ndarray, CrosstalkCanceller]:
    """Both channels cleaned, chunk by chunk as a live call comes."""
    sound = np.stack((near, far_side)).astype(np.float32)
    canceller = CrosstalkCanceller(CrosstalkConfig())
    parts = [
        canceller.process(sound[:, at : at + CHUNK])
        for at in range(0, sound.shape[1] // CHUNK * CHUNK, CHUNK)
    ]
    return np.concatenate(parts, axis=1), canceller


def leak_of(path: np.ndarray) -> np.ndarray:
    return np.asarray(np.convolve(far(), path)[: len(far())])


def copy(delay: int, gain_db: float) -> np.ndarray:
    return np.asarray(np.append(np.zeros(delay), 10 ** (gain_db / 20)))


def seconds(sound: np.ndarray, start: float, end: float) -> np.ndarray:
    return sound[round(start * RATE) : round(end * RATE)]


def test_a_delayed_copy_is_taken_away() -> None:
    own, leak, canceller = through(copy(800, -10.5), np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 20
    assert canceller.leaks[0].gain_db == pytest.approx(-10.5, abs=1.0)
    assert canceller.leaks[0].delay_s == pytest.approx(0.05, abs=0.001)
    assert canceller.leaks[0].residual_db < -15
    assert canceller.leaks[1].gain_db is None


@pytest.mark.parametrize("gain_db", [-6.0, -30.0, -45.0])
@pytest.mark.parametrize("delay_ms", [0, 60, 250, 600])
def test_an_echo_is_found_and_taken_away_at_every_delay(gain_db: float, delay_ms: int) -> None:
    own, leak, canceller = through(copy(delay_ms * 16, gain_db), np.zeros(10 * RATE))
    assert canceller.leaks[0].gain_db == pytest.approx(gain_db, abs=1.5)
    assert db(own[3 * RATE :]) < db(leak[3 * RATE :]) - 15


@pytest.mark.parametrize("path", [copy(4000, -25.0), copy(9600, -40.0)])
def test_an_echo_is_found_within_a_second_of_the_voice(path: np.ndarray) -> None:
    own, leak, _ = through(path, np.zeros(10 * RATE))
    begin = np.flatnonzero(np.abs(leak) > 0.1 * np.abs(leak).max())[0] / RATE
    assert (
        db(seconds(own, begin + 1.0, begin + 1.8))
        < db(seconds(leak, begin + 1.0, begin + 1.8)) - 10
    )


def test_an_echo_under_the_noise_of_the_line_is_found() -> None:
    hiss = np.random.default_rng(5).normal(0.0, 10 ** (-60 / 20), 10 * RATE)
    _, leak, canceller = through(copy(4000, -40.0), hiss)
    assert db(leak) < -60.0
    assert canceller.leaks[0].delay_s == pytest.approx(0.25, abs=0.001)


def test_a_room_is_taken_away() -> None:
    own, leak, _ = through(room(), np.zeros(10 * RATE))
    late = slice(5 * RATE, None)
    assert db(own[late]) < db(leak[late]) - 18


def test_an_overdriven_loudspeaker_is_turned_down() -> None:
    """No linear filter takes the distortion away; what is left of it is suppressed."""
    loud = np.tanh(far() / 0.05) * 0.05
    leak = np.convolve(loud, copy(4000, -15.0))[: len(loud)]
    own, _ = run(leak, far())
    assert db(seconds(own[0], 4, 9.9)) < db(seconds(leak, 4, 9.9)) - 15


def agent() -> np.ndarray:
    """Five seconds of the other voice."""
    return np.asarray(demo()[0][0, int(0.8 * RATE) : int(5.8 * RATE)])


def test_near_end_speech_stays_as_it_is() -> None:
    near = np.zeros(10 * RATE)
    near[5 * RATE :] = agent()
    own, _, _ = through(room(), near)
    late = slice(6 * RATE, 9 * RATE)
    assert db(own[late] - near[late]) < db(near[late]) - 10


def test_soft_near_end_speech_stays_and_what_is_left_of_the_leak_does_not() -> None:
    near = np.zeros(10 * RATE)
    near[7 * RATE :] = 0.3 * agent()[: 3 * RATE]
    leak = leak_of(room())
    own, _ = run(near + leak, far())
    assert db(seconds(own[0], 4, 7)) < db(seconds(leak, 4, 7)) - 30
    assert db(seconds(own[0], 7, 9.9)) == pytest.approx(db(seconds(near, 7, 9.9)), abs=2.0)


def test_a_leak_that_comes_in_the_middle_of_the_call_is_found_within_a_second() -> None:
    leak = leak_of(room())
    leak[: 5 * RATE] = 0.0
    own, _ = run(leak, far())
    assert np.array_equal(own[0, : 5 * RATE], np.zeros(5 * RATE))
    assert db(seconds(own[0], 6, 7)) < db(seconds(leak, 6, 7)) - 10
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 15


@pytest.mark.parametrize(("before_db", "after_db"), [(-18.0, -10.0), (-8.0, -20.0)])
def test_a_changed_volume_is_followed(before_db: float, after_db: float) -> None:
    leak = leak_of(room()) * 10 ** (12 / 20)  # room() is 12 dB down
    gain_db = np.where(np.arange(len(leak)) < 5 * RATE, before_db, after_db)
    leak *= 10 ** (gain_db / 20)
    own, canceller = run(leak, far())
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 12
    level_db = db(seconds(leak, 7, 9.9)) - db(seconds(far(), 7, 9.9))
    assert canceller.leaks[0].gain_db == pytest.approx(level_db, abs=3.0)


@pytest.mark.parametrize("after", [700, 6000])
def test_a_changed_delay_is_followed(after: int) -> None:
    early, late = leak_of(copy(160, -12.0)), leak_of(copy(after, -12.0))
    leak = np.where(np.arange(len(early)) < 4 * RATE, early, late)
    own, canceller = run(leak, far())
    assert db(seconds(own[0], 8, 9.9)) < db(seconds(leak, 8, 9.9)) - 12
    assert canceller.leaks[0].delay_s == pytest.approx(after / RATE, abs=0.04)


def test_a_leak_that_ends_is_no_longer_taken_away() -> None:
    leak = leak_of(room())
    leak[4 * RATE :] = 0.0
    own, canceller = run(leak, far())
    assert canceller.leaks[0].gain_db is None
    assert db(seconds(own[0], 8, 9.9)) < -100


def test_leaks_both_ways() -> None:
    """The customer speaks for five seconds, then the agent; each is heard in both channels."""
    voices = np.zeros((2, 10 * RATE))
    voices[1, : 5 * RATE] = far()[: 5 * RATE]
    voices[0, 5 * RATE :] = agent()
    path = copy(320, -10.0)
    mixed = [v + np.convolve(o, path)[: len(v)] for v, o in zip(voices, voices[::-1], strict=True)]
    own, canceller = run(*mixed)
    for row, (start, end) in enumerate(((3, 5), (8, 9.9))):
        leak = seconds(mixed[row], start, end)
        assert db(seconds(own[row], start, end)) < db(leak) - 10
        assert canceller.leaks[row].gain_db == pytest.approx(-10.0, abs=1.0)
    assert db(seconds(own[0] - voices[0][: len(own[0])], 8, 9.9)) < db(voices[0]) - 10


@pytest.mark.parametrize("delay", [320, 4800])
def test_a_copy_of_the_far_channel_is_known_as_one(delay: int) -> None:
    _, canceller = run(leak_of(copy(delay, 0.0)), far())
    assert canceller.leaks[0].gain_db == pytest.approx(0.0, abs=0.5)
    assert canceller.leaks[0].delay_s == pytest.approx(delay / RATE, abs=0.001)
    assert canceller.leaks[1].gain_db is None


def test_two_strangers_do_not_leak() -> None:
    hiss = np.random.default_rng(5).normal(0.0, 0.01, 10 * RATE)
    own, _, canceller = through(np.zeros(10), hiss)
    assert canceller.leaks[0].gain_db is None
    assert np.array_equal(own, hiss[: len(own)].astype(np.float32))


def test_two_voices_at_once_do_not_leak() -> None:
    near = 0.4 * np.tile(agent(), 2)
    own, canceller = run(near, far())
    assert np.array_equal(own[0], near[: len(own[0])].astype(np.float32))
    assert all(leak.gain_db is None for leak in canceller.leaks)


def tones(*hz: float) -> np.ndarray:
    """Ten seconds of tones, -26 dBFS each."""
    time_s = np.arange(10 * RATE) / RATE
    return np.asarray(sum(0.07 * np.sin(2 * np.pi * f * time_s) for f in hz))


@pytest.mark.parametrize(
    "both",
    [tones(440.0, 480.0), tones(697.0, 1336.0), tones(*range(50, 2000, 50))],
    ids=["ringback", "a key", "hum and its harmonics"],
)
def test_tones_and_hum_on_both_channels_are_not_a_leak(both: np.ndarray) -> None:
    near = np.concatenate((np.zeros(5 * RATE), agent()))
    voice = np.concatenate((far()[: 5 * RATE], np.zeros(5 * RATE)))
    own, canceller = run(near + 0.3 * both, voice + 0.3 * both)
    assert all(leak.gain_db is None for leak in canceller.leaks)
    assert np.array_equal(own[0], (near + 0.3 * both)[: own.shape[1]].astype(np.float32))


@pytest.mark.parametrize(("gain_db", "delay"), [(-6.0, 320), (-10.0, 960)])
def test_a_ring_tone_teaches_nothing_about_the_path_of_the_voice_behind_it(
    gain_db: float, delay: int
) -> None:
    ring = tones(440.0, 480.0)[: 2 * RATE]
    sound = np.concatenate((ring, np.zeros(RATE), far()[: 4 * RATE]))
    leak = np.convolve(sound, copy(delay, gain_db))[: len(sound)]
    own, _ = run(leak, sound)
    # From 0.8 s into the voice on.
    for t in np.arange(3.8, 6.6, 0.2):
        assert db(seconds(own[0], t, t + 0.2)) < max(db(seconds(leak, t, t + 0.2)) - 12, -60.0), t


@pytest.mark.parametrize(("delay", "alone_s"), [(0, 1.0), (320, 2.0)])
def test_the_first_voice_over_a_leak_is_not_suppressed(delay: int, alone_s: float) -> None:
    """The far side speaks alone for a moment before the near one speaks as well."""
    begin = int(alone_s * RATE)
    sound = agent()[: begin + 3 * RATE]
    voice = np.zeros(len(sound))
    voice[begin:] = far()[: len(sound) - begin]
    own, _ = run(voice + np.convolve(sound, copy(delay, -6.0))[: len(sound)], sound)
    times = np.arange(alone_s, alone_s + 2.8, 0.1)
    spoken = [t for t in times if db(seconds(voice, t, t + 0.1)) > -35.0]
    hidden = [
        t for t in spoken if db(seconds(own[0], t, t + 0.1)) < db(seconds(voice, t, t + 0.1)) - 6
    ]
    assert len(spoken) > 15
    assert len(hidden) <= 0.2 * len(spoken)


def test_noise_rises_slowly_and_falls_at_once() -> None:
    canceller = CrosstalkCanceller(CrosstalkConfig())
    powers = np.ones((2, 32), np.float32)
    powers[0, 1] = powers[1, 11] = 1e-6
    noise = canceller._follow_noise(powers)
    assert noise[0, -1] == pytest.approx(1e-6 * 10**0.3, rel=1e-3)
    assert noise[1, -1] == pytest.approx(1e-6 * 10**0.2, rel=1e-3)


class Learner:
    """One direction that notes whether it was taught."""

    delay, lead = 0, 0

    def __init__(self) -> None:
        self.taught = False

    def update(self, near: float, source: float, noise: float) -> None:
        self.taught = True

    def predict(self, near: np.ndarray, sound: np.ndarray) -> np.ndarray:
        return np.zeros(CHUNK)


def prepared(far_db: float, near_db: float, noise_db: float) -> tuple[CrosstalkCanceller, Learner]:
    """Into the agent's channel; powers of each chunk of the sides, and the far side's noise."""
    canceller, way = CrosstalkCanceller(CrosstalkConfig()), Learner()
    canceller._ways = (way, canceller._ways[1])  # type: ignore[assignment]
    canceller._own[0], canceller._own[1] = 10 ** (near_db / 10), 10 ** (far_db / 10)
    canceller._noise[:] = 10 ** (noise_db / 10)
    return canceller, way


@pytest.mark.parametrize(
    ("far_db", "near_db", "noise_db", "taught"),
    [
        (-36.9, -80.0, -40.0, True),
        (-37.1, -80.0, -40.0, False),
        (-42.9, -40.0, -90.0, True),
        (-43.1, -40.0, -90.0, False),
    ],
    ids=["out of the noise", "in the noise", "loud enough", "softer than the near side"],
)
def test_when_a_path_is_learnt(
    far_db: float, near_db: float, noise_db: float, *, taught: bool
) -> None:
    canceller, way = prepared(far_db, near_db, noise_db)
    canceller._learn(0, canceller._past, 40, np.zeros(CHUNK))
    assert way.taught is taught


@pytest.mark.parametrize(("far_db", "heard"), [(-57.9, True), (-58.1, False)])
def test_a_weak_far_voice_leaks_nothing(far_db: float, *, heard: bool) -> None:
    canceller, _ = prepared(far_db, -80.0, -90.0)
    assert (canceller._predict(0, canceller._past, 40) is not None) is heard
