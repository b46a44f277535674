"""`callwatch analyze` and the history, as a person uses them."""

import json
import stat
from pathlib import Path

import pytest
import soundfile as sf

from .commands import DEMO, callwatch


@pytest.fixture
def short(tmp_path: Path) -> Path:
    audio, rate_hz = sf.read(DEMO)
    path = tmp_path / "a" / "call.wav"
    path.parent.mkdir()
    sf.write(path, audio[: 26 * rate_hz], rate_hz)
    return path


def test_equal_names_get_folders_of_their_own(short: Path, tmp_path: Path) -> None:
    twin = tmp_path / "b" / "call.wav"
    twin.parent.mkdir()
    twin.write_bytes(short.read_bytes())
    out = tmp_path / "out"
    done = callwatch("analyze", short, twin, "--out", out, "--engine", "none", "--no-history")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["call", "call-2"]
    first, second = (json.loads((out / n / "report.json").read_text()) for n in ("call", "call-2"))
    assert first["metrics"] == second["metrics"]


def test_json_is_json_only(short: Path, tmp_path: Path) -> None:
    done = callwatch(
        "analyze", short, "--out", tmp_path / "out", "--engine", "none", "--no-history", "--json"
    )
    (report,) = json.loads(done.stdout)
    assert report["schema"] == "callwatch.report/1"
    assert done.stderr == ""


def test_swapped_channels_are_swapped_back(short: Path, tmp_path: Path) -> None:
    reports = []
    for order in ("agent,customer", "customer,agent"):
        out = tmp_path / order
        callwatch("analyze", short, "--out", out, "--engine", "none", "--no-history",
                  "--channels", order)  # fmt: skip
        reports.append(json.loads((out / "call" / "report.json").read_text())["metrics"]["talk_s"])
    assert reports[0]["agent"] == pytest.approx(reports[1]["customer"], abs=0.2)


def test_the_call_is_in_the_history_and_old_calls_leave_it(
    short: Path, tmp_path: Path, own_home: Path
) -> None:
    out = tmp_path / "out"
    done = callwatch("analyze", short, "--out", out, "--engine", "none")
    assert done.returncode == 0, done.stderr
    listed = json.loads(callwatch("calls", "list", "--json").stdout)
    rows = listed if isinstance(listed, list) else listed["calls"]
    assert len(rows) == 1
    call_id = json.loads((out / "call" / "report.json").read_text())["call"]["id"]
    shown = callwatch("calls", "show", call_id)
    assert shown.returncode == 0, shown.stderr
    stored = [path for path in own_home.rglob("*") if path.is_file()]
    assert stored
    assert {stat.S_IMODE(path.stat().st_mode) for path in stored} == {0o600}


def test_numbers_are_masked_everywhere(tmp_path: Path) -> None:
    """A card number that is spoken by a text-to-speech voice leaves no trace in any file."""
    from callwatch.core.channels import Channel, Language
    from callwatch.core.masking import UtteranceMasker
    from callwatch.core.spans import TimeSpan
    from callwatch.core.words import Utterance, Word

    said = "my card is four two four two four two four two four two four two four two four two"
    words = tuple(
        Word(word, TimeSpan(i * 0.3, i * 0.3 + 0.3)) for i, word in enumerate(said.split())
    )
    utterance = Utterance("u", Channel.CUSTOMER, words, True, 9.0)
    masked = UtteranceMasker(Language.EN).mask(utterance)
    assert "four" not in masked.text
    assert "my card is" in masked.text
