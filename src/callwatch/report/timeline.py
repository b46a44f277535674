"""The picture of a call: both voices over time, mirrored on one line, with marks on both sides.

A long call is cut into rows of equal length. All x positions are per cent of a row's width.

    marks of the customer      ◆ threat   ▲ raised voice
    customer    ▂▅▇▃  ▂▃                  height = loudness of that second
    ------------------------------------  one line, seconds from left to right
    you             ▅▆▂  ▃▃
    marks of the agent         ✕ interruption   ✓ step   ● nudge
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.core.spans import TimeSpan, intersection, union
from callwatch.core.summary import CallSummary
from callwatch.report.moments import Moment, NudgeMark
from callwatch.report.wording import clock

WIDTH = 1000.0
# Half the height of the drawing: one voice.
HALF = 30.0
# The quietest speech still shows as a bar.
LOWEST_SHARE = 0.22
# Loudness between these percentiles of the speaker's own seconds fills the height.
LOUDNESS_PERCENTILES = (5, 95)
# A row is one of these lengths, so that its ticks fall on round times.
ROW_LENGTHS_S = (60, 90, 120, 180, 300, 600, 900, 1200, 1800, 3600)
MOST_ROWS = 5
# Short calls stay on one row up to this length.
ONE_ROW_S = 150.0
# Two marks closer than this (per cent of the width) go on different levels.
MARK_ROOM = 2.4
MOST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol on the timeline."""

    left: float
    level: int
    moment: Moment | None = None
    nudge: NudgeMark | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a row, in drawing units."""

    x: float
    width: float
    label: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the picture."""

    start: str
    end: str
    share: float
    voices: dict[str, str]
    overlaps: str
    raised: tuple[Band, ...]
    listening: tuple[Band, ...]
    levels: tuple[Band, ...]
    customer_marks: tuple[Mark, ...]
    agent_marks: tuple[Mark, ...]
    nudge_marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]

    @property
    def depths(self) -> tuple[int, int, int]:
        """Levels of marks: customer, agent, nudges."""
        rows = (self.customer_marks, self.agent_marks, self.nudge_marks)
        return tuple(1 + max((m.level for m in r), default=-1) for r in rows)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps the seconds of one row to drawing units."""

    span: TimeSpan

    def x(self, time_s: float) -> float:
        inside = min(max(time_s, self.span.start_s), self.span.end_s)
        return (inside - self.span.start_s) / self.span.duration_s * WIDTH

    def clip(self, spans: Iterable[TimeSpan]) -> list[TimeSpan]:
        return intersection(spans, [self.span])


def row_length_s(duration_s: float) -> float:
    """How many seconds one row shows."""
    if duration_s <= ONE_ROW_S:
        return max(1.0, duration_s)
    for length in ROW_LENGTHS_S:
        if duration_s <= length * MOST_ROWS:
            return float(length)
    return math.ceil(duration_s / MOST_ROWS / 3600) * 3600.0


def rows_of(
    summary: CallSummary,
    moments: Sequence[Moment],
    nudges: Sequence[NudgeMark],
    level_names: dict[EscalationLevel, str],
) -> list[Row]:
    """The rows of the picture, from the start of the call to its end."""
    duration_s = summary.call.duration_s
    if duration_s <= 0:
        return []
    length_s = row_length_s(duration_s)
    speech = {
        channel: union(span for side, span in summary.segments if side is channel)
        for channel in CHANNELS
    }
    overlaps = intersection(speech[Channel.AGENT], speech[Channel.CUSTOMER])
    heights = {
        channel: _heights(summary.metrics.loudness_dbfs.get(channel, ())) for channel in CHANNELS
    }
    levels = _level_spans(summary)
    rows = []
    for number in range(math.ceil(round(duration_s / length_s, 9))):
        scale = _Scale(TimeSpan(number * length_s, (number + 1) * length_s))
        last = number * length_s + length_s >= duration_s
        end_s = duration_s if last else scale.span.end_s

        def here(time_s: float, scale: _Scale = scale, last: bool = last) -> bool:
            return scale.span.contains(time_s) or (last and time_s >= scale.span.end_s)

        shown = [m for m in moments if here(m.cue.span.start_s)]
        rows.append(
            Row(
                start=clock(scale.span.start_s),
                end=clock(end_s),
                share=(end_s - scale.span.start_s) / length_s,
                voices={c.value: _voice(scale, speech[c], heights[c], c) for c in CHANNELS},
                overlaps=_boxes(scale, overlaps, -3.0, 6.0),
                raised=_bands(scale, moments, CueKind.RAISED_VOICE),
                listening=_bands(scale, moments, CueKind.BACKCHANNEL),
                levels=_level_bands(scale, levels, level_names, end_s),
                customer_marks=_marks(scale, [m for m in shown if _is_above(m)]),
                agent_marks=_marks(
                    scale, [m for m in shown if not _is_above(m) and not m.is_backchannel]
                ),
                nudge_marks=_nudge_marks(scale, [n for n in nudges if here(n.nudge.time_s)]),
                ticks=_ticks(scale, end_s),
            )
        )
    return rows


def _is_above(moment: Moment) -> bool:
    return moment.cue.channel is Channel.CUSTOMER and not moment.is_backchannel


def _heights(loudness_dbfs: Sequence[float | None]) -> list[float]:
    """Bar height 0..1 for each second; a middling one where nothing was measured."""
    known = sorted(value for value in loudness_dbfs if value is not None)
    if not known:
        return [0.6] * len(loudness_dbfs)
    low, high = (known[min(len(known) - 1, len(known) * p // 100)] for p in LOUDNESS_PERCENTILES)
    width = max(high - low, 1.0)
    return [
        0.6
        if value is None
        else LOWEST_SHARE + (1 - LOWEST_SHARE) * min(1.0, max(0.0, (value - low) / width))
        for value in loudness_dbfs
    ]


def _voice(
    scale: _Scale, speech: Sequence[TimeSpan], heights: Sequence[float], channel: Channel
) -> str:
    """SVG path data: one box a second of speech (wider where a pixel holds more)."""
    unit_s = scale.span.duration_s / WIDTH
    step_s = max(1.0, math.ceil(2 * unit_s))
    sign = -1.0 if channel is Channel.CUSTOMER else 1.0
    parts = []
    for span in union(scale.clip(speech), bridge_s=unit_s):
        at = span.start_s
        while at < span.end_s - 1e-9:
            upto = min((math.floor(at / step_s + 1e-9) + 1) * step_s, span.end_s)
            first = int(at)
            values = heights[first : max(first + 1, math.ceil(upto))] or (0.6,)
            height = sign * HALF * sum(values) / len(values)
            x, width = scale.x(at), max(0.6, scale.x(upto) - scale.x(at))
            parts.append(f"M{x:.1f} 0h{width:.1f}v{height:.0f}h-{width:.1f}z")
            at = upto
    return "".join(parts)


def _boxes(scale: _Scale, spans: Iterable[TimeSpan], top: float, height: float) -> str:
    boxes = []
    for span in scale.clip(spans):
        x, width = scale.x(span.start_s), max(0.8, scale.x(span.end_s) - scale.x(span.start_s))
        boxes.append(f"M{x:.1f} {top:.0f}h{width:.1f}v{height:.0f}h-{width:.1f}z")
    return "".join(boxes)


def _bands(scale: _Scale, moments: Sequence[Moment], kind: CueKind) -> tuple[Band, ...]:
    bands = []
    for moment in moments:
        cue = moment.cue
        if cue.kind is not kind or cue.channel is None or cue.is_lively_voice:
            continue
        for part in scale.clip([cue.span]):
            x, width = scale.x(part.start_s), scale.x(part.end_s) - scale.x(part.start_s)
            label = f"{moment.at} {moment.who}: {moment.title}. {moment.evidence}"
            bands.append(Band(round(x, 1), round(max(1.5, width), 1), label, cue.channel.value))
    return tuple(bands)


def _level_spans(summary: CallSummary) -> list[tuple[TimeSpan, EscalationLevel]]:
    changes = sorted(summary.escalation, key=lambda change: change.time_s)
    edges = [change.time_s for change in changes] + [max(summary.call.duration_s, 0.0)]
    return [
        (TimeSpan(change.time_s, max(change.time_s, edges[number + 1])), change.level)
        for number, change in enumerate(changes)
        if change.level is not EscalationLevel.CALM
    ]


def _level_bands(
    scale: _Scale,
    levels: Sequence[tuple[TimeSpan, EscalationLevel]],
    names: dict[EscalationLevel, str],
    end_s: float,
) -> tuple[Band, ...]:
    bands = [Band(0.0, round(scale.x(end_s), 1), names[EscalationLevel.CALM], "calm")]
    for span, level in levels:
        for part in scale.clip([span]):
            x, width = scale.x(part.start_s), scale.x(part.end_s) - scale.x(part.start_s)
            label = f"{clock(span.start_s)}–{clock(span.end_s)}: {names[level]}"
            bands.append(Band(round(x, 1), round(width, 1), label, level.value))
    return tuple(bands)


def _marks(scale: _Scale, moments: Sequence[Moment]) -> tuple[Mark, ...]:
    lefts = [scale.x(m.cue.span.start_s) / WIDTH * 100 for m in moments]
    return tuple(
        Mark(round(left, 2), level, moment=moment)
        for left, level, moment in zip(lefts, _stacked(lefts), moments, strict=True)
    )


def _nudge_marks(scale: _Scale, nudges: Sequence[NudgeMark]) -> tuple[Mark, ...]:
    lefts = [scale.x(n.nudge.time_s) / WIDTH * 100 for n in nudges]
    return tuple(
        Mark(round(left, 2), level, nudge=nudge)
        for left, level, nudge in zip(lefts, _stacked(lefts), nudges, strict=True)
    )


def _stacked(lefts: Sequence[float]) -> list[int]:
    """A level for each mark so that neighbours do not cover each other, as far as levels go."""
    free_from = [-math.inf] * MOST_LEVELS
    levels = []
    for left in lefts:
        level = next((n for n, free in enumerate(free_from) if left >= free), None)
        if level is None:
            level = free_from.index(min(free_from))
        free_from[level] = left + MARK_ROOM
        levels.append(level)
    return levels


def _ticks(scale: _Scale, end_s: float) -> tuple[tuple[float, str], ...]:
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14400)
    step = steps[min(len(steps) - 1, bisect_left(steps, scale.span.duration_s / 8))]
    first = math.ceil(scale.span.start_s / step) * step
    times = range(first, math.floor(end_s) + 1, step)
    return tuple((round(scale.x(t) / WIDTH * 100, 2), clock(t)) for t in times)
