"""`callwatch trends`: the agent's own figures week by week, as a table, JSON or a page."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callwatch.cli.console import out, print_json
from callwatch.cli.history_option import HistoryOption, JsonOption, open_history
from callwatch.cli.options import PrintedLanguage
from callwatch.config import load_config
from callwatch.core.channels import Language
from callwatch.core.intervals import Interval, Sample, mean_interval, share_interval
from callwatch.core.trends import Trends, WeekFigures
from callwatch.report.files import write_private
from callwatch.report.nudge_effect import nudge_effect
from callwatch.report.trend_charts import charts_of
from callwatch.report.trends_html import render_trends
from callwatch.report.wording import Wording

trends_app = typer.Typer(
    help="Your own figures week by week, and whether the nudges helped.",
    invoke_without_command=True,
)


@trends_app.callback()
def trends(
    *,
    history: HistoryOption = None,
    as_json: JsonOption = False,
    agent: Annotated[
        str | None, typer.Option(help="Your pseudonym; else the one in the settings.")
    ] = None,
    group: Annotated[
        bool, typer.Option("--group", help="All agents together: five or more, five calls each.")
    ] = False,
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How far to look back.")] = 26,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with pictures.")
    ] = None,
    language: PrintedLanguage = Language.EN,
) -> None:
    """Talk share, interruptions, patience and calls with threats, week by week."""
    now = datetime.now(UTC)
    agent = agent or load_config().config.call.agent_id or None
    with open_history(history) as calls:
        found = calls.group_trends(weeks, now) if group else calls.trends(agent, weeks, now)
    if html is not None:
        write_private(html, render_trends(found, language))
    if as_json:
        print_json(trends_document(found, language))
    else:
        _print(found, Wording.of(language))
        if html is not None:
            out.print(f"\n{escape(str(html))}")


def trends_document(found: Trends, language: Language) -> dict[str, Any]:
    """The weeks and the effect of the nudges as plain values; intervals null with too few calls."""
    effect = nudge_effect(found, Wording.of(language))
    return {
        "agents": found.agents,
        "hard_calls": found.hard_calls,
        "weeks": [
            {
                "week": week.monday.isoformat(),
                "calls": week.calls,
                "talk_share_agent": _figure(week.talk_share),
                "interruptions_agent": _figure(week.interruptions),
                "response_latency_agent_s": _figure(week.patience_s),
                "calls_with_threat": week.calls_with_threat,
                "calls_with_words": week.calls_with_words,
                "threat_share": _threat_share(week),
            }
            for week in found.weeks
        ],
        "nudge_effect": {
            "shown": effect.shown,
            "withheld": effect.withheld,
            "needed": effect.needed,
            "rows": [asdict(row) for row in effect.rows],
        },
    }


def _figure(sample: Sample) -> dict[str, float | None]:
    if not sample.count:
        return {"mean": None, "low": None, "high": None}
    return _interval(mean_interval(sample))


def _threat_share(week: WeekFigures) -> dict[str, float | None]:
    if not week.calls_with_words:
        return _figure(Sample(0, 0.0, 0.0))
    return _interval(share_interval(week.calls_with_threat, week.calls_with_words))


def _interval(interval: Interval) -> dict[str, float | None]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return {
        "mean": rounded(interval.value),
        "low": rounded(interval.low),
        "high": rounded(interval.high),
    }


def _print(found: Trends, w: Wording) -> None:
    if not found.weeks:
        out.print(w.t("trends.empty"))
        return
    first, last = w.day(found.weeks[0].monday), w.day(found.last_day)
    out.print(w.t("trends.intro", n=found.calls, first=first, last=last, hard=found.hard_calls))
    charts = charts_of(found, w)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(w.t("trends.week"), no_wrap=True)
    table.add_column(w.t("trends.calls"), justify="right")
    for chart in charts:
        table.add_column(chart.title, justify="right")
    by_week = [{row.week: row for row in chart.rows} for chart in charts]
    for week in found.weeks:
        name = w.day(week.monday)
        cells = [f"{rows[name].mean}" if name in rows else "–" for rows in by_week]
        table.add_row(week.monday.isoformat(), str(week.calls), *cells)
    out.print(table)
    for chart in charts:
        if chart.change:
            out.print(f"{escape(chart.title)}: {escape(chart.change)}")
    effect = nudge_effect(found, w)
    out.print(f"\n[bold]{escape(w.t('effect.heading'))}[/]")
    if not effect.rows:
        out.print(
            w.t("effect.few", shown=effect.shown, withheld=effect.withheld, needed=effect.needed)
        )
    for row in effect.rows:
        line = f"{row.name}: {row.shown} / {row.withheld}, {row.difference} ({row.interval})"
        out.print(escape(f"{line}: {row.verdict}"))
