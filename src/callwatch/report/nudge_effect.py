"""Did the nudges help: behaviour after a shown nudge against behaviour after a withheld one."""

from dataclasses import dataclass

from callwatch.core.intervals import Interval, mean_difference, share_difference
from callwatch.core.trends import EffectCounts, Trends
from callwatch.report.wording import Wording

# Fewer withheld nudges than this cannot show even a large difference (Newcombe's interval of
# 10 % against 50 % excludes 0 from about 20 of each on).
NEEDED = 20


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One behaviour: after a shown nudge, after a withheld one, and the difference."""

    name: str
    shown: str
    withheld: str
    difference: str
    interval: str
    verdict: str
    is_clear: bool


@dataclass(frozen=True, slots=True)
class NudgeEffect:
    """The comparison; without rows there are not enough calls yet."""

    shown: int
    withheld: int
    rows: tuple[EffectRow, ...]
    needed: int = NEEDED


def nudge_effect(trends: Trends, w: Wording) -> NudgeEffect:
    """Compare the outcomes in these trends; honest about small numbers."""
    shown, withheld = trends.shown, trends.withheld
    if min(shown.count, withheld.count) < NEEDED:
        return NudgeEffect(shown.count, withheld.count, ())
    rows = [
        _share_row("agent_interrupts", shown, withheld, w),
        _share_row("customer_raises", shown, withheld, w),
    ]
    if min(shown.agent_share.count, withheld.agent_share.count) >= NEEDED:
        difference = mean_difference(shown.agent_share, withheld.agent_share)
        means = (shown.agent_share.mean, withheld.agent_share.mean)
        rows.append(_row("agent_share", means, difference, w))
    return NudgeEffect(shown.count, withheld.count, tuple(rows))


def _share_row(name: str, shown: EffectCounts, withheld: EffectCounts, w: Wording) -> EffectRow:
    hits, other = getattr(shown, name), getattr(withheld, name)
    difference = share_difference(hits, shown.count, other, withheld.count)
    return _row(name, (hits / shown.count, other / withheld.count), difference, w)


def _row(name: str, values: tuple[float, float], difference: Interval, w: Wording) -> EffectRow:
    key = "unclear"
    if difference.excludes_zero:
        key = "clear_less" if difference.value < 0 else "clear_more"
    interval = "–"
    if difference.low is not None and difference.high is not None:
        interval = f"{_points(difference.low, w)} … {_points(difference.high, w)}"
    return EffectRow(
        name=w.t(f"effect.{name}"),
        shown=w.percent(values[0]),
        withheld=w.percent(values[1]),
        difference=_points(difference.value, w),
        interval=interval,
        verdict=w.t(f"effect.{key}"),
        is_clear=difference.excludes_zero,
    )


def _points(share: float, w: Wording) -> str:
    """A difference with its sign."""
    text = w.percent(abs(share))
    return f"−{text}" if share < 0 and text != w.percent(0.0) else f"+{text}"
