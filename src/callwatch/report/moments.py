"""The moments of a call that a report marks: every cue with its name, evidence and advice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.cues import METHOD_STEPS, Cue, CueKind
from callwatch.core.nudges import Nudge
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording, clock

# How much a kind deserves a second look, for the short list: danger, then what can be learnt from,
# then what went well.
_WEIGHT = {
    CueKind.THREAT: 60.0,
    CueKind.BLAMING: 48.0,
    CueKind.INTERRUPTION: 45.0,
    CueKind.RAISED_VOICE: 40.0,
    CueKind.DEAD_AIR: 22.0,
    CueKind.MONOLOGUE: 20.0,
    CueKind.SLOW_RESPONSE: 16.0,
    CueKind.ACKNOWLEDGEMENT: 15.0,
    CueKind.SOLUTION: 14.0,
    CueKind.REFOCUS: 13.0,
    CueKind.CONTROL: 12.0,
    CueKind.FAST_SPEECH: 10.0,
    CueKind.BACKCHANNEL: 0.0,
}
_URGENT_BONUS = 100.0
_REPEAT_COST = 9.0
# A wish for a manager is answered, and no more.
_WISH_COST = 30.0
# The longer somebody talks over the other, or the voice stays raised, the more there is to learn.
_WEIGHT_PER_S = 2.0
_MOST_LENGTH_WEIGHT = 30.0
# From here on a voice is "much" louder or higher: twice what anybody notices.
_MUCH = {"level_db": 6.0, "pitch_st": 6.0}
# What the customer breaks in with is theirs to say: worth less than the agent's own interruption.
_CUSTOMER_INTERRUPTION = 8.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One marked moment, ready to show. `anchor` is its place in the page."""

    anchor: str
    cue: Cue
    title: str
    at: str
    who: str
    plain: str
    evidence: str
    advice: str | None
    weight: float

    @property
    def style(self) -> str:
        """The name of its look: kind, and for a raised voice of the agent "loudness"."""
        if self.cue.kind is CueKind.RAISED_VOICE and self.cue.channel is Channel.AGENT:
            return "loudness"
        if self.cue.is_wish:
            return "wish"
        if self.cue.kind in METHOD_STEPS:
            return "step"
        return self.cue.kind.value

    @property
    def is_backchannel(self) -> bool:
        """Listening words are shown small: they are many, and all is well with them."""
        return self.cue.kind is CueKind.BACKCHANNEL


@dataclass(frozen=True, slots=True)
class NudgeMark:
    """One nudge, shown or held back, ready to show."""

    nudge: Nudge
    at: str
    because: str

    @property
    def text(self) -> str:
        """The card's lines as one."""
        return " – ".join(filter(None, self.nudge.text.split("\n")))


def moments_of(summary: CallSummary, wording: Wording) -> list[Moment]:
    """Every cue as a moment, in the order of time."""
    cues = sorted(summary.cues, key=lambda cue: (cue.span.start_s, cue.detected_s))
    return [
        Moment(
            anchor=f"m{number}",
            cue=cue,
            title=wording.cue_title(cue),
            at=clock(cue.span.start_s),
            who=wording.who(cue.channel),
            plain=_plain(cue, wording),
            evidence=wording.fact(cue.evidence),
            advice=wording.advice(cue),
            weight=_weight(cue),
        )
        for number, cue in enumerate(cues, start=1)
    ]


def nudge_marks(summary: CallSummary, wording: Wording) -> list[NudgeMark]:
    """Every nudge in the order of time."""
    nudges = sorted(summary.nudges, key=lambda nudge: nudge.time_s)
    return [NudgeMark(n, clock(n.time_s), wording.because(n)) for n in nudges]


def worth_a_look(moments: Sequence[Moment], most: int) -> list[Moment]:
    """At most `most` moments that deserve a second look, the one to learn most from first."""
    seen: Counter[str] = Counter()
    ranked = []
    for moment in sorted((m for m in moments if m.weight > 0), key=lambda m: -m.weight):
        # The third interruption teaches less than the first raised voice.
        ranked.append((moment.weight - _REPEAT_COST * seen[moment.title], moment))
        seen[moment.title] += 1
    return [moment for _, moment in sorted(ranked, key=lambda pair: -pair[0])[:most]]


def _weight(cue: Cue) -> float:
    if cue.kind is CueKind.INTERRUPTION and cue.channel is Channel.CUSTOMER:
        return _CUSTOMER_INTERRUPTION + cue.score
    bonus = _URGENT_BONUS if cue.category is not None and cue.category.is_urgent else 0.0
    base = 0.0 if cue.is_lively_voice else _WEIGHT[cue.kind]
    base -= _WISH_COST if cue.is_wish else 0.0
    if cue.kind in (CueKind.INTERRUPTION, CueKind.RAISED_VOICE):
        bonus += min(_MOST_LENGTH_WEIGHT, _WEIGHT_PER_S * cue.span.duration_s)
    return base + bonus + cue.score if base else 0.0


def _plain(cue: Cue, w: Wording) -> str:
    """A moment in plain words, where its evidence is figures; "" where it is a sentence already."""
    params = cue.evidence.params
    if cue.kind is CueKind.INTERRUPTION and cue.channel is not None:
        return w.t(f"plain.over_{cue.channel.value}", n=w.seconds(cue.span.duration_s))
    if cue.kind is not CueKind.RAISED_VOICE or cue.channel is None:
        return ""
    found = []
    for name, word in (("level_db", "louder"), ("pitch_st", "higher")):
        value = params.get(name)
        if isinstance(value, int | float):
            found.append(w.t(f"plain.{'much_' if value >= _MUCH[name] else ''}{word}"))
    how = w.listing(found or [w.t("plain.sharper")])
    return w.t(f"plain.voice_{cue.channel.value}", how=how)
