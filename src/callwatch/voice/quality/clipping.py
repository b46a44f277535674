"""Clipped sound, at full scale or at a wall below it.

    sound that was clipped      |####|      |####|       many samples stand on one level,
    and then turned down      ##|    |##  ##|    |##     few come close to it from below,
                            ##          ##          ##   none goes beyond

A recording that was clipped and then turned down, resampled or sent through a codec never comes
near full scale; the wall on which its tops lie is still there. The tops of speech are round and
all differ. Called by the analysis thread.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import Samples

FULL_SCALE: Final = 32_700  # of 32767: converters and limiters stop a little below full scale
# Weaker tops than this (-20 dBFS) are not looked at: an 8-bit codec has a dozen levels there.
_MIN_TOP: Final = 3277
# Levels below the top, in its hundredths; a wall is two of them wide, which rounding and filters need.
_STEPS: Final = np.arange(0.60, 1.001, 0.01)
# A wall is looked for in the upper fifth: filters behind the clipping let some tops shoot over it.
_FIRST: Final = 20
# So many samples in a second, and so many times more than on the levels below: 24 and 6. In 96
# calls with unclipped speech one second in 10,000 comes so far, a steady tone has 4.5 times as many.
_MIN_SAMPLES: Final = 24
_MIN_RATIO: Final = 6.0
# Most of what shoots over the wall, beside what stands on it.
_MOST_ABOVE: Final = 0.5


def clipped_samples(second: Samples) -> int:
    """How many samples of one second of sound, int16 (n,), are clipped."""
    full = int(np.count_nonzero((second >= FULL_SCALE) | (second <= -FULL_SCALE)))
    if int(second.max(initial=0)) - int(second.min(initial=0)) < _MIN_TOP:
        return full
    # A constant offset is a wall of its own; int32: -32768 has no positive twin in int16.
    wide = second.astype(np.int32)
    wide -= int(np.median(second))
    return max(full, _on_the_wall(wide) + _on_the_wall(-wide))


def _on_the_wall(sound: npt.NDArray[np.int32]) -> int:
    """Samples on the level at which the upper tops were cut off; 0 when they were not."""
    top = int(sound.max(initial=0))
    if top < _MIN_TOP:
        return 0
    edges = _STEPS * (top + 1)
    if np.count_nonzero(sound >= edges[_FIRST]) < _MIN_SAMPLES:
        return 0
    counts = np.diff(np.searchsorted(np.sort(sound[sound >= edges[0]]), edges))
    pairs = counts[:-1] + counts[1:]
    if pairs[_FIRST:].max() < _MIN_SAMPLES:
        return 0
    beyond = np.cumsum(counts[::-1])[::-1]
    for k in range(_FIRST, len(pairs)):
        above = int(beyond[k + 2]) if k + 2 < len(beyond) else 0
        usual = float(pairs[k - 20 : k - 4].mean())
        is_wall = pairs[k] >= _MIN_SAMPLES and pairs[k] > _MIN_RATIO * (usual + 2.0)
        if is_wall and above <= _MOST_ABOVE * pairs[k]:
            return int(pairs[k])
    return 0
