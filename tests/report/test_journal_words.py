"""Words in a journal that must not show them: left out, or sealed and opened again with the key."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.keyrings import Memory, own_keyring
from tests.report.builders import AGENT, CUSTOMER, rich_call, utterance

from callwatch.core.ciphers import Cipher
from callwatch.core.events import (
    CallStarted,
    Event,
    InputWarning,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
    VoiceStarted,
)
from callwatch.core.facts import Fact
from callwatch.report.journal import JournalWriter, decode_line, encode_line, read_journal
from callwatch.report.journal_words import (
    SealedWords,
    SealedWordsReader,
    drop_sealed,
    drop_transcripts,
    holds_sealed,
)
from callwatch.store.sealing import new_words_cipher, words_cipher

CALL = "call-1"
SAID = utterance(1, CUSTOMER, 1.0, 2.0, 'he wrote "type":"sealed" on the wall')
EVENTS: list[Event] = [
    CallStarted(0.0, rich_call().call),
    VoiceStarted(1.0, CUSTOMER, 1.0),
    PartialTranscribed(1.5, SAID),
    UtteranceFinished(2.0, SAID),
    UtteranceRevised(2.5, SAID),
    VoiceStarted(3.0, AGENT, 3.0),
]
OPEN = [EVENTS[0], EVENTS[1], EVENTS[5]]


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    with own_keyring() as mine:
        yield mine


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path) as write:
        sink = SealedWords(write.put, partial(new_words_cipher, CALL))
        for event in EVENTS:
            sink(event)
    return path


def reader(call_id: str = CALL) -> SealedWordsReader:
    return SealedWordsReader(partial(words_cipher, call_id))


def test_without_a_transcript_the_journal_holds_no_words() -> None:
    kept: list[Event] = []
    sink = drop_transcripts(kept.append)
    for event in EVENTS:
        sink(event)
    assert kept == OPEN


def test_sealed_words_are_in_the_journal_for_who_has_the_key(journal: Path) -> None:
    assert list(read_journal(journal, reader())) == EVENTS
    assert list(read_journal(journal)) == OPEN
    raw = journal.read_bytes()
    assert not any(word in raw for word in (b"wall", b"wrote", b"utterance", b"partial"))


@pytest.mark.parametrize(
    "fault", ["another key", "another call", "changed", "one changed", "exchanged"]
)
def test_what_cannot_be_opened_is_told_and_costs_nothing_else(
    journal: Path, ring: Memory, fault: str
) -> None:
    read = reader("another" if fault == "another call" else CALL)
    if fault == "another key":
        ring.kept.clear()
    elif fault in ("changed", "one changed", "exchanged"):
        lines = [decode_line(line) or {} for line in journal.read_bytes().splitlines()]
        sealed = [line for line in lines if line["type"] == "sealed"]
        if fault != "exchanged":
            for line in sealed[:1] if fault == "one changed" else sealed:
                body = line["payload"]["body"]
                line["payload"]["body"] = ("B" if body[0] == "A" else "A") + body[1:]
        else:
            sealed[0]["payload"]["body"] = sealed[1]["payload"]["body"]
        journal.write_bytes(b"".join(encode_line(line) + b"\n" for line in lines))
    found = list(read_journal(journal, read))
    if fault in ("one changed", "exchanged"):
        warning = InputWarning(3.0, None, Fact("words_damaged"))
        assert found == [*EVENTS[:2], *EVENTS[3:], warning]
    else:
        assert found == [*OPEN, InputWarning(3.0, None, Fact("words_locked"))]


@pytest.mark.parametrize(
    "line",
    [
        {"type": "sealed"},
        {"type": "sealed", "id": 3, "payload": {"number": 0, "body": ""}},
        {"type": "sealed", "id": "å", "payload": {"number": 0, "body": ""}},
        {"type": "sealed", "id": [], "payload": []},
        {"type": "sealed", "id": "AAAA", "payload": {"number": -1, "body": "AAAA"}},
        {"type": "sealed", "id": "AAAA", "payload": {"number": 1 << 100, "body": "AAAA"}},
        {"type": "sealed", "id": "AAAA", "payload": {"number": "0", "body": "AAAA"}},
        {"type": "sealed", "id": "AAAA", "payload": {"number": 0, "body": None}},
        {"type": "sealed", "id": "AAAA", "payload": {"number": 0, "body": "A"}},
    ],
)
def test_hostile_sealed_lines_open_nothing(line: Mapping[str, Any]) -> None:
    assert reader()(line) is None


class Clear:
    """A cipher that anybody opens: what is inside is checked as any line of a journal."""

    def seal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes:
        del number, is_last
        return data

    def unseal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes | None:
        del number, is_last
        return data


@pytest.mark.parametrize(
    "body", [b"[" * 3000, b"\xff", b"3", b'{"type":"sealed"}', b'{"type":"x"}']
)
def test_what_was_sealed_is_checked_as_any_line(body: bytes) -> None:
    import base64

    cipher: Cipher = Clear()
    text = base64.b64encode(body).decode()
    line = {"type": "sealed", "id": "AAAA", "payload": {"number": 0, "body": text}}
    assert SealedWordsReader(lambda _: cipher)(line) is None


def test_no_two_lines_are_sealed_alike(journal: Path) -> None:
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    sealed = [line for line in lines if line["type"] == "sealed"]
    assert [line["payload"]["number"] for line in sealed] == [0, 1, 2]
    assert len({line["payload"]["body"] for line in sealed}) == 3


def test_dropping_them_leaves_every_other_line(journal: Path) -> None:
    assert holds_sealed(journal)
    drop_sealed(journal)
    assert not holds_sealed(journal)
    assert list(read_journal(journal)) == OPEN
    before = journal.stat().st_mtime_ns, journal.read_bytes()
    drop_sealed(journal)
    assert (journal.stat().st_mtime_ns, journal.read_bytes()) == before
    drop_sealed(journal.with_name("gone"))


def test_words_that_speak_of_sealing_stay(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with JournalWriter(path) as write:
        for event in EVENTS:
            write(event)
    assert not holds_sealed(path)
