"""callwatch imports, and its core works, without Qt, PortAudio or any recogniser."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DRIVERS = (
    "PyQt6", "sounddevice", "soundcard", "webrtcvad", "onnxruntime", "vosk", "tokenizers",
    "ctranslate2", "sqlalchemy", "alembic", "parselmouth", "pulsectl",
)  # fmt: skip

BLOCKER = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {DRIVERS!r}:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
"""


def run_blocked(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKER + code],
        check=False, capture_output=True, text=True, cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'ui'}", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "room", ["core", "redaction", "texts", "phrases", "detectors", "report", "session", "config"]
)
def test_rooms_import_without_any_driver(room: str) -> None:
    path = ROOT / "src" / "callwatch" / room
    names = [p.stem for p in path.glob("*.py") if p.stem != "__init__"] if path.is_dir() else []
    modules = [f"callwatch.{room}.{name}" for name in names] or [f"callwatch.{room}"]
    done = run_blocked("".join(f"import {name}\n" for name in modules))
    assert done.returncode == 0, done.stderr


def test_the_command_line_answers_without_any_driver() -> None:
    done = run_blocked("import sys\nsys.argv = ['callwatch', '--help']\n"
                       "from callwatch.cli.main import main\nmain()\n")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "analyze" in done.stdout


def test_the_core_tests_pass_without_any_driver() -> None:
    done = run_blocked(
        "import sys, pytest\n"
        "sys.exit(pytest.main(['tests/core', 'tests/redaction', 'tests/session/test_nudges.py', "
        "'tests/session/test_escalation.py', 'tests/detectors/test_pace.py', "
        "'tests/detectors/test_control.py', '-q', '-p', 'no:cacheprovider', '-p', 'no:pytest-qt', "
        "'-c', '/dev/null', '--rootdir=.', '--import-mode=importlib']))"
    )
    assert done.returncode == 0, done.stdout + done.stderr
