"""Records of what was downloaded and installed: checksums, source, time."""

import hashlib
import json
from pathlib import Path
from typing import Any

from callwatch.core.errors import ModelError
from callwatch.core.files import replace_file
from callwatch.speech.models.catalogue import CatalogueModel
from callwatch.speech.models.installed import RECORD_NAME


def digest(path: Path, kind: str) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(kind, usedforsecurity=kind != "md5")
        ).hexdigest()


def write_record(
    whole: Path, model: CatalogueModel, source: str | None, sums: dict[str, str], now: str
) -> None:
    """Writes what the model was when it was installed; `sums` of the files as downloaded."""
    files = {
        path.relative_to(whole).as_posix(): {
            "size": path.stat().st_size,
            "sha256": digest(path, "sha256"),
        }
        for path in sorted(whole.rglob("*"))
        if path.is_file()
    }
    record = {
        "name": model.name,
        "engine": model.engine,
        "languages": list(model.languages),
        "licence": model.licence,
        "source": source or model.base,
        "installed_at": now,
        "checksum": model.checksum,
        "downloaded": sums,
        "files": files,
    }
    write_json(whole / RECORD_NAME, record)


def changed_files(path: Path) -> list[str]:
    """What of a model is not as its record says, a sentence each; nothing for one without a record."""
    listed = read_json(path / RECORD_NAME).get("files")
    problems = []
    for name, known in sorted(listed.items()) if isinstance(listed, dict) else ():
        file = path / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif not isinstance(known, dict) or (
            file.stat().st_size != known.get("size")
            or digest(file, "sha256") != known.get("sha256")
        ):
            problems.append(f"{name} has changed since it was installed")
    return problems


def check_unchanged(path: Path, name: str) -> None:
    """Raises ModelError when a model that callwatch installed is not what it was then.

    Overwritten weights load without complaint and hear something else. A gigabyte takes a second.
    """
    if problems := changed_files(path):
        raise ModelError(
            f"The model {name} was not loaded, because {problems[0]}: run `callwatch models remove "
            f"{name}` and `callwatch models download {name}`."
        )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replaces the file in one step."""
    replace_file(path, json.dumps(value, indent=1, ensure_ascii=False))
