"""What an agent sees of each moment of a call, and when: the rows of benchmarks/desk.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from benchmarks.scripted import Truth, match
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import CueOpened, CueWithdrawn, Event, NudgeShown
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan, union
from callwatch.session.goodbye import GoodbyeDetector
from callwatch.session.nudge_rules import RULES, NudgeGroup
from callwatch_ui.overlay.state import OverlayState, Signal, reduce

Row = dict[str, Any]
# How it was said can be acted on for so long, what was said for so long (nudge_rules.py).
HOW_S, WHAT_S = 5.0, 10.0
# The agent has answered when they have spoken for so long since; the policy has a tick less.
ANSWERED_S = 6.0
# A bar within this of the onset belongs to the moment.
BAR_S = 4.0
# A moment is heated while the customer's voice is raised, and for a little while after a threat.
HEAT_S = 5.0
RAISED_BLOCKS = 3  # from here on they have another colour
MOMENTS = (
    ("interruption", Channel.AGENT),
    ("raised_voice", Channel.CUSTOMER),
    ("threat", Channel.CUSTOMER),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The screen from `time_s` on, in the time of the recording."""

    time_s: float
    signal: str
    level: int
    blocks: int
    trouble: bool
    nudge_id: str = ""

    @classmethod
    def of(cls, time_s: float, state: OverlayState) -> "Seen":
        """What this state shows."""
        nudge_id = "" if state.nudge is None else state.nudge.id
        is_trouble = state.trouble is not None
        return cls(
            time_s, state.signal.value, state.level.rank, state.effort_blocks, is_trouble, nudge_id
        )


def screens(events: Sequence[Event]) -> Iterator[Seen]:
    """What the screen shows after each event that changes it, without a screen."""
    state, last = OverlayState(), Seen.of(0.0, OverlayState())
    for event in events:
        state = reduce(state, event)
        now = Seen.of(event.time_s, state)
        if replace(now, time_s=last.time_s) != last:
            last = now
            yield now


@dataclass(frozen=True, slots=True)
class Met:
    """One true moment: when it was found, and when the screen changed, after its onset (s)."""

    kind: str
    found_s: float | None = None
    bar_s: float | None = None
    gauge_s: float | None = None
    card_s: float | None = None
    card_held: bool | None = None


@dataclass(frozen=True, slots=True)
class PlayedCall:
    """A call with its truth, what was decided, and what was on the screen."""

    name: str
    truth: Truth
    events: Sequence[Event]
    seen: Sequence[Seen]

    def nudges(self) -> list[Nudge]:
        """The cards, in order."""
        return [event.nudge for event in self.events if isinstance(event, NudgeShown)]

    def met(self) -> list[Met]:
        """Every true moment of the kinds that the screen answers."""
        out = []
        for kind, channel in MOMENTS:
            true = [e for e in self.truth["events"] if (e["kind"], e["channel"]) == (kind, channel)]
            found, _ = match(true, self._cues(kind))
            by_onset = {event["start_s"]: cue for event, cue in found}
            out += [self._met(kind, event, by_onset.get(event["start_s"])) for event in true]
        return out

    def _cues(self, kind: str) -> list[Truth]:
        withdrawn = {event.id for event in self.events if isinstance(event, CueWithdrawn)}
        return [
            {
                "id": event.id,
                "channel": event.cue.channel,
                "start_s": event.cue.span.start_s,
                "detected_s": event.time_s,
            }
            for event in self.events
            if isinstance(event, CueOpened)
            and event.cue.kind is CueKind(kind)
            and event.id not in withdrawn
        ]

    def _met(self, kind: str, event: Truth, cue: Truth | None) -> Met:
        onset_s, end_s = event["start_s"], event["end_s"]
        # Asking for a manager makes a call tense; a threat has a level of its own.
        is_threat = kind == "threat" and event.get("category") != "manager"
        rank = EscalationLevel.THREAT.rank if is_threat else EscalationLevel.TENSE.rank
        gauge_s = self._first(onset_s, end_s + BAR_S, lambda s: s.level >= rank)
        if kind == "interruption":
            bar_s = self._first(onset_s, onset_s + BAR_S, lambda s: s.signal == Signal.BOTH)
        elif kind == "raised_voice":
            bar_s = self._first(
                onset_s,
                end_s + BAR_S,
                lambda s: s.blocks >= RAISED_BLOCKS or s.signal == Signal.LISTEN,
            )
        else:
            bar_s = gauge_s
        met = Met(kind, None, bar_s, gauge_s)
        if cue is None:
            return met
        met = replace(met, found_s=cue["detected_s"] - onset_s)
        card = next((n for n in self.nudges() if cue["id"] in n.cue_ids), None)
        if card is None:
            return met
        return replace(met, card_s=card.time_s - onset_s, card_held=self.holds(card, event))

    def _first(self, start_s: float, end_s: float, shows: Any) -> float | None:
        """Seconds from `start_s` until the screen shows something that it did not show before."""
        before = [seen for seen in self.seen if seen.time_s < start_s]
        if before and shows(before[-1]):
            return 0.0
        times = (s.time_s for s in self.seen if start_s <= s.time_s <= end_s and shows(s))
        at_s = next(times, None)
        return None if at_s is None else at_s - start_s

    def holds(self, card: Nudge, event: Truth) -> bool:
        """Whether what a card is about can still be acted on, by the truth."""
        if RULES[card.key].is_danger:
            return True
        is_said = event["kind"] == "threat"
        if card.time_s > event["end_s"] + (WHAT_S if is_said else HOW_S):
            return False
        said_since = sum(
            span.overlap_s(TimeSpan(event["end_s"], max(card.time_s, event["end_s"])))
            for span in self._spans("agent")
        )
        return not is_said or said_since <= ANSWERED_S

    def _spans(self, channel: str) -> list[TimeSpan]:
        return union(
            TimeSpan(s["start_s"], s["end_s"])
            for s in self.truth["segments"]
            if s["channel"] == channel and s.get("kind", "turn") in ("turn", "interruption")
        )

    def goodbye_s(self) -> float:
        """When goodbye was said, by the script."""
        language = Language(self.truth["conditions"].get("language", "en"))
        hears = GoodbyeDetector(language).ends_with_goodbye
        ends = [s["end_s"] for s in self.truth["segments"] if hears(s.get("text", ""))]
        last = [end_s for end_s in ends if end_s > self.truth["duration_s"] - 20.0]
        return min(last, default=float("inf"))

    def coverage(self) -> Row:
        """How much of what was shown is about listening, and in time."""
        nudges, met = self.nudges(), self.met()
        listening = [n for n in nudges if RULES[n.key].group is NudgeGroup.LISTENING]
        by_cue = {cue["id"]: cue for kind, _ in MOMENTS for cue in self._cues(kind)}
        late = sum(m.card_held is False for m in met)
        heat = [
            TimeSpan(e["start_s"], e["end_s"] + HEAT_S)
            for e in self.truth["events"]
            if e["kind"] in ("raised_voice", "threat") and e["channel"] == "customer"
        ]
        technical = [s.time_s for s in self.seen if s.trouble]
        own = union((s for s in self._spans("agent")), 0.3)
        calm = [n.time_s for n in nudges if n.level is not NudgeLevel.URGENT]
        goodbye_s = self.goodbye_s()
        return {
            "call": self.name,
            "minutes": round(self.truth["duration_s"] / 60, 1),
            "listening moments": sum(m.kind != "threat" for m in met),
            "cards": len(nudges),
            "cards, s": ", ".join(f"{n.key} {n.time_s:.0f}" for n in nudges) or "none",
            "listening": len(listening),
            "reason gone": late,
            "no true reason": sum(
                not any(c in by_cue and self._is_true(by_cue[c]) for c in n.cue_ids)
                for n in nudges
                if n.cue_ids and set(n.cue_ids) & set(by_cue)
            ),
            "after goodbye": sum(n.time_s > goodbye_s for n in nudges),
            "technical, heated": sum(any(span.contains(t) for span in heat) for t in technical),
            "in own sentence": sum(any(s.start_s + 0.2 < t < s.end_s for s in own) for t in calm),
            "most in 10 min": max((sum(a <= t < a + 600 for t in calm) for a in calm), default=0),
            "smallest gap": min((b - a for a, b in pairwise(calm)), default=None),
        }

    def _is_true(self, cue: Truth) -> bool:
        return any(
            abs(e["start_s"] - cue["start_s"]) <= BAR_S and e["channel"] == cue["channel"]
            for e in self.truth["events"]
        )


def moment_rows(calls: Sequence[PlayedCall]) -> list[Row]:
    """One row a kind of moment."""
    met = [m for call in calls for m in call.met()]
    return [_row(kind, [m for m in met if m.kind == kind]) for kind, _ in MOMENTS]


def _row(kind: str, met: Sequence[Met]) -> Row:
    found = [m for m in met if m.found_s is not None]
    bars = sorted(m.bar_s for m in found if m.bar_s is not None)
    after = [m.bar_s - m.found_s for m in found if m.bar_s is not None and m.found_s is not None]
    gauges = sorted(m.gauge_s for m in found if m.gauge_s is not None)
    cards = sorted(m.card_s for m in met if m.card_s is not None)
    return {
        "moment": kind,
        "true": len(met),
        "found": len(found),
        "on the bar": len(bars),
        "from the onset, s": _median(bars),
        "p90": _p90(bars),
        "within 1.2 s": _share([b <= 1.2 for b in bars]),
        "0.3 s after it was found": _share([a <= 0.3 for a in after]),
        "1.5 s": _share([a <= 1.5 for a in after]),
        "gauge, s": _median(gauges),
        "cards": len(cards),
        "card, s": _median(cards),
        "reason held": _share([bool(m.card_held) for m in met if m.card_held is not None]),
    }


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


def _p90(values: Sequence[float]) -> float | None:
    return round(values[min(len(values) - 1, int(0.9 * len(values)))], 2) if values else None


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def coverage_rows(calls: Sequence[PlayedCall]) -> list[Row]:
    """One row a call, and their sum."""
    rows = [call.coverage() for call in calls]
    counts = ("listening moments", "cards", "listening", "reason gone", "no true reason",
              "after goodbye", "technical, heated", "in own sentence")  # fmt: skip
    total: Row = dict.fromkeys(rows[0]) if rows else {}
    total |= {name: sum(row[name] for row in rows) for name in counts}
    total |= {
        "call": "all",
        "minutes": round(sum(row["minutes"] for row in rows), 1),
        "cards, s": "",
        "most in 10 min": max((row["most in 10 min"] for row in rows), default=0),
        "smallest gap": min(
            (row["smallest gap"] for row in rows if row["smallest gap"] is not None), default=None
        ),
    }
    return [*rows, total] if len(rows) > 1 else rows
