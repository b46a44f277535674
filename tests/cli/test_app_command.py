import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.commands import callwatch, failed_kindly

from callwatch.cli import app_command
from callwatch.cli.app_command import AppRequest, parse_app_request, send_command
from callwatch_ui.desktop.ipc import Answer, AppCommand, AppState


def test_hooks_are_recognised_and_everything_else_is_not() -> None:
    assert parse_app_request(["call", "start"]) == AppRequest(AppCommand.START, as_json=False)
    assert parse_app_request(["call", "stop", "--json"]) == AppRequest(
        AppCommand.STOP, as_json=True
    )
    assert parse_app_request(["call", "--json", "stop"]) == AppRequest(
        AppCommand.STOP, as_json=True
    )
    assert parse_app_request(["call", "start", "+46701234567"]) == AppRequest(
        AppCommand.START, as_json=False
    )
    for other in (
        [],
        ["call"],
        ["call", "--help"],
        ["call", "show"],
        ["call", "stop", "--help"],
        ["calls", "list"],
    ):
        assert parse_app_request(other) is None


@pytest.mark.parametrize("ok", [True, False])
def test_the_answer_is_printed_where_it_belongs(
    ok: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Answer(ok, AppState.RUNNING, "callwatch: vaktar ett samtal – nu.")
    monkeypatch.setattr(app_command, "send", lambda command: answer)
    assert send_command(AppCommand.STATUS, as_json=False) == (0 if ok else 1)
    told = capsys.readouterr()
    assert (told.out if ok else told.err) == answer.message + "\n"
    assert send_command(AppCommand.STATUS, as_json=True) == (0 if ok else 1)
    record = json.loads(capsys.readouterr().out)
    told_json = {"ok": ok, "running": True, "state": "running", "message": answer.message}
    assert record == told_json


def test_without_an_app_a_hook_gets_one_sentence(tmp_path: Path) -> None:
    done = callwatch("call", "start", XDG_RUNTIME_DIR=str(tmp_path))
    assert "start it first" in failed_kindly(done)


def test_without_an_app_json_says_so(tmp_path: Path) -> None:
    done = callwatch("call", "status", "--json", XDG_RUNTIME_DIR=str(tmp_path))
    assert done.returncode == 1
    record = json.loads(done.stdout)
    assert (record["ok"], record["running"], record["state"]) == (False, False, None)
    assert "start it first" in record["message"]
    assert done.stderr == f"callwatch: {record['message']}\n"


def test_a_hook_loads_neither_the_engine_nor_the_framework_of_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-c",
         "import sys\nimport callwatch.cli.main\n"
         "import json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"numpy", "typer", "rich", "PyQt6"} & set(json.loads(done.stdout))


def test_without_a_command_and_a_display_the_help_is_shown() -> None:
    done = callwatch()
    assert done.returncode == 0
    assert "Listens along" in done.stdout
    assert "analyze" in done.stdout


def test_a_wrong_command_is_wrong_usage() -> None:
    done = callwatch("analyse")
    assert done.returncode == 2
    assert "No such command" in done.stderr
