"""What was said, in a journal that must not show it: left out, or sealed until the history has the call.

    {"time_s":12.3,"type":"sealed","id":"SALT","channel":null,"payload":{"number":7,"body":"..."}}

The body is the line of a partial result, of an utterance or of a revision, encrypted, in base64. So a call that
something cuts short keeps its transcript, and nobody reads it without the key. `drop_sealed` takes these lines away.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from callwatch.core.ciphers import Cipher
from callwatch.core.errors import InputError
from callwatch.core.events import (
    Event,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
)
from callwatch.report.event_codec import event_from_document, event_to_document
from callwatch.report.files import output_error, write_private

SEALED: Final = "sealed"
SALT_BYTES: Final = 16
_MARK: Final = b'"type":"sealed"'  # in no text: there the quotes are escaped

Sink = Callable[[Event], None]


def drop_transcripts(sink: Sink) -> Sink:
    """The sink without what was said: for a journal when no transcript is to be kept."""

    def without_words(event: Event) -> None:
        if not _is_spoken(event):
            sink(event)

    return without_words


class SealedWords:
    """A sink before a journal: what was said goes into it sealed, the rest as it is.

    `put` writes a document as a line. `cipher_of` gives the call's cipher for a salt.
    """

    def __init__(
        self, put: Callable[[Mapping[str, Any]], None], cipher_of: Callable[[bytes], Cipher]
    ) -> None:
        salt = os.urandom(SALT_BYTES)
        self._put, self._cipher = put, cipher_of(salt)
        self._salt = base64.b64encode(salt).decode()
        self._number = 0

    def __call__(self, event: Event) -> None:
        """Write one event."""
        document = event_to_document(event)
        self._put(self._sealed(document) if _is_spoken(event) else document)

    def _sealed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        body = self._cipher.seal(self._number, line.encode("utf-8", "replace"))
        payload = {"number": self._number, "body": base64.b64encode(body).decode()}
        self._number += 1
        return {
            "time_s": document["time_s"],
            "type": SEALED,
            "id": self._salt,
            "channel": None,
            "payload": payload,
        }


class SealedWordsReader:
    """Opens the lines that `SealedWords` wrote."""

    def __init__(self, cipher_of: Callable[[bytes], Cipher]) -> None:
        self._cipher_of = cipher_of
        self._ciphers: dict[str, Cipher] = {}

    def __call__(self, document: Mapping[str, Any]) -> Event | None:
        """The event of a sealed line; None when it was sealed with another key, or changed."""
        try:
            salt, payload = document["id"], document["payload"]
            if salt not in self._ciphers:
                self._ciphers[salt] = self._cipher_of(base64.b64decode(salt, validate=True))
            body = base64.b64decode(payload["body"], validate=True)
            line = self._ciphers[salt].unseal(payload["number"], body)
            return None if line is None else event_from_document(json.loads(line))
        except (
            KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, InputError,
        ):  # fmt: skip
            return None


def holds_sealed(path: Path) -> bool:
    """Whether a journal has sealed lines; not when there is none. OutputError when it cannot be read."""
    return _MARK in _content(path)


def drop_sealed(path: Path) -> None:
    """Take the sealed lines away: the history has the words. OutputError when the disk refuses."""
    content = _content(path)
    if _MARK in content:
        lines = content.split(b"\n")
        write_private(path, b"\n".join(line for line in lines if _MARK not in line))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as exc:
        raise output_error(path, exc) from exc


def _is_spoken(event: Event) -> bool:
    return isinstance(event, PartialTranscribed | UtteranceFinished | UtteranceRevised)
