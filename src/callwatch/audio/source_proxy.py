"""A CallSource around another one: all as it is there, but for what a subclass changes."""

from collections.abc import Iterator

from callwatch.audio.source import CallSource
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.closing import ClosedByWith
from callwatch.core.facts import Fact


class SourceProxy(ClosedByWith):
    """Passes everything on to `source`; closing it closes `source`. See CallSource."""

    def __init__(self, source: CallSource) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """What `source` is called."""
        return self._source.name

    @property
    def duration_s(self) -> float | None:
        """Length of `source`, None where it is not known beforehand."""
        return self._source.duration_s

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks of `source`."""
        yield from self._source.blocks()

    def drift_ppm(self, channel: Channel) -> float | None:
        """That of `source`."""
        return self._source.drift_ppm(channel)

    def warnings(self) -> tuple[Fact, ...]:
        """Those of `source`."""
        return self._source.warnings()

    def close(self) -> None:
        """Close `source`."""
        self._source.close()
