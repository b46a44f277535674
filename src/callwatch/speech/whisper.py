"""Whisper as a recogniser: one decode when a voiced segment ends, interim decodes on the way.

Whisper writes sentences into silence and music. Here it hears voiced segments only, and what it
doubts itself, what is too dense to be speech and what it is known to invent is dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Alternative, Utterance, Word
from callwatch.speech.decode_ahead import DecodeAhead, Engine
from callwatch.speech.hallucination_filter import HallucinationConfig, is_plausible
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.repetition import loop_start, suspected_loop_start
from callwatch.speech.whisper_engine import (
    FULL_WINDOW_S,
    Decoded,
    DecodeRequest,
    HeardWord,
    WhisperEngine,
)


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """How Whisper is used. Each default with its reason."""

    threads: int = 1  # the recogniser must leave the other core to the call
    window_s: float = 10.0  # finished segments: as good as a full window at an eighth of its cost
    # Decoded again what broke off or went in a loop, half as long as a full window for less than half of its
    # cost: 157 word errors of 1,666, a full window 156. What needed more than `window_s` has a full one.
    second_window_s: float = 15.0
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


class _Segments:
    """The segments that both channels are in, and when one of them is to be decoded."""

    def __init__(self, config: WhisperConfig) -> None:
        self._config = config
        self._open: dict[Channel, _Segment] = {}

    def add(self, chunk: SpeechChunk) -> tuple[_Segment, bool] | None:
        """What is to be decoded now, and whether it is the whole segment; None for nothing."""
        segment = self._open.get(chunk.channel)
        if segment is None or segment.id != chunk.segment_id:
            segment = _Segment(chunk.segment_id, chunk.start_s)
            self._open[chunk.channel] = segment
        segment.parts.append(chunk.samples)
        segment.length_s += chunk.duration_s
        if chunk.is_last:
            del self._open[chunk.channel]
            return segment, True
        if segment.length_s >= self._config.longest_s:
            self._open[chunk.channel] = _Segment(chunk.segment_id + "+", chunk.end_s)
            return segment, True
        if self._is_interim_due(segment, chunk.channel):
            segment.decoded_s = segment.length_s
            return segment, False
        return None

    def forget(self, channel: Channel) -> None:
        """Drops the segment that a channel is in."""
        self._open.pop(channel, None)

    def _is_interim_due(self, segment: _Segment, channel: Channel) -> bool:
        if segment.length_s < self._config.first_interim_s:
            return False
        every_s = self._config.agent_interim_every_s
        if channel is Channel.CUSTOMER:
            every_s = self._config.customer_interim_every_s
        return segment.length_s - segment.decoded_s >= every_s


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
        self._segments, self._coming = _Segments(self._config), _Segments(self._config)
        self._ahead = DecodeAhead(self._engine)
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
        due = self._segments.add(chunk)
        if due is None:
            return []
        segment, is_whole = due
        return self._finished(segment, chunk) if is_whole else self._partial(segment, chunk)

    def foresee(self, chunk: SpeechChunk) -> None:
        """This chunk will come: what it asks for can be decoded together with others."""
        due = self._coming.add(chunk)
        if due is not None and due[0].length_s >= self._config.shortest_s:
            self._ahead.foresee(self._request(*due))

    def reset(self, channel: Channel) -> None:
        """Forgets the audio of the segment that the channel is in, and all that was foreseen."""
        self._segments.forget(channel)
        self._coming.forget(channel)
        self._ahead.clear()

    def close(self) -> None:
        """Lets the model go."""
        self._segments, self._coming = _Segments(self._config), _Segments(self._config)
        del self._engine, self._ahead

    def _partial(self, segment: _Segment, chunk: SpeechChunk) -> list[Utterance]:
        decoded = self._ahead.decode(self._request(segment, is_whole=False))
        words = self._believed(_cut(decoded, suspected_loop_start), segment)
        if not words:
            return []
        segment.partial_given = True
        return [Utterance(segment.id, chunk.channel, words, False, chunk.consumed_s)]

    def _finished(self, segment: _Segment, chunk: SpeechChunk) -> list[Utterance]:
        words: tuple[Word, ...] = ()
        alternatives: tuple[Alternative, ...] = ()
        if segment.length_s >= self._config.shortest_s:
            request = self._request(segment, is_whole=True)
            decoded = self._ahead.decode(request)
            texts = [word.text for word in decoded.words]
            if decoded.broke_off or suspected_loop_start(texts) is not None:
                decoded = self._ahead.decode(self._again(request))
            whole = _cut(decoded, loop_start)
            words = self._believed(whole, segment)
            if words and len(whole.words) == len(decoded.words):
                alternatives = decoded.alternatives
        if not words and not segment.partial_given:
            return []
        return [Utterance(segment.id, chunk.channel, words, True, chunk.consumed_s, alternatives)]

    def _request(self, segment: _Segment, is_whole: bool) -> DecodeRequest:
        """How a segment is decoded: at its end, or on the way."""
        samples, config = segment.samples()[: round(FULL_WINDOW_S * CALL_RATE_HZ)], self._config
        if is_whole:
            return DecodeRequest(samples, config.window_s, config.pad_s, config.beam)
        return DecodeRequest(samples, config.interim_window_s, config.pad_s, config.interim_beam)

    def _again(self, request: DecodeRequest) -> DecodeRequest:
        """The same in a longer window."""
        is_short = request.kind[0] <= self._config.window_s
        window_s = self._config.second_window_s if is_short else FULL_WINDOW_S
        return replace(request, window_s=window_s)

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
