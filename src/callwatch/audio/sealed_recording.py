"""A kept call that is encrypted as it is written: nothing of it is on the disk in clear, at no time.

    file:   MAGIC | salt (16 bytes) | chunk | chunk | ... | last chunk (empty)
    chunk:  length (4 bytes, big-endian) | ciphertext and tag of ten seconds of two-channel FLAC

Each chunk is a FLAC of its own, made in memory. The cipher binds it to its place, to its call and to whether it is
the last (the STREAM construction of Hoang et al. 2015), so that chunks cannot be exchanged, and a file that was cut
off is known as such. A process that is killed loses the chunk that it had not written yet.
"""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from callwatch.audio.recording_writer import PartFile, cannot_write
from callwatch.audio.soundfiles import sound_library
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.ciphers import Cipher
from callwatch.core.errors import InputError
from callwatch.core.files import path_text

MAGIC: Final = b"callwatch-sound-1\0"
SALT_BYTES: Final = 16
# What a kill costs at most; shorter ones compress worse.
CHUNK_S: Final = 10.0
_TAG_BYTES: Final = 16  # all that there is of the last chunk, which is empty
_LENGTH: Final = struct.Struct(">I")
# Two channels of ten seconds that FLAC cannot compress, with room for its frames.
_LONGEST: Final = 2 * int(CHUNK_S * CALL_RATE_HZ) * 2 * 2


class SealedFile:
    """See above; used as a KeptFile is. Raises OutputError when it cannot be made or written."""

    def __init__(self, path: Path, salt: bytes, cipher: Cipher) -> None:
        self.path = path
        self._cipher = cipher
        self._waiting: list[Samples] = []
        self._chunks = 0
        self._part = PartFile(path)
        try:
            self._put(MAGIC + salt)
        except Exception:
            self._part.discard()
            raise

    def write(self, samples: Samples) -> None:
        """int16 (2, n) at CALL_RATE_HZ."""
        self._waiting.append(samples)
        if sum(part.shape[1] for part in self._waiting) >= CHUNK_S * CALL_RATE_HZ:
            self._write_chunk()

    def close(self) -> None:
        """Write what is left and the last chunk; the file still goes by its unfinished name."""
        if self._waiting:
            self._write_chunk()
        self._seal(b"", is_last=True)
        self._part.sync()

    def publish(self) -> Path:
        """See PartFile."""
        return self._part.publish()

    def leave(self) -> None:
        """See PartFile."""
        self._part.leave()

    def discard(self) -> None:
        """Take the file away; harmless when it is gone."""
        self._waiting.clear()
        self._part.discard()

    def _write_chunk(self) -> None:
        samples = np.concatenate(self._waiting, axis=1)
        self._waiting.clear()
        flac = io.BytesIO()
        sound_library().write(flac, samples.T, CALL_RATE_HZ, subtype="PCM_16", format="FLAC")
        self._seal(flac.getvalue(), is_last=False)

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.seal(self._chunks, data, is_last=is_last)
        self._chunks += 1
        self._put(_LENGTH.pack(len(sealed)) + sealed)

    def _put(self, data: bytes) -> None:
        try:
            written = self._part.file.write(data)
        except OSError as exc:
            raise cannot_write(exc) from exc
        if written < len(data):
            raise cannot_write(OSError("No space left on device"))


def read_sealed(path: Path, cipher_of: Callable[[bytes], Cipher]) -> Iterator[Samples]:
    """The sound of a sealed file, int16 (2, n) at CALL_RATE_HZ, chunk by chunk.

    `cipher_of` gives the cipher for the file's salt. What a kill cut off ends with its last whole
    chunk. InputError when the file cannot be read, or its chunks are not those that were written.
    """
    try:
        with path.open("rb") as file:
            yield from _chunks(path, file, cipher_of)
    except OSError as exc:
        raise InputError(f"{path_text(path)} cannot be read ({exc.strerror}): check it") from exc


def _chunks(path: Path, file: BinaryIO, cipher_of: Callable[[bytes], Cipher]) -> Iterator[Samples]:
    if file.read(len(MAGIC)) != MAGIC:
        raise InputError(f"{path_text(path)} is no encrypted sound of callwatch: check the path")
    cipher, number = cipher_of(file.read(SALT_BYTES)), 0
    while (sealed := _next(file)) is not None:
        data = cipher.unseal(number, sealed, is_last=False)
        if data is None and cipher.unseal(number, sealed, is_last=True) is not None:
            return
        if data is None:
            raise InputError(
                f"{path_text(path)} is encrypted with another key than that of the keyring, or was changed: bring "
                "the keyring back from its backup, or delete the call"
            )
        samples, _ = sound_library().read(io.BytesIO(data), dtype="int16", always_2d=True)
        yield np.ascontiguousarray(samples.T)
        number += 1


def _next(file: BinaryIO) -> bytes | None:
    """The next whole chunk; None at the end, and where a kill cut one off."""
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    sealed = file.read(length) if length <= _LONGEST else b""
    return sealed if len(sealed) == length else None


def holds_sound(path: Path) -> bool:
    """Whether there is a whole chunk of sound in a sealed file, or in what a kill left of one."""
    try:
        with path.open("rb") as file:
            file.seek(len(MAGIC) + SALT_BYTES)
            first = _next(file)
    except OSError:
        return False
    return first is not None and len(first) > _TAG_BYTES


def write_clear(path: Path, cipher_of: Callable[[bytes], Cipher], file: BinaryIO) -> None:
    """The sound of a sealed file as one FLAC, for an export that its owner asks for."""
    library = sound_library()
    with library.SoundFile(file, "w", CALL_RATE_HZ, 2, "PCM_16", format="FLAC") as flac:
        for samples in read_sealed(path, cipher_of):
            flac.write(samples.T)
