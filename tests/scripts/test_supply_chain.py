import json
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from scripts.audit_dependencies import licences, read_advisories, strangers, weaknesses
from scripts.sbom import ROOT, Locked, document, read_lock

LOCK = read_lock(ROOT / "constraints.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_bill_of_materials_names_every_locked_package_and_is_the_same_each_time() -> None:
    bill = document(LOCK, PROJECT, "1.2.3")
    assert json.dumps(bill) == json.dumps(document(LOCK, PROJECT, "1.2.3"))
    assert document(LOCK, PROJECT, "1.2.4")["serialNumber"] != bill["serialNumber"]
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    refs = {part["bom-ref"] for part in bill["components"]}
    assert {part["purl"] for part in bill["components"]} == refs
    assert len(refs) == len(LOCK)
    for line in bill["dependencies"]:
        assert line["ref"] in refs | {"callwatch"}
        assert set(line["dependsOn"]) <= refs
    numpy = next(part for part in bill["components"] if part["name"] == "numpy")
    assert "BSD" in json.dumps(numpy["licenses"])
    root = next(line for line in bill["dependencies"] if line["ref"] == "callwatch")
    assert numpy["purl"] in root["dependsOn"]


def test_a_lock_without_a_version_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "constraints.txt"
    lock.write_text("# a comment\n\nnumpy==2.0 ; python_version > '3'\nrich>=13\n")
    with pytest.raises(ValueError, match=r"constraints.txt:4 pins no version"):
        read_lock(lock)


def advisory(**affected: Any) -> dict[str, Any]:
    package = {"name": "Num_Py", "ecosystem": "PyPI"}
    return {"id": "OSV-1", "summary": "bad", "affected": [{"package": package, **affected}]}


def span(*events: dict[str, str], kind: str = "ECOSYSTEM") -> dict[str, Any]:
    return {"ranges": [{"type": kind, "events": list(events)}]}


@pytest.mark.parametrize(
    ("affected", "is_weak"),
    [
        ({"versions": ["2.0.1"]}, True),
        ({"versions": ["2.0.2"]}, False),
        (span({"introduced": "0"}, {"fixed": "2.0.2"}), True),
        (span({"introduced": "0"}, {"fixed": "2.0.1"}), False),
        (span({"introduced": "2.0.1"}), True),
        (span({"introduced": "2.0.2"}), False),
        (span({"introduced": "0"}, {"last_affected": "2.0.1"}), True),
        (span({"introduced": "0"}, {"last_affected": "2.0.0"}), False),
        (span({"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}), True),
        (span({"introduced": "0"}, kind="GIT"), False),
        (span({"introduced": "not a version"}), False),
    ],
)
def test_an_advisory_is_matched_by_its_versions(affected: dict[str, Any], is_weak: bool) -> None:
    lock = [Locked("num-py", "2.0.1")]
    assert bool(list(weaknesses(lock, [advisory(**affected)]))) is is_weak
    withdrawn = advisory(**affected) | {"withdrawn": "2026-01-01"}
    assert not list(weaknesses(lock, [withdrawn]))
    assert not list(weaknesses([Locked("other", "2.0.1")], [advisory(**affected)]))


def test_advisories_are_read_and_other_files_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(advisory()))
    (tmp_path / "b.json").write_text("[" * 5000)
    (tmp_path / "c.json").write_text("[]")
    assert [one["id"] for one in read_advisories(tmp_path)] == ["OSV-1"]
    assert capsys.readouterr().err.count("is no advisory") == 2


def test_what_is_installed_and_not_locked_is_named() -> None:
    numpy = metadata.version("numpy")
    found = list(strangers([Locked("numpy", "0.1"), Locked("rich", metadata.version("rich"))]))
    assert f"numpy is installed as {numpy}, the lock says 0.1" in found
    assert any(line.startswith("pytest ") and "not in the lock" in line for line in found)
    assert not any(line.startswith(("rich ", "callwatch ")) for line in found)


def test_no_locked_licence_forbids_what_callwatch_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(licences(LOCK)) == []
    monkeypatch.setattr("scripts.audit_dependencies.licence_of", lambda _: "CC-BY-NC-4.0")
    assert len(list(licences(LOCK[:2]))) == 2
