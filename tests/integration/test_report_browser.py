"""The report in a real browser: no error, no network, fits the screen, prints on two pages."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.report.builders import empty_call, long_call, rich_call
from tests.report.test_trends import weeks

from callwatch.core.channels import Language
from callwatch.core.figures import OwnHistory, figures_of
from callwatch.core.summary import CallSummary
from callwatch.core.trends import Trends
from callwatch.report.html import render_html
from callwatch.report.trends_html import render_trends

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
if BROWSER is None:
    # The Makefile installs it where there is apt.
    pytest.skip("Chromium is not installed: apt-get install chromium", allow_module_level=True)

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr", "--v=0"),
)
CALLS = {"rich": rich_call(), "empty": empty_call(), "long": long_call(2.0, 18_000)}
OWN = OwnHistory((figures_of(rich_call()),) * 20, note="Call back.")

# Runs in the page that frames the report: what a person would see, measured.
PROBE = """<!doctype html><iframe id=f width=%d height=900 src=page.html></iframe><pre id=out></pre>
<script>
const frame = document.getElementById('f');
frame.onload = () => {
  const page = frame.contentDocument, rect = e => e.getBoundingClientRect();
  const style = e => frame.contentWindow.getComputedStyle(e);
  const marks = [...page.querySelectorAll('.mark')];
  const overflowing = [...page.querySelectorAll('section, h1, .lead p, .bar, .draw')]
    .filter(e => rect(e).right > %d + 1).map(e => e.className || e.tagName);
  let tip = null;
  if (marks.length) { marks[0].focus(); tip = style(marks[0].querySelector('.tip')).opacity; }
  document.getElementById('out').textContent = JSON.stringify({
    wide: page.documentElement.scrollWidth, overflowing, tip,
    marks: marks.length, unseen: marks.filter(e => !rect(e).width || !rect(e).height).length,
    background: style(page.body).backgroundColor, ink: style(page.body).color,
    resources: frame.contentWindow.performance.getEntriesByType('resource')
      .map(r => r.name).filter(n => !n.startsWith('data:')),
    title: page.title, language: page.documentElement.lang});
};
</script>"""


def chromium(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


def look(folder: Path, page: str, width: int, *flags: str) -> dict[str, object]:
    """What the browser makes of the page at that width."""
    import json

    (folder / "page.html").write_text(page, "utf-8")
    outer = folder / "outer.html"
    outer.write_text(PROBE % (width, width), "utf-8")
    more = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom", *flags)
    done = chromium(folder, *more, outer.as_uri())
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert errors == []
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stdout[:500]
    result: dict[str, object] = json.loads(html.unescape(found[1]))
    return result


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", [1200, 390])
def test_the_report_fits_and_asks_for_nothing(
    tmp_path: Path, language: Language, width: int
) -> None:
    seen = look(tmp_path, render_html(rich_call(), language, OWN), width)
    assert seen["language"] == language.value
    assert seen["wide"] == width
    assert seen["overflowing"] == []
    assert seen["resources"] == []
    assert seen["tip"] == "1", "a mark that has the focus shows what it is, without JavaScript"
    assert (seen["marks"], seen["unseen"]) == (10, 0)


@pytest.mark.parametrize("name", list(CALLS))
def test_every_kind_of_call_fits(tmp_path: Path, name: str) -> None:
    seen = look(tmp_path, render_html(CALLS[name], Language.DA), 1000)
    assert seen["wide"] == 1000
    assert seen["overflowing"] == []
    assert seen["unseen"] == 0


def test_light_and_dark_follow_the_system(tmp_path: Path) -> None:
    page = render_html(rich_call(), Language.SV)
    light = look(tmp_path, page, 1000, "--blink-settings=preferredColorScheme=1")
    dark = look(tmp_path, page, 1000, "--blink-settings=preferredColorScheme=0")
    assert light["background"] == "rgb(250, 248, 244)"
    assert dark["background"] == "rgb(17, 22, 27)"
    assert light["ink"] != dark["ink"]


def pages_of(folder: Path, page: str) -> list[str]:
    """The text of each printed page."""
    (folder / "page.html").write_text(page, "utf-8")
    pdf = folder / "page.pdf"
    flags = ("--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    chromium(folder, *flags, (folder / "page.html").as_uri())
    reader = shutil.which("pdftotext")
    assert reader is not None, "install poppler-utils"
    done = subprocess.run([reader, "-layout", pdf, "-"], check=True, capture_output=True, text=True)
    return done.stdout.split("\f")[:-1]


@pytest.mark.parametrize(
    ("name", "language"),
    [("empty", Language.EN), ("long", Language.SV), *(("rich", lang) for lang in Language)],
)
def test_the_summary_prints_on_two_pages_and_the_transcript_follows(
    tmp_path: Path, name: str, language: Language
) -> None:
    call: CallSummary = CALLS[name]
    pages = pages_of(tmp_path, render_html(call, language, OWN))
    from callwatch.report.wording import Wording

    appendix = Wording.of(language).t("transcript.appendix") + ":"
    starts = [number for number, text in enumerate(pages) if appendix in text]
    assert starts == [2], [text[:80] for text in pages[:4]]


def test_the_trends_page_fits(tmp_path: Path) -> None:
    seen = look(tmp_path, render_trends(Trends(weeks([0.5, 0.6, 0.4] * 4)), Language.NB), 390)
    assert seen["wide"] == 390
    assert seen["resources"] == []
