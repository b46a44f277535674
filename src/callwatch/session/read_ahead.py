"""A recording, listened to a while before it is analysed, so that speech can be decoded together.

    listened to   ...............|
    analysed      ......|           as if nothing of the rest were known

Called by the analysis thread only.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.audio import CallBlock
from callwatch.session.pipeline import Pipeline
from callwatch.session.recognition import InlineRecognition, RecognitionWorker

# Two minutes hold some eight segments of each length, and 8 MB of sound.
AHEAD_S: Final = 120.0


class ReadAhead(SourceProxy):
    """The same blocks, at the moment at which they are to be analysed."""

    def __init__(
        self,
        source: CallSource,
        pipeline: Pipeline,
        recognition: InlineRecognition,
        ahead_s: float = AHEAD_S,
    ) -> None:
        super().__init__(source)
        self._ahead_s = ahead_s
        self._pipeline, self._recognition = pipeline, recognition

    def blocks(self) -> Iterator[CallBlock]:
        """The blocks, each when what follows it has been listened to for `ahead_s`."""
        waiting: deque[CallBlock] = deque()
        for block in self._source.blocks():
            self._recognition.foresee(self._pipeline.listen_ahead(block))
            waiting.append(block)
            if block.end_s - waiting[0].end_s >= self._ahead_s:
                yield waiting.popleft()
        yield from waiting


def listened_ahead(
    source: CallSource,
    pipeline: Pipeline,
    recognition: InlineRecognition | RecognitionWorker | None,
) -> CallSource:
    """The source, read ahead where a recogniser in step with it can gain by that."""
    if isinstance(recognition, InlineRecognition):
        return ReadAhead(source, pipeline, recognition)
    return source
