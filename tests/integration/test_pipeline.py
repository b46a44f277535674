"""The whole pipeline on the demo call, without words: the same whatever the block size."""

import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from tests.alike import assert_alike

from callwatch.audio.files import open_recording
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import CueKind, ThreatCategory
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EscalationChanged,
    Event,
    InputWarning,
    MeterUpdated,
    NudgeShown,
    NudgeSuppressed,
)
from callwatch.core.figures import figures_of
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, CallSummary, Performance
from callwatch.core.words import Utterance, Word
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.report.sentences import what_mattered
from callwatch.report.wording import Wording
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.recognition import RecognitionWorker
from callwatch.session.runner import CallRunner
from callwatch.session.summary_builder import summarize
from callwatch.speech.protocol import SpeechChunk

from .commands import DEMO


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo call up to the first threat: both sides, an interruption, and a raised voice."""
    samples, rate_hz = sf.read(DEMO, dtype="int16")
    path = tmp_path_factory.mktemp("pipeline") / "call.wav"
    sf.write(path, samples[: round(32.3 * rate_hz)], rate_hz)
    return path


def made_pipeline() -> Pipeline:
    """The pipeline of an English call without a recogniser."""
    info = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "call.wav", "en", "none", None)
    phrases = Phrases(
        PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN)
    )
    return Pipeline(PipelineConfig(), info, phrases)


def run(path: Path, block_s: float) -> tuple[CallSummary, list[Event]]:
    events: list[Event] = []
    pipeline = made_pipeline()
    runner = CallRunner(open_recording(path, block_s=block_s), pipeline, None, (events.append,))
    return runner.run(), events


class Stuck:
    """A recogniser that hears nothing until it is let go."""

    name = "stuck"
    model: str | None = None
    language: Language | None = Language.EN

    def __init__(self) -> None:
        self.go = threading.Event()

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        assert self.go.wait(30.0)
        return []

    def reset(self, channel: Channel) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


def test_speech_that_a_slow_machine_skips_is_told_at_once_and_in_the_report() -> None:
    stuck = Stuck()
    notes: list[InputWarning] = []

    def sink(event: Event) -> None:
        if isinstance(event, InputWarning) and event.code == "speech_skipped":
            notes.append(event)
            stuck.go.set()

    pipeline = made_pipeline()
    source = open_recording(DEMO, block_s=0.5)
    summary = CallRunner(source, pipeline, RecognitionWorker(stuck), (sink,)).run()
    [note] = notes
    assert note.time_s < summary.call.duration_s - 10.0
    skipped_s = summary.performance.stt_skipped_s
    assert skipped_s is not None
    assert skipped_s >= 3.0
    assert "speech_skipped" in {fact.code for fact in summary.input_quality.warnings}


def told(events: list[Event]) -> list[Event]:
    """Cues and nudges in the order of time."""
    kinds = CueOpened | CueClosed | NudgeShown | NudgeSuppressed
    shown = [event for event in events if isinstance(event, kinds)]
    return sorted(shown, key=lambda event: (round(event.time_s, 3), type(event).__name__))


def effort_curve(events: list[Event]) -> list[dict[Channel, float | None]]:
    return [event.effort for event in events if isinstance(event, MeterUpdated)]


def test_what_is_wrong_with_the_sound_is_told_second_by_second(tmp_path: Path) -> None:
    samples, rate_hz = sf.read(DEMO, dtype="float32")
    samples = samples[: 24 * rate_hz]
    samples[8 * rate_hz : 16 * rate_hz, 1] *= 40.0
    sf.write(tmp_path / "loud.wav", samples.clip(-1, 1), rate_hz, subtype="PCM_16")
    seconds = {}
    for block_s in (0.1, 7.0):
        _, events = run(tmp_path / "loud.wav", block_s)
        seconds[block_s] = [event for event in events if isinstance(event, MeterUpdated)]
    told = [second.input_faults for second in seconds[0.1]]
    assert told == [second.input_faults for second in seconds[7.0]]
    clipped = [i for i, faults in enumerate(told) if faults == {Channel.CUSTOMER: "clipping"}]
    assert 8 <= clipped[0] <= 12
    assert clipped[-1] >= 16
    assert all(not faults for i, faults in enumerate(told) if i not in clipped)
    for second in seconds[0.1]:
        assert second.input_ok[Channel.CUSTOMER] is (not second.input_faults)


@pytest.fixture(scope="module")
def usual(recording: Path) -> tuple[CallSummary, list[Event]]:
    return run(recording, 0.5)


@pytest.mark.parametrize("block_s", [0.1, 0.0313, 7.0])
def test_the_block_size_changes_nothing(
    usual: tuple[CallSummary, list[Event]], recording: Path, block_s: float
) -> None:
    assert {cue.kind.value for cue in usual[0].cues} >= {"interruption", "raised_voice"}
    summary, events = run(recording, block_s)
    assert_alike(summary.segments, usual[0].segments)
    assert_alike(summary.turn_spans, usual[0].turn_spans)
    assert_alike(told(events), told(usual[1]))
    assert_alike(summary.metrics, usual[0].metrics)
    assert_alike(effort_curve(events), effort_curve(usual[1]))


def test_stream_time_never_shrinks_and_no_cue_is_known_before_its_audio(
    usual: tuple[CallSummary, list[Event]],
) -> None:
    times = [event.time_s for event in usual[1]]
    assert all(later >= earlier - 0.5 for earlier, later in pairwise(times))
    for cue in usual[0].cues:
        assert cue.detected_s >= cue.span.start_s


@pytest.mark.parametrize("rate_hz", [8000, 22050, 96000])
def test_the_rate_of_the_recording_changes_little(
    usual: tuple[CallSummary, list[Event]], recording: Path, tmp_path: Path, rate_hz: int
) -> None:
    import soxr

    audio, original_hz = sf.read(recording)
    path = tmp_path / "rate.wav"
    sf.write(path, soxr.resample(audio, original_hz, rate_hz), rate_hz)
    summary, _ = run(path, 0.5)
    assert summary.metrics.interruptions == usual[0].metrics.interruptions
    for channel, talk_s in usual[0].metrics.talk_s.items():
        assert summary.metrics.talk_s[channel] == pytest.approx(talk_s, rel=0.05)


def test_a_call_of_one_second_and_of_silence(tmp_path: Path) -> None:
    for seconds, level in ((1.0, 0.001), (20.0, 0.0)):
        path = tmp_path / "quiet.wav"
        noise = np.random.default_rng(0).normal(0, 1, (round(16_000 * seconds), 2)) * level
        sf.write(path, noise, 16_000)
        summary, _ = run(path, 0.5)
        assert not summary.cues
        assert not summary.segments
        assert summary.call.duration_s == pytest.approx(seconds)


def test_delighted_words_in_the_same_seconds_make_a_raised_voice_friendly(recording: Path) -> None:
    """The demo's raised voice, with other words put into the customer's mouth."""
    said = ["oh", "my", "gosh", "thank", "you", "so", "much", "you", "saved", "my", "day"]
    pipeline, told = made_pipeline(), False
    events = pipeline.start()
    for block in open_recording(recording, block_s=0.5).blocks():
        events += pipeline.process(block)
        if block.end_s >= 25.0 and not told:
            words = tuple(
                Word(word, TimeSpan(23.0 + i / 5, 23.1 + i / 5)) for i, word in enumerate(said)
            )
            events += pipeline.hear(Utterance("u", Channel.CUSTOMER, words, True, 25.0))
            told = True
    events += pipeline.end_audio()
    events += pipeline.end_call(Performance())
    raised = [e for e in events if isinstance(e, CueClosed) and e.cue.effort is not None]
    withdrawn = {e.id for e in events if isinstance(e, CueWithdrawn)}
    assert [e.cue.friendly for e in raised if e.id not in withdrawn] == [True]
    levels = [e.change.level for e in events if isinstance(e, EscalationChanged)]
    assert EscalationLevel.HEATED not in levels
    assert levels[-1] is EscalationLevel.CALM
    assert not any(isinstance(e, NudgeShown) and e.nudge.key == "keep_listening" for e in events)
    summary = summarize(events)
    customer, _, _ = what_mattered(summary, Wording.of(Language.EN))
    assert customer == "The call was lively, in a friendly way."
    assert figures_of(summary).raised_voice == 0


@pytest.mark.parametrize(("speech_s", "is_a_step"), [(0.7, False), (10.0, True)])
def test_asking_how_to_help_is_a_step_once_the_customer_has_said_more_than_hello(
    tmp_path: Path, speech_s: float, is_a_step: bool
) -> None:
    samples, rate_hz = sf.read(DEMO, dtype="int16")
    samples = samples[: 18 * rate_hz].copy()
    samples[round((6.1 + speech_s) * rate_hz) :, Channel.CUSTOMER.index] = 0
    path = tmp_path / "call.wav"
    sf.write(path, samples, rate_hz)
    pipeline = made_pipeline()
    events = pipeline.start()
    for block in open_recording(path, block_s=0.5).blocks():
        events += pipeline.process(block)
    words = tuple(
        Word(word, TimeSpan(17.0 + i / 8, 17.1 + i / 8), 0.9)
        for i, word in enumerate(["how", "can", "i", "help", "you"])
    )
    events += pipeline.hear(Utterance("u", Channel.AGENT, words, True, 18.0))
    refocused = [e for e in events if isinstance(e, CueOpened) and e.cue.kind is CueKind.REFOCUS]
    assert bool(refocused) is is_a_step


def test_a_threat_in_answer_to_a_question_for_an_address_is_reported() -> None:
    pipeline = made_pipeline()
    events = pipeline.start()
    lines = [
        (Channel.AGENT, "can i take your email address please", 1.0),
        (Channel.CUSTOMER, "i am going to kill myself", 5.0),
    ]
    for channel, said, at_s in lines:
        words = tuple(
            Word(word, TimeSpan(at_s + i / 4, at_s + i / 4 + 0.2), 0.9)
            for i, word in enumerate(said.split())
        )
        events += pipeline.hear(Utterance(channel.value, channel, words, True, at_s + 3.0))
    threats = [e.cue.category for e in events if isinstance(e, CueOpened)]
    assert threats == [ThreatCategory.SELF_HARM]
