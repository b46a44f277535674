"""Decodes several stretches of speech at once where it is known what will be asked for.

    foreseen   |  a  |  b  |  c  |  d  |
    asked      a: a b c d are decoded together; b, c, d: already there

A decoder reads all its weights for every token of every stretch; for several stretches at once it
reads them once. What comes out is the same. No threads.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from callwatch.speech.protocol import RecognitionError
from callwatch.speech.whisper_engine import Decoded, DecodeRequest

# From 8 to 16 at once a tenth of the decoder's time is saved, from 1 to 8 half of it; each takes memory.
_AT_ONCE: Final = 8


class Engine(Protocol):
    """What decodes; a test may put its own in the model's place."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Decoded]:
        """Transcribes each. Raises RecognitionError."""
        ...


class DecodeAhead:
    """Holds what was foreseen until it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._foreseen: list[DecodeRequest] = []
        self._done: list[tuple[DecodeRequest, Decoded]] = []

    def foresee(self, request: DecodeRequest) -> None:
        """This will be asked for, after what was foreseen before it."""
        self._foreseen.append(request)

    def clear(self) -> None:
        """Nothing of it will be asked for."""
        self._foreseen.clear()
        self._done.clear()

    def decode(self, request: DecodeRequest) -> Decoded:
        """What the request leads to. Raises RecognitionError."""
        for i, (done, decoded) in enumerate(self._done):
            if _is_same(done, request):
                del self._done[i]
                return decoded
        asked = next((one for one in self._foreseen if _is_same(one, request)), None)
        if asked is None:
            return self._engine.decode([request])[0]
        # Those of like length end together.
        alike = sorted(
            (one for one in self._foreseen if one.kind == asked.kind),
            key=lambda one: (one is not asked, abs(one.duration_s - asked.duration_s)),
        )[:_AT_ONCE]
        self._foreseen = [one for one in self._foreseen if one not in alike]
        try:
            first, *others = self._engine.decode(alike)
        except RecognitionError:
            return self._engine.decode([request])[0]  # another one may be the reason
        self._done += zip(alike[1:], others, strict=True)
        return first


def _is_same(one: DecodeRequest, other: DecodeRequest) -> bool:
    return one.kind == other.kind and np.array_equal(one.samples, other.samples)
