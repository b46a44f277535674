import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callwatch.audio.recorded_at import began_at


@pytest.fixture(autouse=True)
def in_stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the zone of a process can be set: Windows has one for the machine."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    set_zone = getattr(time, "tzset", lambda: None)
    set_zone()
    yield
    monkeypatch.undo()
    set_zone()


@pytest.mark.parametrize(
    "name",
    [
        "2026-01-31-1030.wav",
        "call_20260131_103000.wav",
        "2026-01-31 10.30.00 Anna.wav",
        "in-20260131T1030.flac",
        "31 2026-01-31_10-30-00.wav",
    ],
)
def test_a_name_tells_when_the_call_began(name: str, tmp_path: Path) -> None:
    local = datetime(2026, 1, 31, 10, 30).astimezone()
    assert began_at(tmp_path / name, 60.0) == local
    assert sys.platform == "win32" or local == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["call.wav", "2026-13-45-9999.wav", "4670123456789012345.wav"])
def test_else_the_file_was_written_when_the_call_ended(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(b"")
    end = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    os.utime(file, (end.timestamp(), end.timestamp()))
    assert began_at(file, 90.0) == datetime(2026, 3, 1, 11, 58, 30, tzinfo=UTC)
