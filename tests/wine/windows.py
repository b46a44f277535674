"""Runs programs on the Windows that scripts/windows/setup.sh made."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RUN: Final = ROOT / "scripts" / "windows" / "run.sh"
# A loaded machine starts Python under Wine in a minute.
LIMIT_S: Final = 600
# What Wine says while its server ends.
_ENDING: Final = "seems to be running, but I cannot connect to it"
_TRIES: Final = 5


def windows_path(path: Path) -> str:
    """A path of this machine as Wine's programs see it."""
    return "Z:" + str(path).replace("/", "\\")


# Wine's desktop is a program that the first window starts, and that holds the output of whoever did; it lasts as long
# as somebody uses it.
_DESKTOP: Final = """
import ctypes, sys, time
ctypes.windll.user32.GetDesktopWindow()
print("ready", flush=True)
while True:
    time.sleep(3600)
"""


class Windows:
    """A user's folders on that Windows, all below `home`."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        folders = {"APPDATA": "roaming", "LOCAL_APPDATA": "local", "COMMON_APPDATA": "machine"}
        self._environment = {
            f"WIN_PD_OVERRIDE_{name}": windows_path(home / folder)
            for name, folder in folders.items()
        } | environment

    @property
    def data(self) -> Path:
        """Where callwatch keeps its data."""
        return self.home / "local" / "callwatch"

    def command(self, *args: str) -> list[str]:
        """The command line that runs the Windows Python."""
        return [str(RUN), os.environ["CALLWATCH_WINE"], *args]

    def environment(self) -> dict[str, str]:
        """The environment of its programs; no display and no sound but the ones that were given."""
        outside = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "PULSE_SERVER")}
        return outside | {"RUN_TIMEOUT": str(LIMIT_S)} | self._environment

    def start(self, *args: str) -> "subprocess.Popen[str]":
        """Start `callwatch ARGS`."""
        return subprocess.Popen(
            self.command("-m", "callwatch.cli.main", *args),
            env=self.environment(), stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def callwatch(self, *args: str) -> "subprocess.CompletedProcess[str]":
        """Run `callwatch ARGS` to its end; both streams are in stdout."""
        return self.python("-m", "callwatch.cli.main", *args)

    def program(self, name: str, *args: str) -> "subprocess.CompletedProcess[str]":
        """Run another program than the check's Python to its end."""
        return self._run(*args, RUN_PROGRAM=name)

    def keep_desktop(self) -> "subprocess.Popen[str]":
        """Start a program that holds the desktop, until `end_all`; close its stdout after that."""
        process = subprocess.Popen(
            self.command("-u", "-c", _DESKTOP), env=self.environment() | {"RUN_TIMEOUT": "3600"},
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        assert process.stdout is not None
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None, "Wine has no desktop"
        return process

    def end_all(self) -> None:
        """End every program of that Windows. What began without a display has none as long as one of them runs."""
        self._server("-k")
        self._server("-w")

    def python(self, *args: str) -> "subprocess.CompletedProcess[str]":
        """Run Python to its end."""
        return self._run(*args)

    def _run(self, *args: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Once more when Wine's server was just about to end, and let nobody in."""
        for _ in range(_TRIES):
            done = subprocess.run(
                self.command(*args), env=self.environment() | environment, check=False,
                stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", timeout=LIMIT_S + 60,
            )  # fmt: skip
            if _ENDING not in done.stdout:
                break
            self._server("-w")
        return done

    @staticmethod
    def _server(way: str) -> None:
        """`-k` ends every program, `-w` waits until they are gone."""
        subprocess.run(
            ["/usr/lib/wine/wineserver64", way], check=False, timeout=LIMIT_S,
            env=os.environ | {"WINEPREFIX": os.environ["CALLWATCH_WINE"] + "/prefix"},
        )  # fmt: skip


def report_in(folder: Path) -> dict[str, Any]:
    """The one report below a folder."""
    (path,) = folder.rglob("report.json")
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


def cues_of(report: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Kind, side and category of every cue, in order."""
    return [(cue["kind"], cue["channel"], cue.get("category")) for cue in report["cues"]]
