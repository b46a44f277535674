"""Many recordings of this machine, one after the other: reports, a page over them, and their total."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from callwatch.app.analyze import PendingCall
from callwatch.app.calls import CallOutcome
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError
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
    """What became of the recordings so far."""

    language: Language
    lines: list[CallLine] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def hours(self) -> float:
        """Sound that was measured, hours."""
        return sum(line.duration_s for line in self.lines) / 3600

    @property
    def best(self) -> list[CallLine]:
        """The calls most worth hearing."""
        return worth_hearing(self.lines, MOST_NAMED)

    def add(self, outcome: CallOutcome) -> None:
        """Count a call that was measured."""
        folder = os.fsencode(outcome.paths.html.parent.name)
        self.lines.append(call_line(outcome.summary, folder, self.language))
        if outcome.history_fault is not None:
            self.faults.append(outcome.history_fault)

    def write(self, out_dir: Path) -> Path:
        """Write index.html and calls.csv; OutputError when the folder cannot be written."""
        index = out_dir / INDEX_NAME
        page = render_index(self.lines, self.faults, self.language)
        write_private_set({index: page, out_dir / TABLE_NAME: lines_to_csv(self.lines)})
        return index


def measured(
    calls: Sequence[PendingCall], run: Callable[[PendingCall], CallOutcome], faults: list[str]
) -> Iterator[CallOutcome]:
    """Each call's outcome. What is wrong with one of them becomes a fault, and the next one comes."""
    for call in calls:
        try:
            yield run(call)
        except CallwatchError as error:
            faults.append(str(error))
        except Exception as fault:  # noqa: BLE001
            # A fault of our own in one call of thousands: the others are worth their reports.
            _log.error("a call could not be measured", exc_info=fault)
            faults.append(
                f"{call.name} met a fault of callwatch ({type(fault).__name__}: {fault}): "
                "report it, with CALLWATCH_DEBUG=1 in the environment"
            )
