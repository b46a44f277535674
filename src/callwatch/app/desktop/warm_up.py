"""A call that nobody sees, before the first one: whatever a call uses is loaded and has run once.

What is first needed in the middle of a call (a library, a query, a template) is loaded there, with
the interpreter held, and the screen stands still for that long. Runs in a helper thread.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.monitor import demo_files
from callwatch.audio.devices import LIVE_BLOCK_S
from callwatch.audio.resample import Resampler
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.summary import CallSummary
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance

# Both sides have spoken by then, and one has cut in: 0.4 CPU s.
REHEARSED_S: Final = 21.0
# What sound servers deliver; the demo call has the call's own rate and is not converted.
DEVICE_RATE_HZ: Final = 48_000


class Until(SourceProxy):
    """A source up to `end_s`."""

    def __init__(self, source: CallSource, end_s: float) -> None:
        super().__init__(source)
        self._end_s = end_s

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks that end by then."""
        for block in super().blocks():
            if block.end_s > self._end_s:
                return
            yield block


def warm_up(desk: CallFactory) -> None:
    """The demo call's beginning with its words, its report, and a history of its own; all goes.

    Raises CallwatchError as a call would, OSError when there is no room for temporary files.
    """
    Resampler(DEVICE_RATE_HZ, 1).push(np.zeros((DEVICE_RATE_HZ // 10, 1), np.float32))
    with TemporaryDirectory(prefix="callwatch-") as name:
        folder = Path(name)
        with Until(demo_files().open(LIVE_BLOCK_S), REHEARSED_S) as source:
            plan = CallPlan(source, "rehearsal", folder, live=False, in_history=False)
            outcome = desk.with_recognizer(_script(desk.config.call.language)).open(plan).run()
        _remember(outcome.summary, folder / "history.sqlite3")


def _script(language: Language) -> ScriptedRecognizer:
    call = json.loads(resources.files("callwatch.demo").joinpath("call.json").read_text("utf-8"))
    lines = [
        ScriptedUtterance(Channel(n["channel"]), n["start_s"], n["end_s"], n["text"])
        for n in call["lines"]
    ]
    return ScriptedRecognizer(lines, language)


def _remember(summary: CallSummary, file: Path) -> None:
    """What is asked of the history at the end of a call."""
    # Loaded here: the app's start does not wait for the database.
    from callwatch.store.history import CallHistory

    call = summary.call
    with CallHistory(str(file)) as history:
        history.delete_older_than(1, datetime.now(UTC))
        history.add(summary)
        history.own_history(call.agent_id, call.started_at, call.id)
