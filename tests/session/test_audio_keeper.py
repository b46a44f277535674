"""The recording of one call: a minute behind it, in bounded memory, a full disk costs it alone."""

import numpy as np
import pytest

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import OutputError
from callwatch.core.events import InputWarning, UtteranceFinished
from callwatch.core.facts import Fact, quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.session.audio_keeper import AudioKeeper

C = Channel.CUSTOMER


class Tape:
    """A file in memory; `room` is how many blocks it takes before the disk is full."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.pieces: list[Samples] = []
        self.room, self.closed, self.gone = room, False, False

    def write(self, samples: Samples) -> None:
        if len(self.pieces) >= self.room:
            raise OutputError("No space left on device")
        self.pieces.append(samples)

    def close(self) -> None:
        self.closed = True

    def discard(self) -> None:
        self.gone = True

    @property
    def samples(self) -> Samples:
        return np.concatenate(self.pieces, axis=1)


def block(start_s: float, length_s: float, level: int = 1000) -> CallBlock:
    shape = (2, round(length_s * CALL_RATE_HZ))
    return CallBlock(np.full(shape, level, dtype=np.int16), start_s)


def heard(text: str, start_s: float, end_s: float) -> UtteranceFinished:
    step_s = (end_s - start_s) / len(text.split())
    words = tuple(
        Word(word, TimeSpan(start_s + i * step_s, start_s + (i + 1) * step_s))
        for i, word in enumerate(text.split())
    )
    return UtteranceFinished(end_s, Utterance(f"c-{start_s}", C, words, True, end_s))


@pytest.mark.parametrize("block_s", [0.1, 0.37, 5.0])
def test_the_time_axis_is_the_calls_and_only_what_was_said_sounds(block_s: float) -> None:
    tape = Tape()
    keeper = AudioKeeper(tape, Language.EN)
    at_s, told = 0.0, False
    while at_s < 200.0:
        keeper.add(block(at_s, block_s))
        at_s += block_s
        if at_s > 95.0 and not told:
            keeper.on_event(heard("the parcel never came", 80.0, 84.0))
            told = True
    assert keeper.close()
    samples = tape.samples
    assert samples.shape[1] == pytest.approx(at_s * CALL_RATE_HZ, abs=200)
    loud = np.flatnonzero(samples[C.index]) / CALL_RATE_HZ
    assert loud[0] == pytest.approx(79.75, abs=0.02)
    assert loud[-1] == pytest.approx(84.25, abs=0.02)
    assert not samples[Channel.AGENT.index].any()


def test_memory_is_bounded() -> None:
    keeper = AudioKeeper(Tape(), Language.EN)
    for i in range(3000):
        keeper.add(block(i * 0.1, 0.1))
        assert keeper.waiting_s <= 62.2


def test_a_full_disk_stops_the_recording_and_nothing_else() -> None:
    tape = Tape(room=3)
    keeper = AudioKeeper(tape, Language.EN)
    for i in range(200):
        keeper.add(block(i * 1.0, 1.0))
        keeper.on_event(heard("yes of course", i * 1.0, i + 0.9))
    assert tape.gone
    assert keeper.fault is not None
    assert "No space left" in str(keeper.fault.params["reason"])
    assert keeper.waiting_s == 0.0
    assert not keeper.close()


def test_words_that_fit_no_language_silence_what_follows_and_discard_nothing() -> None:
    tape = Tape()
    keeper = AudioKeeper(tape, Language.EN)
    keeper.add(block(0.0, 10.0))
    keeper.on_event(heard("yes of course", 1.0, 3.0))
    keeper.on_event(InputWarning(10.0, C, quoted("Hardly any of ...", "language_mismatch")))
    keeper.add(block(10.0, 10.0))
    keeper.on_event(heard("yes of course", 11.0, 13.0))
    assert keeper.close()
    assert keeper.fault is None
    assert np.any(tape.samples[:, : 10 * CALL_RATE_HZ])
    assert not np.any(tape.samples[:, 10 * CALL_RATE_HZ :])


def test_a_call_without_a_word_leaves_no_file_of_silence() -> None:
    tape = Tape()
    keeper = AudioKeeper(tape, Language.EN)
    keeper.add(block(0.0, 10.0))
    assert not keeper.close()
    assert tape.gone


def test_what_is_said_in_a_pause_is_silent() -> None:
    tape = Tape()
    keeper = AudioKeeper(tape, Language.EN)
    keeper.add(block(0.0, 20.0))
    keeper.on_event(InputWarning(5.0, None, Fact("paused")))
    keeper.on_event(heard("a b c d e f g h i j k l m n o p q r s t", 0.0, 20.0))
    keeper.on_event(InputWarning(12.0, None, Fact("resumed"), TimeSpan(5.0, 12.0)))
    assert keeper.close()
    row = tape.samples[C.index]
    assert row[CALL_RATE_HZ] == 1000
    assert not row[5 * CALL_RATE_HZ : 12 * CALL_RATE_HZ].any()
    assert row[13 * CALL_RATE_HZ] == 1000


def test_a_minute_waits_and_two_seconds_are_written_at_a_time() -> None:
    tape = Tape()
    keeper = AudioKeeper(tape, Language.EN)
    for i in range(123):
        keeper.add(block(i * 0.5, 0.5))
    assert (keeper.waiting_s, tape.pieces) == (61.5, [])
    keeper.add(block(61.5, 0.5))
    assert keeper.waiting_s == 60.0
    assert [piece.shape for piece in tape.pieces] == [(2, 32_000)]
