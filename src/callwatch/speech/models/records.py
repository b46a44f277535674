"""Records of what was downloaded and installed: checksums, source, time."""

import hashlib
import json
from pathlib import Path
from typing import Any

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


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replaces the file in one step."""
    replace_file(path, json.dumps(value, indent=1, ensure_ascii=False))
