"""A desk for tests: an X server, a sound server, the app, and hooks that are real processes."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.integration.commands import ROOT
from tests.pulse import PulseServer
from tests.ui.xserver import XServer

COMMAND = (sys.executable, "-m", "callwatch.cli.main")


class Desk:
    """`config` is the text of the user's settings file."""

    def __init__(self, screen: XServer, server: PulseServer, folder: Path, config: str) -> None:
        self._screen, self._folder = screen, folder
        self.config = folder / "config.toml"
        self.config.write_text(config, "utf-8")
        env = screen.environment(PYTHONPATH=f"{ROOT / 'src'}{os.pathsep}{ROOT / 'ui'}")
        self.environment = {
            **env,
            **{name: value for name, value in server.environment.items() if "PULSE" in name},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
            "CALLWATCH_CONFIG": str(self.config),
        }
        self.app = self.start_app()

    def start_app(self) -> "subprocess.Popen[str]":
        """`callwatch` without arguments."""
        return subprocess.Popen(COMMAND, env=self.environment, stderr=subprocess.PIPE, text=True)

    def call(self, command: str) -> "subprocess.CompletedProcess[str]":
        """`callwatch call COMMAND`, as a soft phone's hook runs it."""
        return subprocess.run(
            [*COMMAND, "call", command],
            env=self.environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def state(self) -> str:
        """What the app says that it is doing; "" while it does not answer."""
        done = subprocess.run(
            [*COMMAND, "call", "status", "--json"],
            env=self.environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        return str(json.loads(done.stdout)["state"]) if done.returncode == 0 else ""

    def wait_for(self, state: str, within_s: float = 600.0) -> None:
        """Ask until the app is in that state; raises TimeoutError."""
        deadline = time.monotonic() + within_s
        while (now := self.state()) != state:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the app is {now!r}, not {state!r}")

    def wait_for_reports(self, count: int, within_s: float = 600.0) -> list[dict[str, Any]]:
        """Ask until so many reports are written; the oldest first."""
        deadline = time.monotonic() + within_s
        while len(found := sorted(self._folder.glob("data/callwatch/calls/*/report.json"))) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} reports")
            self.state()
        return [json.loads(path.read_text("utf-8")) for path in found]

    def overlay_size(self) -> tuple[int, int]:
        """Width and height of the overlay on the screen."""
        number = self._screen.xdotool(
            "search", "--sync", "--onlyvisible", "--pid", str(self.app.pid), "--name", "^callwatch$"
        ).splitlines()[0]
        shown = self._screen.xdotool("getwindowgeometry", "--shell", number)
        values = dict(line.split("=") for line in shown.splitlines())
        return int(values["WIDTH"]), int(values["HEIGHT"])

    def close(self) -> str:
        """End the app as the end of the session does; what it wrote to stderr."""
        self.app.terminate()
        _, told = self.app.communicate(timeout=600)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.app.poll() is None:
            self.close()
        if self.app.stderr is not None:
            self.app.stderr.close()
