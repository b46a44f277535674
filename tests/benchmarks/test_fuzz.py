"""The fuzzer finds what it must, and finds nothing in what callwatch reads."""

import random
from pathlib import Path

import pytest
from benchmarks.fuzz.__main__ import fuzzed
from benchmarks.fuzz.mutation import mutated
from benchmarks.fuzz.targets import TARGETS, BadSentenceError, Target

from callwatch.config import load_config
from callwatch.core.errors import ConfigError, InputError
from callwatch.phrases.pack import read_pack


@pytest.mark.parametrize("name", TARGETS)
def test_every_good_input_is_read(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    taken = 0
    for number, data in enumerate(target.make_seeds()):
        folder = tmp_path / str(number)
        folder.mkdir()
        taken += not target.run(data, folder)
    assert taken >= 1


@pytest.mark.parametrize("name", TARGETS)
def test_some_hostile_inputs_of_each_kind_are_refused_in_a_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = fuzzed(name, TARGETS[name], seed=3, seconds=600.0, most=30)
    assert row["cases"] == 30
    assert row["faults"] == 0, capsys.readouterr().out


@pytest.mark.parametrize("kind", [RuntimeError, RecursionError, OSError])
def test_a_fault_is_counted_and_shown_with_its_input(
    kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    def feed(data: bytes, _: Path) -> None:
        if len(data) != 4:
            raise kind("broken")

    row = fuzzed("x", Target(lambda: [b"good"], feed), seed=1, seconds=600.0, most=100)
    assert 0 < row["faults"] < 100
    assert row["kinds"] == 1
    said = capsys.readouterr().out
    assert said.count("--- x, seed 1, case") == 1
    assert "broken" in said


def test_a_refusal_must_be_a_sentence(tmp_path: Path) -> None:
    def feed(data: bytes, _: Path) -> None:
        raise InputError(data.decode())

    target = Target(lambda: [b""], feed)
    assert target.run(b"Give a file.", tmp_path)
    for bad in (b"", b" ", b"x" * 1501, b"Traceback (most recent call last)"):
        with pytest.raises(BadSentenceError):
            target.run(bad, tmp_path)


def test_the_same_seed_makes_the_same_inputs() -> None:
    seeds = [b'{"a": 1.5}', b"text"]
    first, second = ([mutated(seeds, random.Random(5)) for _ in range(3)] for _ in range(2))
    assert first == second
    many = {mutated(seeds, rng) for rng in [random.Random(1)] for _ in range(300)}
    assert len(many) > 150


@pytest.mark.parametrize("text", ["a = " + "[" * 3000, "a = " + "9" * 5000, "a = 1\na = 2", "\x00"])
def test_settings_and_packs_that_are_no_toml_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="is broken"):
        load_config(path, tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        read_pack(path)
