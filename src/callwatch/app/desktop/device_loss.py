"""A live call whose devices are gone is over."""

from collections.abc import Callable, Iterator
from typing import Final

from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS
from callwatch.core.spans import total_s

LOST_S: Final = 20.0  # longer than it takes to put a plug back


class EndOnDeviceLoss(SourceProxy):
    """A CallSource that ends once both sides have delivered nothing for `lost_s`.

    One device that is unplugged and put back is a gap in the call, not its end.
    """

    def __init__(self, source: CallSource, lost_s: float = LOST_S) -> None:
        super().__init__(source)
        self._lost_s = lost_s
        self.on_loss: Callable[[], None] = lambda: None  # called before the blocks end

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks up to the loss and through its first `lost_s`."""
        gone_s = 0.0
        for block in self._source.blocks():
            yield block
            length_s = block.end_s - block.start_s
            gone_s = gone_s + length_s if _is_empty(block, length_s) else 0.0
            if gone_s >= self._lost_s:
                self.on_loss()
                return


def _is_empty(block: CallBlock, length_s: float) -> bool:
    """Whether neither side delivered anything in the block."""
    lost_s = [total_s([span for side, span in block.dropped if side is c]) for c in CHANNELS]
    return min(lost_s) >= length_s - 1e-6
