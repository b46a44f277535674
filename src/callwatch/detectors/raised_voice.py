"""Raised voice: sustained vocal effort above the speaker's own baseline.

    effort z  ______/~~~~~~~~~~~\\______
    open            |-> enough voice above `open_z`
    close                        |-> `close_z` on fresh voice, or silence

For the agent it is worded as loudness only; for neither side does it say what somebody feels.
A friendly voice that is loud is a raised voice too: it is effort that is measured. No threads.
"""

from dataclasses import dataclass, replace
from math import exp, isnan

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, Event, VoiceSettled
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.voice.effort.estimator import EffortFrames


@dataclass(frozen=True, slots=True)
class RaisedVoiceConfig:
    """When a cue opens and closes."""

    # Of usual windows, one in some 700 lies above 3 standard deviations; a call has a few hundred
    # that are independent, most of which are not brighter as well.
    open_z: float = 3.0
    # The very first syllables of a sentence are often high, and so are single words in a lively
    # one: the short window alone, or evidence that has just begun, must be stronger.
    early_z: float = 4.0
    # Voice before anything opens (one loud word or a cough is shorter), and voice with which
    # `open_z` is enough.
    sustained_s: float = 0.5
    sure_s: float = 1.0
    # A raised voice is brighter as well as higher: shouting flattens the spectrum (ANSI S3.5: by
    # 6 dB and more). A lively voice, or another person who takes the phone, is only higher.
    least_balance_db: float = 4.0
    # Twice what a shout adds (ANSI S3.5: 11.5 dB): beyond, it is whistles, animals or machines,
    # which have nothing where every voice has its first formant.
    most_balance_db: float = 24.0
    # Gain control may bring a raised voice down to the usual level, but not below it; with its
    # short-time peaks held down and its sharper contrasts, somewhat below when all else is strong.
    least_level_db: float = -3.0
    least_strong_level_db: float = -6.0
    # What has lasted must still go on: the newest voice alone lies at least this high.
    still_z: float = 2.0
    # Well below, so that a falling phrase end does not close it.
    close_z: float = 1.5
    # Silence that ends the cue.
    silence_s: float = 1.0
    # Voice after a cue before what came before it no longer counts: the longest window's.
    fresh_s: float = 1.5
    # Usual voice after a cue before the speaker counts as settled.
    settled_s: float = 1.5

    def needed_z(self, voiced_s: float) -> float:
        """The effort that opens a cue after so much voice since the last pause."""
        if voiced_s < self.sustained_s:
            return float("inf")
        late = min(1.0, (voiced_s - self.sustained_s) / (self.sure_s - self.sustained_s))
        return self.early_z + late * (self.open_z - self.early_z)


@dataclass(slots=True)
class _Side:
    """What is going on on one side."""

    above_s: float = 0.0
    peak_z: float = 0.0
    onset_s: float = 0.0
    last_voice_s: float = float("-inf")
    last_raised_s: float = 0.0
    cue: Cue | None = None
    id: str = ""
    count: int = 0
    usual_s: float = 0.0
    unsettled: bool = False
    below_s: float = 0.0
    fresh_s: float = float("inf")


class RaisedVoice:
    """Effort in, cues out."""

    def __init__(self, config: RaisedVoiceConfig = RaisedVoiceConfig()) -> None:
        self.config = config
        self._tracker = {channel: _Side() for channel in CHANNELS}

    def process(self, effort: EffortFrames) -> list[Event]:
        """Events of this stretch, in time order."""
        events: list[Event] = []
        for i in range(len(effort)):
            for channel in CHANNELS:
                events += self._step(channel, effort, i)
        return events

    def finish(self, at_s: float) -> list[Event]:
        """Closes what is open when the call ends."""
        return [self._close(side, at_s) for side in self._tracker.values() if side.cue is not None]

    def _step(self, channel: Channel, effort: EffortFrames, i: int) -> list[Event]:
        side, row, config = self._tracker[channel], channel.index, self.config
        new_s = float(effort.new_voiced_s[row, i])
        start_s = effort.start_s + i * effort.hop_s
        end_s, now_s = start_s + effort.hop_s, effort.decided_s(i)
        silent = start_s - side.last_voice_s >= config.silence_s
        if silent:
            side.above_s = 0.0
        if new_s > 0:
            side.last_voice_s = end_s
        if side.cue is not None:
            return self._follow(channel, side, effort, i, silent)
        side.fresh_s += new_s
        z = _highest(effort, row, i)
        if side.fresh_s < config.fresh_s:
            z = float(effort.effort[row, i])
        if new_s <= 0 or isnan(z):
            return []
        if z < config.open_z:
            side.above_s = 0.0
            return self._settle(channel, side, z, new_s, now_s)
        if side.above_s == 0.0:
            side.onset_s, side.peak_z = start_s, 0.0
        side.peak_z = max(side.peak_z, z)
        side.above_s += new_s
        side.usual_s = 0.0
        if not _stands_out(effort, row, i, side, config):
            return []
        side.count += 1
        side.id = f"raised_voice-{channel}-{side.count}"
        side.last_raised_s = end_s
        side.below_s = 0.0
        onset_s = max(0.0, min(side.onset_s, end_s - 0.9))
        side.cue = self._cue(channel, effort, i, TimeSpan(onset_s, end_s), now_s)
        return [CueOpened(now_s, side.id, side.cue)]

    def _follow(
        self, channel: Channel, side: _Side, effort: EffortFrames, i: int, silent: bool
    ) -> list[Event]:
        """An open cue goes on or closes."""
        assert side.cue is not None
        row, end_s = channel.index, effort.start_s + (i + 1) * effort.hop_s
        z, new_s = float(effort.effort[row, i]), float(effort.new_voiced_s[row, i])
        if new_s > 0 and not isnan(z):
            if z >= self.config.close_z:
                side.below_s, side.last_raised_s = 0.0, end_s
                if z > (side.cue.effort or 0.0):
                    best = self._cue(channel, effort, i, side.cue.span, side.cue.detected_s)
                    side.cue = best
            else:
                side.below_s += new_s
        if not silent and side.below_s == 0.0:
            return []
        return [self._close(side, effort.decided_s(i))]

    def _settle(
        self, channel: Channel, side: _Side, z: float, new_s: float, now_s: float
    ) -> list[Event]:
        """After a cue: enough usual voice means that the speaker has settled."""
        if not side.unsettled or z >= self.config.close_z:
            return []
        side.usual_s += new_s
        if side.usual_s < self.config.settled_s:
            return []
        side.unsettled = False
        return [VoiceSettled(now_s, channel)]

    def _close(self, side: _Side, now_s: float) -> CueClosed:
        assert side.cue is not None
        span = TimeSpan(side.cue.span.start_s, max(side.last_raised_s, side.cue.span.end_s))
        event = CueClosed(now_s, side.id, replace(side.cue, span=span))
        side.cue, side.above_s, side.usual_s, side.unsettled = None, 0.0, 0.0, True
        side.fresh_s = 0.0
        return event

    def _cue(
        self, channel: Channel, effort: EffortFrames, i: int, span: TimeSpan, detected_s: float
    ) -> Cue:
        row = channel.index
        z = _highest(effort, row, i)
        level_db = float(effort.level_delta_db[row, i])
        return Cue(
            CueKind.RAISED_VOICE,
            channel,
            span,
            detected_s,
            score=1 / (1 + exp(-(z - self.config.open_z))),
            evidence=_evidence(channel, effort, i),
            effort=z,
            level_delta_db=level_db,
        )


def _highest(effort: EffortFrames, row: int, i: int) -> float:
    """The higher of both windows."""
    return max(float(effort.effort[row, i]), float(effort.sustained[row, i]))


def _stands_out(
    effort: EffortFrames, row: int, i: int, side: _Side, config: RaisedVoiceConfig
) -> bool:
    """Whether this step opens a cue: strong at once, or less strong but lasting.

    The highest effort since it last lay under `open_z` still counts: a sentence falls. Voice from
    before the last cue closed counts for nothing.
    """
    short, long = float(effort.effort[row, i]), float(effort.sustained[row, i])
    if side.fresh_s < config.fresh_s:
        long = short
    needed = config.needed_z(min(float(effort.voiced_s[row, i]), side.fresh_s))
    strong = side.peak_z >= max(needed, config.early_z)
    level_db = config.least_strong_level_db if strong else config.least_level_db
    return (
        (strong or long >= needed)
        and short >= config.still_z
        and config.least_balance_db
        <= float(effort.balance_delta_db[row, i])
        <= config.most_balance_db
        and float(effort.level_delta_db[row, i]) >= level_db
    )


def _evidence(channel: Channel, effort: EffortFrames, i: int) -> Fact:
    """What a person can check with a tuner and a level meter: what rose, by how much."""
    row = channel.index
    measured = (
        ("pitch_st", float(effort.pitch_delta_st[row, i]), 1.0),
        ("level_db", float(effort.level_delta_db[row, i]), 2.0),
        ("high_db", float(effort.balance_delta_db[row, i]), 2.0),
    )
    rose = {name: value for name, value, least in measured if value >= least}
    code = "louder" if channel is Channel.AGENT else "raised_voice"
    return Fact(code, {**rose, "voiced_s": float(effort.voiced_s[row, i])})
