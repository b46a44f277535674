"""Every format in which a call can leave callwatch."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callwatch.core.channels import Language
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.document import to_document
from callwatch.report.export_amazon import to_amazon
from callwatch.report.export_csv import to_csv
from callwatch.report.export_text import to_audacity, to_vtt
from callwatch.report.wording import Wording


class ExportFormat(StrEnum):
    """The name of a format, as `--format` takes it."""

    JSON = "json"
    CSV = "csv"
    AMAZON = "amazon"
    VTT = "vtt"
    AUDACITY = "audacity"
    HTML = "html"
    PDF = "pdf"

    @property
    def suffix(self) -> str:
        """How a file of that format ends."""
        return _SUFFIXES.get(self, f".{self.value}")

    @property
    def is_binary(self) -> bool:
        """Whether it does not belong on a terminal."""
        return self is ExportFormat.PDF


_SUFFIXES = {ExportFormat.AMAZON: ".amazon.json", ExportFormat.AUDACITY: ".labels.txt"}


@dataclass(frozen=True, slots=True)
class _Job:
    summary: CallSummary
    language: Language
    history: OwnHistory | None


def export_call(
    summary: CallSummary,
    kind: ExportFormat,
    language: Language,
    history: OwnHistory | None = None,
) -> bytes:
    """One call in that format. Raises MissingPartError when the PDF library is not installed."""
    result = _EXPORTERS[kind](_Job(summary, language, history))
    return result if isinstance(result, bytes) else result.encode("utf-8", "replace")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _html(job: _Job) -> str:
    # The templates are loaded only when somebody wants the page.
    from callwatch.report.html import render_html

    return render_html(job.summary, job.language, job.history)


def _pdf(job: _Job) -> bytes:
    # Heavy, and an optional part: loaded only when somebody wants a PDF.
    from callwatch.report.export_pdf import to_pdf

    return to_pdf(job.summary, Wording.of(job.language), job.history or OwnHistory())


_EXPORTERS: Mapping[ExportFormat, Callable[[_Job], str | bytes]] = {
    ExportFormat.JSON: lambda job: _json(to_document(job.summary)),
    ExportFormat.CSV: lambda job: to_csv([job.summary]),
    ExportFormat.AMAZON: lambda job: _json(to_amazon(job.summary)),
    ExportFormat.VTT: lambda job: to_vtt(job.summary, Wording.of(job.language)),
    ExportFormat.AUDACITY: lambda job: to_audacity(job.summary, Wording.of(job.language)),
    ExportFormat.HTML: _html,
    ExportFormat.PDF: _pdf,
}
