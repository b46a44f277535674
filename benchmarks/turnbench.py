"""TurnBench's measure of interruptions (arXiv 2608.25218), for scripted and for real calls.

    positive  onset of a floor-taking interruption: hit when a cue opens in [onset - 0.25, onset + 3] s
    negative  extent of a backchannel, cough, laugh or leak: false when a cue opens inside it

The caller says which cues: those that opened, even if they were taken back at the newcomer's first
pause, before any card; or those that are left at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Row = dict[str, Any]
EARLY_S = 0.25
LATE_S = 3.0
# A cue is known some frames after the sound that it rests on.
DECISION_S = 0.05


# Channel of an interruption, and when it was detected.
Fired = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of one side."""

    channel: str
    start_s: float
    end_s: float


def spans(items: Sequence[dict[str, Any]], kinds: Sequence[str]) -> list[Span]:
    """Those of the labels (dicts with kind, channel, start_s, end_s) that are of these kinds."""
    return [Span(x["channel"], x["start_s"], x["end_s"]) for x in items if x["kind"] in kinds]


def turnbench(calls: Sequence[tuple[Sequence[Span], Sequence[Span], Sequence[Fired]]]) -> Row:
    """Recall, fp_rate and latency over (positives, negatives, interruptions) of calls."""
    late: list[float] = []
    wanted = negatives = false = 0
    for positives, others, cues in calls:
        wanted, negatives = wanted + len(positives), negatives + len(others)
        for span in positives:
            hits = [
                time_s - span.start_s
                for channel, time_s in cues
                if channel == span.channel and -EARLY_S <= time_s - span.start_s <= LATE_S
            ]
            late += hits[:1]
        false += sum(
            any(
                channel == span.channel and span.start_s <= time_s <= span.end_s + DECISION_S
                for channel, time_s in cues
            )
            for span in others
        )
    late.sort()
    return {
        "positives": wanted,
        "recall": len(late) / wanted if wanted else None,
        "negatives": negatives,
        "fp_rate": false / negatives if negatives else None,
        "p50 s": median(late) if late else None,
        "p90 s": late[int(0.9 * (len(late) - 1))] if late else None,
    }
