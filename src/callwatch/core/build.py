"""What this callwatch is: its version, how it was installed, and how a missing part is put right there.

An installer of scripts/bundle writes `callwatch-build.json` beside its Python: {"kind": "msi", "build": "3f2a9c1"}.
Without that file it was installed with pip, or runs from a checkout.
"""

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from callwatch import __version__

BUILD_FILE: Final = "callwatch-build.json"
_REPAIR: Final = {
    "msi": "repair callwatch under Settings > Apps > Installed apps, or install it again",
    "deb": "sudo apt install --reinstall callwatch",
    "folder": "unpack the callwatch folder again",
}


@dataclass(frozen=True, slots=True)
class Build:
    """`kind`: "msi", "deb", "folder", or "pip" for everything else; `build`: of which commit, "" when unknown."""

    kind: str = "pip"
    build: str = ""

    @property
    def is_bundle(self) -> bool:
        """Whether it brings its own Python, without pip."""
        return self.kind in _REPAIR

    def __str__(self) -> str:
        """As `callwatch --version` prints it."""
        details = ", ".join(part for part in (self.kind, self.build) if part)
        return f"callwatch {__version__} ({details})"


@cache
def this_build(folder: Path | None = None) -> Build:
    """The build that runs; `folder`: where its Python lies."""
    path = (folder or Path(sys.prefix)) / BUILD_FILE
    try:
        read = json.loads(path.read_text("utf-8"))
        return Build(str(read["kind"]), str(read["build"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Build()


def how_to_install(package: str, build: Build | None = None) -> str:
    """What brings a Python package that is missing: a pip line, or the repair of a bundle."""
    build = this_build() if build is None else build
    if build.is_bundle:
        return _REPAIR[build.kind]
    return f"pip install '{package}'" if "[" in package else f"pip install {package}"


def interpreter(executable: str | None = None) -> str:
    """The Python for `-m` and `-c`. In a Windows bundle callwatch.exe is none; the one beside it is."""
    running = Path(sys.executable if executable is None else executable)
    if running.stem.lower() not in ("callwatch", "callwatchw"):
        return str(running)
    name = "pythonw" if running.stem.lower().endswith("w") else "python"
    return str(running.with_name(name + running.suffix))
