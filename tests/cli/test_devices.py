"""`callwatch devices` and `callwatch doctor` as a person and a program meet them."""

import json

import pytest
import typer
from tests.pulse import PulseServer
from typer.testing import CliRunner

from callwatch.app.findings import Finding
from callwatch.audio.backend import Device, DeviceKind
from callwatch.cli import devices as commands
from callwatch.core.errors import InputError

app = typer.Typer()
app.command()(commands.devices)
app.command()(commands.doctor)


@pytest.mark.pulse
def test_devices_are_listed_for_people_and_programs() -> None:
    with PulseServer() as server, server.entered():
        table = CliRunner().invoke(app, ["devices"])
        listed = json.loads(CliRunner().invoke(app, ["devices", "--json"]).stdout)
    assert table.exit_code == 0
    assert "null2.monitor" in table.stdout
    assert "what is played" in table.stdout
    assert "callwatch live --agent" in table.stdout
    (null1,) = (device for device in listed if device["id"] == "null1.monitor")
    assert null1 == {
        "id": "null1.monitor",
        "name": "Monitor of null1",
        "kind": "loopback",
        "channels": 2,
        "rate_hz": 48_000,
        "default": True,
        "backend": "pulse",
    }


@pytest.mark.parametrize(("options", "printed"), [([], ""), (["--json"], "[]\n")])
def test_no_device_is_an_error(
    monkeypatch: pytest.MonkeyPatch, options: list[str], printed: str
) -> None:
    monkeypatch.setattr(commands, "list_devices", list)
    done = CliRunner().invoke(app, ["devices", *options])
    assert isinstance(done.exception, InputError)
    assert "callwatch doctor" in str(done.exception)
    assert done.stdout == printed


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (None, 0), (False, 1)])
def test_only_what_is_broken_fails(
    monkeypatch: pytest.MonkeyPatch, ok: bool | None, status: int
) -> None:
    finding = Finding("part", ok, "It is [so].", "do this")
    monkeypatch.setattr(commands, "diagnose", lambda: [finding])
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == status
    assert "It is [so]." in done.stdout
    assert ("do this" in done.stdout) == (ok is not True)
    as_json = CliRunner().invoke(app, ["doctor", "--json"])
    assert json.loads(as_json.stdout) == [
        {"name": "part", "ok": ok, "message": "It is [so].", "remedy": "do this"}
    ]
    assert as_json.exit_code == status


def test_an_id_is_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    # As long as those of Windows are, in a console of 80 columns.
    ids = [f"{{0.0.0.00000000}}.{{0f1b4e3c-5a3d-4b5c-9d0f-6d7a8b9c0d{n}}}" for n in (10, 11)]
    found = [
        Device(i, "Speakers (Jabra EVOLVE 20)", DeviceKind.LOOPBACK, 2, 48_000, True, "w")
        for i in ids
    ]
    monkeypatch.setattr(commands, "list_devices", lambda: found)
    monkeypatch.setenv("COLUMNS", "80")
    lines = CliRunner().invoke(app, ["devices"]).stdout.splitlines()
    for identity in ids:
        (line,) = (line for line in lines if identity in line)
        assert line.rstrip().endswith("default")
