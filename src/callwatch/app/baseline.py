"""The agent's own usual loudness and pitch, remembered between calls on this machine only."""

import contextlib
import hashlib
import json
from pathlib import Path

import platformdirs

from callwatch.core.channels import Channel
from callwatch.core.errors import OutputError
from callwatch.core.files import PRIVATE, replace_file
from callwatch.voice.effort.baseline import EffortBaseline


def baseline_path(agent_id: str) -> Path:
    """Where an agent's baseline lies; the pseudonym is not in the file's name."""
    folder = Path(platformdirs.user_data_dir("callwatch", appauthor=False))
    return folder / f"baseline-{hashlib.sha256(agent_id.encode()).hexdigest()[:16]}.json"


def load_baselines(agent_id: str) -> dict[Channel, EffortBaseline] | None:
    """The agent's remembered baseline; None when there is none that can be used."""
    path = baseline_path(agent_id)
    # A broken file is no reason to stop a call: the baseline is learnt again.
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        return {Channel.AGENT: EffortBaseline.from_dict(json.loads(path.read_text("utf-8")))}
    return None


def save_baseline(agent_id: str, baseline: EffortBaseline) -> None:
    """Remember it, readable by this user only.

    Raises OutputError when the user's data directory cannot be written.
    """
    path = baseline_path(agent_id)
    try:
        replace_file(path, json.dumps(baseline.to_dict()), PRIVATE)
    except OSError as exc:
        raise OutputError(
            f"The agent's baseline cannot be kept in {path.parent} ({exc.strerror}): make the "
            "folder writable, or set call.remember_baseline = false."
        ) from exc
