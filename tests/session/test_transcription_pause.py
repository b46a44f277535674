"""A pause (card payment): no word of it reaches the recogniser, the journal or the report."""

import itertools

import numpy as np
import pytest
from tests.integration.commands import DEMO

from callwatch.audio.files import open_recording
from callwatch.core.channels import Channel, Language
from callwatch.core.events import Event, InputWarning, PartialTranscribed, UtteranceFinished
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, Performance
from callwatch.core.words import Utterance, Word
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.report.event_codec import event_to_document
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.transcription_pause import TranscriptionPause
from callwatch.speech.protocol import SpeechChunk

A, C = Channel.AGENT, Channel.CUSTOMER


def piece(segment: str, start_s: float, length_s: float = 1.0, last: bool = False) -> SpeechChunk:
    samples = np.zeros(round(length_s * 16_000), dtype=np.int16)
    return SpeechChunk(C, segment, samples, start_s, start_s + length_s, last)


def told(chunks: list[SpeechChunk]) -> list[tuple[str, float, float, bool]]:
    return [(c.segment_id, c.start_s, c.duration_s, c.is_last) for c in chunks]


def test_without_a_pause_everything_passes() -> None:
    chunks = [piece("c-1", 0.0), piece("c-1", 1.0, last=True)]
    assert TranscriptionPause().let_through(chunks) == chunks


def test_a_segment_that_spans_a_pause_is_cut_in_two() -> None:
    gate = TranscriptionPause()
    gate.let_through([piece("c-1", 0.0)])
    assert told(gate.pause(1.0)) == [("c-1", 1.0, 0.0, True)]
    assert gate.let_through([piece("c-1", 1.0)]) == []
    assert gate.resume(3.5) == TimeSpan(1.0, 3.5)
    kept = gate.let_through([piece("c-1", 2.0), piece("c-1", 3.0), piece("c-1", 4.0, last=True)])
    assert told(kept) == [("c-1~", 3.5, 0.5, False), ("c-1~", 4.0, 1.0, True)]


def test_a_segment_cut_twice_has_three_names() -> None:
    gate = TranscriptionPause()
    gate.let_through([piece("c-1", 0.0)])
    gate.pause(1.0)
    gate.resume(2.0)
    assert told(gate.let_through([piece("c-1", 2.0)])) == [("c-1~", 2.0, 1.0, False)]
    assert told(gate.pause(3.0)) == [("c-1~", 3.0, 0.0, True)]
    gate.resume(4.0)
    assert told(gate.let_through([piece("c-1", 4.0)])) == [("c-1~~", 4.0, 1.0, False)]


def test_a_segment_that_ended_in_the_pause_leaves_nothing() -> None:
    gate = TranscriptionPause()
    gate.pause(1.0)
    gate.resume(5.0)
    assert gate.let_through([piece("c-2", 3.0), piece("c-2", 4.0, last=True)]) == []
    assert told(gate.let_through([piece("c-3", 6.0, last=True)])) == [("c-3", 6.0, 1.0, True)]


def test_words_that_touch_a_pause_are_left_out() -> None:
    gate = TranscriptionPause()
    gate.pause(1.0)
    gate.resume(2.0)
    spans = ((0.5, 0.9), (0.9, 1.1), (1.4, 1.4), (1.9, 2.1), (2.0, 2.4))
    words = tuple(Word(f"w{i}", TimeSpan(*span)) for i, span in enumerate(spans))
    heard = gate.words_outside(Utterance("u", C, words, True, 3.0))
    assert heard.text == "w0 w4"


class AllSecrets:
    """Hears a word in every 50 ms of what it is given: whatever reaches it is written down."""

    def __init__(self) -> None:
        self._words: dict[str, list[Word]] = {}

    def accept(self, chunk: SpeechChunk) -> Utterance:
        words = self._words.setdefault(chunk.segment_id, [])
        for i in range(int(chunk.duration_s / 0.05)):
            at_s = chunk.start_s + i * 0.05
            words.append(Word(f"w{at_s:.2f}", TimeSpan(at_s, at_s + 0.05)))
        return Utterance(
            chunk.segment_id, chunk.channel, tuple(words), chunk.is_last, chunk.consumed_s
        )


# A short pause, a long one, and one that lasts to the end of the part that is heard.
PAUSES = ((8.0, 9.0), (14.0, 23.0), (29.0, 200.0))
END_S = 34.0


def test_no_word_of_a_pause_survives_in_the_pipeline() -> None:
    info = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "demo", "en", "made", None)
    packs = Phrases(PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN))
    pipeline = Pipeline(PipelineConfig(), info, packs)
    ear = AllSecrets()
    fed: list[SpeechChunk] = []
    events: list[Event] = []
    with open_recording(DEMO, block_s=0.1) as source:
        for block in itertools.takewhile(lambda block: block.end_s <= END_S, source.blocks()):
            events += pipeline.process(block)
            for chunk in pipeline.take_chunks():
                fed.append(chunk)
                events += pipeline.hear(ear.accept(chunk))
            is_paused = any(from_s <= block.end_s < to_s for from_s, to_s in PAUSES)
            events += pipeline.set_paused(is_paused)
    events += pipeline.end_audio()
    for chunk in pipeline.take_chunks():
        events += pipeline.hear(ear.accept(chunk))
    events += pipeline.end_call(Performance())
    heard = [e.utterance for e in events if isinstance(e, PartialTranscribed | UtteranceFinished)]
    times = [word.span.start_s for utterance in heard for word in utterance.words]
    resumed = [e for e in events if isinstance(e, InputWarning) and e.code == "resumed"]
    for from_s, to_s in PAUSES:
        assert not [at_s for at_s in times if from_s <= at_s < to_s]
        # The audio itself never reached the recogniser, up to the moment of the request.
        assert not [c for c in fed if c.end_s > from_s + 0.1 and c.start_s < to_s - 1e-6]
        assert [at_s for at_s in times if from_s - 2.0 < at_s < from_s]
        if to_s < END_S:
            assert [at_s for at_s in times if to_s <= at_s < to_s + 2.0]
            note = resumed.pop(0)
            assert note.span is not None
            assert note.span.end_s == pytest.approx(to_s, abs=0.11)
    assert not resumed
    # Every utterance that was begun is finished: no partial is left on its own.
    assert {u.id for u in heard} == {u.id for u in heard if u.is_final}
    lines = [event_to_document(event)["time_s"] for event in events]
    assert all(later >= earlier - 0.5 for earlier, later in itertools.pairwise(lines))
