"""TurnBench's measure of interruptions (arXiv 2608.25218), for scripted and for real calls.

    positive  onset of a floor-taking interruption: hit when a cue opens in [onset - 0.25, onset + 3] s
    negative  extent of a backchannel, cough, laugh or leak: false when a cue opens inside it

A cue counts from the moment it opens, even when it is taken back later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from callwatch.core.cues import Cue

Row = dict[str, Any]
EARLY_S = 0.25
LATE_S = 3.0
# A cue is known some frames after the sound that it rests on.
DECISION_S = 0.05


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of one side."""

    channel: str
    start_s: float
    end_s: float


def spans(items: Sequence[dict[str, Any]], kinds: Sequence[str]) -> list[Span]:
    """Those of the labels (dicts with kind, channel, start_s, end_s) that are of these kinds."""
    return [Span(x["channel"], x["start_s"], x["end_s"]) for x in items if x["kind"] in kinds]


def turnbench(calls: Sequence[tuple[Sequence[Span], Sequence[Span], Sequence[Cue]]]) -> Row:
    """Recall, fp_rate and latency over (positives, negatives, opened interruptions) of calls."""
    late: list[float] = []
    wanted = negatives = false = 0
    for positives, others, cues in calls:
        wanted, negatives = wanted + len(positives), negatives + len(others)
        for span in positives:
            hits = [
                cue.detected_s - span.start_s
                for cue in cues
                if cue.channel == span.channel
                and -EARLY_S <= cue.detected_s - span.start_s <= LATE_S
            ]
            late += hits[:1]
        false += sum(
            any(
                cue.channel == span.channel
                and span.start_s <= cue.detected_s <= span.end_s + DECISION_S
                for cue in cues
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
