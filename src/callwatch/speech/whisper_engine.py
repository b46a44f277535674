"""CTranslate2 holding a Whisper model: audio in, words with times and probabilities out.

The only file that imports ctranslate2 and tokenizers. Models are those of faster-whisper
(model.bin, config.json, tokenizer.json, vocabulary).

Whisper was trained on windows of 30 s; encoding a window of 10 s costs an eighth and gives the
same words, but below about 7 s the decoder misses its end and writes the sentence again. So a
caller says how long a window must be, and tokens are limited by the length of the audio.
"""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.build import how_to_install
from callwatch.core.channels import Language
from callwatch.core.errors import MissingPartError, ModelError
from callwatch.core.words import Alternative
from callwatch.speech.mel import log_mel
from callwatch.speech.protocol import RecognitionError

FULL_WINDOW_S: Final = 30.0
# For each length that it meets oneDNN keeps its kernels and buffers, nearly 2 MB: a day of segments
# of any length adds up to 30 MB. Nine lengths do not.
_WINDOW_STEP_S: Final = 2.5
_SECONDS_PER_STEP: Final = 0.02  # of the encoder's output, which the alignment counts
_TOKENS_PER_S: Final = 7.0  # twice what a fast speaker needs
_TOKENS_SPARE: Final = 8
_HALVED: Final = 2  # CTranslate2 generates half as many tokens as it is allowed
_MAX_TOKENS: Final = 220  # half of Whisper's context of 448
_LONGEST_WORD_S: Final = 1.0  # alignments stretch words over pauses; speech hardly does
_CODES: Final = {Language.NB: "no"}  # Whisper's own code for Bokmål


@dataclass(frozen=True, eq=False, slots=True)
class DecodeRequest:
    """int16 audio of at most 30 s, and how it is to be decoded.

    The window is at least `window_s` long and has at least `pad_s` of silence behind the audio, as
    far as 30 s allow; longer ones are of few lengths. `beam` hypotheses are followed, 1 is greedy.
    """

    samples: Samples
    window_s: float
    pad_s: float
    beam: int

    @property
    def duration_s(self) -> float:
        """Seconds of audio."""
        return len(self.samples) / CALL_RATE_HZ

    @property
    def kind(self) -> tuple[float, int]:
        """Length of the window (s) and beam: requests of one kind can be decoded together."""
        return _window_s(self.duration_s, self.window_s, self.pad_s), self.beam

    @property
    def most_tokens(self) -> int:
        """More words than so much audio can hold."""
        return min(_MAX_TOKENS, int(self.duration_s * _TOKENS_PER_S) + _TOKENS_SPARE)


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word and when it was said, in seconds from the start of the audio."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What Whisper makes of a stretch of audio, with its own doubts.

    `average_log_probability` per token, 0 is certain; `no_speech` 0..1; `broke_off` when the
    decoder did not come to an end within the tokens that so much audio can hold. `alternatives`:
    the other hypotheses of a search with a beam.
    """

    words: tuple[HeardWord, ...]
    average_log_probability: float
    no_speech: float
    broke_off: bool
    alternatives: tuple[Alternative, ...] = ()


class WhisperEngine:
    """One Whisper model on the CPU. Not thread-safe: one worker uses it."""

    def __init__(self, path: Path, language: Language, threads: int) -> None:
        try:
            import ctranslate2
            import tokenizers
        except ImportError as exc:
            raise MissingPartError(
                f"Whisper models need the extra 'whisper': {how_to_install('callwatch[whisper]')}."
            ) from exc
        self._storage: Any = ctranslate2.StorageView.from_array
        try:
            self._model: Any = ctranslate2.models.Whisper(
                str(path), device="cpu", compute_type="int8", intra_threads=threads
            )
        except (RuntimeError, ValueError) as exc:
            raise _broken(path, exc) from exc
        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(path / "tokenizer.json"))
        except Exception as exc:  # tokenizers raises the bare class for every fault of the file
            raise _broken(path, exc) from exc
        self._bands = int(self._model.n_mels)
        self._start = [self._token("<|startoftranscript|>")]
        if self._model.is_multilingual:
            code = _CODES.get(language, language.value)
            self._start += [self._token(f"<|{code}|>"), self._token("<|transcribe|>")]
        elif language is not Language.EN:
            raise ModelError(
                f"The Whisper model in {path} knows English only, and the call is in "
                f"'{language}': choose a model of that language."
            )
        self._end = self._token("<|endoftext|>")
        self._no_timestamps = self._token("<|notimestamps|>")
        self._suppressed = _suppressed(path)

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Decoded]:
        """Transcribes each; those of one kind together, which takes less time and changes nothing.

        Raises RecognitionError when the engine does.
        """
        kinds: dict[tuple[float, int], list[int]] = defaultdict(list)
        for number, request in enumerate(requests):
            kinds[request.kind].append(number)
        out: dict[int, Decoded] = {}
        for numbers in kinds.values():
            decoded = self._decode_alike([requests[number] for number in numbers])
            out.update(zip(numbers, decoded, strict=True))
        return [out[number] for number in range(len(requests))]

    def _decode_alike(self, requests: list[DecodeRequest]) -> list[Decoded]:
        """Requests of one kind."""
        window_s, beam = requests[0].kind
        try:
            # One by one they stay in the processor's cache, and each has the times that it has alone.
            encoded = [self._encoded(request, window_s) for request in requests]
            results = self._model.generate(
                self._joined(encoded),
                [[*self._start, self._no_timestamps]] * len(requests),
                beam_size=beam,
                num_hypotheses=beam,
                max_length=_HALVED * max(request.most_tokens for request in requests),
                suppress_tokens=self._suppressed,
                return_scores=True,
                return_no_speech_prob=True,
            )
            return [
                self._decoded(request, sound, result)
                for request, sound, result in zip(requests, encoded, results, strict=True)
            ]
        except (RuntimeError, ValueError) as exc:
            raise RecognitionError(f"Whisper failed: {_first_line(exc)}") from exc

    def _decoded(self, request: DecodeRequest, encoded: Any, result: Any) -> Decoded:
        """What a result says, with the times of its words."""
        tokens = [token for token in result.sequences_ids[0] if token < self._end]
        score, no_speech = float(result.scores[0]), float(result.no_speech_prob)
        if not tokens:
            return Decoded((), score, no_speech, False)
        frames = max(1, int(request.duration_s * 100))
        aligned = self._model.align(encoded, self._start, [tokens], frames)[0]
        return Decoded(
            self._words(tokens, aligned, request.duration_s),
            score,
            no_speech,
            len(tokens) >= request.most_tokens,
            self._alternatives(result),
        )

    def _encoded(self, request: DecodeRequest, window_s: float) -> Any:
        silence_s = max(0.0, window_s - request.duration_s)
        features = log_mel(request.samples, self._bands, silence_s)
        return self._model.encode(self._storage(features[None]))

    def _joined(self, encoded: list[Any]) -> Any:
        """One batch of them."""
        if len(encoded) == 1:
            return encoded[0]
        return self._storage(np.concatenate([np.asarray(one) for one in encoded]))

    def _alternatives(self, result: Any) -> tuple[Alternative, ...]:
        """All hypotheses but the first, each with its share of their summed probability."""
        # Scores are means over the tokens and the end mark.
        logs = [
            s * (len(ids) + 1) for s, ids in zip(result.scores, result.sequences_ids, strict=True)
        ]
        weights = [math.exp(log - max(logs)) for log in logs]
        return tuple(
            Alternative(
                self._tokenizer.decode([t for t in ids if t < self._end]).strip(),
                weight / sum(weights),
            )
            for ids, weight in zip(result.sequences_ids[1:], weights[1:], strict=True)
        )

    def _token(self, text: str) -> int:
        number = self._tokenizer.token_to_id(text)
        if number is None:
            raise ModelError(
                f"The Whisper model's tokenizer.json does not know {text}: the file belongs to "
                "another model; download the model again with `callwatch models download`."
            )
        return int(number)

    def _words(self, tokens: list[int], aligned: Any, duration_s: float) -> tuple[HeardWord, ...]:
        """Joins tokens to words; a word begins with the token that carries the space."""
        begins = [duration_s] * (len(tokens) + 1)
        for index, step in reversed(aligned.alignments):
            if index <= len(tokens):
                begins[index] = min(duration_s, step * _SECONDS_PER_STEP)
        words: list[HeardWord] = []
        for first, after in self._groups(tokens):
            text = self._tokenizer.decode(tokens[first:after]).strip()
            probability = sum(aligned.text_token_probs[first:after]) / (after - first)
            start_s, end_s = begins[first], max(begins[first], begins[after])
            if not words:
                start_s = max(start_s, end_s - _LONGEST_WORD_S)
            else:
                end_s = min(end_s, start_s + _LONGEST_WORD_S)
            words.append(HeardWord(text, start_s, end_s, min(1.0, max(0.0, probability))))
        return tuple(words)

    def _groups(self, tokens: list[int]) -> list[tuple[int, int]]:
        """Index ranges of tokens that make one word; lone punctuation stays with its word."""
        starts = [0]
        for i in range(1, len(tokens)):
            piece = self._tokenizer.id_to_token(tokens[i]) or ""
            text = self._tokenizer.decode(tokens[starts[-1] : i])
            if piece.startswith("Ġ") and any(c.isalnum() for c in text):
                starts.append(i)
        return list(zip(starts, [*starts[1:], len(tokens)], strict=True))


def _window_s(duration_s: float, window_s: float, pad_s: float) -> float:
    """How long the window of so much audio is: as long as asked, or a whole number of steps."""
    needed_s = duration_s + pad_s
    if needed_s > window_s:
        window_s = math.ceil(needed_s / _WINDOW_STEP_S) * _WINDOW_STEP_S
    return min(window_s, FULL_WINDOW_S)


def _broken(path: Path, exc: Exception) -> ModelError:
    return ModelError(
        f"The Whisper model in {path} cannot be loaded ({_first_line(exc)}): "
        "download it again with `callwatch models download`."
    )


def _suppressed(path: Path) -> list[int]:
    """Tokens that are no speech ("♪", brackets), as the model's own configuration lists them."""
    listed = json.loads((path / "config.json").read_text(encoding="utf-8")).get("suppress_ids", [])
    return [int(token) for token in listed]


def _first_line(exc: Exception) -> str:
    return str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
