"""A recording is listened to ahead of its analysis, and nothing is decided otherwise for it."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from tests.alike import assert_alike

from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.events import CallEnded, Event, UtteranceFinished
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, Performance
from callwatch.core.words import Utterance, Word
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.read_ahead import ReadAhead
from callwatch.session.recognition import InlineRecognition
from callwatch.session.runner import CallRunner
from callwatch.speech.protocol import SpeechChunk

DEMO = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
PHRASES = Phrases(PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN))
END_S = 30.0


class Foreseeing:
    """Writes a word for each segment, and down what it was told would come and what came."""

    name = "foreseeing"
    model: str | None = None
    language: Language | None = Language.EN

    def __init__(self) -> None:
        self.foreseen: list[SpeechChunk] = []
        self.accepted: list[SpeechChunk] = []
        self.ahead_s = 0.0

    def foresee(self, chunk: SpeechChunk) -> None:
        self.foreseen.append(chunk)

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        self.accepted.append(chunk)
        if self.foreseen:
            self.ahead_s = max(self.ahead_s, self.foreseen[-1].end_s - chunk.end_s)
        if not chunk.is_last:
            return []
        word = Word("manager", TimeSpan(chunk.start_s, chunk.end_s))
        return [Utterance(chunk.segment_id, chunk.channel, (word,), True, chunk.consumed_s)]

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...


class Beginning(SourceProxy):
    """The first half minute; remembers when each block was taken from it."""

    def __init__(self, source: CallSource) -> None:
        super().__init__(source)
        self.taken_s = 0.0

    def blocks(self) -> Iterator[CallBlock]:
        for block in super().blocks():
            if block.end_s > END_S:
                return
            self.taken_s = block.end_s
            yield block


def new_pipeline() -> Pipeline:
    info = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "demo", "en", "made", None)
    return Pipeline(PipelineConfig(), info, PHRASES)


def run(ahead_s: float | None) -> tuple[list[Event], Foreseeing]:
    """The events of the call, listened to so far ahead or not at all."""
    events: list[Event] = []
    recognizer, pipeline = Foreseeing(), new_pipeline()
    with open_recording(DEMO, block_s=0.5) as file:
        recognition, source = InlineRecognition(recognizer), Beginning(file)
        ahead: CallSource = source
        if ahead_s is not None:
            ahead = ReadAhead(source, pipeline, recognition, ahead_s)
        CallRunner(ahead, pipeline, recognition, [events.append]).run()
    performance = Performance()
    return [
        replace(event, performance=performance) if isinstance(event, CallEnded) else event
        for event in events
    ], recognizer


@pytest.mark.parametrize("ahead_s", [4.0, 100.0])
def test_the_same_is_decided_at_the_same_times(ahead_s: float) -> None:
    """A recogniser hears of what will come as far ahead as it may, and of nothing else."""
    plain, recognizer = run(None)
    assert recognizer.foreseen == []
    assert sum(isinstance(event, UtteranceFinished) for event in plain) > 4
    events, foreseeing = run(ahead_s)
    assert_alike(events, plain)
    # What the end of the sound cuts off was foreseen by nobody.
    known = len(foreseeing.foreseen)
    assert len(foreseeing.accepted) - known <= 2
    for came, foreseen in zip(foreseeing.accepted[:known], foreseeing.foreseen, strict=True):
        assert came is foreseen
    assert 2.0 < foreseeing.ahead_s <= ahead_s + 1.0


def test_a_block_is_given_when_it_is_to_be_analysed() -> None:
    """Kept sound is masked by the words of what was analysed: it must not run ahead of them."""
    pipeline = new_pipeline()
    with open_recording(DEMO, block_s=0.5) as file:
        source = Beginning(file)
        ahead = ReadAhead(source, pipeline, InlineRecognition(Foreseeing()), 4.0)
        starts_s = []
        for block in ahead.blocks():
            starts_s.append(block.start_s)
            assert pipeline.audio_s == block.start_s
            assert source.taken_s == min(block.start_s + 4.5, END_S)
            pipeline.process(block)
    assert starts_s == [0.5 * number for number in range(round(END_S / 0.5))]


def test_what_was_listened_to_is_decided_when_the_call_ends_early() -> None:
    whole, early = new_pipeline(), new_pipeline()
    events: list[Event] = []
    cut_short: list[Event] = []
    with open_recording(DEMO, block_s=0.5) as file:
        for block in Beginning(file).blocks():
            events += whole.process(block)
            early.listen_ahead(block)
            if block.start_s < 10.0:
                cut_short += early.process(block)
    assert early.audio_s == 10.0
    events += whole.end_audio()
    cut_short += early.end_audio()
    assert early.audio_s == END_S
    assert_alike(cut_short, events)
