"""Who interrupts, who listens, who holds the floor: decided live, frame by frame.

    other  |=====================>            floor held >= 1.0 s, and still speaking
    self             |--- overlap --->        overlaps long enough            -> interruption
    self             |mm|                     short, or listening words       -> backchannel
    self                          |====>      starts just before the end      -> smooth change

A listening word that grows into a turn becomes an interruption at that moment. Works without any
words; words that arrive may decide earlier, or take a decision back. Called by the analysis thread.
"""

from dataclasses import dataclass, replace
from typing import Final

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event, VoiceStarted
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.detectors.backchannel_lexicon import backchannel_lexicon
from callwatch.detectors.floor import Floor
from callwatch.detectors.overlap_rules import (
    TurnTakingConfig,
    is_backchannel,
    is_interruption,
    starts_over_held_floor,
    was_backchannel,
)
from callwatch.detectors.spurt_tracker import SpurtTracker
from callwatch.detectors.spurts import TalkSpurt

CONTENT_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class _Open:
    """An interruption that goes on."""

    id: str
    cue: Cue
    spurt: TalkSpurt


class TurnTaking:
    """Voice frames in, cues and turns out; keeps its own state."""

    def __init__(
        self, config: TurnTakingConfig | None = None, language: Language = Language.EN
    ) -> None:
        self._config = config or TurnTakingConfig()
        self._words = backchannel_lexicon(language)
        self._tracker = SpurtTracker(self._config)
        self._floor = Floor(self._config.floor)
        self._open: dict[Channel, _Open] = {}
        self._past: list[_Open] = []
        self._content: set[str] = set()
        self._count = 0
        self._frame = 0
        self._delay_s = 0.0

    def process(self, frames: VoiceFrames) -> list[Event]:
        """Cues and turns that these frames decide, in time order."""
        if not len(frames):
            return []
        self._frame, self._delay_s = round(frames.start_s / HOP_S), frames.delay_s
        onsets = [t for t in frames.transitions if isinstance(t, VoiceStarted)]
        events: list[Event] = []
        agent, customer = (row.tolist() for row in frames.speech)
        levels = frames.cleaned_dbfs.T.tolist()
        for on, level_dbfs in zip(zip(agent, customer, strict=True), levels, strict=True):
            time_s = self._time_s()
            while onsets and onsets[0].time_s <= time_s + 1e-6:
                self._tracker.correct_onset(onsets.pop(0))
            self._tracker.follow(self._frame, on, level_dbfs)
            for channel in CHANNELS:
                self._judge(channel, time_s, events)
            events += self._floor.process(self._frame, time_s, self._tracker.spurts)
            self._frame += 1
        for onset in onsets:
            self._tracker.correct_onset(onset)
        return events

    def hear(self, utterance: Utterance) -> list[Event]:
        """Words may tell a listening phrase from a grab for the floor, even afterwards."""
        listening = self._words.is_listening(utterance.text)
        if listening is None:
            return []
        events: list[Event] = []
        time_s = max(utterance.consumed_s, self._time_s())
        for found in [*self._open.values(), *self._past]:
            cue = found.cue
            if cue.channel is not utterance.channel or not _covers(utterance, cue.span):
                continue
            if not listening:
                # "Um, I" beside the other's last word is not yet a grab: content takes two words.
                said = _said_in(utterance, cue.span)
                if (
                    self._words.is_barge_in(said)
                    or self._words.content_words(said) >= CONTENT_WORDS
                ):
                    self._content.add(found.id)
            elif utterance.is_final:
                events.append(CueWithdrawn(time_s, found.id))
                self._forget(found)
                events += self._backchannel(utterance.channel, cue.span, time_s, utterance.text)
        return events

    def finish(self, at_s: float) -> list[Event]:
        """The call is over: close what is open."""
        events: list[Event] = []
        for channel in list(self._open):
            self._close(channel, at_s, None, events)
        return [*events, *self._floor.finish(at_s, self._tracker.spurts)]

    def _time_s(self) -> float:
        return round((self._frame + 1) * HOP_S + self._delay_s, 4)

    def _judge(self, channel: Channel, time_s: float, events: list[Event]) -> None:
        spurt, other = self._tracker.spurts[channel], self._tracker.spurts[channel.other]
        if channel in self._open:
            if spurt.is_over:
                self._close(channel, time_s, False, events)
            elif self._frame - other.last > self._config.close_pause_s / HOP_S:
                self._close(channel, time_s, True, events)
        if spurt.is_judged:
            return
        if spurt.is_over:
            self._judge_ended(spurt, other, time_s, events)
            return
        silent_s = (self._frame - other.last) * HOP_S
        if spurt.is_on and self._is_barge_in(spurt, silent_s):
            spurt.is_judged = True
            self._interrupt(spurt, time_s, events)
        elif (self._frame - other.last_loud) * HOP_S > self._config.change_s:
            spurt.is_changed = True

    def _is_barge_in(self, spurt: TalkSpurt, silent_s: float) -> bool:
        config = self._config
        return starts_over_held_floor(spurt, config) and is_interruption(
            spurt, self._frame, silent_s, config
        )

    def _judge_ended(
        self, spurt: TalkSpurt, other: TalkSpurt, time_s: float, events: list[Event]
    ) -> None:
        """A spurt that was no interruption: listening, when the other goes on."""
        if not is_backchannel(spurt, self._config):
            spurt.is_judged = True
        elif other.last > spurt.last + 10:
            spurt.is_judged = True
            span = TimeSpan(round(spurt.start * HOP_S, 4), round((spurt.last + 1) * HOP_S, 4))
            events += self._backchannel(spurt.channel, span, time_s, None)
        elif (self._frame - spurt.last) * HOP_S > self._config.hold_pause_s:
            spurt.is_judged = True

    def _interrupt(self, spurt: TalkSpurt, time_s: float, events: list[Event]) -> None:
        overlap_s = spurt.overlap * HOP_S
        cue = Cue(
            CueKind.INTERRUPTION,
            spurt.channel,
            TimeSpan(round(spurt.start * HOP_S, 4), round((self._frame + 1) * HOP_S, 4)),
            time_s,
            score=round(min(1.0, 0.6 + 0.4 * overlap_s), 2),
            evidence=_evidence(overlap_s, spurt),
        )
        found = _Open(self._new_id("i"), cue, spurt)
        self._open[spurt.channel] = found
        events.append(CueOpened(time_s, found.id, cue))

    def _close(
        self, channel: Channel, time_s: float, yielded: bool | None, events: list[Event]
    ) -> None:
        """The overlap is over: the cue gets its true end, or turns out to have been listening."""
        found = self._open.pop(channel)
        spurt, other = found.spurt, self._tracker.spurts[channel.other]
        if yielded is not None and was_backchannel(spurt, other, self._frame, self._config):
            span = TimeSpan(found.cue.span.start_s, round((spurt.last + 1) * HOP_S, 4))
            if not self._has_content(found):
                events.append(CueWithdrawn(time_s, found.id))
                events += self._backchannel(channel, span, time_s, None)
                return
        start_s = found.cue.span.start_s
        end_s = max(found.cue.span.end_s, round((spurt.last_overlap + 1) * HOP_S, 4))
        cue = replace(
            found.cue,
            span=TimeSpan(start_s, end_s),
            evidence=_evidence(end_s - start_s, spurt),
            yielded=yielded,
        )
        self._past.append(_Open(found.id, cue, spurt))
        events.append(CueClosed(time_s, found.id, cue))

    def _has_content(self, found: _Open) -> bool:
        """Whether words that were heard speak against listening."""
        return found.id in self._content

    def _backchannel(
        self, channel: Channel, span: TimeSpan, time_s: float, text: str | None
    ) -> list[Event]:
        evidence = Fact("inside_turn", {"duration_s": span.duration_s})
        if text:
            evidence = Fact("inside_turn_said", {"duration_s": span.duration_s, "said": text})
        cue = Cue(
            CueKind.BACKCHANNEL,
            channel,
            span,
            time_s,
            score=0.9 if text else 0.7,
            evidence=evidence,
        )
        cue_id = self._new_id("b")
        return [CueOpened(time_s, cue_id, cue), CueClosed(time_s, cue_id, cue)]

    def _forget(self, found: _Open) -> None:
        self._open = {c: o for c, o in self._open.items() if o.id != found.id}
        self._past = [o for o in self._past if o.id != found.id]

    def _new_id(self, letter: str) -> str:
        self._count += 1
        return f"turn-{letter}{self._count}"


def _covers(utterance: Utterance, span: TimeSpan) -> bool:
    """Whether the utterance is what was said in the span, at least for the most part."""
    return utterance.span.overlap_s(span) > 0.5 * min(span.duration_s, utterance.span.duration_s)


def _said_in(utterance: Utterance, span: TimeSpan) -> str:
    """The words that were, for the most part, said within the span."""
    inside = (w.text for w in utterance.words if span.overlap_s(w.span) >= w.span.duration_s / 2)
    return " ".join(inside)


def _evidence(overlap_s: float, spurt: TalkSpurt) -> Fact:
    return Fact("overlap", {"overlap_s": overlap_s, "held_s": spurt.hold * HOP_S})
