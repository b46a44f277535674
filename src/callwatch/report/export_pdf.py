"""report.pdf: the printed report, drawn with fpdf2 (no browser, no system library).

The only file that imports fpdf. Page one and two are the summary, the transcript follows.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from callwatch.core.build import how_to_install
from callwatch.core.channels import Channel
from callwatch.core.errors import MissingPartError
from callwatch.core.escalation import EscalationLevel
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.report.balance import balance_parts
from callwatch.report.comparison import compare
from callwatch.report.figure_rows import audio_kept, figure_rows
from callwatch.report.moments import Moment, moments_of, nudge_marks, worth_a_look
from callwatch.report.sentences import was_heated, what_mattered
from callwatch.report.steps import method_steps
from callwatch.report.timeline import HALF, WIDTH, Mark, Row, rows_of
from callwatch.report.transcript import entries_of
from callwatch.report.word_certainty import word_certainty
from callwatch.report.wording import Wording

if TYPE_CHECKING:
    from fpdf import FPDF

# Latin, Greek and Cyrillic letters; under the SIL Open Font License, which allows embedding. It
# comes with the extra `pdf`, so that the same call gives the same page on every system.
FAMILY = "FiraSans"
WEIGHTS = {"": 400, "B": 700}
MISSING = (
    f"a PDF needs the library fpdf2 and the font Fira Sans: {how_to_install('callwatch[pdf]')}, "
    "or print report.html"
)
# Stands for letters that the font does not have (emoji, Arabic, Chinese).
UNKNOWN = "[?]"
# Joiners and control characters have no shape; accents and variation selectors none of their own.
UNSEEN, MARKS = ("Cf", "Cc"), ("Mn", "Me")
INK, SOFT, LINE = (28, 39, 49), (85, 99, 111), (213, 208, 198)
COLOURS = {
    "agent": (39, 105, 143),
    "customer": (183, 105, 31),
    "only_you": (39, 105, 143),
    "only_customer": (183, 105, 31),
    "both": (91, 74, 120),
    "silence": (217, 212, 200),
    "threat": (163, 20, 63),
    "raised_voice": (191, 75, 44),
    "loudness": (191, 75, 44),
    "blaming": (191, 75, 44),
    "wish": (138, 74, 12),
    "step": (35, 105, 75),
    "calm": (223, 232, 223),
    "tense": (240, 220, 168),
    "heated": (234, 180, 138),
}
MOMENTS = 6
MARGIN_MM = 13.0


def to_pdf(summary: CallSummary, w: Wording, history: OwnHistory) -> bytes:
    """The whole document. Raises MissingPartError when fpdf2 is not installed."""
    try:
        from fpdf import FPDF
    except ImportError as exc:
        raise MissingPartError(MISSING) from exc
    pdf = FPDF(format="A4")
    # The same call gives the same bytes: the file's date is the call's.
    pdf.set_creation_date(_start(summary))
    pdf.set_title(f"{w.t('page.title')} {w.moment(summary.call.started_at)}")
    pdf.set_lang(w.language.value)
    pdf.set_margin(MARGIN_MM)
    pdf.set_auto_page_break(True, MARGIN_MM)
    for style, path in _fonts().items():
        pdf.add_font(FAMILY, style, path)
    pdf.add_page()
    _draw(_Page(pdf, w), summary, history)
    return bytes(pdf.output())


def _fonts() -> dict[str, Path]:
    """The font's files by style. Raises MissingPartError when it is not installed."""
    try:
        import fontpkg
    except ImportError as exc:
        raise MissingPartError(MISSING) from exc
    try:
        return {
            style: fontpkg.path("Fira Sans", weight=weight) for style, weight in WEIGHTS.items()
        }
    except fontpkg.FontpkgError as exc:
        raise MissingPartError(MISSING) from exc


def _start(summary: CallSummary) -> datetime:
    try:
        start = datetime.fromisoformat(summary.call.started_at)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return start if start.tzinfo else start.replace(tzinfo=UTC)


class _Page:
    """Writing and drawing on the current page, in millimetres."""

    def __init__(self, pdf: "FPDF", w: Wording) -> None:
        self.pdf, self.w = pdf, w
        self._known = frozenset(getattr(pdf.fonts[FAMILY.lower()], "cmap", ()))

    def text(
        self, text: str, size: float = 9.0, *, bold: bool = False, colour: tuple[int, ...] = INK
    ) -> None:
        """One paragraph over the whole width."""
        self.font(size, bold=bold, colour=colour)
        self.pdf.multi_cell(
            0, size * 0.47, self.clean(text), align="L", new_x="LMARGIN", new_y="NEXT"
        )

    def heading(self, text: str) -> None:
        """A heading with a line above it."""
        self.pdf.ln(2.2)
        y = self.pdf.get_y()
        self.pdf.set_draw_color(*LINE)
        self.pdf.line(MARGIN_MM, y, self.pdf.w - MARGIN_MM, y)
        self.pdf.ln(1.4)
        self.text(text, 11, bold=True)

    def font(self, size: float, *, bold: bool = False, colour: tuple[int, ...] = INK) -> None:
        """Set the pen."""
        self.pdf.set_font(FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(*colour)

    def clean(self, text: str) -> str:
        """The text as far as the font can write it; a run of what it cannot is shown as UNKNOWN."""
        out: list[str] = []
        for letter in unicodedata.normalize("NFC", " ".join(text.split())):
            kind = unicodedata.category(letter)
            if ord(letter) in self._known and kind not in UNSEEN:
                out.append(letter)
            elif kind not in (*UNSEEN, *MARKS) and out[-1:] != [UNKNOWN]:
                out.append(UNKNOWN)
        return "".join(out)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> None:
        """Rows of cells; the first row is the heading."""
        self.font(size)
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_fill_color(255, 255, 255)
        from fpdf.fonts import FontFace

        with self.pdf.table(
            col_widths=tuple(widths),
            line_height=size * 0.46,
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="BOLD", color=SOFT),
            text_align="LEFT",
            padding=(0.5, 1),
        ) as table:
            for row in rows:
                line = table.row()
                for cell in row:
                    line.cell(self.clean(cell))

    def box(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """A filled box in the colour of that name."""
        self.pdf.set_fill_color(*COLOURS.get(name, SOFT))
        self.pdf.rect(x, y, width, height, style="F")


def _draw(page: _Page, summary: CallSummary, history: OwnHistory) -> None:
    w, call = page.w, summary.call
    moments = moments_of(summary, w)
    page.text(f"{w.t('page.title')} · {w.moment(call.started_at)}", 12, bold=True)
    page.text(f"{w.seconds(call.duration_s)} · {call.source} · {call.engine}", 8, colour=SOFT)
    if kept := audio_kept(summary, w):
        page.text(kept, 8, colour=SOFT)
    page.heading(w.t("mattered.heading"))
    for sentence in what_mattered(summary, w):
        page.text(sentence, 10.5)
    page.heading(w.t("balance.heading"))
    _balance(page, summary)
    page.heading(w.t("key.method"))
    if was_heated(summary) or any(step.done for step in method_steps(summary, w)):
        steps = (f"{step.name}: {step.text}" for step in method_steps(summary, w))
        page.text(" · ".join(steps), 8.5)
    else:
        page.text(w.t("key.none_needed"), 8.5)
    page.heading(w.t("timeline.heading"))
    names = {level: w.t(f"level.{level.value}") for level in EscalationLevel}
    for row in rows_of(summary, moments, nudge_marks(summary, w), names):
        _row(page, row)
    page.heading(w.t("moments.heading"))
    for moment in worth_a_look(moments, MOMENTS):
        _moment(page, moment)
    page.pdf.add_page()
    _figures(page, summary)
    _comparison(page, summary, history)
    page.heading(w.t("quality.warnings"))
    for warning in summary.input_quality.warnings:
        page.text(w.fact(warning), 8.5)
    if not summary.input_quality.warnings:
        page.text(w.t("quality.no_warnings"), 8.5)
    page.heading(w.t("aftercare.heading"))
    if was_heated(summary):
        page.text(w.t("aftercare.hard_text"), 8.5)
    if history.follow_up_on is not None:
        page.text(w.t("aftercare.follow_up_on", date=w.day(history.follow_up_on)), 8.5)
    if history.note:
        page.text(f"{w.t('aftercare.note')}: {history.note}", 8.5)
    page.text(w.t("page.footer"), 7.5, colour=SOFT)
    _transcript(page, summary, moments)


def _balance(page: _Page, summary: CallSummary) -> None:
    parts = balance_parts(summary, page.w)
    if not parts:
        page.text(page.w.t("balance.missing"))
        return
    x, y = MARGIN_MM, page.pdf.get_y() + 1
    width = page.pdf.w - 2 * MARGIN_MM
    for part in parts:
        page.box(x, y, width * part.percent / 100, 6, part.style)
        x += width * part.percent / 100
    page.pdf.set_y(y + 7)
    page.font(8)
    for part in parts:
        page.box(page.pdf.get_x() + 1, page.pdf.get_y() + 0.6, 2.6, 2.6, part.style)
        page.pdf.set_x(page.pdf.get_x() + 4)
        label = page.clean(f"{part.name}: {part.value} ({part.share})")
        page.pdf.cell(page.pdf.get_string_width(label) + 4, 3.8, label)
    page.pdf.ln(4.4)


def _row(page: _Page, row: Row) -> None:
    """One row of the timeline: the voices, the level, the marks."""
    left, width = MARGIN_MM, page.pdf.w - 2 * MARGIN_MM
    unit, top = width / WIDTH, page.pdf.get_y() + 3.4
    scale_y = 5.0 / HALF
    middle = top + 5.0
    for name in ("customer", "agent"):
        for x, box_width, height in _boxes(row.voices[name]):
            up = middle + min(0.0, height) * scale_y
            page.box(left + x * unit, up, box_width * unit, abs(height) * scale_y, name)
    for band in row.levels:
        page.box(left + band.x * unit, middle + 5.6, band.width * unit, 0.9, band.style)
    for marks, y in ((row.customer_marks, top - 2.4), (row.agent_marks, middle + 7.0)):
        for mark in marks:
            _mark(page, mark, left + mark.left / 100 * width, y)
    page.font(6.5, colour=SOFT)
    for at, label in row.ticks:
        page.pdf.text(left + at / 100 * width, middle + 12.2, label)
    page.pdf.set_y(middle + 13.4)


def _mark(page: _Page, mark: Mark, x: float, y: float) -> None:
    if mark.moment is None:
        return
    side = "agent" if mark.moment.cue.channel is Channel.AGENT else "customer"
    page.pdf.set_fill_color(*COLOURS.get(mark.moment.style, COLOURS[side]))
    page.pdf.ellipse(x - 0.9, y, 1.8, 1.8, style="F")


def _boxes(path: str) -> list[tuple[float, float, float]]:
    """The boxes (x, width, height) of a voice's path `Mx 0hWvHh-Wz`."""
    boxes = []
    for part in filter(None, path.split("M")):
        x, _, rest = part.partition(" 0h")
        width, _, tail = rest.partition("v")
        boxes.append((float(x), float(width), float(tail.partition("h")[0])))
    return boxes


def _moment(page: _Page, moment: Moment) -> None:
    said = moment.plain or moment.evidence
    page.text(f"{moment.at}  {moment.title} · {moment.who}. {said}", 8.5)
    if moment.advice:
        page.text(moment.advice, 7.8, colour=SOFT)


def _figures(page: _Page, summary: CallSummary) -> None:
    w = page.w
    page.text(w.t("figures.heading"), 11, bold=True)
    head = ("figures.figure", "figures.this_call", "figures.customer", "figures.meaning")
    rows = [tuple(w.t(key) for key in head)]
    for row in figure_rows(summary, w):
        values = (row.agent, row.customer) if row.whole is None else (row.whole, "")
        rows.append((row.name, *values, row.definition))
    page.table(rows, (30, 22, 22, 110), 7.4)


def _comparison(page: _Page, summary: CallSummary, history: OwnHistory) -> None:
    w, comparison = page.w, compare(summary, history, page.w)
    page.heading(w.t("own.heading"))
    if not comparison.rows:
        page.text(w.t("own.few", n=comparison.calls, needed=comparison.needed), 8.5)
        return
    head = ("figures.figure", "own.this_call", "own.usual", "own.range")
    rows = [tuple(w.t(key) for key in head)]
    rows += [(r.name, r.value, r.usual, r.middle_half) for r in comparison.rows]
    page.table(rows, (40, 30, 40, 50), 7.8)


def _transcript(page: _Page, summary: CallSummary, moments: Sequence[Moment]) -> None:
    w = page.w
    page.pdf.add_page()
    page.text(f"{w.t('transcript.appendix')}: {w.t('transcript.heading')}", 11, bold=True)
    page.text(w.t("transcript.masked" if summary.utterances else "transcript.none"), 7.8)
    if certainty := word_certainty(summary, w):
        page.text(certainty, 7.8)
    page.pdf.ln(1.5)
    for entry in entries_of(summary, moments, nudge_marks(summary, w), w):
        text = " ".join(part for part, _ in entry.parts)
        if text:
            page.text(f"{entry.at}  {entry.who}: {text}", 8.5)
        for moment in entry.moments:
            line = f"      {moment.at} {moment.title}. {moment.evidence}"
            page.text(line, 7.6, colour=COLOURS.get(moment.style, SOFT))
