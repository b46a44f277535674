"""The installer under Wine: silently in, repaired, updated, and out again, with the data and without.

Built with the Python of this check, never to ship. The tests follow each other.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.commands import DEMO, ROOT
from tests.wine.windows import Windows, report_in, windows_path

OLD, NEW = "0.0.1", "0.0.2"
REGISTRY = "HKLM\\Software\\callwatch"
UNINSTALL = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall"


class Machine:
    """The installers of two versions, and what lies in Program Files."""

    def __init__(self, folder: Path) -> None:
        self.windows = Windows(folder / "home")
        self._work = Path(os.environ["CALLWATCH_WINE"])
        self.bundles = self._work / "bundles"
        self.program = self._work / "prefix" / "drive_c" / "Program Files" / "callwatch"

    def build(self, version: str) -> Path:
        uv = self._work / "tools" / "bin" / "uv"
        done = subprocess.run(
            [sys.executable, "-m", "scripts.bundle.windows", "--python", str(self._work / "python"),
             "--out", str(self.bundles), "--uv", str(uv), "--for-check", "--version", version],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return self.msi(version)

    def msi(self, version: str) -> Path:
        return self.bundles / f"callwatch-{version}-x64-not-for-release.msi"

    def files(self) -> dict[str, float]:
        """All that is installed, with the time of its last change."""
        return {str(p): p.stat().st_mtime for p in self.program.rglob("*") if p.is_file()}

    def msiexec(self, *args: str) -> None:
        done = self.windows.program("msiexec", *args)
        assert done.returncode == 0, done.stdout

    def installed(self, *args: str) -> "subprocess.CompletedProcess[str]":
        """Run the installed callwatch.exe."""
        return self.windows.program(str(self.program / "callwatch.exe"), *args)

    def products(self) -> list[str]:
        """The product codes of what is installed."""
        listed = self.windows.program("reg", "query", UNINSTALL).stdout
        return re.findall(r"\{[0-9A-F-]{36}\}", listed)

    def registry(self, name: str) -> str:
        return self.windows.program("reg", "query", REGISTRY, "/v", name).stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    shutil.rmtree(machine.bundles, ignore_errors=True)
    first, _ = machine.build(OLD), machine.build(NEW)
    site = windows_path(machine.windows.home / "site.toml")
    (machine.windows.home / "site.toml").write_text("schema = 2\n[store]\nretention_days = 7\n")
    for left in machine.products():  # by a check that was cut short
        machine.msiexec("/x", left, "/qn")
    machine.msiexec("/i", windows_path(first), "/qn", f"SITESETTINGS={site}", "AUTOSTART=1")
    desktop = machine.windows.keep_desktop()
    yield machine
    machine.windows.end_all()
    desktop.wait(60)
    assert desktop.stdout is not None
    desktop.stdout.close()
    shutil.rmtree(machine.bundles, ignore_errors=True)


def test_it_is_installed_and_knows_its_build(machine: Machine) -> None:
    for name in ("callwatch.exe", "callwatchw.exe", "python.exe", "licences/PARTS.txt"):
        assert (machine.program / name).exists(), name
    shown = machine.installed("--version")
    assert shown.stdout.startswith("callwatch "), shown.stdout
    assert "(msi, " in shown.stdout
    assert OLD in machine.registry("Version")


def test_the_doctor_speaks_of_repair_and_not_of_pip(machine: Machine) -> None:
    said = machine.installed("doctor", "--json").stdout
    # Wine says before and after it what it lacks.
    findings, _ = json.JSONDecoder().raw_decode(said[said.index("[\n") :])
    found = {f["name"]: f for f in findings}
    assert found["voice model"]["ok"], found["voice model"]
    assert found["window library"]["ok"], found["window library"]
    assert "keys are managed by IT" in found["settings"]["message"]
    assert not [f for f in found.values() if "pip install" in (f["remedy"] or "")]


def test_analyze_and_demo_run_installed_and_write_nothing_beside_the_program(
    machine: Machine, tmp_path: Path
) -> None:
    before = machine.files()
    for command, name in (
        (("analyze", windows_path(DEMO)), "analyze"),
        (("demo", "--fast", "--no-overlay"), "demo"),
    ):
        done = machine.installed(
            *command, "--engine", "none", "--out", windows_path(tmp_path / name)
        )
        assert done.returncode == 0, done.stdout
        assert report_in(tmp_path / name)["cues"]
    assert machine.files() == before
    assert machine.windows.data.exists()
    assert not (machine.windows.home / "roaming" / "callwatch").exists()


def test_a_repair_brings_back_what_is_missing(machine: Machine) -> None:
    (machine.program / "callwatchw.exe").unlink()
    # Wine's msiexec does not know /fa, which says the same.
    words = ("REINSTALL=ALL", "REINSTALLMODE=amus")
    machine.msiexec("/i", windows_path(machine.msi(OLD)), "/qn", *words)
    assert (machine.program / "callwatchw.exe").exists()


def test_a_newer_one_replaces_it(machine: Machine) -> None:
    machine.msiexec("/i", windows_path(machine.msi(NEW)), "/qn")
    assert NEW in machine.registry("Version")
    assert machine.installed("--version").returncode == 0
    assert machine.windows.data.exists()


@pytest.mark.parametrize("words", [[], ["REMOVEDATA=1"]], ids=["data stays", "data goes"])
def test_removed_it_leaves_the_data_or_takes_it(machine: Machine, words: list[str]) -> None:
    newest = windows_path(machine.msi(NEW))
    if not machine.program.exists():
        machine.msiexec("/i", newest, "/qn")
    machine.msiexec("/x", newest, "/qn", *words)
    assert not (machine.program / "callwatch.exe").exists()
    assert NEW not in machine.registry("Version")
    assert machine.windows.data.exists() is not bool(words)
