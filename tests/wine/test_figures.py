"""The same recording gives the same figures on Windows."""

import json
from pathlib import Path

import pytest
from tests.integration.commands import DEMO, callwatch
from tests.wine.windows import Windows, cues_of, report_in, windows_path
from training.examples import read_examples, sentence_files

from callwatch.core.channels import Language
from callwatch.phrases.embeddings import why_no_embeddings
from callwatch.phrases.matcher import PhraseMatcher


def test_analyze_gives_the_figures_of_linux(tmp_path: Path) -> None:
    here = callwatch("analyze", DEMO, "--engine", "none", "--out", tmp_path / "here")
    assert here.returncode == 0, here.stderr
    there = Windows(tmp_path / "home").callwatch(
        "analyze", windows_path(DEMO), "--engine", "none", "--out", windows_path(tmp_path / "there")
    )
    assert there.returncode == 0, there.stdout
    linux, windows = report_in(tmp_path / "here"), report_in(tmp_path / "there")
    assert cues_of(windows) == cues_of(linux)
    for side in ("agent", "customer"):
        talk_s = windows["metrics"]["talk_s"][side]
        assert talk_s == pytest.approx(linux["metrics"]["talk_s"][side], abs=0.1)


def test_the_demo_shows_its_nudges_and_hears_its_words(tmp_path: Path) -> None:
    done = Windows(tmp_path / "home").callwatch(
        "demo", "--fast", "--no-overlay", "--out", windows_path(tmp_path / "demo")
    )
    assert done.returncode == 0, done.stdout
    report = report_in(tmp_path / "demo")
    assert report["utterances"]
    kinds = {kind for kind, _, _ in cues_of(report)}
    assert {"interruption", "raised_voice", "threat"} <= kinds
    assert report["nudges"]


MATCH = """
import json, sys
from callwatch.core.channels import Language
from callwatch.phrases.matcher import PhraseMatcher
found = {}
for language, lines in json.load(open(sys.argv[1], encoding="utf-8")).items():
    matcher = PhraseMatcher.for_language(Language(language), embeddings=True)
    found[language] = [[match.category for match in matcher.match(line)] for line in lines]
print(json.dumps(found))
"""


def test_phrases_are_judged_with_their_meaning_as_on_linux(tmp_path: Path) -> None:
    assert why_no_embeddings() == ""
    lines, expected = {}, {}
    for language in Language:
        files = sentence_files(language, held_out=True)
        lines[language.value] = [
            example.text for path in files for example in list(read_examples(path))[::5]
        ]
        matcher = PhraseMatcher.for_language(language, embeddings=True)
        expected[language.value] = [
            [match.category.value for match in matcher.match(line)] for line in lines[language]
        ]
    path = tmp_path / "lines.json"
    path.write_text(json.dumps(lines), "utf-8")
    done = Windows(tmp_path / "home").python("-c", MATCH, windows_path(path))
    assert done.returncode == 0, done.stdout
    (found,) = (line for line in done.stdout.splitlines() if line.startswith("{"))
    assert json.loads(found) == expected
    doctor = Windows(tmp_path / "home").callwatch("doctor")
    assert "rules, wording and meaning" in doctor.stdout


def test_bad_input_is_one_sentence(tmp_path: Path) -> None:
    windows = Windows(tmp_path / "å hem")
    silent = windows.callwatch("live", "--no-overlay", "--out", windows_path(tmp_path / "live"))
    assert silent.returncode == 1
    assert "Traceback" not in silent.stdout
    assert "there is no microphone: plug one in" in silent.stdout
    listed = windows.callwatch("devices")
    assert (listed.returncode, "callwatch doctor" in listed.stdout) == (1, True), listed.stdout


def test_a_path_with_swedish_letters_spaces_and_250_characters(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 190:
        folder /= "kunder på övning"
    folder.mkdir(parents=True)
    call = folder / "samtal med Åsa.flac"
    call.write_bytes(DEMO.read_bytes())
    out = folder / ("r" * (250 - len("report.json/") - len(windows_path(folder)) - 1))
    windows = Windows(tmp_path / "hem åäö")
    done = windows.callwatch(
        "analyze", windows_path(call), "--engine", "none", "--history", "--out", windows_path(out)
    )
    assert done.returncode == 0, done.stdout
    assert report_in(out)["cues"]
    listed = windows.callwatch("calls", "list", "--json")
    assert "samtal med Åsa.flac" in listed.stdout
