"""The voice frames that every acoustic detector reads: both channels on one 10 ms grid."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import Samples
from callwatch.core.events import InputWarning, VoiceStarted, VoiceStopped

HOP_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Leak:
    """What is known of one channel's voice leaking into the other.

    gain_db      level of the leak relative to the far channel; None: no leak is heard
    delay_s      how much later than the far voice
    residual_db  what stays of the leak after it was taken away, relative to it; 0: all of it
    """

    gain_db: float | None = None
    delay_s: float = 0.0
    residual_db: float = 0.0


_NOT_GIVEN: Final = np.zeros((2, 0), dtype=np.float32)
_NOBODY: Final = np.zeros((2, 0), dtype=np.bool_)
NO_LEAK: Final = (Leak(), Leak())


@dataclass(frozen=True, eq=False, slots=True)
class VoiceFrames:
    """What the voice activity stage knows of a stretch of the call.

    Arrays have shape (2, n), row = Channel.index; frame i covers
    [start_s + i * HOP_S, start_s + (i + 1) * HOP_S). Frames follow each other without gaps.

    speech        bool     own speech, after smoothing; the other side's bleed is not speech
    probability   float32  0..1, the raw opinion
    level_dbfs    float32  level of the frame, -120 for digital silence
    delay_s       how much later than the frame's end its decision could be known: the stream
                  time of a decision on frame i is start_s + (i + 1) * HOP_S + delay_s
    transitions   VoiceStarted / VoiceStopped decided in this stretch, in time order, with the
                  true onset and end (confirmation delay taken back)
    notes         input quality events
    leaks         into each channel, as known at the end of the stretch
    cleaned_dbfs  float32  level of the channel's own sound, the other side's bleed taken away; as
                  level_dbfs when not given
    cleaned       int16 (2, n * 160) the channel's own sound, bleed taken away; None: as it came
    behind        bool     speech of somebody behind the speaker, a television; none when not given
    """

    start_s: float
    speech: npt.NDArray[np.bool_]
    probability: npt.NDArray[np.float32]
    level_dbfs: npt.NDArray[np.float32]
    delay_s: float
    transitions: tuple[VoiceStarted | VoiceStopped, ...] = ()
    notes: tuple[InputWarning, ...] = ()
    leaks: tuple[Leak, Leak] = NO_LEAK
    cleaned_dbfs: npt.NDArray[np.float32] = field(default_factory=lambda: _NOT_GIVEN)
    cleaned: Samples | None = None
    behind: npt.NDArray[np.bool_] = field(default_factory=lambda: _NOBODY)

    def __post_init__(self) -> None:
        if self.cleaned_dbfs is _NOT_GIVEN:
            object.__setattr__(self, "cleaned_dbfs", self.level_dbfs)
        if self.behind is _NOBODY:
            object.__setattr__(self, "behind", np.zeros_like(self.speech))

    def __len__(self) -> int:
        return int(self.speech.shape[1])

    @property
    def in_front(self) -> npt.NDArray[np.bool_]:
        """Speech of the person on the line, (2, n)."""
        return self.speech & ~self.behind

    @property
    def end_s(self) -> float:
        """Call time just after the last frame."""
        return self.start_s + len(self) * HOP_S

    def decided_s(self, index: int) -> float:
        """Stream time at which a decision on frame `index` can be known."""
        return self.start_s + (index + 1) * HOP_S + self.delay_s
