"""How long the desktop app takes from the start of its process until its tray is there and hooks are answered.

    python -m benchmarks.app_start [--runs N] [--program CALLWATCH] [--json FILE]

Runs on every system that shows a window, so under Wine too (`scripts/windows/run.sh .windows -m benchmarks.app_start`).
Without --program it is this Python with callwatch's module; an installed callwatch may be named. The first start makes
the user's folders and history; the others are those of every morning. No app of this user may be running.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import print_table, write_json
from callwatch_ui.desktop.ipc import AppCommand, AppNotRunningError, send

SETTINGS = 'schema = 2\n[recognition]\nengine = "none"\n[app]\nauto_calls = false\n'
LIMIT_S = 120.0
POLL_S = 0.02


def started_in(program: list[str], folder: Path) -> float:
    """Seconds until the app answers; it is ended again."""
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
                return time.perf_counter() - began_s
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
        first_s, *seconds = (started_in(program, Path(folder)) for _ in range(options.runs + 1))
    row = {
        "first_s": f"{first_s:.2f}",
        "later_s": ", ".join(f"{value:.2f}" for value in seconds),
        "median_s": f"{statistics.median(seconds):.2f}",
    }
    print_table("Start of the app until its tray is there, seconds", [row])
    if options.json:
        write_json(options.json, [row])


if __name__ == "__main__":
    main()
