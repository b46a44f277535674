"""What takes the place of a part's result when that part has failed (session/supervision.py).

No state, no threads.
"""

from dataclasses import replace

import numpy as np

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS
from callwatch.core.events import Event
from callwatch.core.frames import VoiceFrames
from callwatch.core.summary import ChannelQuality, InputQuality
from callwatch.core.words import Utterance
from callwatch.voice.effort.estimator import EffortFrames


def nothing(*_: object) -> None:
    """In place of a figure."""


def wordless(utterance: Utterance) -> Utterance:
    """What cannot be masked is said to nobody."""
    return replace(utterance, words=())


def as_they_are(events: list[Event], *_: object) -> list[Event]:
    """Events that nobody judges."""
    return list(events)


def no_frames(block: CallBlock) -> VoiceFrames:
    """Of a block."""
    return no_frames_at(block.end_s)


def no_frames_at(time_s: float) -> VoiceFrames:
    """None, at that time."""
    none = np.zeros((2, 0), dtype=np.float32)
    return VoiceFrames(time_s, none.astype(np.bool_), none, none, 0.0)


def no_effort(*_: object) -> EffortFrames:
    """No step was measured."""
    none = np.zeros((2, 0), dtype=np.float32)
    return EffortFrames(0.0, 0.1, none, none, none, none, none, none, none, 0.0)


def no_quality(_duration_s: float) -> InputQuality:
    """Nothing is known of the sound."""
    return InputQuality({channel: ChannelQuality() for channel in CHANNELS}, ())
