"""`callwatch redact`: dialogues in, the same dialogues out with their secrets hidden."""

import json
import math
import sys
from typing import Any

from callwatch.cli.options import KnownLanguage
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.errors import InputError
from callwatch.redaction.redactor import SpokenLine, mask_dialogue

_SIDES = {channel.value: channel for channel in CHANNELS}


def redact(
    language: KnownLanguage,
) -> None:
    """Hide card, phone and identity numbers, addresses and codes in dialogues.

    Reads one JSON object a line, `{"channel", "text", "start_s", "end_s"}`; an empty line ends a
    dialogue. Writes the same lines, masked once the whole dialogue was heard; other keys are kept.
    """
    out = sys.stdout.buffer
    documents: list[dict[str, Any]] = []
    spoken: list[SpokenLine] = []

    def flush() -> None:
        for document, text in zip(documents, mask_dialogue(spoken, language), strict=True):
            document["text"] = text
            out.write(_as_line(document))
        out.flush()
        documents.clear()
        spoken.clear()

    for number, raw in enumerate(sys.stdin.buffer, start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if line.strip():
            document = _document(line, number)
            documents.append(document)
            spoken.append(_spoken(document, number))
        else:
            flush()
            out.write(b"\n")
    flush()


def _document(line: bytes, number: int) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InputError(f"line {number} is no JSON object: {_SHAPE}") from exc
    if not isinstance(document, dict):
        raise InputError(f"line {number} is no JSON object: {_SHAPE}")
    return document


_SHAPE = 'write one {"channel", "text", "start_s", "end_s"} a line'


def _spoken(document: dict[str, Any], number: int) -> SpokenLine:
    channel, text = document.get("channel"), document.get("text")
    if not isinstance(channel, str) or channel not in _SIDES:
        raise InputError(f'line {number}: give "channel" as "agent" or "customer"')
    if not isinstance(text, str):
        raise InputError(f'line {number}: give "text" as a string')
    start_s = _seconds(document, "start_s", number)
    end_s = _seconds(document, "end_s", number)
    if end_s < start_s:
        raise InputError(f'line {number}: give an "end_s" that is not before "start_s"')
    side: Channel = _SIDES[channel]
    return SpokenLine(side, text, start_s, end_s)


def _seconds(document: dict[str, Any], key: str, number: int) -> float:
    value = document.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            if math.isfinite(value):
                return float(value)
        except OverflowError:
            pass
    raise InputError(f'line {number}: give "{key}" in seconds, as a number')


def _as_line(document: dict[str, Any]) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair: only its escape can be written
        return json.dumps(document).encode() + b"\n"
