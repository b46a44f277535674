"""Sentences as vectors: pieces, word vectors, twelve layers, the mean of all tokens."""

from pathlib import Path
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.onnx import open_session
from callwatch.phrases.encoder.graph import RESULT, SOURCE, encoder_model
from callwatch.phrases.encoder.packed_model import Vocabulary, damaged, open_model
from callwatch.phrases.encoder.tokenizer import UnigramTokenizer

# The model was trained with a word in front that says what a text is for.
_PREFIX: Final = "query: "


class SentenceEncoder:
    """One thread at a time. Some 0.5 ms of CPU a piece of a word, and 55 MB with onnxruntime."""

    def __init__(self, path: Path) -> None:
        """Load the model file: about 0.3 s of CPU.

        Raises ModelError when the file is damaged, MissingPartError without onnxruntime.
        """
        self._packed, vocabulary = open_model(path)
        try:
            self._load(vocabulary)
        except ValueError as exc:  # tensors of other sizes than the head says
            self._packed.close()
            raise damaged(path) from exc
        except BaseException:
            self._packed.close()
            raise

    def _load(self, vocabulary: Vocabulary) -> None:
        packed, width = self._packed, self._packed.shape.width
        self._tokenizer = UnigramTokenizer(vocabulary)
        self._marks = vocabulary.begin, vocabulary.end
        positions = packed.floats("emb.pos").reshape(packed.shape.positions, width)
        self._offsets = positions + packed.floats("emb.type").reshape(-1, width)[0]
        self._norm = packed.floats("emb.ln.w"), packed.floats("emb.ln.b")
        self._session = open_session(encoder_model(packed))

    def encode(self, text: str) -> FloatArray:
        """The meaning of `text`, float32 (width,), length 1; what is over 510 pieces is left out."""
        begin, end = self._marks
        pieces = self._tokenizer.pieces(_PREFIX + text)[: len(self._offsets) - 2]
        vectors = self._packed.word_vectors([begin, *pieces, end])
        vectors = self._normed(vectors + self._offsets[: len(vectors)])
        (tokens,) = self._session.run([RESULT], {SOURCE: vectors[None]})
        mean: FloatArray = tokens[0].mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _normed(self, vectors: FloatArray) -> FloatArray:
        """Each row with mean 0 and deviation 1, then scaled and moved."""
        centred = vectors - vectors.mean(axis=1, keepdims=True)
        variance = np.square(centred).mean(axis=1, keepdims=True)
        weight, bias = self._norm
        normed: FloatArray = (
            centred / np.sqrt(variance + self._packed.shape.epsilon) * weight + bias
        )
        return normed
