"""How long the desktop app takes from the start of its process until its tray is there and hooks are answered.

    python -m benchmarks.app_start [--runs N] [--program CALLWATCH] [--json FILE]

Runs on every system that shows a window, so under Wine too (`scripts/windows/run.sh .windows -m benchmarks.app_start`).
Without --program it is this Python with callwatch's module; an installed callwatch may be named. The first start makes
the user's folders and history; the others are those of every morning. The CPU seconds of the app's process say what a
busy machine hides. No app of this user may be running.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.table import print_table, write_json
from callwatch_ui.desktop.ipc import AppCommand, AppNotRunningError, send

SETTINGS = 'schema = 2\n[recognition]\nengine = "none"\n[app]\nauto_calls = false\n'
LIMIT_S = 120.0
POLL_S = 0.1  # each question costs the app something under Wine


def started_in(program: list[str], folder: Path) -> tuple[float, float]:
    """Seconds until the app answers, and its CPU seconds by then; it is ended again."""
    config = folder / "config.toml"
    config.write_text(SETTINGS, "utf-8")
    own = {
        name: str(folder)
        for name in (
            "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
            "WIN_PD_OVERRIDE_LOCAL_APPDATA", "WIN_PD_OVERRIDE_APPDATA",
        )
    }  # fmt: skip
    began_s = time.perf_counter()
    app = subprocess.Popen(
        [*program, "app"], env={**os.environ, **own, "CALLWATCH_CONFIG": str(config)}
    )
    try:
        while time.perf_counter() - began_s < LIMIT_S:
            try:
                send(AppCommand.STATUS)
            except AppNotRunningError:
                if app.poll() is not None:
                    raise SystemExit("the app ended before it was there") from None
                time.sleep(POLL_S)
            else:
                used = psutil.Process(app.pid).cpu_times()
                return time.perf_counter() - began_s, used.user + used.system
    finally:
        app.terminate()
        app.wait(60)
    raise SystemExit(f"the app was not there in {LIMIT_S:.0f} s")


def main() -> None:
    """Print seconds of each run, and the median of those after the first."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--program")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    program = [options.program] if options.program else [sys.executable, "-m", "callwatch.cli.main"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        first, *later = (started_in(program, Path(folder)) for _ in range(options.runs + 1))
    row = {
        "first_s": f"{first[0]:.2f}",
        "later_s": ", ".join(f"{seconds:.2f}" for seconds, _ in later),
        "median_s": f"{statistics.median(seconds for seconds, _ in later):.2f}",
        "median_cpu_s": f"{statistics.median(cpu_s for _, cpu_s in later):.2f}",
    }
    print_table("Start of the app until its tray is there, seconds", [row])
    if options.json:
        write_json(options.json, [row])


if __name__ == "__main__":
    main()
