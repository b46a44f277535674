"""Charts of the weeks: a dot each, its 95 % interval as a band, and whether anything changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import add

from callwatch.core.intervals import (
    Interval,
    Sample,
    mean_difference,
    mean_interval,
    share_difference,
    share_interval,
)
from callwatch.core.trends import Trends, WeekFigures
from callwatch.report.wording import Wording

# A week of fewer calls shows a dot and no band: its interval would fill the picture.
FEW_CALLS = 5
# So many weeks are set against as many before them.
COMPARED_WEEKS = 4
# Four figures are looked at: each must be clear at 98.75 %, so that one in twenty pages, and not one
# in five, tells of a change that is none. Its arms are 1.27 (many calls) to 1.4 times (ten) as long.
FOUR_LOOKS = 1.35
WIDTH, HEIGHT = 640.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 12.0, 30.0
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Dot:
    """One week in a chart."""

    x: float
    y: float
    label: str
    is_few: bool


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week in the table behind a chart."""

    week: str
    calls: int
    mean: str
    band: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the weeks, ready to draw."""

    title: str
    change: str
    band: str
    line: str
    dots: tuple[Dot, ...]
    y_labels: tuple[tuple[float, str], ...]
    x_labels: tuple[tuple[float, str], ...]
    rows: tuple[WeekRow, ...]


@dataclass(frozen=True, slots=True)
class _Figure:
    key: str
    show: Callable[[float], str]
    interval: Callable[[WeekFigures], Interval | None]
    difference: Callable[[Sequence[WeekFigures], Sequence[WeekFigures]], Interval | None]
    total: Callable[[Sequence[WeekFigures]], float | None]


def charts_of(trends: Trends, w: Wording) -> list[Chart]:
    """A chart for each figure that at least one week has."""
    figures = (
        _mean("talk_share", lambda week: week.talk_share, w.percent),
        _mean("interruptions", lambda week: week.interruptions, w.number),
        _mean("patience", lambda week: week.patience_s, w.seconds),
        _threats(w),
    )
    charts = []
    for figure in figures:
        known = [(week, figure.interval(week)) for week in trends.weeks]
        points = [(week, interval) for week, interval in known if interval is not None]
        if points:
            charts.append(_chart(figure, points, trends.weeks, w))
    return charts


def _mean(
    key: str, sample: Callable[[WeekFigures], Sample], show: Callable[[float], str]
) -> _Figure:
    def total(weeks: Sequence[WeekFigures]) -> Sample:
        return reduce(add, map(sample, weeks), Sample(0, 0.0, 0.0))

    def mean(weeks: Sequence[WeekFigures]) -> float | None:
        return total(weeks).mean if total(weeks).count else None

    def difference(new: Sequence[WeekFigures], old: Sequence[WeekFigures]) -> Interval | None:
        one, two = total(new), total(old)
        enough = min(one.count, two.count) >= FEW_CALLS
        return mean_difference(one, two) if enough else None

    def interval(week: WeekFigures) -> Interval | None:
        return mean_interval(sample(week)) if sample(week).count else None

    return _Figure(f"trends.{key}", show, interval, difference, mean)


def _threats(w: Wording) -> _Figure:
    def counts(weeks: Sequence[WeekFigures]) -> tuple[int, int]:
        hits = sum(week.calls_with_threat for week in weeks)
        return hits, sum(week.calls_with_words for week in weeks)

    def share(weeks: Sequence[WeekFigures]) -> float | None:
        hits, calls = counts(weeks)
        return hits / calls if calls else None

    def difference(new: Sequence[WeekFigures], old: Sequence[WeekFigures]) -> Interval | None:
        one, two = counts(new), counts(old)
        return share_difference(*one, *two) if one[1] and two[1] else None

    def interval(week: WeekFigures) -> Interval | None:
        known = week.calls_with_words
        return share_interval(week.calls_with_threat, known) if known else None

    return _Figure("trends.threat_calls", w.percent, interval, difference, share)


def _chart(
    figure: _Figure,
    points: Sequence[tuple[WeekFigures, Interval]],
    weeks: Sequence[WeekFigures],
    w: Wording,
) -> Chart:
    first = points[0][0].monday.toordinal()
    span = max(1, points[-1][0].monday.toordinal() - first)
    tops = [
        interval.value if week.calls < FEW_CALLS or interval.high is None else interval.high
        for week, interval in points
    ]
    top = max(*tops, 1e-9) if len(tops) > 1 else max(tops[0], 1e-9)

    def x(week: WeekFigures) -> float:
        inside = (week.monday.toordinal() - first) / span
        return round(LEFT + inside * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        share = min(1.0, max(0.0, value / top))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    step = max(1, -(-len(points) // MOST_LABELS))
    return Chart(
        title=w.t(figure.key),
        change=_change(figure, weeks, w),
        band=_band(points, x, y),
        line=" ".join(f"{x(week)},{y(interval.value)}" for week, interval in points),
        dots=tuple(
            Dot(
                x(week),
                y(interval.value),
                f"{w.day(week.monday)}: {figure.show(interval.value)} ({week.calls})",
                week.calls < FEW_CALLS,
            )
            for week, interval in points
        ),
        y_labels=tuple((y(value), figure.show(value)) for value in (0.0, top / 2, top)),
        x_labels=tuple(
            (x(week), f"{week.monday.day}.{week.monday.month}.") for week, _ in points[::step]
        ),
        rows=tuple(_row(figure, week, interval, w) for week, interval in points),
    )


def _band(
    points: Sequence[tuple[WeekFigures, Interval]],
    x: Callable[[WeekFigures], float],
    y: Callable[[float], float],
) -> str:
    """Path of the band; it is broken where a week has too few calls."""
    runs: list[list[tuple[float, float, float]]] = [[]]
    for week, interval in points:
        if week.calls < FEW_CALLS or interval.low is None or interval.high is None:
            runs.append([])
        else:
            runs[-1].append((x(week), y(interval.low), y(interval.high)))
    parts = []
    for run in filter(None, runs):
        # A lone week gets a band of its own width.
        wide = run if len(run) > 1 else [(run[0][0] + dx, *run[0][1:]) for dx in (-3.0, 3.0)]
        upper = [f"{px:.1f} {high}" for px, _, high in wide]
        lower = [f"{px:.1f} {low}" for px, low, _ in reversed(wide)]
        parts.append(f"M{'L'.join(upper + lower)}z")
    return "".join(parts)


def _change(figure: _Figure, weeks: Sequence[WeekFigures], w: Wording) -> str:
    last, span = weeks[-1].monday, timedelta(weeks=COMPARED_WEEKS)
    new = [week for week in weeks if week.monday > last - span]
    old = [week for week in weeks if last - 2 * span < week.monday <= last - span]
    if min(sum(week.calls for week in part) for part in (new, old)) < FEW_CALLS:
        return ""
    difference, before, now = figure.difference(new, old), figure.total(old), figure.total(new)
    if difference is None or before is None or now is None:
        return ""
    if not difference.widened(FOUR_LOOKS).excludes_zero:
        return w.t("trends.no_clear_change")
    return w.t("trends.clear_change", before=figure.show(before), now=figure.show(now))


def _row(figure: _Figure, week: WeekFigures, interval: Interval, w: Wording) -> WeekRow:
    band = w.t("trends.few")
    if week.calls >= FEW_CALLS and interval.low is not None and interval.high is not None:
        band = f"{figure.show(max(0.0, interval.low))} – {figure.show(interval.high)}"
    return WeekRow(w.day(week.monday), week.calls, figure.show(interval.value), band)
