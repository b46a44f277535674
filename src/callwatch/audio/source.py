"""What every source of a call is: both sides, aligned, on one clock, without gaps.

Threads: one thread iterates `blocks`; `close` may be called from any other.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.facts import Fact


class CallSource(Protocol):
    """A call that can be heard once, from its start to its end. Usable as a context manager."""

    @property
    def name(self) -> str:
        """What a person would call it: a file name, or the devices."""
        ...

    @property
    def duration_s(self) -> float | None:
        """Length in seconds where it is known beforehand, None for a live call."""
        ...

    def blocks(self) -> Iterator[CallBlock]:
        """CallBlocks, contiguous from 0.0 s; only the last may be shorter than what was chosen.

        Where nothing was delivered the samples are 0 and `dropped` says so. Raises InputError
        when the source cannot be read on at all.
        """
        ...

    def drift_ppm(self, channel: Channel) -> float | None:
        """How much faster than the call clock a side's device runs, in parts per million.

        None where that means nothing (files) or is not known yet.
        """
        ...

    def warnings(self) -> tuple[Fact, ...]:
        """What was wrong with the input so far: facts with the code "source"."""
        ...

    def close(self) -> None:
        """End `blocks` soon and free the devices or files. From any thread; may be repeated."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
