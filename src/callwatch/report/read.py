"""Reading a report.json back as plain values."""

import json
import stat
from pathlib import Path
from typing import Any

from callwatch.core.errors import InputError


def read_report(path: Path) -> dict[str, Any]:
    """The document of a report.json; InputError when it is none or cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise InputError(f"{path} is no file: name a report.json")
        document = json.loads(path.read_bytes())
    except OSError as exc:
        raise InputError(
            f"the report {path} cannot be read ({exc.strerror}): name a report.json"
        ) from exc
    except (ValueError, RecursionError) as exc:
        raise InputError(f"{path} is no report of a call: name a report.json") from exc
    if not isinstance(document, dict):
        raise InputError(f"{path} is no report of a call: name a report.json")
    return document
