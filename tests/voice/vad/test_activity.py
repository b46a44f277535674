import numpy as np
import pytest
from tests.alike import assert_alike
from tests.voice.speaking import demo, hear, noise, samples, silence, spans

from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan, intersection, total_s, union
from callwatch.voice.vad.activity import DELAY_S, VoiceActivity

PAUSE_S = 0.7  # the truth is that of whole sentences, pauses included
FIRST_S = 35  # of the demo call: enough for both sides, an interruption and two listening words


def start_of_call() -> np.ndarray:
    return demo()[0][:, : FIRST_S * CALL_RATE_HZ]


def truth() -> dict[Channel, list[TimeSpan]]:
    lines = [line for line in demo()[1] if line["start_s"] < FIRST_S]
    return {
        c: union(
            (
                TimeSpan(line["start_s"], min(line["end_s"], FIRST_S))
                for line in lines
                if line["channel"] == c.value
            ),
            PAUSE_S,
        )
        for c in CHANNELS
    }


def errors_s(found: dict[Channel, list[TimeSpan]]) -> float:
    """Seconds on which the truth and what was found differ, both sides."""
    return sum(
        total_s(found[c]) + total_s(truth()[c]) - 2 * total_s(intersection(found[c], truth()[c]))
        for c in CHANNELS
    )


def joined(frames: list[VoiceFrames], name: str) -> np.ndarray:
    return np.concatenate([getattr(part, name) for part in frames], axis=1)


@pytest.fixture(scope="module")
def heard() -> list[VoiceFrames]:
    return hear(start_of_call())


def test_hears_who_speaks_when(heard: list[VoiceFrames]) -> None:
    assert errors_s(spans(heard, PAUSE_S)) < 0.02 * 2 * FIRST_S
    for channel, true in truth().items():
        found = spans(heard, PAUSE_S)[channel]
        for span in true:
            assert min(abs(span.start_s - f.start_s) for f in found) < 0.08
            assert min(abs(span.end_s - f.end_s) for f in found) < 0.25


def test_frames_follow_each_other_and_cover_the_call(heard: list[VoiceFrames]) -> None:
    at_s = 0.0
    for part in heard:
        assert part.start_s == pytest.approx(at_s, abs=1e-9)
        at_s = part.end_s
    assert at_s == pytest.approx(FIRST_S, abs=0.011)
    assert all(part.delay_s == DELAY_S <= 0.06 for part in heard)


@pytest.mark.parametrize("size", [160, 997, 50_000])
def test_block_size_changes_nothing(size: int) -> None:
    sound = start_of_call()[:, : 12 * CALL_RATE_HZ]
    one, other = hear(sound), hear(sound, size)
    assert np.array_equal(joined(one, "speech"), joined(other, "speech"))
    assert_alike(joined(one, "probability"), joined(other, "probability"))
    assert [t for f in one for t in f.transitions] == [t for f in other for t in f.transitions]


def test_transitions_are_told_after_they_happened_and_in_pairs(heard: list[VoiceFrames]) -> None:
    speaking = dict.fromkeys(CHANNELS, False)
    told = [t for part in heard for t in part.transitions]
    assert [t.time_s for t in told] == sorted(t.time_s for t in told)
    for t in told:
        assert speaking[t.channel] is isinstance(t, VoiceStopped)
        speaking[t.channel] = isinstance(t, VoiceStarted)
        assert t.time_s > (t.start_s if isinstance(t, VoiceStarted) else t.span.end_s)
    assert not any(speaking.values())


@pytest.mark.parametrize("gain_db", [-24.0, -15.0, 12.0])
def test_level_changes_little(gain_db: float) -> None:
    assert (
        errors_s(spans(hear(start_of_call() * 10 ** (gain_db / 20)), PAUSE_S)) < 0.03 * 2 * FIRST_S
    )


def test_noise_at_15_db_changes_little() -> None:
    sound = start_of_call() + noise(FIRST_S, -26.0 - 15.0)
    assert errors_s(spans(hear(sound), PAUSE_S)) < 0.06 * 2 * FIRST_S


def test_no_speech_in_noise_tones_and_silence() -> None:
    t = np.arange(8 * CALL_RATE_HZ) / CALL_RATE_HZ
    dial = 0.1 * (np.sin(2 * np.pi * 697 * t) + np.sin(2 * np.pi * 1336 * t)) * (t % 0.2 < 0.1)
    ring = 0.1 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 6 < 2)
    hiss = noise(8.0, -70.0)
    for sound in (np.stack((dial, ring)), hiss, noise(8.0, -30.0), silence(8.0)):
        assert joined(hear(sound), "speech").mean() < 0.005


def crosstalk(leak_db: float, delay_ms: float, rows: tuple[int, ...] = (0, 1)) -> np.ndarray:
    """The start of the call with each side leaking into the other's channel."""
    clean = start_of_call()
    sound, shift = clean.copy(), round(delay_ms * CALL_RATE_HZ / 1000)
    for row in rows:
        sound[row, shift:] += 10 ** (leak_db / 20) * clean[1 - row, : clean.shape[1] - shift]
    return sound


@pytest.mark.parametrize(("leak_db", "delay_ms"), [(-6.0, 0.0), (-10.0, 23.0), (-25.0, 60.0)])
def test_the_leaking_far_voice_is_not_speech(leak_db: float, delay_ms: float) -> None:
    frames = hear(crosstalk(leak_db, delay_ms, rows=(0,)))
    assert errors_s(spans(frames, PAUSE_S)) < 0.035 * 2 * FIRST_S
    gain_db = frames[-1].leaks[0].gain_db
    assert gain_db == pytest.approx(leak_db, abs=1.5)
    assert frames[-1].leaks[1].gain_db is None


def test_leaks_both_ways_leave_real_overlap(heard: list[VoiceFrames]) -> None:
    frames = hear(crosstalk(-10.0, 20.0))
    assert errors_s(spans(frames, PAUSE_S)) < 0.035 * 2 * FIRST_S
    clean, leaky = joined(heard, "speech").all(axis=0), joined(frames, "speech").all(axis=0)
    assert clean.sum() > 50
    assert (clean & leaky).sum() > 0.85 * clean.sum()
    assert (leaky & ~clean).sum() < 100  # until the leaks are known


def test_own_sound_comes_without_the_leak(heard: list[VoiceFrames]) -> None:
    clean = samples(start_of_call())
    assert np.array_equal(joined(heard, "cleaned"), clean[:, : joined(heard, "cleaned").shape[1]])
    frames = hear(crosstalk(-10.0, 20.0))
    alone = joined(heard, "speech")[1] & ~joined(heard, "speech")[0]
    alone[: 15 * 100] = False
    level, own = (joined(frames, name)[0, alone] for name in ("level_dbfs", "cleaned_dbfs"))
    assert np.median(level - own) > 12


def test_block_size_changes_nothing_with_leaks() -> None:
    sound = crosstalk(-10.0, 20.0)[:, : 14 * CALL_RATE_HZ]
    one, other = hear(sound), hear(sound, 997)
    assert np.array_equal(joined(one, "speech"), joined(other, "speech"))
    apart = joined(one, "cleaned").astype(np.int32) - joined(other, "cleaned")
    assert np.abs(apart).max() <= 3  # of 32768: 1e-4
    assert_alike(one[-1].leaks, other[-1].leaks)


def test_no_leak_is_heard_where_there_is_none(heard: list[VoiceFrames]) -> None:
    assert all(leak.gain_db is None for leak in heard[-1].leaks)


@pytest.mark.parametrize("count", [0, 1, 159, 160, 511, 513])
def test_the_shortest_calls(count: int) -> None:
    voice = VoiceActivity()
    frames = [voice.process(CallBlock(samples(silence(1.0))[:, :count], 0.0)), voice.finish()]
    assert sum(len(part) for part in frames) == count // 160
