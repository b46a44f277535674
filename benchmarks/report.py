"""Reports of long calls: time to render, size, time until the browser answers.

`python -m benchmarks.report`. The browser is a headless Chromium, when there is one.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.report.builders import long_call, rich_call

from benchmarks.table import print_table, write_json
from callwatch.core.channels import Language
from callwatch.core.summary import CallSummary
from callwatch.report.html import render_html

RENDER_LIMIT_S, SIZE_LIMIT, OPEN_LIMIT_S = 1.0, 1_500_000, 1.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def main() -> None:
    """Render, open, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench-out/report.json"))
    options = parser.parse_args()
    rows = [
        row("80 s", rich_call()),
        row("2 h, 18,000 words", long_call(2.0, 18_000)),
        row("2 h, 50,000 words", long_call(2.0, 50_000)),
    ]
    print_table("report.html", rows)
    write_json(options.out, rows)
    sys.exit(0 if all(line["ok"] for line in rows) else 1)


def row(name: str, summary: CallSummary) -> dict[str, Any]:
    """One call: median of three renderings, and of three openings."""
    times = []
    page = ""
    for _ in range(3):
        start = time.process_time()
        page = render_html(summary, Language.EN)
        times.append(time.process_time() - start)
    render_s, size = statistics.median(times), len(page.encode())
    open_s = opening_s(page)
    return {
        "call": name,
        "moments": len(summary.cues),
        "render_cpu_s": round(render_s, 3),
        "size_bytes": size,
        "opened_s": open_s,
        "ok": render_s <= RENDER_LIMIT_S
        and size <= SIZE_LIMIT
        and (open_s is None or open_s <= OPEN_LIMIT_S),
    }


def opening_s(page: str) -> float | None:
    """Wall seconds to load, lay out and paint the report; None without a browser.

    The time of a whole browser run that ends in a picture of the page, less that of an empty page.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("skipped: no Chromium, so the opening is not timed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        times: dict[str, list[float]] = {"<!doctype html><title>empty</title>": [], page: []}
        for number in range(3):
            for text, taken in times.items():
                path = Path(folder) / "page.html"
                path.write_text(text, "utf-8")
                command = [browser, *FLAGS, f"--user-data-dir={folder}/{number}{len(text)}"]
                command += ["--window-size=1200,900", f"--screenshot={folder}/x.png", path.as_uri()]
                start = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, timeout=120)
                taken.append(time.perf_counter() - start)
        empty, full = (statistics.median(taken) for taken in times.values())
    return round(max(0.0, full - empty), 3)


if __name__ == "__main__":
    main()
