"""The group report: a page, a table and a column file, all of the same rounded cells."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError
from callwatch.core.team import COUNT_STEP, OTHER_QUEUES, TeamCell
from callwatch.core.trends import GROUP_AGENTS, GROUP_CALLS
from callwatch.report.files import write_private, write_private_set
from callwatch.report.html import environment
from callwatch.report.wording import Wording

PAGE_NAME, TABLE_NAME, COLUMNS_NAME = "team.html", "team.csv", "team.parquet"
_WIDTH, _HEIGHT = 240, 48


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One row of a table, ready to show."""

    name: str
    queue: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One figure over the weeks: its points as an SVG polyline, and its first and last value."""

    title: str
    points: str
    first: str
    last: str


def write_team(cells: Sequence[TeamCell], out_dir: Path, language: Language) -> list[Path]:
    """Write team.html and team.csv; OutputError when the folder cannot be written."""
    page, table = out_dir / PAGE_NAME, out_dir / TABLE_NAME
    write_private_set({page: render_team(cells, language), table: team_csv(cells)})
    return [page, table]


def write_team_parquet(cells: Sequence[TeamCell], out_dir: Path) -> Path:
    """Write team.parquet; MissingPartError when pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise MissingPartError(
            "a Parquet file needs the library pyarrow: pip install 'callwatch[parquet]'"
        ) from exc
    types = {"monday": pa.date32(), "queue": pa.string(), "calls": pa.int64(), "agents": pa.int64()}
    schema = pa.schema([(f.name, types.get(f.name, pa.float64())) for f in fields(TeamCell)])
    table = pa.Table.from_pylist([asdict(cell) for cell in cells], schema=schema)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return write_private(out_dir / COLUMNS_NAME, sink.getvalue().to_pybytes())


def team_csv(cells: Sequence[TeamCell]) -> str:
    """One row a cell or sum; an empty week or queue is over all of them."""
    out = io.StringIO()
    names = [field.name for field in fields(TeamCell)]
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    for cell in cells:
        row = {name: "" if value is None else value for name, value in asdict(cell).items()}
        queue = row["queue"]
        # A spreadsheet takes a text that begins so for a formula.
        row["queue"] = f"'{queue}" if str(queue).startswith(("=", "+", "-", "@")) else queue
        writer.writerow(row)
    return out.getvalue()


def render_team(cells: Sequence[TeamCell], language: Language) -> str:
    """The page, self-contained."""
    w = Wording.of(language)
    weeks = [cell for cell in cells if cell.monday is not None and cell.queue is None]
    queues = [cell for cell in cells if cell.monday is None and cell.queue is not None]
    single = [cell for cell in cells if cell.monday is not None and cell.queue is not None]
    whole = next((cell for cell in cells if cell.monday is None and cell.queue is None), None)
    context: dict[str, Any] = {
        "calls": 0 if whole is None else whole.calls,
        "lines": _lines(weeks, w),
        "tables": [
            ("by_week", [_row(cell, w) for cell in weeks]),
            ("by_queue", [_row(cell, w) for cell in queues]),
            ("cells", [_row(cell, w) for cell in single]),
        ],
        "step": COUNT_STEP,
        "agents": GROUP_AGENTS,
        "each": GROUP_CALLS,
        "width": _WIDTH,
        "height": _HEIGHT,
    }
    return environment().get_template("team.html.j2").render(w=w, t=w.t, **context)


def _row(cell: TeamCell, w: Wording) -> TeamRow:
    everything = w.t("team.all")
    queue = everything if cell.queue is None else cell.queue or w.t("team.no_queue")
    return TeamRow(
        everything if cell.monday is None else w.day(cell.monday),
        w.t("team.other") if queue == OTHER_QUEUES else queue,
        (
            str(cell.calls),
            "–" if cell.agents is None else str(cell.agents),
            *(_shown(cell, name, w) for name in _FIGURES),
        ),
    )


# Field of a cell to the name of its text.
_FIGURES = {
    "talk_share": "trends.talk_share",
    "interruptions": "trends.interruptions",
    "patience_s": "trends.patience",
    "raised_share": "team.raised",
    "threat_share": "team.threats",
}


def _shown(cell: TeamCell, name: str, w: Wording) -> str:
    value = getattr(cell, name)
    if value is None:
        return "–"
    if name.endswith("share"):
        return w.percent(value)
    return w.seconds(value) if name == "patience_s" else w.number(value)


def _lines(weeks: Sequence[TeamCell], w: Wording) -> list[TeamLine]:
    lines = []
    for name, title in _FIGURES.items():
        known = [cell for cell in weeks if getattr(cell, name) is not None]
        if len(known) < 2:
            continue
        top = max(getattr(cell, name) for cell in known) or 1.0
        days = [_days(cell.monday) for cell in known]
        span = max(1, days[-1] - days[0])
        points = " ".join(
            f"{(day - days[0]) / span * _WIDTH:.0f},"
            f"{_HEIGHT - getattr(cell, name) / top * (_HEIGHT - 4):.0f}"
            for day, cell in zip(days, known, strict=True)
        )
        first, last = _shown(known[0], name, w), _shown(known[-1], name, w)
        lines.append(TeamLine(w.t(title), points, first, last))
    return lines


def _days(monday: date | None) -> int:
    return 0 if monday is None else monday.toordinal()
