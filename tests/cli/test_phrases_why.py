"""`callwatch phrases why CALL`: the reasons of a call's threats, in words."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.report.builders import rich_call
from typer.testing import CliRunner

from callwatch.cli.phrases import phrases_app
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError, StoreError
from callwatch.core.facts import Fact
from callwatch.core.summary import CallSummary
from callwatch.phrases.explain import load_examples
from callwatch.store.history import CallHistory

KNOWN = load_examples(Language.EN)[ThreatCategory.LEAVE][0].text


def why(folder: Path, *arguments: str, call: CallSummary | None = None) -> str:
    path = folder / "history.sqlite3"
    with CallHistory(str(path)) as history:
        history.add(call or rich_call("one"))
    done = CliRunner().invoke(phrases_app, ["why", *arguments, "--history", str(path)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def judged_by_likeness(*, transcript: bool) -> CallSummary:
    """A call whose threats no rule knew."""
    call = rich_call("one")
    evidence = Fact("phrase", {"what": "meaning", "said": KNOWN, "probability": 0.9})
    cues = tuple(replace(c, evidence=evidence) if c.category else c for c in call.cues)
    return replace(call, cues=cues, utterances=call.utterances if transcript else ())


def test_each_threat_has_its_time_its_demand_and_its_rule(tmp_path: Path) -> None:
    leave, manager = why(tmp_path, "one").splitlines()
    assert leave.startswith("0:30")
    assert "'go to another company'" in leave
    assert "leave.go" in leave
    assert manager.startswith("0:42")
    assert "wants somebody above you" in manager
    assert "manager.talk" in manager


@pytest.mark.parametrize("transcript", [True, False])
def test_likeness_is_explained_with_and_without_a_transcript(
    tmp_path: Path, transcript: bool
) -> None:
    call = judged_by_likeness(transcript=transcript)
    leave, _ = why(tmp_path, "one", call=call).splitlines()
    assert "No rule knows these words" in leave
    if not transcript:
        assert f"'{KNOWN}'" in leave.partition("most like them")[2]


def test_a_call_without_threats_says_so(tmp_path: Path) -> None:
    call = rich_call("one")
    quiet = replace(call, cues=tuple(c for c in call.cues if c.category is None))
    assert why(tmp_path, "one", call=quiet) == "This call has no threats.\n"


def test_an_unknown_call_and_a_missing_folder_are_errors_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="two"):
        why(tmp_path, "two")
    with pytest.raises(ConfigError, match="nowhere"):
        why(tmp_path, "one", "--packs", str(tmp_path / "nowhere"))


def test_a_rule_of_your_own_is_named_as_yours(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "en.toml").write_text(
        'schema = "callwatch.phrases/1"\nlanguage = "en"\n'
        '[[rules]]\nid = "leave.go"\ncategory = "leave"\nany = ["go to another company"]\n'
    )
    leave, _ = why(tmp_path, "one", "--packs", str(packs)).splitlines()
    assert "Your own rule leave.go" in leave
