import os
import subprocess
import sys
from pathlib import Path

import pytest

from callwatch.voice.vad.silero import Silero

# onnxruntime's telemetry keeps a queue in the user's cache folder and has a thread that sends it.
PROGRAM = """
import os, threading
from callwatch.voice.vad.silero import Silero
silero = Silero()
folder = "/proc/self/fd"
if os.path.isdir(folder):
    for name in os.listdir(folder):
        try:
            print(os.readlink(f"{folder}/{name}"))
        except OSError:
            pass
    print("threads", len(os.listdir("/proc/self/task")))
"""


def test_the_voice_model_keeps_no_book_on_its_user(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"):
        environment[name] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    assert "onnxruntime.db" not in done.stdout
    if sys.platform == "linux":
        assert "threads 1" in done.stdout.splitlines()
    assert list(tmp_path.rglob("*onnx*")) == []


def test_ctrl_c_while_the_runtime_starts_is_no_missing_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "raise ImportError('initialization failed') from KeyboardInterrupt()\n"
    (tmp_path / "onnxruntime.py").write_text(told)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        Silero()
