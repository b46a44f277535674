"""What a call leaves behind: events in, CallSummary out.

The same code makes the report at the end of a live call and from a journal that a crash cut
short, so both hold the same figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue
from callwatch.core.escalation import EscalationChange
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    FloorReleased,
    FloorTaken,
    InputWarning,
    MeterUpdated,
    NudgeShown,
    NudgeSuppressed,
    UtteranceFinished,
    UtteranceRevised,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import (
    CallInfo,
    CallSummary,
    ChannelQuality,
    ChannelSpan,
    InputQuality,
    Performance,
)
from callwatch.core.words import Utterance
from callwatch.session.attribution import NEEDS_SPEAKER
from callwatch.session.talk_time import compute_metrics, segments_of
from callwatch.voice.quality.dropout import WHOLE_SHARE

# Faults of the journal itself: nothing of them is known while the call runs.
_OF_READER: Final = ("journal_damaged", "words_locked", "words_damaged")


class SummaryBuilder:
    """Collects the events of one call. Memory grows with the events, not with the audio."""

    def __init__(self) -> None:
        self._call: CallInfo | None = None
        self._end: CallEnded | None = None
        self._speech: dict[Channel, list[TimeSpan]] = {channel: [] for channel in CHANNELS}
        self._speaking: dict[Channel, float] = {}
        self._turns: list[ChannelSpan] = []
        self._floor: dict[Channel, float] = {}
        self._cues: dict[str, Cue] = {}
        self._nudges: list[Nudge] = []
        self._escalation: list[EscalationChange] = []
        self._utterances: list[Utterance] = []
        self._places: dict[tuple[Channel, str], int] = {}  # of each utterance in the list
        self._loudness: dict[Channel, list[float | None]] = {channel: [] for channel in CHANNELS}
        self._effort: dict[Channel, list[float | None]] = {channel: [] for channel in CHANNELS}
        self._notes: list[Fact] = []
        self._withdrawn: set[str] = set()
        self._last_s = 0.0

    def __call__(self, event: Event) -> None:
        """Take the next event (the record is an event sink)."""
        self._last_s = max(self._last_s, event.time_s)
        match event:
            case CallStarted(call=call):
                self._call = call
            case CallEnded():
                self._end = event
            case VoiceStarted(channel=channel, start_s=start_s):
                self._speaking[channel] = start_s
            case VoiceStopped(channel=channel, span=span):
                self._speaking.pop(channel, None)
                self._speech[channel].append(span)
            case FloorTaken(channel=channel, start_s=start_s):
                self._floor[channel] = start_s
            case FloorReleased(channel=channel, span=span):
                self._floor.pop(channel, None)
                self._turns.append((channel, span))
            case CueOpened(id=cue_id, cue=cue) | CueClosed(id=cue_id, cue=cue):
                if cue_id not in self._withdrawn:
                    self._cues[cue_id] = cue
            case CueWithdrawn(id=cue_id):
                self._withdrawn.add(cue_id)
                self._cues.pop(cue_id, None)
            case NudgeShown(nudge=nudge) | NudgeSuppressed(nudge=nudge):
                self._nudges.append(nudge)
            case EscalationChanged(change=change):
                self._escalation.append(change)
            case UtteranceFinished(utterance=utterance):
                self._places[utterance.channel, utterance.id] = len(self._utterances)
                self._utterances.append(utterance)
            case UtteranceRevised(utterance=utterance):
                place = self._places.get((utterance.channel, utterance.id))
                if place is not None:
                    self._utterances[place] = utterance
            case MeterUpdated(loudness_dbfs=loudness, effort=effort):
                for channel in CHANNELS:
                    self._loudness[channel].append(loudness.get(channel))
                    self._effort[channel].append(effort.get(channel))
            case InputWarning(fact=fact):
                self._notes.append(fact)
            case _:
                pass

    def summary(self) -> CallSummary:
        """The call so far; a call that was cut short ends at its last event, and says so."""
        if self._call is None:
            raise ValueError("the record has no CallStarted event: it is not the record of a call")
        end = self._end or self._cut_short()
        segments = [
            (channel, span)
            for channel in CHANNELS
            for span in segments_of(self._spans_of(channel, end.duration_s))
        ]
        turns = self._turns + [
            (channel, TimeSpan(start_s, max(start_s, end.duration_s)))
            for channel, start_s in self._floor.items()
        ]
        # Those of the first seconds were reported before the channels were known to be one.
        doubted = {
            cue_id
            for cue_id, cue in self._cues.items()
            if not end.separable and cue.kind in NEEDS_SPEAKER
        }
        reported = (
            cue
            for cue_id, cue in self._cues.items()
            if cue_id not in doubted and cue.span.start_s < end.duration_s
        )
        cues = sorted(reported, key=lambda cue: (cue.detected_s, cue.span.start_s))
        metrics = compute_metrics(
            segments=segments,
            turn_spans=turns,
            cues=cues,
            utterances=self._utterances,
            loudness=_up_to(self._loudness, end.duration_s),
            duration_s=end.duration_s,
            separable=end.separable,
            unheard=_unheard(end),
        )
        return CallSummary(
            call=replace(self._call, duration_s=round(end.duration_s, 3)),
            metrics=metrics,
            segments=tuple(sorted(segments, key=_by_start)),
            turn_spans=tuple(sorted(turns, key=_by_start)),
            cues=tuple(cues),
            nudges=tuple(
                nudge
                for nudge in self._nudges
                if nudge.time_s <= end.duration_s
                and not (nudge.cue_ids and doubted.issuperset(nudge.cue_ids))
            ),
            escalation=tuple(c for c in self._escalation if c.time_s <= end.duration_s),
            utterances=tuple(sorted(self._utterances, key=lambda u: u.span.start_s)),
            input_quality=self._quality(end),
            performance=end.performance,
            effort_curve=_up_to(self._effort, end.duration_s),
        )

    def _spans_of(self, channel: Channel, duration_s: float) -> list[TimeSpan]:
        spans = list(self._speech[channel])
        if channel in self._speaking and self._speaking[channel] < duration_s:
            spans.append(TimeSpan(self._speaking[channel], duration_s))
        return spans

    def _quality(self, end: CallEnded) -> InputQuality:
        """What the call's end says, and what only the journal's reader knows."""
        known = end.quality.warnings
        late = tuple(n for n in self._notes if n.code in _OF_READER and n not in known)
        return replace(end.quality, warnings=(*known, *late))

    def _cut_short(self) -> CallEnded:
        quality = InputQuality(
            {channel: ChannelQuality() for channel in CHANNELS},
            (*dict.fromkeys(self._notes), Fact("cut_short")),
        )
        return CallEnded(self._last_s, self._last_s, True, quality, Performance())


def _unheard(end: CallEnded) -> frozenset[Channel]:
    """The sides whose channel carried no sound in the whole call, not even noise."""
    return frozenset(
        channel
        for channel, heard in end.quality.channels.items()
        if heard.silent_s is not None
        and end.duration_s > 0
        and heard.silent_s >= WHOLE_SHARE * end.duration_s
    )


def _up_to(
    curves: Mapping[Channel, Sequence[float | None]], duration_s: float
) -> dict[Channel, tuple[float | None, ...]]:
    """Curves of a value a second, without what was heard after the end of the call."""
    return {channel: tuple(values[: ceil(duration_s)]) for channel, values in curves.items()}


def _by_start(item: ChannelSpan) -> tuple[float, str]:
    return item[1].start_s, item[0]


def summarize(events: Iterable[Event]) -> CallSummary:
    """The summary of a journal's events.

    Raises ValueError when there is no CallStarted among them.
    """
    record = SummaryBuilder()
    for event in events:
        record(event)
    return record.summary()
