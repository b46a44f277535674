"""The cheap gate before Silero: sound that cannot be speech is not worth its time."""

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError
from callwatch.voice.framing import FRAME


class WebRtcGate:
    """webrtcvad on one channel; says per 10 ms frame whether it may be speech.

    Raises MissingPartError when webrtcvad is not installed.
    """

    def __init__(self, aggressiveness: int) -> None:
        try:
            import webrtcvad
        except ImportError as exc:
            raise MissingPartError(
                "Voice activity needs the package webrtcvad-wheels: "
                f"{how_to_install('webrtcvad-wheels')}."
            ) from exc
        self._vad = webrtcvad.Vad(aggressiveness)

    def process(self, samples: Samples, loud: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Opinions, shape (n,), on `samples` (n * FRAME,); frames not `loud` are refused."""
        out = np.zeros(len(loud), dtype=np.bool_)
        is_speech = self._vad.is_speech
        raw = samples.tobytes()
        for i in np.flatnonzero(loud).tolist():
            out[i] = is_speech(raw[i * 2 * FRAME : (i + 1) * 2 * FRAME], CALL_RATE_HZ)
        return out
