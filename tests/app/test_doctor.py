"""The doctor finds what is missing, says what it costs and how to mend it, and never raises."""

import sqlite3
import sys
from pathlib import Path

import pytest
from tests.pulse import PulseServer
from tests.report.builders import rich_call

from callwatch.app import windows_checks
from callwatch.app.doctor import diagnose
from callwatch.app.findings import Finding
from callwatch.app.folders import data_folder
from callwatch.app.remedies import INSTALLERS, PARTS, install, microphone_permission
from callwatch.core.channels import Language
from callwatch.store.history import CallHistory


@pytest.fixture(autouse=True)
def no_sound_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_all_is_looked_at_and_every_lack_has_a_remedy() -> None:
    findings = diagnose()
    assert len({finding.name for finding in findings}) == len(findings)
    named = by_name(findings)
    system = "Visual C++ runtime" if sys.platform == "win32" else "PortAudio"
    for name in (
        "Python", "settings", "recordings", system, "microphone", "what is played",
        "voice gate", "voice model", "window library", "display", "data folder", "history",
    ):  # fmt: skip
        assert name in named
    for language in Language:
        assert f"words ({language.value})" in named
    for finding in findings:
        assert finding.message.endswith(".")
        if finding.ok is not True:
            assert finding.remedy, finding
    for name in ("recordings", system, "voice gate", "voice model"):
        assert named[name].ok is True


@pytest.mark.posix  # sound servers
def test_a_missing_sound_server_is_told_with_the_line_that_installs_it() -> None:
    finding = by_name(diagnose())["sound server"]
    assert finding.ok is None
    assert finding.remedy is not None
    assert "pulse" in finding.remedy


@pytest.mark.pulse
def test_a_running_sound_server_and_its_devices_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with PulseServer() as server, server.entered():
        named = by_name(diagnose())
    assert named["sound server"].ok is True
    assert named["what is played"].ok is True
    assert "Monitor of null1" in named["what is played"].message


def test_a_broken_settings_file_is_found(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = own_home / "broken.toml"
    path.write_text("[call\nlanguage = 3")
    monkeypatch.setenv("CALLWATCH_CONFIG", str(path))
    named = by_name(diagnose())
    assert named["settings"].ok is False
    assert str(path) in (named["settings"].remedy or "")
    assert named["history"].ok is False


def test_a_damaged_history_is_found(own_home: Path) -> None:
    path = data_folder() / "history.sqlite3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database, it only looks so from afar" * 100)
    finding = by_name(diagnose())["history"]
    assert finding.ok is False
    assert finding.remedy


def test_a_damaged_call_is_found(own_home: Path) -> None:
    path = data_folder() / "history.sqlite3"
    with CallHistory() as history:
        history.add(rich_call("one"))
        history.add(rich_call("two"))
    assert by_name(diagnose())["history"].ok is True
    with sqlite3.connect(path) as link:
        link.execute("UPDATE calls SET duration_s = 'x'")
    finding = by_name(diagnose())["history"]
    assert finding.ok is False
    assert "is damaged in the history" in finding.message
    assert "(2 calls are damaged)" in finding.message
    assert "calls delete ID" in (finding.remedy or "")


def test_a_folder_that_cannot_be_written_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    # Root may write everywhere, so the refusal of the system is put in its place.
    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    finding = by_name(diagnose())["data folder"]
    assert finding.ok is False
    assert "No space left on device" in finding.message


def test_a_qt_that_cannot_start_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "PyQt6").mkdir()
    (tmp_path / "PyQt6" / "__init__.py").write_text(
        "raise ImportError('libEGL.so.1: cannot open shared object file')"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    finding = by_name(diagnose())["window library"]
    assert finding.ok is False
    assert "libEGL.so.1" in finding.message
    assert "PyQt6" in (finding.remedy or "")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_a_line_for_every_machine(part: str) -> None:
    lines = {install(part, using) for using in (*INSTALLERS, None)}
    assert all(lines)
    assert install(part, "apt").startswith("sudo apt install ")


def test_every_platform_is_told_how_to_allow_the_microphone() -> None:
    assert "Privacy" in microphone_permission("win32")
    assert "Privacy" in microphone_permission("darwin")
    assert "headset" in microphone_permission("linux")


def test_a_runtime_that_is_not_whole_is_named() -> None:
    def load(name: str) -> object:
        if name.startswith("msvcp"):
            raise OSError(126, "The specified module could not be found")
        return object()

    finding = windows_checks.runtime(load)
    assert finding.ok is False
    assert "(msvcp140.dll)" in finding.message
    assert "Redistributable" in (finding.remedy or "")
    assert windows_checks.runtime(lambda _: object()).ok is True


def test_an_arm_processor_is_told_what_to_install() -> None:
    (finding,) = windows_checks.processor("ARM64")
    assert "x64" in (finding.remedy or "")
    assert windows_checks.processor("AMD64") == []


def test_a_data_folder_that_others_may_read_is_named(tmp_path: Path) -> None:
    (finding,) = windows_checks.access(tmp_path, lambda _: False)
    assert str(tmp_path) in finding.message
    assert finding.ok is False
    assert windows_checks.access(tmp_path, lambda _: True) == []
    assert windows_checks.access(tmp_path / "not there", lambda _: False) == []
