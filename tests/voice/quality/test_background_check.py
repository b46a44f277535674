"""The note about a voice behind the speaker."""

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import VoiceFrames
from callwatch.voice.quality.background import BackgroundCheck

BLOCK = CallBlock(np.zeros((2, 0), np.int16), 0.0)


def behind(frames: int) -> VoiceFrames:
    speech = np.ones((2, frames), np.bool_)
    level = np.full((2, frames), -30.0, np.float32)
    where = np.stack([np.zeros(frames, np.bool_), speech[1]])
    return VoiceFrames(0.0, speech, level * 0 + 1, level, 0.03, behind=where)


@pytest.mark.parametrize(("frames", "count"), [(299, 0), (300, 1)])
def test_three_seconds_of_it_are_worth_a_note(frames: int, count: int) -> None:
    check = BackgroundCheck(3.0)
    notes = check.process(BLOCK, behind(frames))
    assert [(n.code, n.channel) for n in notes] == [("voice_behind", Channel.CUSTOMER)] * count
    assert len(check.warnings(60.0)) == count


def test_one_note_and_all_of_it_in_the_report() -> None:
    check = BackgroundCheck(3.0)
    notes = [note for _ in range(3) for note in check.process(BLOCK, behind(400))]
    assert len(notes) == 1
    (fact,) = check.warnings(60.0)
    assert fact.params == {"channel": "customer", "heard_s": pytest.approx(12.0)}
