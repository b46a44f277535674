"""`callwatch support`: what helps whoever repairs callwatch, in one zip, without anything of a call or a person.

What goes in is built from figures, settings with choices, versions and hashes; no sentence of an error, no path and
no device name, because those may hold anything. Of the log only lines of the log's own shape go in, and of their
words only those that the program itself can have written.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from callwatch.app.audit import audit_document
from callwatch.app.doctor import diagnose
from callwatch.config import RecognitionConfig
from callwatch.core.log import log_path

# Settings that hold a text of the user's or of IT's; whether they are set is enough.
_FREE_TEXT: Final = ("recognition.model", "recognition.engine")
_ENGINES: Final = ("auto", "none", "vosk", "whisper", "scripted")
# A line as core/log.py writes it: time, level, module, and a sentence with places ("OSError 28 at files.py:31").
_LINE: Final = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) callwatch(?:_ui)?(?:\.\w+)*: .*"
)
_HEAD: Final = re.compile(r"callwatch [\w.+-]+, Python [\w.+-]+, \w+")
_MODULE: Final = re.compile(r"^[\d: -]+[A-Z]+ [\w.]+:")
_PLACE: Final = re.compile(r"\b[\w.-]+\.py:\d+")
_KIND: Final = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Interrupt|Warning)(?: \d{1,3})?\b")
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def support_bundle() -> bytes:
    """The zip: doctor.json, audit.json, log.txt."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, value in (("doctor.json", _doctor()), ("audit.json", _audit())):
            _put(pack, name, json.dumps(value, indent=1) + "\n")
        _put(pack, "log.txt", "".join(f"{line}\n" for line in _log_lines()))
    return out.getvalue()


def _put(pack: zipfile.ZipFile, name: str, text: str) -> None:
    pack.writestr(zipfile.ZipInfo(name, _ZIP_TIME), text, zipfile.ZIP_DEFLATED)


def _doctor() -> list[dict[str, Any]]:
    """Each check by its name alone: the sentences name devices and paths."""
    found = [{"check": _first_words(one.name), "ok": one.ok} for one in diagnose()]
    return [dict(line) for line in found]


def _first_words(name: str) -> str:
    return "model" if name.startswith("model ") else name


def _audit() -> Mapping[str, Any]:
    document = audit_document()
    values = document["settings"]["values"]
    for key in _FREE_TEXT:
        value = values[key]
        known = (RecognitionConfig().model, RecognitionConfig().engine, *_ENGINES)
        values[key] = value if value in known else "set"
    document["settings"]["locked_by_it"] = [
        key for key in document["settings"]["locked_by_it"] if key in values
    ]
    document["models"] = [
        {"engine": model["engine"], "sha256": model["sha256"], "whole": not model["problems"]}
        for model in document["models"]
    ]
    return document


def _log_lines() -> Iterator[str]:
    """The log and the one before it: of each line time, level, module, kinds of errors and places."""
    path = log_path()
    for one in (path.with_name(f"{path.name}.1"), path):
        yield from _lines_of(one)


def _lines_of(path: Path) -> Iterator[str]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        if _HEAD.fullmatch(line):
            yield line
        elif _LINE.fullmatch(line):
            begin = _MODULE.match(line)
            assert begin is not None
            kinds, places = _KIND.findall(line), _PLACE.findall(line)
            yield " ".join([begin.group(), *kinds, *places])
