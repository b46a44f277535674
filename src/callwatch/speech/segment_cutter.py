"""Cuts a segment in two where some of its audio does not reach the recogniser.

    segment   |-- chunks --|== missing ==|-- chunks --|
    sent      |--------last|             |------------|  the rest under a name of its own

A recogniser takes the chunks of a segment for audio without a gap: so the part before the gap is
ended, and the rest is a segment of its own. No threads.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from callwatch.core.channels import Channel
from callwatch.speech.protocol import SpeechChunk

_NOTHING: Final = np.zeros(0, dtype=np.int16)


class SegmentCutter:
    """Follows what was sent of each side's segment; `mark` is put behind the name of a rest."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._open: dict[Channel, SpeechChunk] = {}  # the last chunk sent, of a segment not ended
        self._names: dict[Channel, tuple[str, str]] = {}  # the segmenter's name, that of the rest

    def renamed(self, chunk: SpeechChunk) -> SpeechChunk:
        """The chunk under the name that its segment goes by now."""
        original, name = self._names.get(chunk.channel, ("", ""))
        return replace(chunk, segment_id=name) if chunk.segment_id == original else chunk

    def has_begun(self, chunk: SpeechChunk) -> bool:
        """Whether a part of this (renamed) chunk's segment was sent and not ended."""
        begun = self._open.get(chunk.channel)
        return begun is not None and begun.segment_id == chunk.segment_id

    def sent(self, chunk: SpeechChunk) -> None:
        """This (renamed) chunk goes to the recogniser."""
        if chunk.is_last:
            self._open.pop(chunk.channel, None)
        else:
            self._open[chunk.channel] = chunk

    def cut(self, channel: Channel, at_s: float) -> SpeechChunk | None:
        """Audio is missing from here on: the chunk that ends what was sent, if a segment was open.

        `at_s` is the stream time at which that became known.
        """
        begun = self._open.pop(channel, None)
        if begun is None:
            return None
        original, name = self._names.get(channel, ("", ""))
        if name != begun.segment_id:
            original = begun.segment_id
        self._names[channel] = (original, begun.segment_id + self._mark)
        return replace(begun, samples=_NOTHING, start_s=begun.end_s, consumed_s=at_s, is_last=True)
