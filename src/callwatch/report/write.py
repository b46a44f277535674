"""The files of one finished call: report.json and report.html."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.document import to_document
from callwatch.report.files import write_private_set
from callwatch.report.html import render_html

REPORT_FILES: Final = ("report.json", "report.html")


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the report of one call lies."""

    json: Path
    html: Path


def write_report(
    summary: CallSummary, out_dir: Path, language: Language, history: OwnHistory | None = None
) -> ReportPaths:
    """Write report.json and report.html into `out_dir` (made when missing), each with mode 0600.

    Both are rendered before anything is written, and each appears whole or not at all. Raises
    OutputError when the folder cannot be written; then neither is left behind from this run.
    """
    document = json.dumps(to_document(summary), ensure_ascii=False, indent=1, allow_nan=False)
    page = render_html(summary, language, history)
    paths = ReportPaths(*(out_dir / name for name in REPORT_FILES))
    write_private_set({paths.json: document + "\n", paths.html: page})
    return paths
