"""How many syllables a stretch of speech has, from its level alone.

Listening phrases are drawn out ("yeah, okay, I see": five syllables in 1.5 s); who says something
has more of them in the same time. A syllable is a swell of the level:

    level   .:|i:.  .:|:.:|i:.
              ^         ^  ^        three swells, parted by dips of 3 dB
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

# Swells shorter than a syllable's nucleus (some 40 ms) are smoothed away; frames of 10 ms.
WINDOW: Final = np.hanning(9)[1:-1] / np.hanning(9).sum()
# The dip between two nuclei; less is the flutter of a held vowel.
DIP_DB: Final = 3.0
# Softer than this beside the loudest frame is breath and noise.
RANGE_DB: Final = 25.0


def count_syllables(levels_dbfs: Sequence[float]) -> int:
    """Swells in the levels (dBFS, one a 10 ms frame); 0 for nothing, at least 1 for any sound."""
    if not levels_dbfs:
        return 0
    levels = np.asarray(levels_dbfs, dtype=np.float64)
    loud = np.pad(np.maximum(levels, levels.max() - RANGE_DB), len(WINDOW) // 2, mode="edge")
    count, is_rising, turn = 0, True, -np.inf
    for level in np.convolve(loud, WINDOW, mode="valid").tolist():
        if is_rising and level < turn - DIP_DB:
            count, is_rising, turn = count + 1, False, level
        elif not is_rising and level > turn + DIP_DB:
            is_rising, turn = True, level
        else:
            turn = max(turn, level) if is_rising else min(turn, level)
    return count + is_rising
