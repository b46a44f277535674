"""Whether the app starts when this user logs in: a value of the registry on Windows, a desktop file on Linux."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from callwatch.core.build import interpreter
from callwatch.core.errors import OutputError
from callwatch.core.files import replace_file

if sys.platform == "win32":
    import winreg

_RUN: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
_NAME: Final = "callwatch"
_ENTRY: Final = """[Desktop Entry]
Type=Application
Name=callwatch
Comment=Nudges in difficult calls
Exec={command}
Icon=callwatch
Terminal=false
"""


def is_on() -> bool:
    """Whether this user has the app started at log-in."""
    if sys.platform == "win32":
        return _value() is not None
    return entry_path().exists()


def switch(on: bool) -> None:
    """Start the app at log-in from now on, or no more. Raises OutputError when that cannot be written."""
    try:
        if sys.platform == "win32":
            _write(command() if on else None)
        elif on:
            replace_file(entry_path(), _ENTRY.format(command=command()))
        else:
            entry_path().unlink(missing_ok=True)
    except OSError as exc:
        raise OutputError(
            f"The start at log-in cannot be changed ({exc.strerror}): ask your IT department."
        ) from exc


def command() -> str:
    """What starts the app without a console window."""
    python = Path(interpreter())
    if sys.platform == "win32":
        launcher = python.with_name("callwatchw.exe")
        if launcher.exists():
            return f'"{launcher}"'
        return f'"{python.with_name("pythonw.exe")}" -m callwatch.cli.main app'
    installed = shutil.which("callwatch")
    return f"{installed} app" if installed else f"{python} -m callwatch.cli.main app"


def entry_path() -> Path:
    """Linux: the user's own autostart entry."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "autostart" / "callwatch.desktop"


def _value() -> str | None:
    if sys.platform == "win32":
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
                return str(winreg.QueryValueEx(key, _NAME)[0])
        except OSError:
            return None
    return None


def _write(line: str | None) -> None:
    if sys.platform == "win32":
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
            if line is not None:
                winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, line)
            elif _value() is not None:
                winreg.DeleteValue(key, _NAME)
