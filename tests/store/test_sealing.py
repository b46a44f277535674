"""Words at rest: unreadable without the key, one sentence when it is lost, and figures that stay."""

import dataclasses
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.keyrings import Memory, own_keyring
from tests.report.builders import rich_call

from callwatch.core.errors import MissingPartError, StoreError
from callwatch.store.history import CallHistory
from callwatch.store.sealing import is_sealed, seal, unseal


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    with own_keyring() as mine:
        yield mine


def said() -> list[str]:
    return [u.text for u in rich_call().utterances if len(u.text) > 12]


def test_what_is_sealed_comes_back_for_its_own_call_alone(ring: Memory) -> None:
    sealed = seal(b"words", "a")
    assert is_sealed(sealed)
    assert not is_sealed(b"words")
    assert b"words" not in sealed
    assert unseal(sealed, "a") == b"words"
    assert seal(b"words", "a") != sealed
    assert len(ring.kept) == 1
    for wrong, call_id in ((sealed, "b"), (sealed[:-1] + b"x", "a"), (sealed[:20], "a")):
        with pytest.raises(StoreError, match="another key"):
            unseal(wrong, call_id)


@pytest.mark.parametrize("encrypt", [True, False])
def test_no_file_of_the_history_holds_encrypted_words(tmp_path: Path, encrypt: bool) -> None:
    call = rich_call()
    path = tmp_path / "history.sqlite3"
    with CallHistory(str(path)) as history:
        history.add(call, encrypt=encrypt)
        assert [u.text for u in history.get(call.call.id).utterances] == [
            u.text for u in call.utterances
        ]
        assert len(list(history.export_all())) == 1
        word = said()[0].split()[0]
        assert bool(history.search(word)) is not encrypt
        assert history.list()[0].figures.duration_s == call.call.duration_s
    with sqlite3.connect(path) as link:
        (body,) = link.execute("select body from documents").fetchone()
    assert is_sealed(body) is encrypt
    whole = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert any(line.encode() in whole for line in said()) is not encrypt


def test_a_lost_key_costs_the_words_and_nothing_else(tmp_path: Path, ring: Memory) -> None:
    call = rich_call()
    with CallHistory(str(tmp_path / "h.sqlite3")) as history:
        history.add(call, encrypt=True)
        for spoil, says in (
            (ring.kept.clear, "is not in this session's keyring"),
            (lambda: ring.kept.update({("callwatch", "history-key-1"): "A" * 44}), "not in this"),
            (lambda: ring.kept.update({("callwatch", "history-key-1"): "QUFB" * 8}), "not in this"),
            (lambda: setattr(ring, "is_locked", True), "unlock it"),
        ):
            spoil()
            with pytest.raises(StoreError, match=says):
                history.get(call.call.id)
        assert history.list()[0].figures.call_id == call.call.id
        history.delete(call.call.id)
        assert history.list() == []


def test_a_new_key_does_not_open_what_an_older_one_closed(tmp_path: Path, ring: Memory) -> None:
    first = rich_call()
    other = dataclasses.replace(first, call=dataclasses.replace(first.call, id="other"))
    with CallHistory(str(tmp_path / "h.sqlite3")) as history:
        history.add(first, encrypt=True)
        ring.kept.clear()
        history.add(other, encrypt=True)
        assert history.get("other").utterances
        with pytest.raises(StoreError, match="another key"):
            history.get(first.call.id)


@pytest.mark.parametrize("library", ["keyring", "cryptography.hazmat.primitives.ciphers.aead"])
def test_a_missing_library_is_told_in_a_sentence(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingPartError, match=r"callwatch\[encryption\]"):
        seal(b"x", "a")
