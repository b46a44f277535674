"""Many recordings of this machine, one after the other: reports, a page over them, and their total."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from callwatch.app.analyze import PendingCall
from callwatch.app.calls import CallOutcome
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
from callwatch.core.files import path_text
from callwatch.core.log import logger_of
from callwatch.report.archive import CallLine, call_line, lines_to_csv, render_index, worth_hearing
from callwatch.report.files import write_private_set

INDEX_NAME, TABLE_NAME = "index.html", "calls.csv"
# So many calls the summary on the screen names.
MOST_NAMED = 10

_log: Final = logger_of(__name__)

Advance = Callable[[float, float | None], None]


@dataclass(slots=True)
class FolderResult:
    """What became of the recordings so far; a line's name tells its file from the others."""

    language: Language
    faults: list[str] = field(default_factory=list)
    _lines: list[CallLine] = field(default_factory=list)
    _paths: list[Path] = field(default_factory=list)

    @property
    def lines(self) -> list[CallLine]:
        """A line a call, in the order in which they were measured."""
        names = distinct_names(self._paths)
        return [replace(line, name=name) for line, name in zip(self._lines, names, strict=True)]

    @property
    def calls(self) -> int:
        """How many were measured."""
        return len(self._lines)

    @property
    def hours(self) -> float:
        """Sound that was measured, hours."""
        return sum(line.duration_s for line in self._lines) / 3600

    @property
    def best(self) -> list[CallLine]:
        """The calls most worth hearing."""
        return worth_hearing(self.lines, MOST_NAMED)

    def add(self, path: Path, outcome: CallOutcome) -> None:
        """Count the call that was measured from a file."""
        folder = os.fsencode(outcome.paths.html.parent.name)
        self._lines.append(call_line(outcome.summary, folder, self.language))
        self._paths.append(path)
        if outcome.history_fault is not None:
            self.faults.append(outcome.history_fault)

    def write(self, out_dir: Path) -> Path:
        """Write index.html and calls.csv; OutputError when the folder cannot be written."""
        index = out_dir / INDEX_NAME
        lines = self.lines
        page = render_index(lines, self.faults, self.language)
        write_private_set({index: page, out_dir / TABLE_NAME: lines_to_csv(lines)})
        return index


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """The shortest end of each path that no other one has: "call.wav", or "jan/call.wav"."""
    ends = [path.parts[-1:] for path in paths]
    while True:
        counts = Counter(ends)
        shared = [i for i, end in enumerate(ends) if counts[end] > 1 and end != paths[i].parts]
        if not shared:
            return [path_text("/".join(end)) for end in ends]
        for i in shared:
            ends[i] = paths[i].parts[-len(ends[i]) - 1 :]


def measured(
    calls: Sequence[PendingCall], run: Callable[[PendingCall], CallOutcome], faults: list[str]
) -> Iterator[tuple[PendingCall, CallOutcome]]:
    """Each call and its outcome. What is wrong with one of them becomes a fault, and the next one comes."""
    for call in calls:
        try:
            yield call, run(call)
        except CallwatchError as error:
            faults.append(str(error))
        except Exception as fault:  # noqa: BLE001
            # A fault of our own in one call of thousands: the others are worth their reports.
            _log.error("a call could not be measured", exc_info=fault)
            faults.append(
                f"{call.name} met a fault of callwatch ({type(fault).__name__}: {fault}): "
                "report it, with CALLWATCH_DEBUG=1 in the environment"
            )
