"""Many calls at once: a page that links their reports, and a table for a spreadsheet.

Only lines are kept in memory, not calls: a folder may hold many thousands.
"""

import base64
import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import quote_from_bytes

from callwatch.core.channels import Language
from callwatch.core.figures import figures_of
from callwatch.core.summary import CallSummary
from callwatch.report.export_csv import csv_row
from callwatch.report.html import environment
from callwatch.report.moments import moments_of, worth_a_look
from callwatch.report.wording import Wording

# How many moments of a call count for whether it is worth hearing: a long call must not win by length.
_MOMENTS = 3


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call of a folder; None where a figure could not be measured.

    `href` leads from the folder of the reports to this one's; `worth` is 0 when nothing happened;
    `cells` is the call's row of calls.csv.
    """

    name: str
    href: str
    started_at: str
    duration_s: float
    talk_share_agent: float | None
    interruptions_agent: int | None
    raised_voice: int
    threats: int | None
    worth: float
    why: str
    warnings: int
    cells: dict[str, str | int | float]


def call_line(summary: CallSummary, folder_name: bytes, language: Language) -> CallLine:
    """The line of a call whose report lies in `folder_name`; bytes, as file systems have it."""
    figures = figures_of(summary)
    best = worth_a_look(moments_of(summary, Wording.of(language)), _MOMENTS)
    href = f"{quote_from_bytes(folder_name)}/report.html"
    return CallLine(
        name=summary.call.source,
        href=href,
        started_at=summary.call.started_at,
        duration_s=summary.call.duration_s,
        talk_share_agent=figures.talk_share_agent,
        interruptions_agent=figures.interruptions_agent,
        raised_voice=figures.raised_voice,
        threats=figures.threats,
        worth=round(sum(moment.weight for moment in best), 1),
        why=" · ".join(dict.fromkeys(moment.title for moment in best)),
        warnings=len(summary.input_quality.warnings),
        cells={"report": href, **csv_row(summary)},
    )


def worth_hearing(lines: Sequence[CallLine], most: int) -> list[CallLine]:
    """The calls in which most happened, the first of them first."""
    return sorted((line for line in lines if line.worth), key=lambda line: -line.worth)[:most]


def lines_to_csv(lines: Sequence[CallLine]) -> str:
    """calls.csv: the columns of `calls export --format csv`, and where each report is."""
    out = io.StringIO()
    for number, line in enumerate(lines):
        writer = csv.DictWriter(out, list(line.cells), lineterminator="\r\n")
        if number == 0:
            writer.writeheader()
        writer.writerow(line.cells)
    return out.getvalue()


def render_index(lines: Sequence[CallLine], faults: Sequence[str], language: Language) -> str:
    """The page: a row a call, sorted by any column, and the files that could not be measured."""
    w, script = Wording.of(language), _script()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    template = environment().get_template("archive.html.j2")
    return template.render(w=w, t=w.t, lines=lines, faults=faults, script=script, digest=digest)


@cache
def _script() -> str:
    return resources.files("callwatch.report").joinpath("templates/sort.js").read_text("utf-8")
