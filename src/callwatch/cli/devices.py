"""`callwatch devices` and `callwatch doctor`: what can be heard, and what is missing."""

from dataclasses import asdict

import typer
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from callwatch.app.doctor import diagnose
from callwatch.app.findings import Finding
from callwatch.audio.backend import Device, DeviceKind
from callwatch.audio.devices import list_devices
from callwatch.cli.console import out, print_json
from callwatch.cli.history_option import JsonOption
from callwatch.core.errors import InputError

_WIDEST = 10_000
_HEARS = {DeviceKind.INPUT: "an input", DeviceKind.LOOPBACK: "what is played"}
_MARKS = {True: "[green]ok[/green]", False: "[red]broken[/red]", None: "[yellow]missing[/yellow]"}


def devices(as_json: JsonOption = False) -> None:
    """List what can be heard: microphones, and loopbacks of what is being played.

    Exit status 1 when there is nothing.
    """
    found = list_devices()
    if as_json:
        print_json([asdict(device) for device in found])
    if not found:
        raise InputError(
            "Nothing can be heard on this machine: `callwatch doctor` says what to do."
        )
    if as_json:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("device", "name", "hears", "channels", "Hz", ""):
        # An id that is cut or folded is of no use: it is copied from here.
        table.add_column(heading, no_wrap=True, overflow="ignore")
    for device in found:
        table.add_row(*(escape(cell) for cell in _cells(device)))
    # As wide as the table is: a console in a pipe takes 80 columns and cuts what is longer.
    table.width = _whole_width(table)
    out.print(table)
    out.print()
    out.print(
        "Use: callwatch live --agent DEVICE --customer DEVICE (any unmistakable part of a name). "
        "Without them: the default microphone, and what is played."
    )


def _whole_width(table: Table) -> int:
    """Columns that the table takes when nothing is cut."""
    return Measurement.get(out, out.options.update(width=_WIDEST), table).maximum


def doctor(as_json: JsonOption = False) -> None:
    """Check this machine: what works, what is missing, and how to fix it.

    Exit status 1 when something is broken; parts that are only missing do not count.
    """
    findings = diagnose()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def _cells(device: Device) -> tuple[str, ...]:
    return (
        device.id,
        device.name if device.name != device.id else "",
        _HEARS[device.kind],
        str(device.channels),
        str(device.rate_hz),
        "default" if device.default else "",
    )


def _show(finding: Finding) -> None:
    out.print(
        f"{_MARKS[finding.ok]}  [bold]{escape(finding.name)}[/bold]  {escape(finding.message)}"
    )
    if finding.ok is not True and finding.remedy:
        out.print(f"        to fix it: {finding.remedy}", markup=False)
