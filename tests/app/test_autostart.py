import typer
from typer.testing import CliRunner

from callwatch.app.autostart import command, is_on, switch
from callwatch.cli.autostart import autostart


def test_it_is_switched_on_and_off(own_home: object) -> None:
    assert not is_on()
    switch(True)
    switch(True)
    assert is_on()
    switch(False)
    switch(False)
    assert not is_on()


def test_the_command_starts_the_app() -> None:
    assert command().endswith(("app", 'callwatchw.exe"'))


def test_the_command_line_says_what_holds(own_home: object) -> None:
    app = typer.Typer()
    app.command()(autostart)
    assert "does not start" in CliRunner().invoke(app, []).stdout
    assert "callwatch starts when you log in" in CliRunner().invoke(app, ["on"]).stdout
    assert "does not start" in CliRunner().invoke(app, ["off"]).stdout
