import threading
from types import SimpleNamespace

import numpy as np
import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.session.recognition import (
    InlineRecognition,
    RecognitionConfig,
    RecognitionWorker,
)
from callwatch.speech.protocol import RecognitionError, SpeechChunk

WAIT_S = 10.0


class Echo:
    """Hears "SEGMENT:LENGTH" in each chunk; can be held, and fails where it is told to."""

    name = "echo"
    model: str | None = None
    language: Language | None = Language.EN

    def __init__(self, failing: set[str] | None = None) -> None:
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.chunks: list[SpeechChunk] = []
        self.resets: list[Channel] = []
        self.closed = False
        self.failing = failing or set()
        self.text: dict[str, list[Word]] = {}

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        self.begun.set()
        assert self.go.wait(WAIT_S)
        self.chunks.append(chunk)
        if chunk.segment_id in self.failing and len(self.text.get(chunk.segment_id, [])) > 0:
            raise RecognitionError("told to fail")
        words = self.text.setdefault(chunk.segment_id, [])
        words.append(Word(f"{chunk.duration_s:g}", TimeSpan(chunk.start_s, chunk.end_s)))
        return [
            Utterance(
                chunk.segment_id, chunk.channel, tuple(words), chunk.is_last, chunk.consumed_s
            )
        ]

    def reset(self, channel: Channel) -> None:
        self.resets.append(channel)

    def close(self) -> None:
        self.closed = True


def piece(segment: str, start_s: float, length_s: float = 1.0, last: bool = False) -> SpeechChunk:
    channel = Channel.AGENT if segment.startswith("a") else Channel.CUSTOMER
    samples = np.zeros(round(length_s * 16_000), dtype=np.int16)
    return SpeechChunk(channel, segment, samples, start_s, start_s + length_s, last)


def heard(echo: Echo) -> list[tuple[str, float]]:
    return [(c.segment_id, c.duration_s) for c in echo.chunks]


def test_inline_recognises_at_once() -> None:
    echo = Echo()
    inline = InlineRecognition(echo)
    inline.submit([piece("a1", 0.0), piece("a1", 1.0, last=True)])
    [final] = inline.poll()
    assert final.is_final
    assert final.text == "1 1"
    assert inline.poll() == []
    assert inline.finish() == []
    assert inline.stats.heard_s == 2.0
    inline.close()
    assert echo.closed


def test_worker_hears_everything_and_ends() -> None:
    echo = Echo()
    worker = RecognitionWorker(echo, clock=lambda: 7.5)
    worker.submit([piece("c1", 0.0), piece("c1", 1.0), piece("c1", 2.0, last=True)])
    found = worker.finish()
    assert found[-1].is_final
    assert sum(length_s for _, length_s in heard(echo)) == 3.0
    stats = worker.stats
    assert (stats.heard_s, stats.skipped_s) == (3.0, 0.0)
    assert stats.lag_max_s is not None
    assert 4.5 <= stats.lag_max_s <= 6.5
    worker.close()
    assert echo.closed
    worker.submit([piece("c2", 3.0)])
    assert worker.stats.skipped_s == 1.0


def test_when_it_lags_the_customer_is_first_and_chunks_are_joined() -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo)
    worker.submit([piece("a1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("a1", 1.0), piece("a1", 2.0, last=True), piece("a2", 5.0)])
    worker.submit([piece("c1", 1.0), piece("c1", 2.0)])
    echo.go.set()
    worker.finish()
    assert heard(echo) == [("a1", 1.0), ("c1", 2.0), ("a1", 2.0), ("a2", 1.0)]
    assert echo.chunks[2].start_s == 1.0
    assert echo.chunks[2].is_last
    worker.close()


def test_too_much_is_shed_agent_first_and_counted() -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo, RecognitionConfig(max_waiting_s=4.0))
    worker.submit([piece("a1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("a1", float(i)) for i in range(1, 5)])
    worker.submit([piece("c1", float(i)) for i in range(1, 4)])
    assert worker.stats.skipped_s == 3.0
    worker.submit([piece("c1", float(i)) for i in range(4, 7)])
    assert worker.stats.skipped_s == 6.0
    echo.go.set()
    worker.finish()
    # The agent's open segment is ended without audio; the customer's was cut at its front.
    assert heard(echo) == [("a1", 1.0), ("c1", 4.0), ("a1", 0.0)]
    assert echo.chunks[-1].is_last
    assert worker.stats.heard_s == 5.0
    worker.close()


def test_after_a_gap_the_rest_of_a_segment_has_another_name() -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo, RecognitionConfig(max_waiting_s=2.0))
    worker.submit([piece("c1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("c1", float(i)) for i in range(1, 5)])
    worker.submit([piece("c1", 5.0), piece("c1", 6.0)])
    echo.go.set()
    worker.submit([piece("c1", 7.0, last=True), piece("c2", 9.0, last=True)])
    worker.finish()
    names = [name for name, _ in heard(echo)]
    assert names[0:2] == ["c1", "c1"]
    assert all(name.startswith("c1+") for name in names[2:-1])
    assert names[-1] == "c2"
    assert worker.stats.heard_s + worker.stats.skipped_s == 9.0
    worker.close()


def test_a_failing_segment_is_withdrawn_and_the_next_is_heard() -> None:
    echo = Echo(failing={"c1"})
    inline = InlineRecognition(echo)
    inline.submit([piece("c1", 0.0)])
    assert [u.text for u in inline.poll()] == ["1"]
    inline.submit([piece("c1", 1.0), piece("c1", 2.0, last=True)])
    [withdrawn] = inline.poll()
    assert (withdrawn.id, withdrawn.is_final, withdrawn.words) == ("c1", True, ())
    inline.submit([piece("c2", 5.0, last=True)])
    assert [u.text for u in inline.poll()] == ["1"]
    assert echo.resets == [Channel.CUSTOMER]
    assert (inline.stats.failures, inline.stats.skipped_s) == (1, 2.0)


def test_an_engine_beyond_help_is_left_alone() -> None:
    echo = Echo()
    echo.accept = _always_failing  # type: ignore[method-assign]
    inline = InlineRecognition(echo)
    inline.submit([piece(f"c{i}", float(i), last=True) for i in range(9)])
    assert inline.stats.failures == RecognitionConfig().max_failures
    assert inline.stats.skipped_s == 9.0


def test_finish_gives_up_when_no_words_come_and_counts() -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo, RecognitionConfig(stall_s=0.01, close_timeout_s=WAIT_S))
    worker.submit([piece("c1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("c1", 1.0), piece("a1", 1.0)])
    assert worker.finish() == []
    assert worker.stats.skipped_s == 2.0
    echo.go.set()
    worker.close()
    assert echo.closed


def test_only_the_newest_partial_is_kept_for_fetching() -> None:
    inline = InlineRecognition(Echo())
    inline.submit([piece("c1", 0.0), piece("a1", 0.5), piece("c1", 1.0)])
    assert [(u.id, u.text) for u in inline.poll()] == [("a1", "1"), ("c1", "1 1")]


def _always_failing(chunk: SpeechChunk) -> list[Utterance]:
    raise RecognitionError("never works")


def test_who_wants_to_stop_waits_for_no_engine_that_hangs() -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo, RecognitionConfig(close_timeout_s=0.01))
    worker.submit([piece("c1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("a1", 1.0)])
    finishing: list[list[Utterance]] = []
    thread = threading.Thread(target=lambda: finishing.append(worker.finish()))
    thread.start()
    worker.hurry(0.0)
    thread.join(WAIT_S)
    assert finishing == [[]]
    assert worker.stats.skipped_s == 1.0
    worker.close()  # returns although the thread is still in the engine
    assert not echo.closed
    echo.go.set()


def test_whatever_a_recogniser_raises_costs_its_words_alone() -> None:
    echo = Echo()

    def broken(chunk: SpeechChunk) -> list[Utterance]:
        raise KeyError(chunk.segment_id)

    def broken_too(channel: Channel) -> None:
        raise KeyError(channel)

    echo.accept = broken  # type: ignore[method-assign]
    echo.reset = broken_too  # type: ignore[method-assign]
    inline = InlineRecognition(echo)
    inline.submit([piece("c1", 0.0)])
    assert (inline.stats.failures, inline.stats.skipped_s) == (1, 1.0)


@pytest.mark.parametrize(("more_s", "skipped_s"), [(15.0, 0.0), (15.5, 1.0)])
def test_fifteen_seconds_may_wait(more_s: float, skipped_s: float) -> None:
    echo = Echo()
    echo.go.clear()
    worker = RecognitionWorker(echo)
    worker.submit([piece("c1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    worker.submit([piece("c1", 1.0 + i) for i in range(15)])
    worker.submit([piece("c1", 16.0, more_s - 15.0)] if more_s > 15.0 else [])
    assert worker.stats.skipped_s == skipped_s
    echo.go.set()
    worker.close()


@pytest.mark.parametrize(("failures", "heard"), [(4, True), (5, False)])
def test_five_failures_in_a_row_are_beyond_help(failures: int, heard: bool) -> None:
    echo = Echo()
    hearing = echo.accept
    inline = InlineRecognition(echo)
    echo.accept = _always_failing  # type: ignore[method-assign]
    inline.submit([piece(f"c{i}", float(i), last=True) for i in range(failures)])
    echo.accept = hearing  # type: ignore[method-assign]
    inline.submit([piece("c9", 9.0, last=True)])
    assert bool(inline.poll()) is heard


def test_words_are_waited_for_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that goes on only while somebody waits."""
    echo, now_s, waits = Echo(), [100.0], []
    echo.go.clear()
    worker = RecognitionWorker(echo)
    worker.submit([piece("c1", 0.0)])
    assert echo.begun.wait(WAIT_S)
    real = threading.Condition.wait

    def wait(self: threading.Condition, timeout: float | None = None) -> bool:
        if timeout is None or threading.current_thread() is not threading.main_thread():
            return real(self, timeout)
        waits.append(timeout)
        now_s[0] += timeout
        return False

    clock = SimpleNamespace(monotonic=lambda: now_s[0])
    with monkeypatch.context() as patched:
        patched.setattr("callwatch.session.recognition.time", clock)
        patched.setattr(threading.Condition, "wait", wait)
        assert worker.finish() == []
    assert waits == [10.0]
    echo.go.set()
    worker.close()


def test_a_thread_is_given_three_tenths_of_a_second_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join, waits = threading.Thread.join, []

    def noted(self: threading.Thread, timeout: float | None = None) -> None:
        if self.name == "recogniser":
            waits.append(timeout)
        join(self)

    worker = RecognitionWorker(Echo())
    monkeypatch.setattr(threading.Thread, "join", noted)
    worker.close()
    assert waits == [0.3]
