"""The meter puts effort into the second that it belongs to, whatever the size of the blocks."""

import numpy as np
import pytest

from callwatch.core.channels import Channel
from callwatch.core.events import EffortRose, MeterUpdated
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.session.meter import Meter
from callwatch.voice.effort.estimator import EffortFrames

STEP_S = 0.1
SECONDS = 4


def frames(start_s: float, count: int) -> VoiceFrames:
    speech = np.ones((2, count), np.bool_)
    level = np.full((2, count), -30.0, np.float32)
    return VoiceFrames(start_s, speech, speech.astype(np.float32), level, 0.032)


def effort(first: int, count: int) -> EffortFrames:
    """Steps whose figure is their number; the customer has none."""
    values = np.full((2, count), np.nan, np.float32)
    values[0] = np.arange(first, first + count)
    return EffortFrames(
        first * STEP_S, STEP_S, values, values, values, values, values, values, values, 0.032
    )


def metered(steps_a_block: int, lag: int) -> list[MeterUpdated]:
    """A call in blocks; of each block's effort the last `lag` steps come with the next."""
    meter, out = Meter(), []
    told = 0
    for first in range(0, SECONDS * 10, steps_a_block):
        count = min(steps_a_block, SECONDS * 10 - first)
        known = first + count - lag
        meter.note_effort(effort(told, known - told))
        told = known
        start_s = first * STEP_S
        out += meter.process(frames(start_s, round(count * STEP_S / HOP_S)), lambda *_: None)
    return out


def test_a_second_holds_the_steps_that_ended_within_it() -> None:
    seconds = metered(10, 0)
    # Steps 0-8 end before 1.0 s; step 9 ends with it and counts for the next second.
    assert [second.effort[Channel.AGENT] for second in seconds] == [4.0, 13.5, 23.5, 33.5]
    assert all(second.effort[Channel.CUSTOMER] is None for second in seconds)


def test_block_size_and_a_late_step_change_nothing() -> None:
    usual = metered(10, 0)
    for steps in (1, 3, 5, 20, 40):
        for lag in (0, 1):
            assert metered(steps, lag) == usual


def rises(values: list[float], steps_a_block: int = 10) -> list[EffortRose]:
    """The rises of a customer whose effort is `values`, a step of 0.1 s each."""
    meter, out = Meter(), []
    for first in range(0, len(values), steps_a_block):
        some = np.full((2, len(values[first : first + steps_a_block])), np.nan, np.float32)
        some[1] = values[first : first + steps_a_block]
        out += meter.note_effort(
            EffortFrames(first * STEP_S, STEP_S, some, some, some, some, some, some, some, 0.032)
        )
    return out


LOW, HIGH, ENOUGH = 2.3, 2.5, 3


@pytest.mark.parametrize("size", [1, 2, 10])
def test_a_rise_is_reported_once_it_has_held(size: int) -> None:
    (rose,) = rises([0.0] * 5 + [HIGH] * 8, size)
    assert rose.channel is Channel.CUSTOMER
    assert rose.effort == pytest.approx(HIGH, abs=0.01)
    assert rose.time_s == pytest.approx((5 + ENOUGH) * STEP_S + 0.032)


def test_what_is_short_or_low_is_no_rise() -> None:
    assert rises([HIGH] * (ENOUGH - 1) + [0.0] * 5) == []
    assert rises([LOW] * 20) == []


def test_a_rise_comes_again_after_a_second() -> None:
    for gap, count in ((10 - ENOUGH - 1, 1), (10 - ENOUGH, 2)):
        assert len(rises([HIGH] * ENOUGH + [0.0] * gap + [HIGH] * ENOUGH)) == count
