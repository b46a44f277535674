"""A real X server with a window manager, started for a test and ended by its own process ids."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

HERE: Final = Path(__file__).parent
SCREEN: Final = "1600x900x24"
END_S: Final = 10


class XServer:
    """Xvfb on a free display, with openbox; `run` starts a Python program on it."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._programs: list[subprocess.Popen[str]] = []
        reader, writer = os.pipe()
        # Without -noreset it starts over, and lets nobody in meanwhile, when its last client leaves.
        command = ["Xvfb", "-noreset", "-displayfd", str(writer), "-screen", "0", SCREEN,
                   "-nolisten", "tcp"]  # fmt: skip
        self._server = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.display = f":{pipe.readline().strip()}"
        if self.display == ":":
            self._server.wait(END_S)
            raise RuntimeError("Xvfb did not start")

    def start_window_manager(self) -> None:
        """Start openbox and wait until it manages windows."""
        manager = self._start(["openbox", "--sm-disable", "--startup", "echo ready"])
        assert "ready" in (line.strip() for line in stdout_of(manager)), "openbox did not start"

    def environment(self, **more: str) -> dict[str, str]:
        """Environment for a program on this server."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND"))}
        env |= {"DISPLAY": self.display, "HOME": str(self._scratch), "QT_QPA_PLATFORM": "xcb"}
        env |= {
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "XDG_RUNTIME_DIR": str(self._scratch),
        }
        return env | more

    def run(self, program: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start a helper program of this folder and wait until it says "ready"."""
        command = [sys.executable, str(HERE / program), *arguments]
        process = self._start(command, **env)
        line = stdout_of(process).readline().strip()
        assert line == "ready", f"{program} said {line!r}"
        return process

    def xdotool(self, *arguments: str) -> str:
        """Play the user: keys and mouse, through the server."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def kill(self) -> None:
        """The server crashes."""
        self._server.kill()
        self._server.wait(END_S)

    def close(self) -> None:
        """End everything that was started here, the server last."""
        for process in reversed(self._programs):
            end(process)
        if self._server.poll() is None:
            self._server.terminate()
            self._server.wait(END_S)

    def _start(self, command: list[str], **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            env=self.environment(**env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._programs.append(process)
        return process


def stdout_of(process: subprocess.Popen[str]) -> IO[str]:
    """The pipe that a program writes to."""
    assert process.stdout is not None
    return process.stdout


def ask(process: subprocess.Popen[str], line: str) -> str:
    """Send one line and wait for the answer."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return stdout_of(process).readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    """End one program and close its pipes."""
    process.terminate()
    process.wait(END_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
