"""Threat cues from what the customer says, in two stages of certainty.

    partial  "i will"  "i will kill"  "i will kill you"   strong, urgent: CueOpened now
    final    "i will kill you all"                        confirmed: CueClosed
    final    "i will kill two birds"                      not confirmed: CueWithdrawn

Other categories wait for the finished utterance, or until several partial results in a row agree.
A sentence that stands in two partial results, and that others follow, is settled: its meaning is
read too, so that a threat in a monologue need not wait for its end.
The finished utterance's other readings are asked too: "feeling myself" may have been "killing".
The agent's words are never judged. Threads: one calls `hear`, in the order of the call.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event
from callwatch.core.facts import Fact
from callwatch.core.words import Utterance, Word
from callwatch.detectors.sentences import sentence_spans
from callwatch.detectors.threat_reader import Found, Matches, ThreatReader, laid_over

_TWICE: Final = 2


@dataclass(frozen=True, slots=True)
class ThreatConfig:
    """When a match becomes a cue."""

    # Below even, a cue is more likely wrong than right.
    min_score: float = 0.5
    # Without a rule only the likeness of the words speaks, and a recogniser mishears words: it
    # must be clearly more likely right than wrong (scripted calls: below this, precision falls).
    min_score_without_rule: float = 0.6
    # A word of no confidence halves the score of what rests on it.
    unsure_word_weight: float = 0.5
    # An urgent category may open on a partial result as sure as this: a strong rule, well heard.
    urgent_partial_score: float = 0.75
    # Any category may open when so many partial results in a row agree: recognisers often revise
    # the last word.
    partial_repeats: int = 3
    # Sparser partial results need fewer: two that agree so far apart are as good.
    partial_apart_s: float = 1.2
    # So do words that this much more speech has followed: they are hardly ever revised.
    settled_s: float = 0.8
    # A mishearing may hide a threat: so much of the recogniser's belief must be in readings that
    # hold it, and they must be this sure of it.
    min_alternative_share: float = 0.15
    min_alternative_score: float = 0.7
    # People pause inside a threat; longer than this, two utterances are two thoughts.
    join_gap_s: float = 2.5
    # So short a pause is the recogniser's cut, not the speaker's: both parts are one sentence.
    same_sentence_gap_s: float = 0.6
    # Words of the utterance before that are read along with the next one.
    join_words: int = 14

    def __post_init__(self) -> None:
        if self.partial_repeats < 1:
            raise ValueError("partial_repeats must be at least 1")


@dataclass(slots=True)
class _Pending:
    """What the partial results of one utterance led to so far."""

    utterance_id: str
    repeats: dict[ThreatCategory, int] = field(default_factory=dict)
    first_s: dict[ThreatCategory, float] = field(default_factory=dict)  # since when, without a gap
    opened: dict[ThreatCategory, tuple[str, Cue]] = field(default_factory=dict)
    sentences: frozenset[str] = frozenset()  # of the last partial result


class ThreatDetector:
    """Utterances in, threat cues out."""

    def __init__(self, matcher: Matches, config: ThreatConfig | None = None) -> None:
        self._config = config or ThreatConfig()
        self._reader = ThreatReader(
            matcher,
            min_score=self._config.min_score,
            min_score_without_rule=self._config.min_score_without_rule,
            unsure_word_weight=self._config.unsure_word_weight,
        )
        self._pending: _Pending | None = None
        self._before: Utterance | None = None
        self._reported: list[Cue] = []
        self._count = 0

    def hear(self, utterance: Utterance) -> list[Event]:
        """Events that this partial or finished utterance leads to."""
        if utterance.channel is not Channel.CUSTOMER:
            return []
        out: list[Event] = []
        if self._pending is not None and self._pending.utterance_id != utterance.id:
            out += self._withdraw(utterance.consumed_s)
        if utterance.is_final:
            return out + self._finished(utterance)
        return out + self._partial(utterance)

    def end(self, time_s: float) -> list[Event]:
        """The call is over, or its recogniser was reset: what was never confirmed is taken back."""
        self._before = None
        return self._withdraw(time_s)

    def _partial(self, utterance: Utterance) -> list[Event]:
        pending = self._pending or _Pending(utterance.id)
        self._pending = pending
        found = {one.category: one for one in self._reader.find(utterance.words, thorough=False)}
        pending.first_s = {c: at_s for c, at_s in pending.first_s.items() if c in found}
        pending.repeats = {category: pending.repeats.get(category, 0) + 1 for category in found}
        sure = self._settled(utterance, pending)
        for category, one in found.items():
            strong = category.is_urgent and one.score >= self._config.urgent_partial_score
            pending.first_s.setdefault(category, utterance.consumed_s)
            apart_s = utterance.consumed_s - pending.first_s[category]
            repeats = pending.repeats[category]
            is_settled = utterance.span.end_s - one.span.end_s >= self._config.settled_s
            often = (
                repeats >= self._config.partial_repeats
                or apart_s >= self._config.partial_apart_s
                or (repeats >= _TWICE and is_settled)
            )
            if strong or often:
                sure.setdefault(category, one)
        out: list[Event] = []
        for category, one in sure.items():
            if category not in pending.opened and not self._is_reported(one):
                cue_id, cue = self._new(one, utterance)
                pending.opened[category] = (cue_id, cue)
                out.append(CueOpened(utterance.consumed_s, cue_id, cue))
        return out

    def _settled(self, utterance: Utterance, pending: _Pending) -> dict[ThreatCategory, Found]:
        """Threats in sentences that stood in the partial result before, and that others follow."""
        words = utterance.words
        spans = sentence_spans(words)
        before = pending.sentences
        pending.sentences = frozenset(_plain(words[first:after]) for first, after in spans)
        quiet_s = utterance.span.end_s - self._config.settled_s
        settled = [
            (first, after)
            for first, after in spans
            if after < len(words)
            and words[after - 1].span.end_s <= quiet_s
            and _plain(words[first:after]) in before
        ]
        if not settled:
            return {}
        return {
            one.category: one
            for one in self._reader.find(words[: max(after for _, after in settled)])
            if any(first <= one.first < after for first, after in settled)
        }

    def _finished(self, utterance: Utterance) -> list[Event]:
        opened = self._pending.opened if self._pending else {}
        self._pending = None
        found = {one.category: one for one in self._reader.find(utterance.words)}
        for category, one in self._across(utterance, found).items():
            found.setdefault(category, one)
        for category, one in self._instead(utterance).items():
            found.setdefault(category, one)
        out: list[Event] = []
        for category, one in sorted(found.items(), key=lambda item: item[1].span):
            if category in opened:
                cue_id = opened[category][0]
                cue = self._cue(one, utterance, opened[category][1].detected_s)
            elif self._is_reported(one):
                continue
            else:
                cue_id, cue = self._new(one, utterance)
                out.append(CueOpened(utterance.consumed_s, cue_id, cue))
            out.append(CueClosed(utterance.consumed_s, cue_id, cue))
            self._reported = [*self._reported[-7:], cue]
        out += [CueWithdrawn(utterance.consumed_s, opened[c][0]) for c in opened if c not in found]
        if utterance.words:
            self._before = utterance
        return out

    def _across(
        self, utterance: Utterance, alone: dict[ThreatCategory, Found]
    ) -> dict[ThreatCategory, Found]:
        """Threats that begin in the utterance before and end in this one.

        What `alone` holds is struck out of it when both are one sentence, cut by the recogniser,
        and the whole sentence is harmless ("I am not going to | sue you").
        """
        before = self._before
        if before is None or not utterance.words or not before.words:
            return {}
        gap_s = utterance.span.start_s - before.span.end_s
        if gap_s > self._config.join_gap_s:
            return {}
        tail = before.words[-self._config.join_words :]
        joined = {
            one.category: one for one in self._reader.find((*tail, *utterance.words), len(tail))
        }
        if gap_s <= self._config.same_sentence_gap_s:
            for category in [category for category in alone if category not in joined]:
                del alone[category]
        return {
            category: one
            for category, one in joined.items()
            if one.first < len(tail) and one.span.end_s > utterance.span.start_s
        }

    def _instead(self, utterance: Utterance) -> dict[ThreatCategory, Found]:
        """Threats in what may have been said instead of what was heard best."""
        share: dict[ThreatCategory, float] = {}
        surest: dict[ThreatCategory, Found] = {}
        for alternative in utterance.alternatives if utterance.words else ():
            for one in self._reader.find_surely(laid_over(utterance, alternative.text)):
                if one.score < self._config.min_alternative_score:
                    continue
                share[one.category] = share.get(one.category, 0.0) + alternative.share
                known = surest.get(one.category)
                if known is None or one.score > known.score:
                    evidence = Fact(f"perhaps_{one.evidence.code}", one.evidence.params)
                    surest[one.category] = replace(one, evidence=evidence)
        least = self._config.min_alternative_share
        return {category: one for category, one in surest.items() if share[category] >= least}

    def _is_reported(self, one: Found) -> bool:
        """Whether a cue of the same category already covers most of these words."""
        return any(
            cue.category is one.category
            and cue.span.overlap_s(one.span) > 0.5 * one.span.duration_s
            for cue in self._reported
        )

    def _new(self, one: Found, utterance: Utterance) -> tuple[str, Cue]:
        self._count += 1
        return f"threat-{self._count}", self._cue(one, utterance, utterance.consumed_s)

    def _cue(self, one: Found, utterance: Utterance, detected_s: float) -> Cue:
        return Cue(
            CueKind.THREAT,
            Channel.CUSTOMER,
            one.span,
            detected_s,
            round(min(1.0, one.score), 3),
            one.evidence,
            category=one.category,
            utterance_id=utterance.id,
        )

    def _withdraw(self, time_s: float) -> list[Event]:
        opened = self._pending.opened if self._pending else {}
        self._pending = None
        return [CueWithdrawn(time_s, cue_id) for cue_id, _ in opened.values()]


def _plain(words: tuple[Word, ...]) -> str:
    """The words alone: punctuation and capitals change from one partial result to the next."""
    return " ".join(word.text.lower().strip(".,?!") for word in words)
