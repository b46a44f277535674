"""What the doctor asks of Windows alone: the runtime of its compiled libraries, and the processor."""

import ctypes
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from callwatch.app.findings import Finding
from callwatch.core.owner_only import is_owner_only

# What ctranslate2 and soxr are linked to; Python brings the first two of its own.
_RUNTIME: Final = ("vcruntime140", "vcruntime140_1", "msvcp140")


def runtime(load: Callable[[str], object] | None = None) -> Finding:
    """Whether the Visual C++ runtime is there. `load` raises OSError for a library that is not."""
    if load is None and sys.platform == "win32":
        load = ctypes.WinDLL
    assert load is not None
    missing = []
    for name in _RUNTIME:
        try:
            load(f"{name}.dll")
        except OSError:
            missing.append(f"{name}.dll")
    if not missing:
        return Finding("Visual C++ runtime", True, "The Visual C++ runtime is there.")
    return Finding(
        "Visual C++ runtime",
        False,
        f"The Visual C++ runtime is not whole ({', '.join(missing)}): voice activity and words cannot be computed.",
        "install the Microsoft Visual C++ Redistributable 2015-2022 (x64), or repair callwatch under Settings > Apps",
    )


def access(folder: Path, is_private: Callable[[Path], bool] = is_owner_only) -> list[Finding]:
    """A sentence when others may read the folder of a user's calls."""
    try:
        if not folder.exists() or is_private(folder):
            return []
    except OSError:
        return []
    return [
        Finding(
            "access list",
            False,
            f"Other users of this machine may read {folder}.",
            "take their rights from that folder, or use a disk that keeps access lists (NTFS)",
        )
    ]


def processor(machine: str | None = None) -> list[Finding]:
    """A sentence for machines with an ARM processor, which several libraries are not built for."""
    if (machine or platform.machine()).upper() != "ARM64":
        return []
    return [
        Finding(
            "processor",
            None,
            "This Python is for ARM, and soxr, webrtcvad-wheels, ctranslate2 and vosk are not there for it.",
            "install callwatch, or Python, for x64: Windows 11 on ARM runs it in emulation",
        )
    ]
