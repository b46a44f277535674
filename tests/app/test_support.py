import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.access import is_owners_alone
from tests.report.builders import rich_call

from callwatch.app.audit import audit_document
from callwatch.app.folders import data_folder
from callwatch.app.support import support_bundle
from callwatch.config import site_config_path, user_config_path
from callwatch.core.channels import Language
from callwatch.core.errors import InputError
from callwatch.core.log import log_path, logger_of, start_log, stop_log
from callwatch.report.audit_html import render_audit
from callwatch.report.write import write_report
from callwatch.store.history import CallHistory

# One for each place, so that a failure says where it came from.
PLACES = (
    "agent", "device", "model", "url", "locked", "unknown", "note", "journal", "report", "history",
    "logged", "logtext", "filename", "foldername", "trail", "environment", "modelname", "partname",
)  # fmt: skip
NUMBER = "4571778643870886"


def secret(place: str) -> str:
    return f"Zq{place}Xw{NUMBER}"


@pytest.fixture
def planted(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that holds a secret everywhere."""
    settings = f"""schema = 2
[call]
agent_id = "{secret("agent")}"
[devices]
agent = "{secret("device")}"
[recognition]
model = "/{secret("model")}"
[{secret("unknown")}]
x = "{secret("unknown")}"
"""
    for path, text in (
        (user_config_path(), settings),
        (site_config_path(), f'schema = 2\n[devices]\ncustomer = "{secret("locked")}"\n'),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with CallHistory(None, secret("agent")) as history:
        call = rich_call()
        history.add(call)
        history.note(call.call.id, secret("note") + secret("history"))
    folder = data_folder() / "calls" / secret("foldername")
    folder.mkdir(parents=True)
    (folder / "events.jsonl").write_text(secret("journal"))
    write_report(rich_call(), data_folder() / "reports" / "x", Language.EN)
    (data_folder() / "reports" / "x" / f"{secret('filename')}.html").write_text(secret("report"))
    (data_folder() / f".{secret('partname')}.part").write_text("x")
    (data_folder() / "audit-trail.json").write_text(json.dumps({"deletions": [secret("trail")]}))
    models = own_home / "models" / secret("modelname")
    (models / "am").mkdir(parents=True)
    (models / "am" / "final.mdl").write_bytes(b"x")
    (models / "graph").mkdir()
    (models / "graph" / "HCLG.fst").write_bytes(b"x")
    (models / "callwatch-model.json").write_text(
        json.dumps({"name": secret("modelname"), "files": {}})
    )
    monkeypatch.setenv("CALLWATCH_MODELS", str(own_home / "models"))
    monkeypatch.setenv("CALLWATCH_SECRET", secret("environment"))
    start_log("1.0")
    log = logger_of("callwatch.session.runner")
    try:
        raise InputError(secret("logged"))
    except InputError as fault:
        log.error("a fault with %s", secret("logged"), exc_info=fault)
    stop_log()
    with log_path().open("a") as file:
        file.write(
            f"2026-01-01 00:00:00 ERROR callwatch.x: said {secret('logtext')} ValueError at a.py:3\n"
        )
        file.write(f"{secret('logtext')}\n{secret('logtext')} at b.py:4 KeyError\n")
    return own_home


def texts(bundle: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as pack:
        return {name: pack.read(name).decode() for name in pack.namelist()}


def leaks(text: str, home: Path) -> list[str]:
    found = [place for place in PLACES if secret(place) in text or f"Zq{place}" in text]
    numbers = [part for part in (NUMBER, NUMBER[:6], str(home)) if part in text]
    call = rich_call()
    said = [u.text for u in call.utterances if len(u.text) > 8 and u.text in text]
    return found + numbers + said + [call.call.id] * (call.call.id in text)


@pytest.mark.usefixtures("planted")
def test_a_bundle_holds_nothing_of_a_call_a_person_or_a_place(own_home: Path) -> None:
    parts = texts(support_bundle())
    assert set(parts) == {"doctor.json", "audit.json", "log.txt"}
    for name, text in parts.items():
        assert not leaks(text, own_home), name
    checks = {line["check"]: line["ok"] for line in json.loads(parts["doctor.json"])}
    assert checks["journals"] is False
    assert checks["settings"] is False
    lines = parts["log.txt"].splitlines()
    assert any(
        re.search(r"callwatch\.session\.runner: .*InputError test_support\.py:\d+", line)
        for line in lines
    )
    assert any(line.endswith("ValueError a.py:3") for line in lines)
    assert not any("b.py" in line for line in lines)


@pytest.mark.usefixtures("planted")
def test_the_evidence_page_holds_nothing_of_a_call_either(own_home: Path) -> None:
    document = audit_document()
    names = [model.pop("name") for model in document["models"]]
    assert any(
        secret("modelname") in name for name in names
    )  # an auditor may know the models' names
    document["settings"]["values"].pop("recognition.model")
    for text in (json.dumps(document), render_audit(document | {"models": []})):
        assert not leaks(text, own_home)
    assert document["kept"]["calls"] == 1


def test_it_is_written_for_its_owner_alone(own_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    done = subprocess.run(
        [sys.executable, "-m", "callwatch.cli.main", "support", "--out", str(target)],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert is_owners_alone(target)
    assert zipfile.is_zipfile(target)
