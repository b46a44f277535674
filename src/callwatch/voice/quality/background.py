"""A voice behind the speaker: noted once, and for how long in the report."""

from callwatch.core.audio import CallBlock
from callwatch.core.channels import CHANNELS
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.quality.checks import QualityCheck, about


class BackgroundCheck(QualityCheck):
    """Both channels; voice activity says whose speech is behind (voice/background.py)."""

    def __init__(self, min_s: float) -> None:
        super().__init__()
        self._min_s = min_s
        self._heard_s = dict.fromkeys(CHANNELS, 0.0)

    def process(self, _block: CallBlock, frames: VoiceFrames) -> list[InputWarning]:
        """A note once enough of it was heard."""
        notes = []
        for channel in CHANNELS:
            self._heard_s[channel] += int(frames.behind[channel.index].sum()) * HOP_S
            heard_s = self._heard_s[channel]
            if heard_s >= self._min_s:
                fact = about(channel, "voice_behind", heard_s=heard_s)
                notes += self._once(frames.end_s + frames.delay_s, channel, fact)
        return notes

    def warnings(self, _duration_s: float) -> list[Fact]:
        """How much it was in all."""
        return [
            about(channel, "voice_behind", heard_s=heard_s)
            for channel, heard_s in self._heard_s.items()
            if heard_s >= self._min_s
        ]
