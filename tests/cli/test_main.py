"""The console script before anything else is imported."""

import io
import os
import subprocess
import sys

import pytest

from callwatch.cli import main as script

PROBE = """
import os, sys
sys.argv = ["callwatch", "--version"]
from callwatch.cli.main import main
assert "numpy" not in sys.modules, "numpy has read the environment already"
try:
    main()
except SystemExit:
    pass
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")])
def test_matrices_get_one_thread_unless_somebody_says_otherwise(
    given: str | None, used: str
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == used


@pytest.mark.parametrize(
    ("code_page", "is_console", "shown"),
    [
        ("cp850", True, b"Sk\x86ne \\u2192 r\x94st"),
        ("cp1252", True, b"Sk\xe5ne \\u2192 r\xf6st"),
        ("cp850", False, "Skåne → röst".encode()),
    ],
)
def test_a_console_shows_what_its_code_page_has_and_programs_read_utf8(
    monkeypatch: pytest.MonkeyPatch, code_page: str, is_console: bool, shown: bytes
) -> None:
    """As Windows' consoles in the North (850) and programs of its locale (1252) have it."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=code_page)
    monkeypatch.setattr(stream, "isatty", lambda: is_console, raising=False)
    monkeypatch.setattr(sys, "stdout", stream)
    script._prepare_streams()
    stream.write("Skåne → röst")
    stream.flush()
    assert raw.getvalue() == shown
