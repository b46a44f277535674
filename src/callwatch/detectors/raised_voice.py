"""Raised voice: a stretch of vocal effort well above the speaker's own baseline.

    raised    ______/~~~~~~~\\____/~~~~~\\______   what the newest voice gained of a loud one
    evidence  ........./''''''''''''''''\\____    adds up above `start`, falls below it
    cue                |== open ========|

One loud word or a burst of laughter gathers too little; half a sentence that is clearly raised, a
whole one that is less so, or several of them within seconds are enough. For the agent it is worded
as loudness only; for neither side does it say what somebody feels. No threads.
"""

from dataclasses import dataclass, replace
from math import isnan

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, Event, VoiceSettled
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.voice.effort.estimator import EffortFrames


@dataclass(frozen=True, slots=True)
class RaisedVoiceConfig:
    """When a cue opens and closes; `raised` is EffortFrames': 1 is a loud voice."""

    # Two thirds and more of a loud voice speak for it, less against it: usual speech stays below, but
    # for single words.
    start: float = 0.7
    # So much of it, times seconds with voice, opens a cue: 0.8 s of a loud voice, 0.2 s of the
    # strongest shout, 2.5 s of what lies just above `start`; the 0.6 s of voice that `raised` needs
    # come before. Words and cries of surprise are shorter.
    enough: float = 0.25
    # Evidence fades while nothing is said: three sentences within 15 s count together, not two of
    # different minutes.
    forget_s: float = 6.0
    # Gain control may bring a raised voice down to the usual level and somewhat below (hoarse shouts
    # made as strong as usual speech reach -10); what is far weaker is somebody else in the room.
    least_level_db: float = -12.0
    # Twice what a shout adds (ANSI S3.5: 11.5 dB): beyond, it is whistles, animals or machines,
    # which have nothing where every voice has its first formant.
    most_balance_db: float = 24.0
    # Silence that ends the cue.
    silence_s: float = 1.0
    # The first step that spoke for it rests on so much voice before it (MeasureConfig.short_s).
    reach_s: float = 0.6
    # Usual voice after a cue before the speaker counts as settled.
    settled_s: float = 1.5


@dataclass(slots=True)
class _Side:
    """What is going on on one side."""

    evidence: float = 0.0
    began_s: float = 0.0
    onset_s: float = 0.0
    last_voice_s: float = float("-inf")
    last_raised_s: float = 0.0
    cue: Cue | None = None
    id: str = ""
    count: int = 0
    usual_s: float = 0.0
    unsettled: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of one side."""

    channel: Channel
    start_s: float
    end_s: float
    now_s: float
    gain: float  # evidence for a raised voice, negative against it; 0 where nothing can be told
    new_s: float
    effort: float
    score: float
    level_db: float
    frames: EffortFrames
    index: int

    @property
    def fact(self) -> Fact:
        """What a person can check with a tuner and a level meter: what rose, by how much."""
        row, i, frames = self.channel.index, self.index, self.frames
        measured = (
            ("pitch_st", float(frames.pitch_delta_st[row, i]), 1.0),
            ("level_db", float(frames.level_delta_db[row, i]), 2.0),
            ("high_db", float(frames.balance_delta_db[row, i]), 2.0),
        )
        rose = {name: value for name, value, least in measured if value >= least}
        code = "louder" if self.channel is Channel.AGENT else "raised_voice"
        return Fact(code, {**rose, "voiced_s": float(frames.voiced_s[row, i])})


class RaisedVoice:
    """Effort in, cues out."""

    def __init__(self, config: RaisedVoiceConfig = RaisedVoiceConfig()) -> None:
        self.config = config
        self._sides = {channel: _Side() for channel in CHANNELS}

    def process(self, effort: EffortFrames) -> list[Event]:
        """Events of this stretch, in time order."""
        events: list[Event] = []
        for i in range(len(effort)):
            for channel in CHANNELS:
                events += self._step(_step(channel, effort, i, self.config))
        return events

    def finish(self, at_s: float) -> list[Event]:
        """Closes what is open when the call ends."""
        return [self._close(side, at_s) for side in self._sides.values() if side.cue is not None]

    def _step(self, step: _Step) -> list[Event]:
        side, config = self._sides[step.channel], self.config
        if step.new_s <= 0:
            silent_s = step.end_s - side.last_voice_s
            if side.cue is not None and silent_s >= config.silence_s:
                return [self._close(side, step.now_s)]
            return []
        silent_s = step.start_s - side.last_voice_s
        side.evidence *= 0.5 ** (max(0.0, silent_s) / config.forget_s)
        side.last_voice_s = step.end_s
        if silent_s >= config.silence_s:
            side.began_s = step.start_s
        if side.evidence == 0.0:
            side.onset_s = step.start_s
        side.evidence = min(max(side.evidence + step.gain, 0.0), config.enough)
        if side.cue is not None:
            return self._follow(side, step)
        if side.evidence < config.enough:
            return self._settle(side, step)
        side.count += 1
        side.id = f"raised_voice-{step.channel}-{side.count}"
        side.last_raised_s = step.end_s
        span = TimeSpan(max(side.began_s, side.onset_s - config.reach_s), step.end_s)
        side.cue = Cue(
            CueKind.RAISED_VOICE, step.channel, span, step.now_s, step.score, step.fact,
            effort=step.effort, level_delta_db=step.level_db,
        )  # fmt: skip
        return [CueOpened(step.now_s, side.id, side.cue)]

    def _follow(self, side: _Side, step: _Step) -> list[Event]:
        """An open cue goes on, or closes when usual voice has used the evidence up."""
        cue = side.cue
        assert cue is not None
        if step.gain > 0:
            side.last_raised_s = step.end_s
            if step.effort > (cue.effort or 0.0):
                side.cue = replace(
                    cue, score=max(cue.score, step.score), evidence=step.fact, effort=step.effort,
                    level_delta_db=step.level_db,
                )  # fmt: skip
        return [self._close(side, step.now_s)] if side.evidence <= 0.0 else []

    def _settle(self, side: _Side, step: _Step) -> list[Event]:
        """After a cue: enough usual voice means that the speaker has settled."""
        if not side.unsettled or step.gain > 0:
            side.usual_s = 0.0
            return []
        side.usual_s += step.new_s
        if side.usual_s < self.config.settled_s:
            return []
        side.unsettled = False
        return [VoiceSettled(step.now_s, step.channel)]

    def _close(self, side: _Side, now_s: float) -> CueClosed:
        cue = side.cue
        assert cue is not None
        span = TimeSpan(cue.span.start_s, max(side.last_raised_s, cue.span.end_s))
        side.cue, side.evidence, side.usual_s, side.unsettled = None, 0.0, 0.0, True
        return CueClosed(now_s, side.id, replace(cue, span=span))


def _step(channel: Channel, effort: EffortFrames, i: int, config: RaisedVoiceConfig) -> _Step:
    """What step `i` says of one side."""
    row, start_s = channel.index, effort.start_s + i * effort.hop_s
    raised, z = float(effort.raised[row, i]), float(effort.effort[row, i])
    level_db = float(effort.level_delta_db[row, i])
    gain = 0.0
    if not isnan(raised):
        gain = (raised - config.start) * effort.hop_s
        is_voice = float(effort.balance_delta_db[row, i]) <= config.most_balance_db
        if level_db < config.least_level_db or not is_voice:
            gain = min(gain, 0.0)
    return _Step(
        channel, start_s, start_s + effort.hop_s, effort.decided_s(i), gain,
        float(effort.new_voiced_s[row, i]), z, min(max(raised, 0.0), 1.0), level_db, effort, i,
    )  # fmt: skip
