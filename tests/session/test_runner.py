"""No fault of a part ends a call, and nothing that hangs holds up its end."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.closing import ClosedByWith
from callwatch.core.errors import CallwatchError, DeviceLostError
from callwatch.core.events import CallEnded, Event, InputWarning
from callwatch.core.facts import Fact
from callwatch.core.summary import CallInfo, CallSummary
from callwatch.core.words import Utterance
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.recognition import RecognitionConfig, RecognitionStats, RecognitionWorker
from callwatch.session.runner import CallRunner, RunnerConfig
from callwatch.speech.protocol import SpeechChunk

WAIT_S = 60.0
PHRASES = Phrases(PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN))
INFO = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "x", "en", "none", None)
SOON = RunnerConfig(words_s=0.02, close_s=0.02, end_s=0.1)


class Line(ClosedByWith):
    """Blocks of noise until it is closed; may fail after some, and may hang when it is closed."""

    name = "line"
    duration_s: float | None = None

    def __init__(self, blocks: int = 10**6, fault: Exception | None = None) -> None:
        self._blocks, self._fault = blocks, fault
        self.closed, self.let_close = threading.Event(), threading.Event()
        self.let_close.set()
        self.hang = threading.Event()
        self.hang.set()

    def blocks(self) -> Iterator[CallBlock]:
        noise = np.random.default_rng(1).normal(0.0, 900.0, (2, 8000)).astype(np.int16)
        for i in range(self._blocks):
            assert self.hang.wait(WAIT_S)
            if self.closed.is_set():
                return
            yield CallBlock(noise, i * 0.5, ())
        if self._fault is not None:
            raise self._fault

    def drift_ppm(self, channel: Channel) -> float | None:
        return None

    def warnings(self) -> tuple[Fact, ...]:
        return ()

    def close(self) -> None:
        self.closed.set()
        assert self.let_close.wait(WAIT_S)


class Hung:
    """A recogniser that never comes back."""

    name = "hung"
    model: str | None = None
    language: Language | None = Language.EN

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        self.begun.set()
        assert self.go.wait(WAIT_S)
        return []

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...


def runner(source: Line, *sinks: object, **how: object) -> CallRunner:
    pipeline = Pipeline(PipelineConfig(), INFO, PHRASES)
    return CallRunner(source, pipeline, None, sinks, config=SOON, **how)  # type: ignore[arg-type]


def test_a_sink_that_raises_costs_nobody_else_anything() -> None:
    kept: list[Event] = []
    asked: list[Event] = []

    def broken(event: Event) -> None:
        asked.append(event)
        raise BrokenPipeError("the terminal is gone")

    summary = runner(Line(4), broken, kept.append).run()
    assert summary.call.duration_s == 2.0
    assert len(asked) == 1
    assert isinstance(kept[-1], CallEnded)
    failed = Fact("stage_failed", {"stage": "output"})
    assert failed in summary.input_quality.warnings
    assert failed in [event.fact for event in kept if isinstance(event, InputWarning)]


@pytest.mark.parametrize("fault", [DeviceLostError("the device is gone"), OSError(5, "I/O error")])
def test_a_live_source_that_fails_ends_the_call_with_its_report(fault: Exception) -> None:
    summary = runner(Line(4, fault), is_live=True).run()
    assert summary.call.duration_s == 2.0
    assert Fact("source_failed", {"reason": str(fault)}) in summary.input_quality.warnings


def test_a_recording_that_fails_and_a_source_without_any_sound_are_errors() -> None:
    with pytest.raises(CallwatchError, match="is gone"):
        runner(Line(4, DeviceLostError("it is gone"))).run()
    with pytest.raises(CallwatchError, match="is gone"):
        runner(Line(0, DeviceLostError("it is gone")), is_live=True).run()


def test_a_step_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real, blocks = Pipeline.process, []

    def third_fails(self: Pipeline, block: CallBlock) -> list[Event]:
        blocks.append(block)
        if len(blocks) == 3:
            raise KeyError("a bug of the pipeline itself")
        return real(self, block)

    monkeypatch.setattr(Pipeline, "process", third_fails)
    summary = runner(Line(6)).run()
    assert (len(blocks), summary.call.duration_s) == (6, 3.0)
    assert Fact("stage_failed", {"stage": "analysis"}) in summary.input_quality.warnings


def test_a_call_that_cannot_be_analysed_is_as_long_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> list[Event]:
        raise MemoryError

    monkeypatch.setattr(Pipeline, "process", fails)
    assert runner(Line(6)).run().call.duration_s == 3.0


def test_what_else_there_is_to_report_is_reported() -> None:
    fact = Fact("journal_not_written", {"reason": "No space left on device"})
    notices = [(), (fact,)]
    summary = runner(Line(4), notices=lambda: notices.pop() if notices else ()).run()
    assert summary.input_quality.warnings.count(fact) == 1


def test_a_recogniser_that_hangs_does_not_hold_up_the_end() -> None:
    hung, heard = Hung(), threading.Event()
    worker = RecognitionWorker(hung, RecognitionConfig(close_timeout_s=0.01))
    pipeline = Pipeline(PipelineConfig(), INFO, PHRASES)
    samples = np.zeros(16_000, np.int16)

    def sink(event: Event) -> None:
        if event.time_s > 0.0:
            heard.set()

    call = CallRunner(Line(), pipeline, worker, (sink,), config=SOON, is_live=True)
    call.start()
    worker.submit([SpeechChunk(Channel.CUSTOMER, "c1", samples, 0.0, 1.0, False)])
    assert hung.begun.wait(WAIT_S)
    assert heard.wait(WAIT_S)
    summary = call.end()
    assert not hung.go.is_set()
    assert summary.call.duration_s > 0.0
    hung.go.set()
    call.join(WAIT_S)


def test_a_driver_that_hangs_when_it_is_closed_does_not_either() -> None:
    line, heard = Line(), threading.Event()
    line.let_close.clear()
    call = runner(line, lambda _: heard.set(), is_live=True)
    call.start()
    assert heard.wait(WAIT_S)
    summary = call.end()
    assert not line.let_close.is_set()
    assert summary.call.id == "call"
    line.let_close.set()
    call.join(WAIT_S)


def test_an_analysis_that_hangs_is_cut_off() -> None:
    line, heard = Line(), threading.Event()
    kept: list[Event] = []

    def sink(event: Event) -> None:
        kept.append(event)
        if event.time_s > 1.0:
            line.hang.clear()
            heard.set()

    call = runner(line, sink, is_live=True)
    call.start()
    assert heard.wait(WAIT_S)
    summary = call.end()
    assert Fact("cut_short") in summary.input_quality.warnings
    count = len(kept)
    line.hang.set()
    call.join(WAIT_S)
    assert len(kept) == count, "nothing counts any more that it decides later"


def test_the_bounds_leave_time_for_the_report() -> None:
    config = RunnerConfig()
    assert config.close_s + config.end_s + config.close_s <= 3.0
    assert config.words_s < config.end_s


class Asked:
    """A recogniser that hears nothing and remembers how long it may still take."""

    stats = RecognitionStats()

    def __init__(self) -> None:
        self.hurried: list[float] = []

    def submit(self, chunks: list[SpeechChunk]) -> None: ...

    def poll(self) -> list[Utterance]:
        return []

    def finish(self) -> list[Utterance]:
        return []

    def hurry(self, within_s: float) -> None:
        self.hurried.append(within_s)

    def close(self) -> None: ...


def usual(recognition: Asked | None = None) -> CallRunner:
    """With the bounds that a call has."""
    pipeline = Pipeline(PipelineConfig(), INFO, PHRASES)
    return CallRunner(Line(2), pipeline, recognition)  # type: ignore[arg-type]


def test_sixty_four_requests_wait_and_no_more() -> None:
    call = usual()
    for _ in range(64):
        call.request(lambda _: None)
    with pytest.raises(CallwatchError, match="Too many requests"):
        call.request(lambda _: None)


def test_how_long_each_part_is_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    closing: list[float | None] = []
    ending: list[float | None] = []
    join, wait = threading.Thread.join, CallRunner.join

    def noted_join(self: threading.Thread, timeout: float | None = None) -> None:
        if self.name == "callwatch-closing":
            closing.append(timeout)
        join(self)

    def noted_wait(self: CallRunner, timeout_s: float | None = None) -> CallSummary | None:
        ending.append(timeout_s)
        return wait(self, timeout_s)

    monkeypatch.setattr(threading.Thread, "join", noted_join)
    monkeypatch.setattr(CallRunner, "join", noted_wait)
    recognition = Asked()
    call = usual(recognition)
    call.run()
    assert recognition.hurried == []
    assert call.end().call.duration_s == 1.0
    assert (recognition.hurried, closing, ending) == ([1.2], [0.5], [2.0])


def test_the_analysis_comes_a_little_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, int] = {}
    monkeypatch.setattr(
        "os.setpriority", lambda _, thread, nice: asked.update({thread: nice}), raising=False
    )
    call = usual()
    call.start()
    assert call.join(WAIT_S) is not None
    # The main thread too: while it draws it holds the interpreter's lock.
    assert set(asked.values()) == ({-5} if sys.platform == "linux" else set())
    assert len(asked) == (2 if sys.platform == "linux" else 0)
