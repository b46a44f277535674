"""Nudges on scripted calls: how many, how close, never in the agent's own sentence, and threats.

    python -m benchmarks.nudges CALLS ... [--journals DIR] [--words truth|none|auto] [--json FILE]
    CALLWATCH_DATA=DIR python -m benchmarks.nudges --real [--words none|auto]

CALLS: folders of call_*.wav with call_*.json (see README.md). With --journals the events are read
from DIR/call_NNN/events.jsonl (what `callwatch analyze CALLS/*.wav --out DIR` writes); else the
engine runs here. `--words truth` gives it the words of the script, so that the policy is measured
and not the recogniser; `auto` takes the installed recogniser. --real: the two-channel recordings in
DIR/audio/calls, of which nobody wrote down the truth; whose sentence it is says callwatch itself.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.scripted import Truth, calls_in
from benchmarks.table import data_dir, print_table, write_json
from callwatch.app.analyze import BLOCK_S
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.audio.files import open_recording
from callwatch.config import Config
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind
from callwatch.core.events import (
    CueOpened,
    CueWithdrawn,
    Event,
    NudgeShown,
    NudgeSuppressed,
    VoiceStopped,
)
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan, union
from callwatch.report.journal import read_journal
from callwatch.session.nudge_rules import rule_for
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch.texts.facts import english

Row = dict[str, Any]
SENTENCES = ("turn", "interruption")  # a listening word is no sentence
BRIDGE_S = 0.3  # a pause this long ends a sentence, for the policy too
# Nobody can know of speech before it has been heard for this long.
REACTION_S = 0.2
# The same threat again within this is already answered by its card.
SAME_THREAT_S = 60.0
# EEMUA 191: what somebody can take in who has something else to do.
MOST_IN_TEN_MIN = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call gave."""

    minutes: float
    shown: tuple[Nudge, ...]
    held: tuple[Nudge, ...]
    in_sentence: tuple[Nudge, ...]
    threats: int
    threats_shown: int
    threats_answered: int
    unanswered: tuple[str, ...]


def run_engine(path: Path, truth: Truth, words: str) -> list[Event]:
    """The events of a call, analysed here; a truth without segments has no words."""
    config = Config()
    engine = "auto" if words == "auto" else "none"
    language = Language(truth["conditions"].get("language", "en"))
    config = replace(
        config,
        call=replace(config.call, language=language),
        recognition=replace(config.recognition, engine=engine),
    )
    desk = CallFactory(config)
    if words == "truth":
        script = [
            ScriptedUtterance(Channel(s["channel"]), s["start_s"], s["end_s"], s["text"])
            for s in truth["segments"]
            if s.get("text")
        ]
        desk.choice = replace(desk.choice, create=lambda: ScriptedRecognizer(script, language))
    events: list[Event] = []
    with TemporaryDirectory() as folder, open_recording(path, block_s=BLOCK_S) as source:
        plan = CallPlan(source, path.name, Path(folder), live=False, in_history=False)
        desk.open(plan, (events.append,)).run()
    desk.close()
    return events


def judge(truth: Truth, events: Sequence[Event]) -> Outcome:
    """What was shown, when, and which threats were answered."""
    shown = tuple(event.nudge for event in events if isinstance(event, NudgeShown))
    held = tuple(event.nudge for event in events if isinstance(event, NudgeSuppressed))
    sentences = union(
        (
            TimeSpan(s["start_s"], s["end_s"])
            for s in truth["segments"]
            if s["channel"] == "agent" and s.get("kind", "turn") in SENTENCES
        ),
        BRIDGE_S,
    )
    withdrawn = {event.id for event in events if isinstance(event, CueWithdrawn)}
    threats = {
        event.id: event.cue
        for event in events
        if isinstance(event, CueOpened)
        and event.cue.kind is CueKind.THREAT
        and event.id not in withdrawn
    }
    shown_ids = {cue_id for nudge in shown for cue_id in nudge.cue_ids}
    why = {cue_id: _why(nudge) for nudge in held for cue_id in nudge.cue_ids}
    answered, unanswered = 0, []
    for cue_id, cue in threats.items():
        times = [n.time_s for n in shown if n.key == f"threat.{cue.category}"]
        is_near = any(abs(time_s - cue.detected_s) <= SAME_THREAT_S for time_s in times)
        if cue_id in shown_ids:
            continue
        answered += is_near
        if not is_near:
            reason = why.get(cue_id, "no reason given")
            unanswered.append(f"{cue.category} at {cue.detected_s:.1f} s: {reason}")
    return Outcome(
        truth["duration_s"] / 60,
        shown,
        held,
        tuple(n for n in shown if _is_inside(n.time_s, sentences)),
        len(threats),
        len(shown_ids & set(threats)),
        answered,
        tuple(unanswered),
    )


def own_view(events: Sequence[Event]) -> Truth:
    """What callwatch heard the agent say, in the form of a truth."""
    said = [e.span for e in events if isinstance(e, VoiceStopped) and e.channel is Channel.AGENT]
    return {
        "duration_s": max((event.time_s for event in events), default=0.0),
        "segments": [{"channel": "agent", "start_s": s.start_s, "end_s": s.end_s} for s in said],
    }


def most_within(times_s: Sequence[float], window_s: float) -> int:
    """The most of them in any window of that length."""
    return max((sum(0 <= b - a < window_s for b in times_s) for a in times_s), default=0)


def real_row(path: Path, words: str) -> Row:
    """One recording without truth."""
    nowhere: Truth = {"conditions": {}, "segments": []}
    events = run_engine(path, nowhere, words)
    outcome = judge(own_view(events), events)
    withdrawn = {event.id for event in events if isinstance(event, CueWithdrawn)}
    asked = [e.cue for e in events if isinstance(e, CueOpened) and e.id not in withdrawn]
    reasons = sum(rule_for(cue) is not None for cue in asked)
    shown_s = [nudge.time_s for nudge in outcome.shown]
    most = most_within(shown_s, 600.0)
    return {
        "call": path.stem,
        "minutes": round(outcome.minutes, 1),
        "cues worth a card": reasons,
        "cards": ", ".join(f"{n.key} {n.time_s:.0f} s" for n in outcome.shown) or "none",
        "held": len(outcome.held),
        "most in 10 min": most,
        "in own sentence": len(outcome.in_sentence),
        "kept": "yes" if most <= MOST_IN_TEN_MIN and bool(shown_s) == bool(reasons) else "NO",
    }


def _is_inside(time_s: float, sentences: Sequence[TimeSpan]) -> bool:
    return any(s.start_s + REACTION_S < time_s < s.end_s for s in sentences)


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """One line of the table."""
    minutes = sum(outcome.minutes for outcome in outcomes)
    shown = sum(len(outcome.shown) for outcome in outcomes)
    pairs = [
        (earlier, later)
        for outcome in outcomes
        for earlier, later in zip(outcome.shown, outcome.shown[1:], strict=False)
    ]
    gaps = [b.time_s - a.time_s for a, b in pairs]
    calm = [b.time_s - a.time_s for a, b in pairs if b.level is not NudgeLevel.URGENT]
    inside = [nudge for outcome in outcomes for nudge in outcome.in_sentence]
    urgent = sum(nudge.level is NudgeLevel.URGENT for nudge in inside)
    return {
        "folder": name,
        "calls": len(outcomes),
        "minutes": round(minutes, 1),
        "cards": shown,
        "per 10 min": round(10 * shown / minutes, 2) if minutes else None,
        "smallest gap, s": round(min(gaps), 1) if gaps else None,
        "same, danger apart": round(min(calm), 1) if calm else None,
        "in own sentence": len(inside) - urgent,
        "same, danger": urgent,
        "threats": sum(o.threats for o in outcomes),
        "shown": sum(o.threats_shown for o in outcomes),
        "same just shown": sum(o.threats_answered for o in outcomes),
        "held": sum(len(o.held) for o in outcomes),
    }


def reasons(outcomes: Sequence[Outcome]) -> list[Row]:
    """Why cards were held, the most frequent reason first."""
    counts = Counter(_why(nudge) for outcome in outcomes for nudge in outcome.held)
    return [{"reason": reason, "cards": count} for reason, count in counts.most_common()]


def _why(nudge: Nudge) -> str:
    return english(nudge.not_shown) if nudge.not_shown else "no reason given"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("calls", nargs="*", type=Path)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--journals", type=Path)
    parser.add_argument("--words", choices=("truth", "none", "auto"), default="truth")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/nudges.json"))
    arguments = parser.parse_args()
    if arguments.real:
        words = "auto" if arguments.words == "auto" else "none"
        found = sorted((data_dir() / "audio" / "calls").glob("*.*"))
        real = [real_row(path, words) for path in found if path.suffix in (".flac", ".wav")]
        print_table("Cards on real calls", real)
        write_json(arguments.json, real)
        return
    rows, everything = [], []
    for folder in arguments.calls:
        outcomes = []
        for path, truth in calls_in([folder]):
            if arguments.journals is not None:
                journal = arguments.journals / path.stem / "events.jsonl"
                if not journal.exists():
                    print(f"skipped {path.name}: there is no {journal}")
                    continue
                events = list(read_journal(journal))
            else:
                events = run_engine(path, truth, arguments.words)
            outcomes.append(judge(truth, events))
        if outcomes:
            rows.append(row(folder.name, outcomes))
            everything += outcomes
    if not everything:
        print("skipped: name folders of scripted calls (see benchmarks/README.md)")
        return
    if len(rows) > 1:
        rows.append(row("all", everything))
    print_table("Cards shown", rows)
    print_table("Cards held", reasons(everything))
    for nudge in (nudge for outcome in everything for nudge in outcome.in_sentence):
        print(f"in own sentence: {nudge.key} at {nudge.time_s:.1f} s")
    for threat in (threat for outcome in everything for threat in outcome.unanswered):
        print(f"threat never shown: {threat}")
    write_json(arguments.json, rows)


if __name__ == "__main__":
    main()
