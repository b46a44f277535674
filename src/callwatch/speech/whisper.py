"""Whisper as a recogniser: one decode when a voiced segment ends, interim decodes on the way.

Whisper writes sentences into silence and music. Here it hears voiced segments only, and what it
doubts itself, what is too dense to be speech and what it is known to invent is dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Alternative, Utterance, Word
from callwatch.speech.hallucination_filter import HallucinationConfig, is_plausible
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.repetition import loop_start, suspected_loop_start
from callwatch.speech.whisper_engine import FULL_WINDOW_S, Decoded, HeardWord, WhisperEngine


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """How Whisper is used. Each default with its reason."""

    threads: int = 1  # the recogniser must leave the other core to the call
    window_s: float = 10.0  # finished segments: as good as a full window at an eighth of its cost
    interim_window_s: float = 7.0  # half of that again; what it repeats is cut
    beam: int = 5  # finished segments: a third fewer word errors for a fifth more time
    interim_beam: int = 1  # many and short-lived: greedy
    pad_s: float = 1.0  # silence behind the audio, so that the last word is not cut off
    first_interim_s: float = 1.5  # pre-roll and 0.8 s of voice: nothing sensible comes out of less
    customer_interim_every_s: float = 0.75  # a threat needs two partial results: 1.5 s
    agent_interim_every_s: float = 1.5  # nothing urgent is read from the agent's words
    shortest_s: float = 0.3  # less voiced audio (with its pre- and post-roll) holds no word
    longest_s: float = 29.0  # Whisper's window is 30 s; the feed cuts long before
    plausible: HallucinationConfig = field(default_factory=HallucinationConfig)


class Engine(Protocol):
    """What decodes; a test may put its own in the model's place."""

    def decode(self, samples: Samples, window_s: float, pad_s: float, beam: int) -> Decoded:
        """Transcribes int16 audio of at most 30 s."""
        ...


@dataclass(slots=True)
class _Segment:
    """The audio of the segment that a channel is in."""

    id: str
    start_s: float
    parts: list[Samples] = field(default_factory=list)
    length_s: float = 0.0
    decoded_s: float = 0.0  # how much of it the last interim decode heard
    partial_given: bool = False

    def samples(self) -> Samples:
        return np.concatenate(self.parts) if self.parts else np.zeros(0, dtype=np.int16)


class WhisperRecognizer:
    """Whisper behind the Recognizer protocol. One worker thread calls it."""

    name = "whisper"

    def __init__(
        self,
        path: Path,
        language: Language,
        config: WhisperConfig | None = None,
        name: str | None = None,
        engine: Engine | None = None,
    ) -> None:
        self._config = config or WhisperConfig()
        self._engine = engine or WhisperEngine(path, language, self._config.threads)
        self._segments: dict[Channel, _Segment] = {}
        self.model: str | None = name or path.name
        self.language: Language | None = language

    def with_config(self, config: WhisperConfig) -> "WhisperRecognizer":
        """The same model, already loaded, used in another way."""
        language = self.language or Language.EN
        return WhisperRecognizer(
            Path(self.model or ""), language, config, name=self.model, engine=self._engine
        )

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        """Adds the chunk to its segment; decodes at the end, and now and then before it."""
        segment = self._segments.get(chunk.channel)
        if segment is None or segment.id != chunk.segment_id:
            segment = _Segment(chunk.segment_id, chunk.start_s)
            self._segments[chunk.channel] = segment
        segment.parts.append(chunk.samples)
        segment.length_s += chunk.duration_s
        if chunk.is_last:
            del self._segments[chunk.channel]
            return self._finished(segment, chunk)
        if segment.length_s >= self._config.longest_s:
            self._segments[chunk.channel] = _Segment(chunk.segment_id + "+", chunk.end_s)
            return self._finished(segment, chunk)
        if self._interim_due(segment, chunk.channel):
            return self._partial(segment, chunk)
        return []

    def reset(self, channel: Channel) -> None:
        """Forgets the audio of the segment that the channel is in."""
        self._segments.pop(channel, None)

    def close(self) -> None:
        """Lets the model go."""
        self._segments.clear()
        del self._engine

    def _interim_due(self, segment: _Segment, channel: Channel) -> bool:
        if segment.length_s < self._config.first_interim_s:
            return False
        every_s = self._config.agent_interim_every_s
        if channel is Channel.CUSTOMER:
            every_s = self._config.customer_interim_every_s
        return segment.length_s - segment.decoded_s >= every_s

    def _partial(self, segment: _Segment, chunk: SpeechChunk) -> list[Utterance]:
        segment.decoded_s = segment.length_s
        decoded = self._decode(segment, self._config.interim_window_s, self._config.interim_beam)
        words = self._believed(_cut(decoded, suspected_loop_start), segment)
        if not words:
            return []
        segment.partial_given = True
        return [Utterance(segment.id, chunk.channel, words, False, chunk.consumed_s)]

    def _finished(self, segment: _Segment, chunk: SpeechChunk) -> list[Utterance]:
        words: tuple[Word, ...] = ()
        alternatives: tuple[Alternative, ...] = ()
        if segment.length_s >= self._config.shortest_s:
            decoded = self._decode(segment, self._config.window_s, self._config.beam)
            texts = [word.text for word in decoded.words]
            if decoded.broke_off or suspected_loop_start(texts) is not None:
                decoded = self._decode(segment, FULL_WINDOW_S, self._config.beam)
            whole = _cut(decoded, loop_start)
            words = self._believed(whole, segment)
            if words and len(whole.words) == len(decoded.words):
                alternatives = decoded.alternatives
        if not words and not segment.partial_given:
            return []
        return [Utterance(segment.id, chunk.channel, words, True, chunk.consumed_s, alternatives)]

    def _decode(self, segment: _Segment, window_s: float, beam: int) -> Decoded:
        samples = segment.samples()[: round(FULL_WINDOW_S * CALL_RATE_HZ)]
        return self._engine.decode(samples, window_s, self._config.pad_s, beam)

    def _believed(self, decoded: Decoded, segment: _Segment) -> tuple[Word, ...]:
        if not is_plausible(decoded, segment.length_s, self._config.plausible):
            return ()
        return tuple(_on_call_clock(word, segment.start_s) for word in decoded.words)


def _cut(decoded: Decoded, where: Callable[[list[str]], int | None]) -> Decoded:
    """Without the words from where they begin to repeat themselves."""
    start = where([word.text for word in decoded.words])
    return decoded if start is None else replace(decoded, words=decoded.words[:start])


def _on_call_clock(word: HeardWord, start_s: float) -> Word:
    return Word(word.text, TimeSpan(start_s + word.start_s, start_s + word.end_s), word.probability)
