"""What every check of the input has in common: one thing that may be wrong, noticed and summed up."""

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import VoiceFrames


class QualityCheck:
    """Blocks and their voice frames in, notes out; what was noted once is a warning of the report."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, Channel | None], Fact] = {}

    def process(self, block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """What there is to say after this block."""
        raise NotImplementedError

    def warnings(self, _duration_s: float) -> list[Fact]:
        """What the report says of a call of this length."""
        return list(self._noted.values())

    def _once(self, time_s: float, channel: Channel | None, fact: Fact) -> list[InputWarning]:
        """A note the first time that this is found."""
        if (fact.code, channel) in self._noted:
            return []
        self._noted[fact.code, channel] = fact
        return [InputWarning(time_s, channel, fact)]


def about(channel: Channel, code: str, **params: str | float) -> Fact:
    """A fact about one side."""
    return Fact(code, {"channel": channel.value, **params})
