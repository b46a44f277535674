import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.phrases.encoder.tiny_model import tiny_model

from callwatch.core.errors import MissingPartError
from callwatch.core.onnx import open_session
from callwatch.phrases.encoder.encoder import SentenceEncoder

# onnxruntime's telemetry keeps a queue in the user's cache folder and has a thread that sends it.
PROGRAM = """
import os, sys
from pathlib import Path
from callwatch.phrases.encoder.encoder import SentenceEncoder
encoder = SentenceEncoder(Path(sys.argv[1]))
encoder.encode("ab c")
folder = "/proc/self/fd"
if os.path.isdir(folder):
    for name in os.listdir(folder):
        try:
            print(os.readlink(f"{folder}/{name}"))
        except OSError:
            pass
    print("threads", len(os.listdir("/proc/self/task")))
"""


def test_the_runtime_keeps_no_book_on_its_user(tmp_path: Path) -> None:
    model = tiny_model().write(tmp_path / "model")
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    environment["OPENBLAS_NUM_THREADS"] = "1"
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"):
        environment[name] = str(home)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "onnxruntime.db" not in done.stdout
    if sys.platform == "linux":
        assert "threads 1" in done.stdout.splitlines()
    assert list(home.rglob("*onnx*")) == []


def test_ctrl_c_while_the_runtime_starts_is_no_missing_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "raise ImportError('initialization failed') from KeyboardInterrupt()\n"
    (tmp_path / "onnxruntime.py").write_text(program)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(KeyboardInterrupt):
        open_session(b"")


def test_without_the_runtime_one_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingPartError, match="onnxruntime"):
        SentenceEncoder(tiny_model().write(tmp_path / "model"))
