import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callwatch.cli.phrases import phrases_app

RUN = CliRunner()


def test_match_writes_one_object_a_line() -> None:
    lines = "see you in court\n\nthank you 😀\n"
    done = RUN.invoke(phrases_app, ["match", "--language", "en"], input=lines)
    assert done.exit_code == 0
    first, empty, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert first["text"] == "see you in court"
    (match,) = first["matches"]
    assert match["category"] == "legal"
    assert first["text"][match["start"] : match["end"]] == match["text"]
    assert empty == {"text": "", "matches": []}
    assert last == {"text": "thank you 😀", "matches": []}


def test_bytes_that_are_no_text_are_survived() -> None:
    done = RUN.invoke(
        phrases_app, ["match", "-l", "sv"], input=b"\xff\xfe vi ses i r\xc3\xa4tten\r\n"
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["matches"][0]["category"] == "legal"


def test_an_unknown_language_is_one_sentence() -> None:
    done = RUN.invoke(phrases_app, ["match", "--language", "xx"])
    assert done.exit_code == 1
    assert str(done.exception) == "The language 'xx' is not known: use en, sv, da or nb."


def test_check_accepts_the_shipped_packs() -> None:
    done = RUN.invoke(phrases_app, ["check"])
    assert done.exit_code == 0, done.output


def test_check_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('schema = "callwatch.phrases/1"\nlanguage = "en"\nx = 1\n')
    done = RUN.invoke(phrases_app, ["check", str(tmp_path), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["is_error"] is True


def test_a_missing_folder_is_one_sentence() -> None:
    done = RUN.invoke(
        phrases_app,
        ["match", "-l", "en", "--no-embeddings", "--packs", "/nowhere/at/all"],
        input="x\n",
    )
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


def test_embeddings_can_be_switched_off() -> None:
    done = RUN.invoke(
        phrases_app, ["match", "-l", "en", "--no-embeddings"], input="see you in court\n"
    )
    assert done.exit_code == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["matches"][0]["category"] == "legal"


def test_without_embeddings_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwatch.phrases.embeddings.find_model", lambda: None)
    done = RUN.invoke(phrases_app, ["match", "-l", "en"], input="see you in court\n")
    assert done.exit_code == 0
    assert len(done.stderr.splitlines()) == 1
    assert json.loads(done.stdout)["matches"][0]["category"] == "legal"
