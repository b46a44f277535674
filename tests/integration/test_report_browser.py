"""The report in a real browser: no error, no network, fits the screen, prints on two pages."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
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
CALLS = {"rich": rich_call(), "empty": empty_call(), "long": long_call(0.4, 4_000)}
OWN = OwnHistory((figures_of(rich_call()),) * 20, note="Call back.")
WIDTHS = (1200, 1000, 700, 390, 380)
# A4 without its margins, in CSS pixels.
PAPER = 695

# Runs in the page that frames the reports: what a person would see, measured. One browser looks at
# all of them, because its start takes longer than a look.
PROBE = """<!doctype html>%s<pre id=out></pre>
<script>
const brokenWords = page => {
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), range = page.createRange();
  const found = [];
  while (walk.nextNode()) for (const word of walk.currentNode.data.matchAll(/[\\p{L}\\p{N}]{2,}/gu)) {
    range.setStart(walk.currentNode, word.index);
    range.setEnd(walk.currentNode, word.index + word[0].length);
    const boxes = [...range.getClientRects()].filter(box => box.width);
    if (boxes.length > 1 && boxes.at(-1).top > boxes[0].top + 3) found.push(word[0]);
  }
  return found;
};
const look = frame => {
  const page = frame.contentDocument, rect = e => e.getBoundingClientRect();
  const width = Number(frame.width), style = e => frame.contentWindow.getComputedStyle(e);
  const marks = [...page.querySelectorAll('.mark')];
  const overflowing = [...page.querySelectorAll('section, h1, .lead p, .bar, .draw')]
    .filter(e => rect(e).right > width + 1).map(e => e.className || e.tagName);
  let tip = null;
  if (marks.length) { marks[0].focus(); tip = style(marks[0].querySelector('.tip')).opacity; }
  const wide = page.documentElement.scrollWidth;
  const unseen = marks.filter(e => !rect(e).width || !rect(e).height).length;
  for (const closed of page.querySelectorAll('details')) closed.open = true;
  for (const late of page.querySelectorAll('.tr')) late.style.contentVisibility = 'visible';
  return {wide, overflowing, tip, marks: marks.length, unseen, broken: brokenWords(page),
    background: style(page.body).backgroundColor, ink: style(page.body).color,
    resources: frame.contentWindow.performance.getEntriesByType('resource')
      .map(r => r.name).filter(n => !n.startsWith('data:')),
    title: page.title, language: page.documentElement.lang};
};
window.onload = () => {
  const frames = [...document.querySelectorAll('iframe')];
  document.getElementById('out').textContent =
    JSON.stringify(Object.fromEntries(frames.map(frame => [frame.id, look(frame)])));
};
</script>"""

Seen = dict[str, dict[str, object]]


def chromium(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


def look(folder: Path, pages: Mapping[str, tuple[str, int]], *flags: str) -> Seen:
    """What the browser makes of each page at its width."""
    for name, (page, _) in pages.items():
        (folder / f"{name}.html").write_text(page, "utf-8")
    frames = "".join(
        f"<iframe id={name} width={width} height=900 src={name}.html></iframe>"
        for name, (_, width) in pages.items()
    )
    outer = folder / "outer.html"
    outer.write_text(PROBE % frames, "utf-8")
    more = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom", *flags)
    done = chromium(folder, *more, outer.as_uri())
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert errors == []
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stdout[:500]
    result: Seen = json.loads(html.unescape(found[1]))
    assert set(result) == set(pages)
    return result


def on_paper(page: str) -> str:
    """The page with its printed look on the screen; its policy knows the style sheet as it was."""
    assert "@media print{" in page
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    return page.replace("@media print{", "@media all{")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Every page that the tests ask about, looked at once."""
    reports = {language: render_html(rich_call(), language, OWN) for language in Language}
    pages = {f"{lang}-{width}": (reports[lang], width) for lang in Language for width in WIDTHS}
    pages |= {f"{lang}-paper": (on_paper(reports[lang]), PAPER) for lang in Language}
    pages |= {name: (render_html(call, Language.DA), 1000) for name, call in CALLS.items()}
    trends = render_trends(Trends(weeks([0.5, 0.6, 0.4] * 4)), Language.NB)
    pages |= {f"trends-{width}": (trends, width) for width in (380, 1000)}
    light = "--blink-settings=preferredColorScheme=1"
    return look(tmp_path_factory.mktemp("seen"), pages, light)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_fits_and_asks_for_nothing(seen: Seen, language: Language, width: int) -> None:
    page = seen[f"{language}-{width}"]
    assert page["language"] == language.value
    assert page["wide"] == width
    assert page["overflowing"] == []
    assert page["resources"] == []
    assert page["tip"] == "1", "a mark that has the focus shows what it is, without JavaScript"
    assert (page["marks"], page["unseen"]) == (10, 0)
    assert page["broken"] == [], "a word is broken only when it is wider than its place"


@pytest.mark.parametrize("language", list(Language))
def test_no_word_is_broken_on_paper(seen: Seen, language: Language) -> None:
    page = seen[f"{language}-paper"]
    assert page["broken"] == []
    assert page["wide"] == PAPER


def test_a_broken_word_is_noticed(tmp_path: Path) -> None:
    page = "<body style='overflow-wrap:break-word'><b>Customer</b> is a word"
    assert look(tmp_path, {"a": (page, 60)})["a"]["broken"] == ["Customer"]


@pytest.mark.parametrize("name", list(CALLS))
def test_every_kind_of_call_fits(seen: Seen, name: str) -> None:
    page = seen[name]
    assert page["wide"] == 1000
    assert page["overflowing"] == []
    assert page["unseen"] == 0
    assert page["broken"] == []


def test_light_and_dark_follow_the_system(seen: Seen, tmp_path: Path) -> None:
    page = render_html(rich_call(), Language.SV)
    dark = look(tmp_path, {"d": (page, 1000)}, "--blink-settings=preferredColorScheme=0")["d"]
    light = seen["sv-1000"]
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


@pytest.mark.parametrize("width", [380, 1000])
def test_the_trends_page_fits(seen: Seen, width: int) -> None:
    page = seen[f"trends-{width}"]
    assert page["wide"] == width
    assert page["resources"] == []
    assert page["broken"] == []
