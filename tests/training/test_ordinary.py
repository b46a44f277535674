"""Ordinary talk: gathered from copies, split for ever, real threats left out."""

import json
from pathlib import Path

from training.gather_ordinary import APART, CALIBRATION, gather, is_apart, piped_turns, turns
from training.ordinary import checksum, is_for_choosing, known_threats, ordinary_lines

from callwatch.core.channels import Language


def test_collections_are_gathered_and_split(tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    (sources / "common_voice").mkdir(parents=True)
    lines = [f"det var dag {number} och solen sken" for number in range(200)]
    (sources / "common_voice" / "sv.txt").write_text("\n".join(lines), encoding="utf-8")
    (sources / "taskmaster").mkdir()
    turn = [{"speaker": "user", "text": "a latte please"}, {"speaker": "assistant", "text": "ok"}]
    dialogue = [{"conversation_id": "dlg-1", "utterances": turn}]
    (sources / "taskmaster" / "00.json").write_text(json.dumps(dialogue))
    report = gather(sources, out)
    assert any("talbanken: not in" in line for line in report)
    parts = {
        part: (out / part / "sv" / "common_voice.txt").read_text(encoding="utf-8").splitlines()
        for part in (CALIBRATION, APART)
    }
    assert sorted(parts[CALIBRATION] + parts[APART]) == sorted(lines)
    assert 0.15 < len(parts[APART]) / len(lines) < 0.45
    said = [path.read_text().splitlines() for path in out.glob("*/en/taskmaster.txt")]
    assert said == [["a latte please"]]
    assert gather(sources, out) == report


def test_a_conversation_lies_on_one_side() -> None:
    assert is_apart("call 7", 1.0)
    assert not is_apart("call 7", 0.0)
    text = "Yes. " * 30
    assert {name for _, name in turns(text, "call 7")} == {"call 7"}
    assert all(len(said.split()) == 14 for said, _ in list(turns(text, "call 7"))[:2])


def test_lines_of_one_speaker_are_one_turn(tmp_path: Path) -> None:
    path = tmp_path / "2121.txt"
    path.write_text("A|Okay, uh,|fo\nA|could you tell me|qw\nB|Well, {F uh, } it's hard.|sv\n")
    said = [" ".join(text.split()) for text, _ in piped_turns(path) if text]
    assert said == ["Okay, uh, could you tell me", "Well, uh, it's hard."]


def test_known_threats_are_no_harmless_sentences(tmp_path: Path) -> None:
    folder = tmp_path / CALIBRATION / "en"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("You utter imbecile!\nIt rains today.\nIt rains today.\n")
    assert checksum("you utter imbecile") == checksum("You utter imbecile!")
    lines = [
        line
        for choosing in (False, True)
        for line in ordinary_lines(tmp_path, Language.EN, choosing=choosing)
    ]
    assert set(lines) == {"You utter imbecile!", "It rains today."}
    named = tmp_path / "named.txt"
    named.write_text(f"# a comment\n{checksum('You utter imbecile!'):08x}\n")
    assert checksum("you utter imbecile") in known_threats(named)
    assert known_threats(tmp_path / "absent.txt") == frozenset()


def test_a_quarter_is_for_choosing_and_never_trained_on(tmp_path: Path) -> None:
    folder = tmp_path / CALIBRATION / "sv"
    folder.mkdir(parents=True)
    lines = {f"det var dag {number} och solen sken" for number in range(400)}
    (folder / "a.txt").write_text("\n".join(sorted(lines)), encoding="utf-8")
    trained = ordinary_lines(tmp_path, Language.SV)
    chosen = ordinary_lines(tmp_path, Language.SV, choosing=True)
    assert not set(trained) & set(chosen)
    assert {*trained, *chosen} == lines
    assert 0.15 < len(chosen) / len(lines) < 0.35
    assert all(is_for_choosing(line) for line in chosen)
