"""What is known of an overlap: floors, runs, gaps, levels, each constant at its bound."""

import numpy as np
import pytest

from callwatch.core.arrays import BoolArray
from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStarted
from callwatch.core.frames import VoiceFrames
from callwatch.detectors.history import VoiceHistory
from callwatch.detectors.overlap_features import NAMES, OverlapFeatures, hold_of, overlap_features
from callwatch.detectors.spurt_tracker import SpurtTracker
from callwatch.detectors.spurts import SpeakerState

A, C = Channel.AGENT, Channel.CUSTOMER
Spans = list[tuple[int, int]]


def flags(count: int, spans: Spans) -> BoolArray:
    out = np.zeros(count, np.bool_)
    for start, end in spans:
        out[start:end] = True
    return out


def at_end(
    own: Spans, other: Spans, count: int, levels: dict[Channel, np.ndarray] | None = None
) -> OverlapFeatures:
    """The agent's spurt after `count` frames; speech at -25 dBFS."""
    speech = np.stack([flags(count, own), flags(count, other)])
    level = np.where(speech, -25.0, -80.0).astype(np.float32)
    for channel, row in (levels or {}).items():
        level[channel.index] = row
    frames = VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.032)
    history, tracker = VoiceHistory(), SpurtTracker(0.35)
    history.append(0, frames)
    for frame in range(count):
        on = (bool(speech[0, frame]), bool(speech[1, frame]))
        tracker.follow(frame, on, level[:, frame].tolist())
    return overlap_features(history, tracker.spurts[A], tracker.states(A), count - 1)


def test_an_overlap_in_numbers() -> None:
    seen = at_end([(300, 340), (350, 400)], [(100, 380)], 400)
    assert seen.age_s == pytest.approx(1.0)
    assert seen.voiced_s == pytest.approx(0.9)
    assert seen.overlap_s == pytest.approx(0.7)
    assert seen.met_s == pytest.approx(0.8)
    assert seen.overlap_share == pytest.approx(7 / 9)
    assert seen.own_gap_s == pytest.approx(0.1)
    assert seen.other_silence_s == pytest.approx(0.2)
    assert seen.other_share == pytest.approx(0.8)
    assert seen.hold_s == pytest.approx(2.0)
    assert seen.hold_voiced_s == pytest.approx(2.0)
    assert seen.other_late_s == 0.0
    assert seen.softness_db == pytest.approx(0.0, abs=0.6)
    assert np.isnan(seen.periodicity)
    assert len(seen.vector()) == len(NAMES)


@pytest.mark.parametrize(("more", "holds"), [(0, True), (1, False)])
def test_who_holds_the_floor(more: int, holds: bool) -> None:
    own = np.zeros(1000, np.bool_)
    touched = flags(1000, [(500, 1000 - 50 - more)])
    assert bool(hold_of(own, touched).hold_s) is holds
    paused = flags(1000, [(200, 400), (400 + 140 + more, 1000)])
    assert (hold_of(own, paused).hold_s > 7.9) is holds
    solo = flags(1000, [(410, 410 + 70 + more)])
    answered = flags(1000, [(200, 400), (500, 1000)])
    assert (hold_of(solo, answered).hold_s > 7.9) is holds


@pytest.mark.parametrize(("ago", "recent_s"), [(790, 0.4), (850, 0.0)])
def test_who_has_talked_lately(ago: int, recent_s: float) -> None:
    own = [(900 - ago, 940 - ago), (900, 950)]
    assert at_end(own, [(500, 950)], 950).own_recent_s == pytest.approx(recent_s)


def test_nobody_has_spoken() -> None:
    hold = hold_of(np.zeros(100, np.bool_), np.zeros(100, np.bool_))
    assert (hold.hold_s, hold.late_s) == (0.0, 15.0)


@pytest.mark.parametrize(("more", "run_s"), [(-1, 4.0), (0, 2.0)])
def test_a_longer_pause_begins_a_new_run(more: int, run_s: float) -> None:
    other = flags(400, [(0, 200 - 20 - more), (200, 400)])
    assert hold_of(np.zeros(400, np.bool_), other).run_s == pytest.approx(run_s)


@pytest.mark.parametrize(("more_db", "is_loud"), [(-1.0, True), (1.5, False)])
def test_a_soft_end_is_no_overlap(more_db: float, is_loud: bool) -> None:
    level = np.full(400, -80.0, np.float32)
    level[100:380] = -25.0
    level[300:380] = -25.0 - 18.0 - more_db
    seen = at_end([(300, 400)], [(100, 380)], 400, {C: level})
    assert seen.met_s == pytest.approx(0.8)
    assert seen.loud_met_s == pytest.approx(0.8 if is_loud else 0.0)


@pytest.mark.parametrize(("lag", "is_like"), [(20, True), (60, True), (90, False)])
def test_an_echo_follows_the_level_of_the_other(lag: int, is_like: bool) -> None:
    rng = np.random.default_rng(1)
    voice = np.convolve(rng.normal(0, 12, 900), np.ones(8) / 8, "same").astype(np.float32) - 30
    level = {C: voice[200:600], A: np.roll(voice, lag)[200:600] - 20}
    seen = at_end([(300, 400)], [(100, 400)], 400, level)
    assert (seen.likeness > 0.9) is is_like


def test_the_strong_level_lies_among_the_louder_frames() -> None:
    state = SpeakerState()
    for _ in range(49):
        state.hear(-30.0)
    assert np.isnan(state.strong_dbfs)
    for _ in range(2):
        state.hear(-30.0)
    assert state.strong_dbfs == pytest.approx(-30.0)
    for k in range(2000):
        state.hear(-30.0 if k % 10 < 3 else -50.0)
    assert state.strong_dbfs == pytest.approx(-30.0)
    for k in range(20_000):
        state.hear(-60.0 if k % 10 < 3 else -50.0)
    assert state.strong_dbfs == pytest.approx(-50.0)


@pytest.mark.parametrize(("back", "moves"), [(20, True), (21, False)])
def test_a_start_may_be_taken_back_a_little(back: int, moves: bool) -> None:
    tracker = SpurtTracker(0.35)
    for frame in range(100, 108):
        assert not tracker.spurts[A].is_confirmed
        tracker.follow(frame, (True, False), [-25.0, -80.0])
    assert tracker.spurts[A].is_confirmed
    tracker.correct_onset(VoiceStarted(1.2, A, (100 - back) / 100))
    assert tracker.spurts[A].start == (100 - back if moves else 100)


def test_the_history_keeps_the_last_seconds() -> None:
    history = VoiceHistory()
    for frame in range(0, 3000, 100):
        speech = np.zeros((2, 100), np.bool_)
        level = np.full((2, 100), float(frame), np.float32)
        sound = np.zeros((2, 16_000), np.int16)
        history.append(frame, VoiceFrames(frame / 100, speech, level, level, 0.032, cleaned=sound))
    assert history.first + history.speech.shape[1] == 3000
    assert 2000 <= history.speech.shape[1] <= 2100
    assert history.first_sound == 3000 - history.sound.shape[1] // 160
    assert 400 <= history.sound.shape[1] // 160 <= 500
