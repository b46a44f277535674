"""Who interrupts, who listens, who holds the floor: decided live.

    other  |=====================>            floor held >= 1.0 s, and still speaking
    self             |--- overlap --->        a grab, as the model judges it    -> interruption
    self             |mm|                     sounds like listening             -> backchannel
    self                          |====>      starts < 0.4 s before the end     -> smooth change

Works without any words; words that arrive may take a decision back, or find a listening word that
was not heard as one. Called by the analysis thread.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event, VoiceStarted
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.detectors.backchannel_lexicon import backchannel_lexicon
from callwatch.detectors.floor import Floor
from callwatch.detectors.history import VoiceHistory
from callwatch.detectors.overlap_features import OverlapFeatures, hold_of, overlap_features
from callwatch.detectors.overlap_model import overlap_model
from callwatch.detectors.overlap_rules import TurnTakingConfig
from callwatch.detectors.spurt_tracker import SpurtTracker
from callwatch.detectors.spurts import Hold, TalkSpurt
from callwatch.voice.effort.laughter import Laugh

HOLD_FRAMES: Final = 1500  # of a floor, what lies so far back is not asked for
DECISION_FRAMES: Final = 5  # overlaps are looked at every 50 ms
GOES_ON: Final = 10  # frames: sound of the other so long after a word is no mere end of a syllable
REMEMBERED: Final = 50  # cues that words may still revise: some minutes of lively talk


class OverlapJudge(Protocol):
    """Answers a question about an overlap."""

    def probability(self, features: OverlapFeatures) -> float:
        """0..1."""
        ...


@dataclass(frozen=True, slots=True)
class _Reported:
    """A cue that was reported; `hold_s`: how long the other had held the floor."""

    id: str
    cue: Cue
    hold_s: float = 0.0


class TurnTaking:
    """Voice frames in, cues and turns out; keeps its own state.

    `judges`: who tells interruptions, and who tells listening words; the trained models by default.
    """

    def __init__(
        self,
        config: TurnTakingConfig | None = None,
        language: Language = Language.EN,
        judges: tuple[OverlapJudge, OverlapJudge] | None = None,
    ) -> None:
        self._config = config or TurnTakingConfig()
        self._words = backchannel_lexicon(language)
        self._grabs, self._listens = judges or (
            overlap_model("interruption"),
            overlap_model("backchannel"),
        )
        self._tracker = SpurtTracker(self._config.spurt_pause_s)
        self._history = VoiceHistory()
        self._floor = Floor(self._config.floor)
        self._open: dict[Channel, _Reported] = {}
        self._past: list[_Reported] = []
        self._content: set[str] = set()
        self._laughs: deque[Laugh] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._frame = 0
        self._delay_s = 0.0

    def process(self, frames: VoiceFrames) -> list[Event]:
        """Cues and turns that these frames decide, in time order."""
        if not len(frames):
            return []
        self._frame, self._delay_s = round(frames.start_s / HOP_S), frames.delay_s
        self._history.append(self._frame, frames)
        onsets = [t for t in frames.transitions if isinstance(t, VoiceStarted)]
        events: list[Event] = []
        agent, customer = (row.tolist() for row in frames.in_front)
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
        """Words tell a listening phrase from content, even afterwards."""
        is_listening = self._words.is_listening(utterance.text)
        if is_listening is None:
            return []
        events: list[Event] = []
        time_s, is_new = max(utterance.consumed_s, self._time_s()), True
        for reported in [*self._open.values(), *self._past]:
            cue, span = reported.cue, reported.cue.span
            if reported in self._open.values():
                span = TimeSpan(span.start_s, max(span.end_s, self._time_s()))
            if cue.channel is not utterance.channel or not _covers(utterance, span):
                continue
            is_new = False
            if cue.kind is CueKind.INTERRUPTION and not is_listening:
                self._content |= {reported.id} if self._is_content(utterance, span) else set()
            elif cue.kind is CueKind.INTERRUPTION and utterance.is_final:
                events += self._withdraw(reported, time_s)
                events += self._backchannel(cue.channel, cue.span, time_s, utterance.text)
            elif cue.kind is CueKind.BACKCHANNEL and self._is_content(utterance, span):
                events += self._withdraw(reported, time_s)
        if is_new and is_listening and utterance.is_final and self._is_inside_turn(utterance):
            span = utterance.span
            events += self._backchannel(utterance.channel, span, time_s, utterance.text)
        return events

    def laugh(self, laughs: Iterable[Laugh]) -> list[Event]:
        """What was laughed is no listening word, even if it was reported as one."""
        events: list[Event] = []
        for laugh in laughs:
            self._laughs.append(laugh)
            for reported in self._past:
                cue = reported.cue
                is_said = cue.evidence.code == "inside_turn_said"
                if cue.kind is CueKind.BACKCHANNEL and not is_said and _is_laughed(cue, laugh):
                    events += self._withdraw(reported, laugh.known_s)
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
        silent_s = (self._frame - other.last) * HOP_S
        if channel in self._open:
            if self._frame - spurt.last == round(self._config.settle_s / HOP_S):
                self._settle(channel, time_s, events)
            elif spurt.is_over:
                self._close(channel, time_s, False, events)
            elif silent_s > self._config.close_pause_s:
                self._close(channel, time_s, True, events)
        if spurt.is_judged:
            return
        spurt.is_changed |= silent_s > self._config.change_s
        if spurt.is_over:
            self._judge_ended(spurt, other, time_s, events)
        elif not (self._frame % DECISION_FRAMES or spurt.is_changed):
            self._judge_live(spurt, other, time_s, events)

    def _judge_live(
        self, spurt: TalkSpurt, other: TalkSpurt, time_s: float, events: list[Event]
    ) -> None:
        """An interruption, when it began over a held floor and the model is sure."""
        config = self._config
        is_quiet = (self._frame - spurt.last) * HOP_S >= config.settle_s
        if is_quiet or not spurt.is_confirmed:
            return
        both_s = (min(spurt.last, other.last) + 1 - spurt.start) * HOP_S
        if both_s < config.min_overlap_s:
            return
        hold = self._hold(spurt)
        if hold.hold_s < config.min_hold_s or self._is_together(spurt, hold):
            return
        features = self._features(spurt)
        probability = self._grabs.probability(features)
        is_soft = features.loud_met_s < config.min_overlap_s
        if is_soft or probability < config.interruption_probability:
            return
        spurt.is_judged = True
        end_s = round((self._frame + 1) * HOP_S, 4)
        cue = Cue(
            CueKind.INTERRUPTION,
            spurt.channel,
            TimeSpan(round(spurt.start * HOP_S, 4), end_s),
            time_s,
            score=round(probability, 2),
            evidence=_evidence(both_s, hold.hold_s),
        )
        self._open[spurt.channel] = _Reported(self._new_id("i"), cue, hold.hold_s)
        events.append(CueOpened(time_s, self._open[spurt.channel].id, cue))

    def _hold(self, spurt: TalkSpurt) -> Hold:
        """How the other held the floor at the onset; with blocks of any size as much is known."""
        if spurt.hold is None:
            row, start = spurt.channel.index, max(0, spurt.start - self._history.first)
            speech = self._history.speech[:, max(0, start - HOLD_FRAMES) : start]
            spurt.hold = hold_of(speech[row], speech[1 - row])
        return spurt.hold

    def _is_together(self, spurt: TalkSpurt, hold: Hold) -> bool:
        """Whether both began at once: neither could hear the other over the delay of the line."""
        config = self._config
        if hold.hold_s > 0.0 and hold.run_s < config.delay_allowance_s:
            return True
        if hold.late_s < config.restart_pause_s:
            return False
        start = max(0, spurt.start - self._history.first)
        reach = round(config.delay_allowance_s / HOP_S)
        rows = self._history.speech[spurt.channel.other.index]
        return bool(rows[start : start + reach + 1].any())

    def _features(self, spurt: TalkSpurt) -> OverlapFeatures:
        states = self._tracker.states(spurt.channel)
        return overlap_features(self._history, spurt, states, self._frame)

    def _listening(self, spurt: TalkSpurt) -> float:
        """How likely a spurt that has paused was a listening word, by its length and its sound."""
        config = self._config
        if not config.min_backchannel_s <= spurt.length_s <= config.max_backchannel_s:
            return 0.0
        hold = self._hold(spurt)
        if not hold.hold_s and not self._is_met(spurt):
            return 0.0
        # Nobody listens to what has only just begun: it is a leak, or the start of an answer.
        if hold.hold_s < config.delay_allowance_s and self._is_together(spurt, hold):
            return 0.0
        return self._listens.probability(self._features(spurt))

    def _is_met(self, spurt: TalkSpurt) -> bool:
        """Whether both sides have spoken at once since the spurt began."""
        start, now = spurt.start - self._history.first, self._frame - self._history.first + 1
        return bool(self._history.speech[:, max(0, start) : now].all(axis=0).any())

    def _judge_ended(
        self, spurt: TalkSpurt, other: TalkSpurt, time_s: float, events: list[Event]
    ) -> None:
        """A spurt that was no interruption: listening, when it sounds so and the other goes on."""
        if spurt.is_listening is None:
            spurt.is_listening = self._listening(spurt) >= self._config.backchannel_probability
        after_s = (self._frame - spurt.last) * HOP_S
        if not spurt.is_listening or after_s > self._config.resume_s:
            spurt.is_judged = True
        elif other.last > spurt.last + GOES_ON:
            spurt.is_judged = True
            events += self._backchannel(spurt.channel, _span(spurt), time_s, None)

    def _settle(self, channel: Channel, time_s: float, events: list[Event]) -> None:
        """The newcomer has paused while the other goes on: it may have been a listening word.

        Then the cue is withdrawn; should the newcomer go on, it is judged again.
        """
        spurt, other = self._tracker.spurts[channel], self._tracker.spurts[channel.other]
        reported = self._open[channel]
        if other.last <= spurt.last + GOES_ON or reported.id in self._content:
            return
        if self._listening(spurt) >= self._config.settle_probability:
            events += self._withdraw(reported, time_s)
            spurt.is_judged = False

    def _close(
        self, channel: Channel, time_s: float, yielded: bool | None, events: list[Event]
    ) -> None:
        """The overlap is over: the cue gets its true end."""
        reported = self._open.pop(channel)
        spurt, other = self._tracker.spurts[channel], self._tracker.spurts[channel.other]
        span = reported.cue.span
        end_s = max(span.end_s, round((min(spurt.last, other.last) + 1) * HOP_S, 4))
        cue = replace(
            reported.cue,
            span=TimeSpan(span.start_s, end_s),
            evidence=_evidence(end_s - span.start_s, reported.hold_s),
            yielded=yielded,
        )
        self._remember(replace(reported, cue=cue))
        events.append(CueClosed(time_s, reported.id, cue))

    def _is_content(self, utterance: Utterance, span: TimeSpan) -> bool:
        """Whether what was said in the span is more than listening.

        "Um, I" is not yet: content takes two words, or a question, or an opening like "no but".
        """
        said = _said_in(utterance, span)
        count = self._words.content_words(said)
        is_question = utterance.is_final and said.rstrip().endswith("?")
        return count >= 2 - is_question or self._words.is_barge_in(said)

    def _is_inside_turn(self, utterance: Utterance) -> bool:
        """Whether the other spoke during a short utterance, or just before and just after it."""
        if utterance.span.duration_s > self._config.max_backchannel_s:
            return False
        first, rows = self._history.first, self._history.speech[utterance.channel.other.index]
        start, end = (
            max(0, round(t / HOP_S) - first) for t in (utterance.span.start_s, utterance.span.end_s)
        )
        reach = round(self._config.change_s / HOP_S)
        before, after = rows[max(0, start - reach) : start], rows[end : end + reach]
        return bool(rows[start:end].any() or before.any()) and bool(after.any())

    def _backchannel(
        self, channel: Channel, span: TimeSpan, time_s: float, text: str | None
    ) -> list[Event]:
        evidence = Fact("inside_turn", {"duration_s": span.duration_s})
        if text:
            evidence = Fact("inside_turn_said", {"duration_s": span.duration_s, "said": text})
        score = 0.9 if text else 0.7
        cue = Cue(CueKind.BACKCHANNEL, channel, span, time_s, score=score, evidence=evidence)
        if not text and any(_is_laughed(cue, laugh) for laugh in self._laughs):
            return []
        reported = _Reported(self._new_id("b"), cue)
        self._remember(reported)
        return [CueOpened(time_s, reported.id, cue), CueClosed(time_s, reported.id, cue)]

    def _withdraw(self, reported: _Reported, time_s: float) -> list[Event]:
        self._open = {c: o for c, o in self._open.items() if o.id != reported.id}
        self._past = [o for o in self._past if o.id != reported.id]
        return [CueWithdrawn(time_s, reported.id)]

    def _remember(self, reported: _Reported) -> None:
        self._past = [*self._past[1 - REMEMBERED :], reported]

    def _new_id(self, letter: str) -> str:
        self._count += 1
        return f"turn-{letter}{self._count}"


def _span(spurt: TalkSpurt) -> TimeSpan:
    return TimeSpan(round(spurt.start * HOP_S, 4), round((spurt.last + 1) * HOP_S, 4))


def _is_laughed(cue: Cue, laugh: Laugh) -> bool:
    """Whether a listening word of the same side is, at least for the most part, the laugh."""
    inside_s = laugh.span.overlap_s(cue.span)
    return cue.channel is laugh.channel and inside_s > 0.5 * cue.span.duration_s


def _covers(utterance: Utterance, span: TimeSpan) -> bool:
    """Whether the utterance is what was said in the span, at least for the most part."""
    return utterance.span.overlap_s(span) > 0.5 * min(span.duration_s, utterance.span.duration_s)


def _said_in(utterance: Utterance, span: TimeSpan) -> str:
    """The words that were, for the most part, said within the span."""
    inside = (w.text for w in utterance.words if span.overlap_s(w.span) >= w.span.duration_s / 2)
    return " ".join(inside)


def _evidence(overlap_s: float, held_s: float) -> Fact:
    return Fact("overlap", {"overlap_s": overlap_s, "held_s": held_s})
