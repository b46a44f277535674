"""The first half of the pipeline: who speaks when, and the sound of it for a recogniser.

It depends on nothing that is decided later, so a recording can be listened to ahead of its analysis.
"""

from collections import deque
from dataclasses import dataclass

from callwatch.core.audio import CallBlock
from callwatch.core.frames import VoiceFrames
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.segmenter import SpeechSegmenter
from callwatch.voice.vad.activity import VoiceActivity


@dataclass(frozen=True, slots=True)
class Heard:
    """A block, the voice frames that it completes, and the voiced audio that they cut."""

    block: CallBlock
    frames: VoiceFrames
    chunks: list[SpeechChunk]


class Listening:
    """Blocks in, what was heard in them out; without a `segmenter` no audio is cut."""

    def __init__(self, voice: VoiceActivity, segmenter: SpeechSegmenter | None) -> None:
        self._voice, self._segmenter = voice, segmenter
        self._ahead: deque[Heard] = deque()

    @property
    def waiting(self) -> list[CallBlock]:
        """Blocks that were listened to ahead and not yet asked for."""
        return [heard.block for heard in self._ahead]

    def ahead(self, block: CallBlock) -> list[SpeechChunk]:
        """Listen to a block that is asked for later, in the same order; gives its voiced audio."""
        self._ahead.append(self._listen(block))
        return self._ahead[-1].chunks

    def hear(self, block: CallBlock) -> Heard:
        """What the next block holds."""
        return self._ahead.popleft() if self._ahead else self._listen(block)

    def finish(self) -> VoiceFrames:
        """The last voice frames."""
        return self._voice.finish()

    def last_chunks(self, at_s: float) -> list[SpeechChunk]:
        """The end of the segments that are open when the call ends, after its last frames."""
        return [] if self._segmenter is None else self._segmenter.finish(at_s)

    def _listen(self, block: CallBlock) -> Heard:
        frames = self._voice.process(block)
        cut = [] if self._segmenter is None else self._segmenter.process(block, frames)
        return Heard(block, frames, cut)
