"""Spans of time on the call clock, and the set operations that talk figures need.

Times are seconds since call start. Derived numbers are properties.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """Half-open span [start_s, end_s) in seconds since call start.

    Raises ValueError when the end lies before the start.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not self.end_s >= self.start_s:
            raise ValueError(
                f"a span must not end before it starts: give end_s >= {self.start_s}, not {self.end_s}"
            )

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def overlap_s(self, other: "TimeSpan") -> float:
        """Seconds that both spans share, 0 when they do not meet."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))

    def contains(self, time_s: float) -> bool:
        """Whether a moment lies inside the span."""
        return self.start_s <= time_s < self.end_s


def union(spans: Iterable[TimeSpan], bridge_s: float = 0.0) -> list[TimeSpan]:
    """Sorted, disjoint spans; neighbours less than `bridge_s` apart (or touching) are joined."""
    out: list[TimeSpan] = []
    for span in sorted(spans):
        if out and (span.start_s <= out[-1].end_s or span.start_s - out[-1].end_s < bridge_s):
            out[-1] = TimeSpan(out[-1].start_s, max(out[-1].end_s, span.end_s))
        else:
            out.append(span)
    return out


def intersection(left: Iterable[TimeSpan], right: Iterable[TimeSpan]) -> list[TimeSpan]:
    """Where both sets of spans are, as sorted disjoint spans."""
    a, b = union(left), union(right)
    out: list[TimeSpan] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].start_s, b[j].start_s), min(a[i].end_s, b[j].end_s)
        if end > start:
            out.append(TimeSpan(start, end))
        if a[i].end_s <= b[j].end_s:
            i += 1
        else:
            j += 1
    return out


def gaps(spans: Iterable[TimeSpan], within: TimeSpan) -> list[TimeSpan]:
    """The parts of `within` that no span covers."""
    out: list[TimeSpan] = []
    at = within.start_s
    for span in union(spans):
        if span.start_s > at:
            out.append(TimeSpan(at, min(span.start_s, within.end_s)))
        at = max(at, span.end_s)
        if at >= within.end_s:
            break
    if at < within.end_s:
        out.append(TimeSpan(at, within.end_s))
    return out


def total_s(spans: Iterable[TimeSpan]) -> float:
    """Summed length in seconds; overlapping spans count once."""
    return sum(span.duration_s for span in union(spans))
