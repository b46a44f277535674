"""Which recordings are meant: folders, links, odd names, pairs and lists."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callwatch.app.archive.gather import Selection, gather
from callwatch.app.archive.names import NamePattern
from callwatch.app.archive.pairs import PairPattern
from callwatch.app.archive.recording import Recording
from callwatch.audio.recorded_at import moment_in
from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError, InputError


def touch(folder: Path, *names: str | bytes) -> None:
    for name in names:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(
    folder: Path, selection: Selection | None = None, *manifests: Path
) -> tuple[list[Recording], list[str]]:
    items = list(gather([] if manifests else [folder], manifests, selection or Selection()))
    faults = [str(item) for item in items if isinstance(item, InputError)]
    return [item for item in items if isinstance(item, Recording)], faults


def names(recordings: list[Recording]) -> list[str]:
    return [recording.name for recording in recordings]


def test_recordings_are_found_at_any_depth_in_the_order_of_names(tmp_path: Path) -> None:
    touch(tmp_path, "b.wav", "a.FLAC", "notes.txt", "x/c.mp3", "x/y/d.m4a", ".hidden.wav")
    recordings, faults = found(tmp_path)
    assert (names(recordings), faults) == (["a.FLAC", "b.wav", "c.mp3", "d.m4a"], [])


@pytest.mark.posix  # names are bytes
def test_a_name_that_is_no_utf8_is_as_good_as_another(tmp_path: Path) -> None:
    touch(tmp_path, b"caf\xe9.wav", "kaffe.wav")
    recordings, faults = found(tmp_path)
    assert (names(recordings), faults) == (["caf\\xe9.wav", "kaffe.wav"], [])
    assert Path(recordings[0].files[0]).exists()


@pytest.mark.posix  # links need a right there, and Wine cannot make one to itself
def test_a_loop_of_links_ends_and_nothing_is_found_twice(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.wav")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "in")
    (tmp_path / "self.wav").symlink_to(tmp_path / "self.wav")
    recordings, faults = found(tmp_path)
    assert sorted(names(recordings)) == ["a.wav", "self.wav"]
    assert not faults


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("*-1.*",), ["call-1.wav", "call-1.ogg"]),
        (("SUB/*",), ["call-1.ogg"]),
        (("*.wav", "*.ogg"), ["call-1.wav", "call-2.wav", "call-1.ogg"]),
        (("*.txt",), ["readme.txt"]),
    ],
)
def test_patterns_choose(tmp_path: Path, patterns: tuple[str, ...], expected: list[str]) -> None:
    touch(tmp_path, "call-1.wav", "call-2.wav", "readme.txt", "sub/call-1.ogg")
    assert names(found(tmp_path, Selection(patterns))[0]) == expected


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    touch(tmp_path, "notes.txt")
    recordings, (fault,) = found(tmp_path)
    assert not recordings
    assert "holds no recording" in fault


def test_pairs_are_joined_and_a_lone_side_is_a_fault(tmp_path: Path) -> None:
    touch(tmp_path, "1-in.wav", "1-out.wav", "x/1-out.wav", "2-in.wav", "whole.wav")
    recordings, faults = found(tmp_path, Selection(pairs=PairPattern.parse("*-out.wav, *-in.wav")))
    assert [names_of(recording) for recording in recordings] == [
        ["whole.wav"],
        ["1-out.wav", "1-in.wav"],
    ]
    assert len(faults) == 2
    assert "agent beside it" in faults[0]
    assert "customer beside it" in faults[1]


def names_of(recording: Recording) -> list[str]:
    return [Path(file).name for file in recording.files]


@pytest.mark.parametrize("text", ["*.wav", "a.wav,b.wav", "*a*.wav,*b.wav", "*.wav,*.wav", "*,*,*"])
def test_a_pair_pattern_that_cannot_tell_the_sides_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="two names with one star each"):
        PairPattern.parse(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20260131-091500.wav", datetime(2026, 1, 31, 9, 15)),
        ("call_2026-01-31T09.15.30_7.wav", datetime(2026, 1, 31, 9, 15, 30)),
        ("2026_01_31 0915.wav", datetime(2026, 1, 31, 9, 15)),
        ("q-20260131091500-4.wav", datetime(2026, 1, 31, 9, 15)),
        ("20261331-091500.wav", None),
        ("20260230-091500.wav", None),
        ("120260131-0915.wav", None),
        ("20260131.wav", None),
        ("order 2026-1-31.wav", None),
    ],
)
def test_the_time_in_a_name(name: str, expected: datetime | None) -> None:
    assert moment_in(name) == (None if expected is None else expected.astimezone())


def test_seconds_since_1970_in_a_name() -> None:
    assert moment_in("out-1706692500.12.wav") == datetime(2024, 1, 31, 9, 15, tzinfo=UTC)


def test_a_pattern_of_ones_own_reads_queue_agent_language_and_time() -> None:
    pattern = NamePattern(
        r"^(?P<queue>[a-z]+)_(?P<agent>a\d+)_(?P<language>..)_(?P<time>\d{8}-\d{4})"
    )
    details = pattern.details("billing_a7_se_20260131-0915.wav")
    assert (details.queue, details.agent_id, details.language) == ("billing", "a7", Language.SV)
    assert details.started_at == datetime(2026, 1, 31, 9, 15).astimezone()
    assert pattern.details("other.wav").queue == ""


@pytest.mark.parametrize("expression", ["(", r"\d+", "(?P<who>x)"])
def test_a_name_pattern_that_says_nothing_is_refused(expression: str) -> None:
    with pytest.raises(ConfigError, match="name pattern"):
        NamePattern(expression)


def test_a_list_says_more_than_a_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(
        "\ufefffile;agent_file;customer_file;started_at;queue;language;agent\r\n"
        "20250101-0800.wav;;;2026-01-31T09:15:00+01:00;billing;no;agent-7\r\n"
        ";a.wav;b.wav;;;;\r\n"
        "s3://bucket/c.wav;;;;;;\r\n".encode()
        + b"caf\xe9.wav;;;;;;\r\n"
    )
    recordings, faults = found(tmp_path, None, path)
    assert not faults
    whole, pair, remote, odd = recordings
    assert whole.files == ((tmp_path / "20250101-0800.wav").as_posix(),)
    assert whole.details.started_text == "2026-01-31T08:15:00Z"
    assert (whole.details.queue, whole.details.language) == ("billing", Language.NB)
    assert whole.details.agent_id == "agent-7"
    assert pair.files == ((tmp_path / "a.wav").as_posix(), (tmp_path / "b.wav").as_posix())
    assert remote.files == ("s3://bucket/c.wav",)
    assert odd.files[0].endswith("/caf\udce9.wav")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",,,,", "names no recording"),
        ("a.wav,yesterday,,,", "is no time"),
        ("a.wav,0001-01-01T00:00:00+14:00,,,", "is no time"),
        ("a.wav,9999-12-31T23:59:59Z,,,", "is no time"),
        ("a.wav,,,klingon,", "use en, sv, da or nb"),
    ],
)
def test_a_line_that_cannot_be_used_is_a_fault_and_the_next_one_counts(
    tmp_path: Path, line: str, said: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"file,started_at,queue,language,agent\n{line}\nb.wav,,,,\n", "utf-8")
    recordings, (fault,) = found(tmp_path, None, path)
    assert "line 2" in fault
    assert said in fault
    assert names(recordings) == ["b.wav"]


def test_a_list_without_its_heading_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a.wav\nb.wav\n", "utf-8")
    with pytest.raises(InputError, match="no column `file`"):
        found(tmp_path, None, path)
