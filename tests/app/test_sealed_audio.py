"""Encrypted sound from the call to its end: kept, deleted, exported, recovered after a kill, heard in the app."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.app.test_kept_audio import KEEP, Run, beginning, desk, recordings, run
from tests.keyrings import Memory, own_keyring
from typer.testing import CliRunner

from callwatch.app import kept_audio
from callwatch.app.desktop import listening
from callwatch.app.desktop.listening import Listening
from callwatch.app.desktop.retention import delete_old_files
from callwatch.app.folders import data_folder
from callwatch.app.kept_audio import recovered_sound, sound_blocks, tidy
from callwatch.audio import playback
from callwatch.audio.sealed_recording import MAGIC, SALT_BYTES
from callwatch.cli.calls import calls_app
from callwatch.core.audio import Samples
from callwatch.core.errors import StoreError
from callwatch.core.files import PART
from callwatch.store.history import CallHistory

__all__ = ["beginning", "run"]
SEALED = replace(KEEP, encrypt=True)


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    with own_keyring() as mine:
        yield mine


def heard(path: Path, call_id: str) -> Samples:
    return np.concatenate(list(sound_blocks(path, call_id)), axis=1)


def test_an_encrypted_call_sounds_as_one_in_clear(run: Run) -> None:
    clear = run(desk()).summary.call.id
    sealed = run(desk(SEALED)).summary
    with CallHistory() as history:
        found = history.audio_of([clear, sealed.call.id])
        assert history.has_audio()
    assert found[sealed.call.id].name == f"{sealed.call.id}.flac.sealed"
    assert b"fLaC" not in found[sealed.call.id].read_bytes()
    assert np.array_equal(heard(found[sealed.call.id], sealed.call.id), heard(found[clear], clear))
    assert sealed.call.audio_kept_until is not None


@pytest.mark.parametrize("how", ["delete", "purge", "retention", "old file", "unknown"])
def test_encrypted_sound_goes_with_its_call(run: Run, how: str) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    (path,) = recordings()
    later = datetime.now(UTC) + timedelta(days=31)
    with CallHistory() as history:
        if how == "delete":
            history.delete(call_id)
        elif how == "purge":
            history.purge()
        elif how == "retention":
            history.delete_older_than(30, later)
        elif how == "old file":
            delete_old_files(data_folder(), 30, later)
        else:
            path.rename(path.with_name("nobody.flac.sealed"))
            tidy(history, SEALED)
    assert recordings() == []


def test_without_a_key_nothing_is_kept_and_the_report_says_why(run: Run, ring: Memory) -> None:
    ring.is_locked = True
    outcome = run(desk(SEALED))
    assert recordings() == []
    (warning,) = (
        w for w in outcome.summary.input_quality.warnings if w.key == "source.audio_not_written"
    )
    assert "keyring" in str(warning.params)


def test_an_export_is_in_clear_and_needs_the_key(run: Run, tmp_path: Path, ring: Memory) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    (path,) = recordings()
    target = tmp_path / "copy.flac"
    kept_audio.export_sound(path, call_id, target)
    samples, _ = soundfile.read(target, dtype="int16")
    assert np.array_equal(samples.T, heard(path, call_id))
    ring.kept.clear()
    with pytest.raises(StoreError, match="not in this session's keyring"):
        kept_audio.export_sound(path, call_id, tmp_path / "other.flac")
    assert not (tmp_path / "other.flac").exists()


def test_what_a_kill_left_is_given_its_name_once(run: Run) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    (path,) = recordings()
    part = path.rename(path.with_name(path.name + PART))
    assert recovered_sound(SEALED, call_id, was_closed=False) == path
    assert not part.exists()
    assert recovered_sound(SEALED, call_id, was_closed=False) == path
    assert recovered_sound(SEALED, "another", was_closed=False) is None


def test_what_a_kill_left_before_the_first_chunk_is_no_sound(run: Run) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    (path,) = recordings()
    first = len(MAGIC) + SALT_BYTES
    whole = path.read_bytes()
    chunk = 4 + int.from_bytes(whole[first : first + 4], "big")
    for content in (b"", whole[:first], whole[: first + 2], whole[: first + chunk - 1]):
        path.with_name(path.name + PART).write_bytes(content)
        path.unlink(missing_ok=True)
        assert recovered_sound(SEALED, call_id, was_closed=False) is None
        assert recordings() == []
    path.with_name(path.name + PART).write_bytes(whole[: first + chunk])
    assert recovered_sound(SEALED, call_id, was_closed=False) == path


def test_sound_in_clear_is_recovered_only_when_it_was_closed(run: Run) -> None:
    call_id = run(desk(replace(SEALED, encrypt=False))).summary.call.id
    (path,) = recordings()
    part = path.rename(path.with_name(path.name + PART))
    assert recovered_sound(SEALED, call_id, was_closed=False) is None
    assert part.exists()
    assert recovered_sound(SEALED, call_id, was_closed=True) == path


def test_the_app_plays_a_call_and_stops_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    (path,) = recordings()
    played: list[Samples] = []
    begun, stopped = threading.Event(), threading.Event()

    def play(blocks: Iterable[Samples], stop: threading.Event) -> None:
        played.extend(blocks)
        begun.set()
        stop.wait(20.0)
        stopped.set()

    monkeypatch.setattr(listening, "play", play)
    player = Listening()
    player.toggle(call_id, path)
    assert begun.wait(20.0)
    player.toggle(call_id, path)
    assert stopped.wait(20.0)
    assert np.array_equal(np.concatenate(played, axis=1), heard(path, call_id))


def test_the_command_plays_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = run(desk(SEALED)).summary.call.id
    played: list[Samples] = []
    monkeypatch.setattr(playback, "play", lambda blocks, stop: played.extend(blocks))
    assert CliRunner().invoke(calls_app, ["listen", call_id]).exit_code == 0
    assert sum(block.shape[1] for block in played) > 0
    recordings()[0].unlink()
    result = CliRunner().invoke(calls_app, ["listen", call_id])
    assert isinstance(result.exception, StoreError)
    assert "no sound of the call" in str(result.exception)
