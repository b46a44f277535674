"""Encrypted sound on disk: nothing in clear, bound to its place and its call, all but ten seconds after a kill."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.access import is_owners_alone
from tests.keyrings import Memory, own_keyring

from callwatch.audio.recording_writer import finish_part, remove_unfinished
from callwatch.audio.sealed_recording import (
    CHUNK_S,
    MAGIC,
    SALT_BYTES,
    SealedFile,
    read_sealed,
    write_clear,
)
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.errors import InputError, OutputError, StoreError
from callwatch.core.files import PART
from callwatch.store.sealing import new_sound_cipher, sound_cipher

SALT = bytes(range(SALT_BYTES))
PIECE_S = 2.0
RNG = np.random.default_rng(5)
SOUND: Samples = RNG.integers(-3000, 3000, (2, round(25.0 * CALL_RATE_HZ)), dtype=np.int16)


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    with own_keyring() as mine:
        yield mine


def begun(path: Path, call_id: str = "a") -> SealedFile:
    file = SealedFile(path, SALT, new_sound_cipher(call_id, SALT))
    step = round(PIECE_S * CALL_RATE_HZ)
    for at in range(0, SOUND.shape[1], step):
        file.write(SOUND[:, at : at + step])
    return file


def written(path: Path, call_id: str = "a") -> bytes:
    file = begun(path, call_id)
    file.close()
    file.publish()
    return path.read_bytes()


def heard(path: Path, call_id: str = "a") -> Samples:
    blocks = list(read_sealed(path, lambda salt: sound_cipher(call_id, salt)))
    return np.concatenate(blocks, axis=1)


def chunks(data: bytes) -> list[bytes]:
    """Each with its length before it."""
    at, out = len(MAGIC) + SALT_BYTES, []
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        out.append(data[at:end])
        at = end
    return out


def test_what_was_written_is_heard_again_and_nothing_of_it_is_in_clear(tmp_path: Path) -> None:
    path = tmp_path / "a.flac.sealed"
    data = written(path)
    assert np.array_equal(heard(path), SOUND)
    assert is_owners_alone(path)
    assert b"fLaC" not in data
    assert len(chunks(data)) == 4  # 10 s, 10 s, 5 s and the last
    assert len(set(chunks(data))) == 4


def test_no_part_of_a_file_that_is_being_written_is_in_clear(tmp_path: Path) -> None:
    path = tmp_path / "a.flac.sealed"
    file = begun(path)
    names = [one.name for one in tmp_path.iterdir()]
    assert names == [path.name + PART]
    assert b"fLaC" not in (tmp_path / names[0]).read_bytes()
    file.discard()
    assert not list(tmp_path.iterdir())


def test_a_kill_costs_what_was_not_ten_seconds_yet(tmp_path: Path) -> None:
    path = tmp_path / "a.flac.sealed"
    file = begun(path)
    assert not finish_part(path), "its writer lives"
    file._part.file.close()  # as a kill does
    assert finish_part(path)
    assert np.array_equal(heard(path), SOUND[:, : round(2 * CHUNK_S * CALL_RATE_HZ)])
    assert not finish_part(path)


@pytest.mark.parametrize("lost", [1, 3, 20, 5000])
def test_a_chunk_that_is_cut_off_ends_the_sound_before_it(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "a.flac.sealed"
    data = written(path)
    whole = sum(map(len, chunks(data)[:2])) + len(MAGIC) + SALT_BYTES
    path.write_bytes(data[: whole + len(chunks(data)[2]) - lost])
    assert np.array_equal(heard(path), SOUND[:, : round(2 * CHUNK_S * CALL_RATE_HZ)])


@pytest.mark.parametrize("how", ["swapped", "left out", "changed", "another call's"])
def test_what_was_changed_is_refused(tmp_path: Path, how: str) -> None:
    path, other = tmp_path / "a.flac.sealed", tmp_path / "b.flac.sealed"
    data = written(path)
    first, second, third, last = chunks(data)
    head = data[: len(MAGIC) + SALT_BYTES]
    if how == "swapped":
        changed = head + second + first + third + last
    elif how == "left out":
        changed = head + first + third + last
    elif how == "changed":
        changed = head + first[:-1] + bytes([first[-1] ^ 1]) + second + third + last
    else:
        changed = head + chunks(written(other, "b"))[0]
    path.write_bytes(changed)
    with pytest.raises(InputError, match="another key"):
        heard(path)


def test_without_its_key_a_sentence_says_so(tmp_path: Path, ring: Memory) -> None:
    path = tmp_path / "a.flac.sealed"
    written(path)
    kept = dict(ring.kept)
    ring.kept.clear()
    with pytest.raises(StoreError, match="not in this session's keyring"):
        heard(path)
    new_sound_cipher("later", SALT)  # another key is made
    assert ring.kept != kept
    with pytest.raises(InputError, match="another key"):
        heard(path)


def test_what_is_no_sealed_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flac.sealed"
    path.write_bytes(b"fLaC and more")
    with pytest.raises(InputError, match="no encrypted sound"):
        heard(path)
    with pytest.raises(InputError, match="cannot be read"):
        heard(tmp_path / "nothing")


def test_an_export_is_one_flac(tmp_path: Path) -> None:
    path = tmp_path / "a.flac.sealed"
    written(path)
    clear = io.BytesIO()
    write_clear(path, lambda salt: sound_cipher("a", salt), clear)
    samples, rate_hz = soundfile.read(io.BytesIO(clear.getvalue()), dtype="int16")
    assert rate_hz == CALL_RATE_HZ
    assert np.array_equal(samples.T, SOUND)


@pytest.mark.posix
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    file = begun(tmp_path / "a.flac.sealed")
    file._part.file.close()
    file._part.file = open("/dev/full", "w+b", buffering=0)  # noqa: SIM115
    with pytest.raises(OutputError):
        file.close()
    file.discard()


def test_what_nobody_recovers_is_deleted(tmp_path: Path) -> None:
    file = begun(tmp_path / "a.flac.sealed")
    assert remove_unfinished(tmp_path) == 0
    file._part.file.close()
    assert remove_unfinished(tmp_path) == 1
    assert not list(tmp_path.iterdir())
