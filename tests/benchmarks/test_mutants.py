"""Mutants change one number, in memory only."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
from benchmarks.mutants import MutantFinder, changed, mutants_of
from benchmarks.mutation import modules_in, passes, rows_of, total

SOURCE = """
from typing import Final
from dataclasses import dataclass, field

ONE: Final = 3  # größer
_TABLE = {"a": 0.5, "b": (1, -2.0)}
name = 7


@dataclass
class SomeConfig:
    on: bool = True
    share: float = 0.25
    text: str = "x"
    band: tuple[float, float] = (60.0, 3400.0)

    def method(self) -> int:
        return 5


class Other:
    value: int = 9
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "made_for_mutants.py"
    path.write_text(SOURCE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, path.stem, raising=False)
    return path


def test_numbers_of_configs_and_constants_are_changed(module: Path) -> None:
    found = mutants_of(module, module.stem)
    assert [(m.group, m.name, m.text, m.becomes) for m in found] == [
        ("SomeConfig", "SomeConfig.on", "True", "False"),
        ("SomeConfig", "SomeConfig.share", "0.25", "0.375"),
        ("SomeConfig", "SomeConfig.share", "0.25", "0.1675"),
        ("SomeConfig", "SomeConfig.band", "60.0", "90.0"),
        ("SomeConfig", "SomeConfig.band", "60.0", "40.2"),
        ("SomeConfig", "SomeConfig.band", "3400.0", "5100.0"),
        ("SomeConfig", "SomeConfig.band", "3400.0", "2278.0"),
        ("constants", "ONE", "3", "4"),
        ("constants", "ONE", "3", "2"),
        ("constants", "_TABLE", "0.5", "0.75"),
        ("constants", "_TABLE", "0.5", "0.335"),
        ("constants", "_TABLE", "1", "2"),
        ("constants", "_TABLE", "1", "0"),
        ("constants", "_TABLE", "-2.0", "-3.0"),
        ("constants", "_TABLE", "-2.0", "-1.34"),
    ]


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (10, ["15", "7"]),
        (1, ["2", "0"]),
        (-1, ["-2", "0"]),
        (0, ["1"]),
        (0.0, ["0.1"]),
        (False, ["True"]),
        ("x", []),
    ],
)
def test_every_other_value_differs(value: object, becomes: list[str]) -> None:
    assert changed(value) == becomes


def test_a_mutant_is_imported_and_the_file_stays_as_it_is(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mutant, _) = (m for m in mutants_of(module, module.stem) if m.name == "ONE")
    monkeypatch.setattr(sys, "meta_path", [MutantFinder(mutant), *sys.meta_path])
    assert import_module(module.stem).ONE == 4
    assert module.read_text("utf-8") == SOURCE
    assert not list(module.parent.rglob("*.pyc"))
    assert json.loads(mutant.environment()["CALLWATCH_MUTANT"])["becomes"] == "4"


def test_a_test_beside_the_module_notices() -> None:
    (found,) = modules_in("session/transcription_gaps")
    assert [path.name for path in found.tests] == ["test_transcription_gaps.py"]
    assert passes(found.tests, {}, None)
    assert not passes(found.tests, found.mutants[0].environment(), None)


def test_rows_are_counted_by_config() -> None:
    (found,) = modules_in("detectors/pace")
    rows = rows_of(found, [mutant.group == "PaceConfig" for mutant in found.mutants])
    assert [(row["config"], row["share"]) for row in rows] == [
        ("PaceConfig", 1.0),
        ("constants", 0),
    ]
    assert total(rows)["of"] == len(found.mutants)
