"""Who interrupts and who listens in real conversations, beside labels that people made.

    python -m benchmarks.realtalk FOLDER [--json FILE]

FOLDER holds NAME/call.wav (two channels: agent, customer) with NAME/labels.json: a list of
{"kind", "channel", "start_s", "end_s"}. Sure are `interruption`, `backchannel`, `cough`, `laughter`
and `leak`; `overlap_doubtful`, `together` and `turn_start` count neither way; `raised_voice` marks
loud but friendly talk. The kind of talk is NAME up to its first underscore. The whole pipeline runs,
without a recogniser: the cards are those that would have come.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Final

from benchmarks.nudges import run_engine
from benchmarks.table import print_table, write_json
from benchmarks.turnbench import Fired, Row, spans, turnbench
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event, NudgeShown

DOUBTFUL: Final = ("overlap_doubtful", "together", "turn_start")
NEGATIVE: Final = ("backchannel", "cough", "laughter", "leak")
# Cards that tell somebody off for how they listen or sound.
LISTENING_CARDS: Final = ("let_them_finish", "keep_listening", "a_little_softer")
SLACK_S = 0.5  # labels are within half a second of what is heard
WORD_SLACK_S = 0.2  # a listening word is short


def final_cues(events: list[Event]) -> list[Cue]:
    """What is left at the end of the call."""
    left: dict[str, Cue] = {}
    for event in events:
        if isinstance(event, CueOpened | CueClosed):
            left[event.id] = event.cue
        elif isinstance(event, CueWithdrawn):
            left.pop(event.id, None)
    return list(left.values())


def is_near(cue: Cue, label: dict[str, Any], slack_s: float = SLACK_S) -> bool:
    """Whether a cue lies on a label of its side."""
    span = cue.span
    before, after = label["start_s"] - slack_s, label["end_s"] + slack_s
    return bool(cue.channel == label["channel"] and span.start_s < after and span.end_s > before)


def counts(labels: list[dict[str, Any]], events: list[Event]) -> Row:
    """What was right and wrong in one conversation."""
    cues = final_cues(events)
    by_kind = {kind: [c for c in cues if c.kind is kind] for kind in CueKind}
    marked = {
        kind: [x for x in labels if x["kind"] == kind]
        for kind in ("interruption", "backchannel", "raised_voice")
    }
    doubtful = [x for x in labels if x["kind"] in DOUBTFUL]
    reported, words = by_kind[CueKind.INTERRUPTION], by_kind[CueKind.BACKCHANNEL]
    true = [c for c in reported if any(is_near(c, x) for x in marked["interruption"])]
    rest = [c for c in reported if c not in true]
    unsure = [c for c in rest if any(is_near(c, x) for x in doubtful)]
    cards = [e.nudge.key for e in events if isinstance(e, NudgeShown)]
    return {
        "interruptions": len(reported),
        "true": len(true),
        "doubtful": len(unsure),
        "false": len(rest) - len(unsure),
        "missed": sum(not any(is_near(c, x) for c in reported) for x in marked["interruption"]),
        "listening": len(words),
        "listening true": _near(words, marked["backchannel"]),
        "listening labels": len(marked["backchannel"]),
        "listening found": sum(
            any(is_near(c, x, WORD_SLACK_S) for c in words) for x in marked["backchannel"]
        ),
        "raised false": sum(
            not any(is_near(c, x) for x in marked["raised_voice"])
            for c in by_kind[CueKind.RAISED_VOICE]
        ),
        "cards": len(cards),
        "listening cards": sum(key in LISTENING_CARDS for key in cards),
    }


def _near(cues: list[Cue], labels: list[dict[str, Any]]) -> int:
    return sum(any(is_near(c, x, WORD_SLACK_S) for x in labels) for c in cues)


def summed(name: str, rows: list[Row], minutes: float) -> Row:
    """The figures of one kind of talk."""
    total = {key: sum(row[key] for row in rows) for key in rows[0]}
    reported, labels = total["listening"], total["listening labels"]
    return {
        "talk": name,
        "minutes": minutes,
        **{key: total[key] for key in ("interruptions", "true", "doubtful", "false", "missed")},
        "false an hour": 60 * total["false"] / minutes,
        "listening": reported,
        "precision": total["listening true"] / reported if reported else None,
        "recall": total["listening found"] / labels if labels else None,
        "raised false": total["raised false"],
        "cards": total["cards"],
        "listening cards": total["listening cards"],
    }


def fired(cues: list[Cue]) -> list[Fired]:
    """The interruptions among cues."""
    return [(str(c.channel), c.detected_s) for c in cues if c.kind is CueKind.INTERRUPTION]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/realtalk.json"))
    args = parser.parse_args()
    talks: dict[str, list[tuple[Row, float, Any]]] = {}
    for path in sorted(args.folder.glob("*/labels.json")):
        labels = json.loads(path.read_text(encoding="utf-8"))
        events = run_engine(path.with_name("call.wav"), {"conditions": {}}, "none")
        minutes = max(event.time_s for event in events) / 60
        wanted, others = spans(labels, ("interruption",)), spans(labels, NEGATIVE)
        opened = [event.cue for event in events if isinstance(event, CueOpened)]
        cues = {"left": fired(final_cues(events)), "opened": fired(opened)}
        measure = {name: (wanted, others, found) for name, found in cues.items()}
        entry = (counts(labels, events), minutes, measure)
        for name in (path.parent.name.split("_")[0], "all"):
            talks.setdefault(name, []).append(entry)
    if not talks:
        print("skipped: give a folder of NAME/call.wav with NAME/labels.json (see README.md)")
        return
    talks["all"] = talks.pop("all")
    rows = [summed(n, [r for r, _, _ in t], sum(m for _, m, _ in t)) for n, t in talks.items()]
    print_table("Real conversations", rows)
    bench = [
        {"talk": name, "cues": which, **turnbench([m[which] for _, _, m in t])}
        for name, t in talks.items()
        for which in ("left", "opened")
    ]
    print_table("Interruptions by TurnBench's measure", bench)
    write_json(args.json, rows + bench)


if __name__ == "__main__":
    main()
