"""After a call: the journal holds each utterance once, as it was revised last.

While a call runs the journal only grows; an utterance that more talk made a secret is followed by
its revision. Here the earlier forms go: nothing that was hidden later stays on the disk.
"""

from pathlib import Path
from typing import Any, Final

from callwatch.core.errors import InputError
from callwatch.report.files import write_private
from callwatch.report.journal import decode_line, encode_line

_REVISED: Final = b'"type":"utterance_revised"'
_SPOKEN: Final = (b'"type":"utterance"', b'"type":"partial"', _REVISED)

Key = tuple[str | None, str | None]


def settle_journal(path: Path) -> None:
    """Put the last revisions in the place of what they revise, and take the partial results away.

    A journal without revisions is left as it is, broken lines are too. Raises InputError when it
    cannot be read and OutputError when it cannot be written; the old one is whole then.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"the journal {path} cannot be read ({exc.strerror}): name an events.jsonl"
        ) from exc
    if _REVISED not in raw:
        return
    lines = raw.split(b"\n")
    last: dict[Key, dict[str, Any]] = {}
    for line in lines:
        if _REVISED in line and (document := _document(line)) is not None:
            last[_key(document)] = document
    settled = (_settled(line, last) for line in lines)
    write_private(path, b"\n".join(line for line in settled if line is not None))


def _settled(line: bytes, last: dict[Key, dict[str, Any]]) -> bytes | None:
    """The line as it stays; None for one that goes."""
    if not any(mark in line for mark in _SPOKEN) or (document := _document(line)) is None:
        return line
    revised = last.get(_key(document))
    if revised is None:
        return line
    if document["type"] != "utterance":
        return None
    document["payload"] = revised["payload"]
    return encode_line(document)


def _document(line: bytes) -> dict[str, Any] | None:
    document = decode_line(line)
    return document if document is not None and "payload" in document else None


def _key(document: dict[str, Any]) -> Key:
    return document.get("channel"), document.get("id")
