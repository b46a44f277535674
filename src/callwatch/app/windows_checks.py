"""What the doctor asks of Windows alone: the runtime of its compiled libraries, and the processor."""

import ctypes
import platform
import sys
from collections.abc import Callable
from typing import Final

from callwatch.app.findings import Finding

# What onnxruntime, ctranslate2 and soxr are linked to; Python brings the first two of its own.
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
