"""A report is written in any case: where it belongs or, when that disk takes nothing, elsewhere."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from callwatch.app.folders import data_folder
from callwatch.core.channels import Language
from callwatch.core.errors import OutputError
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.report.write import ReportPaths, write_report

RESCUED = "rescued"


@dataclass(frozen=True, slots=True)
class PlacedReport:
    """Where the report is; `fault` says why it is not where it belongs."""

    paths: ReportPaths
    fault: str | None = None


def place_report(
    summary: CallSummary, wanted: Path, language: Language, past: OwnHistory | None
) -> PlacedReport:
    """Write it into `wanted`, else into the data folder, else into a new temporary folder.

    Raises OutputError when no disk takes it.
    """
    first: OutputError | None = None
    for folder in _places(wanted, summary.call.id):
        try:
            paths = write_report(summary, folder, language, past)
        except OutputError as exc:
            first = first or exc
            continue
        if first is None:
            return PlacedReport(paths)
        return PlacedReport(paths, f"the report is in {folder} instead: {first}")
    assert first is not None
    raise first


def _places(wanted: Path, call_id: str) -> Iterator[Path]:
    yield wanted
    yield data_folder() / RESCUED / call_id
    try:
        yield Path(tempfile.mkdtemp(prefix="callwatch-"))
    except OSError:
        return
