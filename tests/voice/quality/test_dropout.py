import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.voice.quality.dropout import SignalEvent, SignalLossConfig, SignalLossDetector
from callwatch.voice.quality.monitor import QualityMonitor


def levels(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, dBFS) after another, on the 10 ms grid."""
    return np.concatenate([np.full(round(s * 100), dbfs, np.float32) for s, dbfs in parts])


def follow(
    sound: np.ndarray, size: int = 10_000_000
) -> tuple[SignalLossDetector, list[tuple[SignalEvent, int]]]:
    lost, found = SignalLossDetector(SignalLossConfig(), needed_s=10.0), []
    for at in range(0, len(sound), size):
        found += [(what, at + i) for what, i in lost.process(sound[at : at + size])[0]]
    return lost, found


@pytest.mark.parametrize("size", [1, 77, 100_000])
def test_a_gap_is_told_live_and_kept_when_it_was_long(size: int) -> None:
    lost, found = follow(levels((5, -50), (12, -120), (5, -50), (40, -120), (3, -50)), size)
    assert found == [
        (SignalEvent.LOST, 1499),
        (SignalEvent.RESTORED, 1700),
        (SignalEvent.LOST, 3199),
        (SignalEvent.RESTORED, 6200),
    ]
    assert lost.gaps_until(65.0) == [TimeSpan(22.0, 62.0)]
    assert lost.frames == 5200
    assert not lost.is_whole(65.0)


def test_a_channel_that_falls_silent_for_good_is_told_to_the_end_of_the_call() -> None:
    lost, _ = follow(levels((20, -50), (15, -120)))
    assert lost.gaps_until(35.0) == [TimeSpan(20.0, 35.0)]
    assert follow(levels((20, -50), (6, -120)))[0].gaps_until(26.0) == []


def test_a_channel_that_was_never_heard() -> None:
    assert follow(levels((60, -90)))[0].is_whole(60.0)
    assert follow(levels((60, -90), (0.1, -20)))[0].is_whole(60.1)  # but for a click
    assert not follow(levels((60, -70)))[0].is_whole(60.0)
    assert not follow(levels((0, -120)))[0].is_whole(0.0)


@pytest.mark.parametrize(("level_dbfs", "silent"), [(-75.5, True), (-74.5, False)])
def test_weaker_than_any_line_is_no_sound(level_dbfs: float, silent: bool) -> None:
    assert bool(follow(levels((5, -50), (12, level_dbfs)))[1]) is silent


@pytest.mark.parametrize(("gap_s", "told"), [(29.9, False), (30.1, True)])
def test_a_gap_of_half_a_minute_is_worth_a_sentence(gap_s: float, told: bool) -> None:
    lost, _ = follow(levels((5, -50), (gap_s, -120), (5, -50)))
    assert bool(lost.gaps_until(10.0 + gap_s)) is told


@pytest.mark.parametrize(("sound_s", "whole"), [(0.95, True), (1.05, False)])
def test_a_hundredth_of_a_call_is_no_sound(sound_s: float, whole: bool) -> None:
    assert follow(levels((100 - sound_s, -120), (sound_s, -20)))[0].is_whole(100.0) is whole


@pytest.mark.parametrize(
    ("channel", "gap_s", "noted"),
    [
        (Channel.CUSTOMER, 9.9, False),
        (Channel.CUSTOMER, 10.1, True),
        (Channel.AGENT, 29.9, False),
        (Channel.AGENT, 30.1, True),
    ],
)
def test_how_long_each_side_may_be_without_sound(
    channel: Channel, gap_s: float, noted: bool
) -> None:
    sound = levels((5, -50), (gap_s, -50))
    both = np.stack([sound, sound])
    both[channel.index] = levels((5, -50), (gap_s, -120))
    quiet = np.zeros(both.shape, np.bool_)
    frames = VoiceFrames(0.0, quiet, quiet.astype(np.float32), both, 0.03)
    notes = QualityMonitor().process(CallBlock(np.zeros((2, 0), np.int16), 0.0), frames)
    assert [note.code for note in notes] == (["no_sound"] if noted else [])
