"""A CSV list of recordings with what is known of each call.

    file,started_at,queue,language,agent
    calls/1.wav,2026-01-31T09:15:00+01:00,billing,sv,agent-7

`agent_file` and `customer_file` instead of `file` name two mono recordings. Paths count from the
list's folder; addresses (s3://...) are taken as they are. Columns of other names are ignored.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from callwatch.app.archive.names import language_of
from callwatch.app.archive.recording import CallDetails, Recording
from callwatch.core.errors import InputError
from callwatch.core.files import path_text
from callwatch.validation import CALL_YEARS

_COLUMNS = ("file", "agent_file", "customer_file")


def read_manifest(path: Path) -> Iterator[Recording | InputError]:
    """The recordings of the list, and a fault for each line that cannot be used.

    Raises InputError when the list itself cannot be read. Bytes that are no UTF-8 stay as they are
    in file names.
    """
    name = path_text(path)
    try:
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as exc:
        raise InputError(f"the manifest {name} cannot be read ({exc.strerror}): check it") from exc
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in head else ",")
    if not set(rows.fieldnames or ()) & set(_COLUMNS):
        raise InputError(
            f"the manifest {name} has no column `file`: its first line must name the columns, as in "
            "file,started_at,queue,language,agent"
        )
    try:
        for row in rows:
            yield _recording(row, path.parent, f"line {rows.line_num} of {name}")
    except csv.Error as exc:
        raise InputError(f"the manifest {name} is no CSV file ({exc}): export it again") from exc


def _moment(started: str) -> datetime:
    moment = datetime.fromisoformat(started)
    if moment.year not in CALL_YEARS:
        raise ValueError("no year of a call")
    return moment.astimezone()


def _recording(row: Mapping[str, str | None], folder: Path, where: str) -> Recording | InputError:
    cells = {key: (row.get(key) or "").strip() for key in row if key is not None}
    whole, agent, customer = (cells.get(name, "") for name in _COLUMNS)
    if bool(agent) != bool(customer) or not (whole or agent):
        return InputError(
            f"{where} names no recording: fill in `file`, or both `agent_file` and `customer_file`"
        )
    started = cells.get("started_at", "")
    try:
        moment = _moment(started) if started else None
    except ValueError:
        return InputError(
            f"{where} has the start {path_text(started)!r}, which is no time: write it as "
            "2026-01-31T09:15:00+01:00"
        )
    spoken = cells.get("language", "")
    language = language_of(spoken)
    if spoken and language is None:
        return InputError(
            f"{where} has the language {path_text(spoken)!r}: use en, sv, da or nb, or leave it out"
        )
    details = CallDetails(moment, cells.get("agent") or None, cells.get("queue", ""), language)
    files = (whole,) if whole else (agent, customer)
    return Recording(tuple(_placed(file, folder) for file in files), details)


def _placed(file: str, folder: Path) -> str:
    return file if "://" in file else (folder / file).as_posix()
