"""Where sentences begin in what a recogniser heard.

    I have the receipt here. Thanks, goodbye.   I will sue you
    |_______________________||______________| . |____________|   a full stop, or a pause

A likeness to a threat is judged over one sentence: over a whole monologue the harmless words would
drown it, or add up to something that nobody said.
"""

import itertools
from collections.abc import Sequence
from typing import Final

from callwatch.core.words import Word

_ENDS: Final = (".", "?", "!")
_QUOTES: Final = "\"'”’»)"
# Recognisers without punctuation: longer than pauses inside a sentence mostly are.
_PAUSE_S: Final = 0.5
# "I will. Go to court": so short a sentence is read together with its neighbour as well.
_SHORT_WORDS: Final = 5


def sentence_spans(words: Sequence[Word], seam: int = 0) -> list[tuple[int, int]]:
    """Word ranges [first, after) of the sentences, and of short ones with each neighbour.

    A recogniser ends whatever it is given with a full stop: what meets at `seam`, where two
    utterances were put together, is read as one sentence too.
    """
    starts = [0]
    for i in range(1, len(words)):
        pause_s = words[i].span.start_s - words[i - 1].span.end_s
        is_end = words[i - 1].text.rstrip(_QUOTES).endswith(_ENDS)
        if is_end or pause_s >= _PAUSE_S:
            starts.append(i)
    starts.append(len(words))
    spans = list(itertools.pairwise(starts))
    pairs = [
        (first, after)
        for (first, middle), (_, after) in itertools.pairwise(spans)
        if middle == seam or min(middle - first, after - middle) < _SHORT_WORDS
    ]
    return spans + pairs
