"""A call beside the agent's own last calls: median, middle half, and a small picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from callwatch.core.figures import CallFigures, OwnHistory, figures_of
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording

# The comparison looks this far back; fewer than NEEDED calls say nothing about a habit.
LAST_CALLS = 20
NEEDED_CALLS = 5
STRIP_WIDTH = 160.0
STRIP_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One figure of this call beside the same figure of the calls before."""

    name: str
    value: str
    usual: str
    middle_half: str
    label: str
    dots: tuple[float, ...]
    here: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows, or how many calls there are when they are too few."""

    calls: int
    rows: tuple[ComparisonRow, ...]
    needed: int = NEEDED_CALLS


def compare(summary: CallSummary, history: OwnHistory, w: Wording) -> Comparison:
    """Compare with the last LAST_CALLS calls that are not marked as hard."""
    previous = [call for call in history.previous if not call.is_hard][:LAST_CALLS]
    if len(previous) < NEEDED_CALLS:
        return Comparison(len(previous), ())
    own = figures_of(summary)
    shown: tuple[tuple[str, Callable[[CallFigures], float | None], Callable[[float], str]], ...] = (
        ("figures.talk_share", lambda f: f.talk_share_agent, w.percent),
        ("figures.interruptions", lambda f: f.interruptions_agent, lambda v: w.number(v, 0)),
        ("figures.latency", lambda f: f.response_latency_agent_s, w.seconds),
        ("figures.monologue", lambda f: f.longest_monologue_agent_s, w.seconds),
        ("figures.rate", lambda f: f.speech_rate_agent_wpm, lambda v: w.number(v, 0)),
        ("figures.switches", lambda f: f.switches_per_min, w.number),
    )
    rows = []
    for key, read, show in shown:
        values = [value for call in previous if (value := read(call)) is not None]
        value = read(own)
        if value is not None and len(values) >= NEEDED_CALLS:
            rows.append(_row(w.t(key), float(value), values, show, w))
    return Comparison(len(previous), tuple(rows))


def _row(
    name: str, value: float, values: Sequence[float], show: Callable[[float], str], w: Wording
) -> ComparisonRow:
    middle = median(values)
    low, _, high = quantiles(values, n=4, method="inclusive")
    smallest, largest = min(*values, value), max(*values, value)
    width = (largest - smallest) or 1.0

    def x(v: float) -> float:
        inside = (v - smallest) / width if largest > smallest else 0.5
        return round(STRIP_MARGIN + inside * (STRIP_WIDTH - 2 * STRIP_MARGIN), 1)

    return ComparisonRow(
        name=name,
        value=show(value),
        usual=show(middle),
        middle_half=f"{show(low)} – {show(high)}",
        label=w.t(
            "own.picture_label",
            name=name,
            value=show(value),
            median=show(middle),
            low=show(low),
            high=show(high),
        ),
        dots=tuple(x(v) for v in values),
        here=x(value),
        low=x(low),
        high=x(high),
    )
