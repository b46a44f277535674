"""Vosk (Kaldi) as a recogniser: streaming, with partial results a fraction of a second old.

The only file that imports vosk. Vosk counts time by the audio it was fed, and it is fed voiced
segments only, so for each stretch of audio the place on the call clock is kept.

Partial results are read as text: their words appear 0.3-0.6 s after they were said, while Vosk's
own partial word times lag by another second. Their times are estimates; the finished
utterance has the true ones.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.build import how_to_install
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import MissingPartError, ModelError
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.speech.protocol import RecognitionError, SpeechChunk

_QUIET: Final = -1  # Vosk's log level for errors only


@dataclass(frozen=True, slots=True)
class VoskConfig:
    """How Vosk is used. Each default with its reason."""

    flush_s: float = 0.3  # silence behind a segment: the model looks ahead 0.2-0.3 s
    partial_lag_s: float = 0.4  # how long after its end a word shows in a partial (measured)
    partial_confidence: float = 0.6  # partials have none of their own; between sure and unsure
    s_per_letter: float = 0.07  # for the estimated times of partial words: 14 letters a second


@dataclass(slots=True)
class _Timeline:
    """Where the fed audio lies on the call clock: pairs (fed_s, call_s), ascending."""

    fed: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)

    def mark(self, fed_s: float, call_s: float) -> None:
        """From `fed_s` on, fed audio lies at `call_s` and after."""
        if self.fed and abs((fed_s - self.fed[-1]) - (call_s - self.call[-1])) < 1e-6:
            return
        self.fed.append(fed_s)
        self.call.append(call_s)

    def call_s(self, fed_s: float) -> float:
        """The call time of a moment of the fed audio."""
        i = max(0, bisect_right(self.fed, fed_s + 1e-6) - 1)
        return self.call[i] + fed_s - self.fed[i]

    def forget(self) -> None:
        """Keeps only the last mark: words of finished segments will not be asked for again."""
        del self.fed[:-1], self.call[:-1]


@dataclass(slots=True)
class _Stream:
    """One side's Vosk recogniser and what it was fed."""

    kaldi: Any
    timeline: _Timeline = field(default_factory=_Timeline)
    fed: int = 0  # samples
    segment_id: str | None = None
    utterances: int = 0  # finished ones of this segment: Vosk ends some by itself
    partial: tuple[Word, ...] = ()
    segment_end_s: float = 0.0

    @property
    def id(self) -> str:
        """Name of the utterance that is being heard."""
        return f"{self.segment_id}.{self.utterances + 1}"


class VoskRecognizer:
    """A Vosk model behind the Recognizer protocol. One worker thread calls it."""

    name = "vosk"

    def __init__(
        self,
        path: Path,
        language: Language | None,
        config: VoskConfig | None = None,
        name: str | None = None,
    ) -> None:
        try:
            import vosk
        except (ImportError, OSError) as exc:
            raise MissingPartError(
                "Vosk models need the library vosk, which is not installed or does not fit this "
                f"machine: {how_to_install('vosk')}."
            ) from exc
        vosk.SetLogLevel(_QUIET)
        try:
            self._kaldi_model: Any = vosk.Model(model_path=str(path))
        except Exception as exc:  # vosk raises the bare class
            raise ModelError(
                f"The Vosk model in {path} cannot be loaded: it is partial or broken. Download "
                "it again with `callwatch models download`."
            ) from exc
        self._new_kaldi: Any = vosk.KaldiRecognizer
        self._config = config or VoskConfig()
        self._streams: dict[Channel, _Stream] = {}
        self.model: str | None = name or path.name
        self.language = language

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        """Feeds the chunk; gives what Vosk finished by itself, and the partial result."""
        stream = self._stream(chunk)
        out = []
        for samples in np.array_split(chunk.samples, -(-len(chunk.samples) // CALL_RATE_HZ) or 1):
            if self._feed(stream, samples):
                out += self._finished(stream, chunk, stream.kaldi.Result())
        if chunk.is_last:
            self._feed(stream, np.zeros(round(self._config.flush_s * CALL_RATE_HZ), np.int16))
            out += self._finished(stream, chunk, stream.kaldi.FinalResult())
            stream.segment_id = None
            stream.timeline.forget()
            return out
        return out + self._changed_partial(stream, chunk)

    def reset(self, channel: Channel) -> None:
        """Gives the channel a new recogniser at its next chunk."""
        self._streams.pop(channel, None)

    def close(self) -> None:
        """Frees the model."""
        self._streams.clear()
        self._kaldi_model = None

    def _stream(self, chunk: SpeechChunk) -> _Stream:
        stream = self._streams.get(chunk.channel)
        if stream is not None and stream.segment_id not in (None, chunk.segment_id):
            stream = None  # the end of the segment before never came: nothing of it is kept
        if stream is None:
            kaldi = self._new_kaldi(self._kaldi_model, float(CALL_RATE_HZ))
            kaldi.SetWords(True)
            stream = self._streams[chunk.channel] = _Stream(kaldi)
        if stream.segment_id is None:
            stream.segment_id = chunk.segment_id
            stream.utterances = 0
        stream.timeline.mark(stream.fed / CALL_RATE_HZ, chunk.start_s)
        stream.segment_end_s = chunk.end_s
        return stream

    def _feed(self, stream: _Stream, samples: Any) -> bool:
        """Gives samples to Vosk; whether it has found the end of an utterance."""
        if not len(samples):
            return False
        stream.fed += len(samples)
        try:
            return bool(stream.kaldi.AcceptWaveform(samples.astype(np.int16).tobytes()))
        except Exception as exc:  # vosk raises the bare class
            raise RecognitionError("Vosk could not process a chunk of audio.") from exc

    def _finished(self, stream: _Stream, chunk: SpeechChunk, result: str) -> list[Utterance]:
        heard = json.loads(result).get("result", [])
        words = tuple(
            Word(str(item["word"]), self._span(stream, item), min(1.0, float(item["conf"])))
            for item in heard
        )
        has_shown = bool(stream.partial)
        stream.partial = ()
        if not words and not has_shown:
            return []
        utterance = Utterance(stream.id, chunk.channel, words, True, chunk.consumed_s)
        stream.utterances += 1
        return [utterance]

    def _span(self, stream: _Stream, item: dict[str, Any]) -> TimeSpan:
        start_s = stream.timeline.call_s(float(item["start"]))
        start_s = min(start_s, stream.segment_end_s)
        end_s = min(stream.timeline.call_s(float(item["end"])), stream.segment_end_s)
        return TimeSpan(start_s, max(start_s, end_s))

    def _changed_partial(self, stream: _Stream, chunk: SpeechChunk) -> list[Utterance]:
        texts = str(json.loads(stream.kaldi.PartialResult()).get("partial", "")).split()
        if texts == [word.text for word in stream.partial]:
            return []
        stream.partial = self._estimated(stream.partial, texts, chunk)
        return [Utterance(stream.id, chunk.channel, stream.partial, False, chunk.consumed_s)]

    def _estimated(
        self, before: tuple[Word, ...], texts: list[str], chunk: SpeechChunk
    ) -> tuple[Word, ...]:
        """Words that were there keep their times; new ones end a little before now."""
        kept = 0
        while kept < min(len(before), len(texts)) and before[kept].text == texts[kept]:
            kept += 1
        words = list(before[:kept])
        end_s = chunk.end_s - self._config.partial_lag_s
        after: list[Word] = []
        for text in reversed(texts[kept:]):
            start_s = end_s - self._config.s_per_letter * len(text)
            after.append(Word(text, TimeSpan(start_s, end_s), self._config.partial_confidence))
            end_s = start_s
        return (*words, *reversed(after))
