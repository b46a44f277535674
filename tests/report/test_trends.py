import random
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from callwatch.core.channels import Language
from callwatch.core.intervals import Sample
from callwatch.core.trends import EffectCounts, Trends, WeekFigures
from callwatch.report.nudge_effect import nudge_effect
from callwatch.report.trend_charts import charts_of
from callwatch.report.trends_html import render_trends
from callwatch.report.wording import Wording

EN = Wording.of(Language.EN)


def weeks(shares: list[float], calls: int = 10, threats: int = 2) -> tuple[WeekFigures, ...]:
    return tuple(
        WeekFigures(
            date(2026, 1, 5) + timedelta(weeks=n),
            calls,
            Sample.of([share + 0.02 * (i % 3 - 1) for i in range(calls)]),
            Sample.of([float(i % 3) for i in range(calls)]),
            Sample.of([0.5 + 0.1 * i for i in range(calls)]),
            threats,
            calls,
        )
        for n, share in enumerate(shares)
    )


def test_a_clear_change_is_told_with_both_values() -> None:
    chart = charts_of(Trends(weeks([0.6] * 4 + [0.45] * 4)), EN)[0]
    assert "60%" in chart.change
    assert "45%" in chart.change


def test_no_clear_change_is_told_as_such() -> None:
    chart = charts_of(Trends(weeks([0.5] * 8)), EN)[0]
    assert chart.change == EN.t("trends.no_clear_change")


def test_pages_of_pure_chance_hardly_ever_tell_of_a_change() -> None:
    rng = random.Random(11)
    told = 0
    for _ in range(400):
        found = tuple(
            WeekFigures(
                date(2026, 1, 5) + timedelta(weeks=n),
                7,
                Sample.of([rng.gauss(0.45, 0.08) for _ in range(7)]),
                Sample.of([float(rng.randint(0, 4)) for _ in range(7)]),
                Sample.of([rng.expovariate(1.0) for _ in range(7)]),
                sum(rng.random() < 0.3 for _ in range(7)),
                7,
            )
            for n in range(8)
        )
        charts = charts_of(Trends(found), EN)
        told += any(chart.change != EN.t("trends.no_clear_change") for chart in charts)
    assert told <= 0.08 * 400, "four looks at 95 % would tell of one in five"


def test_four_weeks_are_weeks_of_the_calendar() -> None:
    old, new = weeks([0.6] * 4), weeks([0.45] * 8)[4:]
    far = tuple(replace(week, monday=week.monday + timedelta(weeks=20)) for week in new)
    assert charts_of(Trends((*old, *new)), EN)[0].change != ""
    assert charts_of(Trends((*old, *far)), EN)[0].change == "", "not half a year ago"


def test_too_few_calls_show_a_dot_and_no_band_and_no_verdict() -> None:
    chart = charts_of(Trends(weeks([0.5, 0.6], calls=2)), EN)[0]
    assert chart.band == ""
    assert chart.change == ""
    assert all(dot.is_few for dot in chart.dots)
    assert {row.band for row in chart.rows} == {EN.t("trends.few")}


def test_the_band_is_broken_at_a_thin_week() -> None:
    thick, thin = weeks([0.5, 0.5, 0.5]), weeks([0.5, 0.5], calls=2)
    chart = charts_of(Trends((thick[0], thin[1], thick[2])), EN)[0]
    assert chart.band.count("M") == 2


def test_a_single_week_can_be_drawn() -> None:
    assert len(charts_of(Trends(weeks([0.5])), EN)) == 4


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("trends", [Trends(()), Trends(weeks([0.5] * 9), 3, agents=7)])
def test_the_page_stands_alone(trends: Trends, language: Language) -> None:
    page = render_trends(trends, language)
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "<script" not in page
    assert f'lang="{language.value}"' in page
    # Every chart has its table.
    assert page.count('class="chart"') == page.count("<details>")


def counts(count: int, interrupts: int) -> EffectCounts:
    return EffectCounts(
        count, interrupts, count // 4, Sample.of([0.4] * (count // 2) + [0.6] * (count // 2))
    )


def test_the_effect_waits_for_enough_calls() -> None:
    effect = nudge_effect(Trends((), shown=counts(400, 20), withheld=counts(19, 9)), EN)
    assert effect.rows == ()
    page = render_trends(Trends((), shown=counts(400, 20), withheld=counts(19, 9)), Language.EN)
    assert "Not enough calls yet: 400 shown and 19 withheld" in page


def test_a_clear_effect_is_told_with_its_interval() -> None:
    effect = nudge_effect(Trends((), shown=counts(400, 20), withheld=counts(40, 16)), EN)
    interrupts, raises, share = effect.rows
    assert interrupts.is_clear
    assert interrupts.verdict == "less after a nudge"
    assert interrupts.difference == "−35%"
    assert re.fullmatch(r"−\d+% … −\d+%", interrupts.interval)
    assert not raises.is_clear
    assert raises.verdict == "no clear difference"
    assert share.difference == "+0%"
