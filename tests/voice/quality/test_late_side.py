"""Recordings joined at the wrong moment: each bound just inside and just outside."""

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.quality.faults import InputFaults
from callwatch.voice.quality.late_side import LateSideCheck, LateSideConfig

CONFIG = LateSideConfig()
FRAMES = round(1 / HOP_S)


def talk(turns: int, seed: int = 1, gap_s: float = 0.3) -> np.ndarray:
    """(2, n) who speaks: turns of 2 to 6 s, one after the other."""
    rng, rows = np.random.default_rng(seed), []
    for k in range(turns):
        turn = np.zeros((2, round(rng.uniform(2.0, 6.0) * FRAMES)), dtype=np.bool_)
        turn[k % 2] = True
        rows += [turn, np.zeros((2, round(gap_s * FRAMES)), dtype=np.bool_)]
    return np.concatenate(rows, axis=1)


def late(speech: np.ndarray, row: int, seconds: float) -> np.ndarray:
    """One side moved back."""
    by = round(seconds * FRAMES)
    out = speech.copy()
    out[row] = np.concatenate((np.zeros(by, dtype=np.bool_), speech[row]))[: speech.shape[1]]
    return out


def check(
    speech: np.ndarray, size: int = 97, faults: InputFaults | None = None
) -> tuple[LateSideCheck, list[Fact]]:
    """The check after a call, and its notes."""
    found, notes = LateSideCheck(CONFIG, faults or InputFaults()), []
    for at in range(0, speech.shape[1], size):
        part = speech[:, at : at + size]
        level = np.where(part, -30.0, -70.0).astype(np.float32)
        frames = VoiceFrames(at * HOP_S, part, part.astype(np.float32), level, 0.03)
        block = CallBlock(np.zeros((2, 0), np.int16), at * HOP_S)
        notes += [note.fact for note in found.process(block, frames)]
    return found, notes


def test_people_who_speak_in_turns_are_not_late() -> None:
    found, notes = check(talk(30))
    assert not notes
    assert found.warnings(120.0) == []
    assert not found.is_late


@pytest.mark.parametrize(("row", "side"), [(0, "agent"), (1, "customer")])
@pytest.mark.parametrize("seconds", [1.5, 2.0, 4.0])
def test_a_late_side_is_noted_and_named(row: int, side: str, seconds: float) -> None:
    found, notes = check(late(talk(30), row, seconds))
    assert [fact.code for fact in notes] == ["late_side"]
    (fact,) = found.warnings(120.0)
    assert fact.params["channel"] == side
    assert fact.params["late_s"] == pytest.approx(seconds, abs=0.4)
    assert found.is_late


def test_each_second_of_a_late_side_is_marked() -> None:
    faults = InputFaults()
    check(late(talk(30), 1, 2.0), faults=faults)
    seconds = [faults.fault(Channel.CUSTOMER, second) for second in range(120)]
    assert seconds[5] is None
    assert set(seconds[60:]) == {"late_side"}
    assert {faults.fault(Channel.AGENT, second) for second in range(120)} == {None}


class Looks(LateSideCheck):
    """What each look finds is given."""

    def __init__(self, *found_s: float) -> None:
        super().__init__(CONFIG, InputFaults())
        self.found_s = list(found_s)

    def _look(self) -> float:
        return self.found_s.pop(0)


def heard(found: LateSideCheck, seconds: float) -> list[Fact]:
    """So long without speech, in one piece: one look at most."""
    rows = np.zeros((2, round(seconds * FRAMES)), dtype=np.bool_)
    frames = VoiceFrames(0.0, rows, rows.astype(np.float32), rows.astype(np.float32), 0.03)
    return [n.fact for n in found.process(CallBlock(np.zeros((2, 0), np.int16), 0.0), frames)]


@pytest.mark.parametrize(("apart_s", "is_late"), [(-0.05, True), (0.05, False)])
def test_two_looks_must_agree(apart_s: float, *, is_late: bool) -> None:
    found = Looks(-2.0, -2.0 - CONFIG.agree_s - apart_s)
    assert not heard(found, CONFIG.every_s)
    assert bool(heard(found, CONFIG.every_s)) is is_late
    assert found.is_late is is_late


@pytest.mark.parametrize(("more_s", "looks"), [(-0.1, 0), (0.0, 1)])
def test_how_often_it_looks(more_s: float, looks: int) -> None:
    found = Looks(0.0, 0.0, 0.0)
    heard(found, CONFIG.every_s + more_s)
    assert len(found.found_s) == 3 - looks


def test_a_side_that_is_a_little_late_is_a_gap_like_any_other() -> None:
    assert not check(late(talk(30), 1, CONFIG.min_late_s - 0.4))[0].is_late


@pytest.mark.parametrize(("turns", "is_late"), [(2, False), (12, True)])
def test_a_little_overlap_proves_nothing(turns: int, *, is_late: bool) -> None:
    """Two turns overlap by less than `min_excess_s`."""
    padding = np.zeros((2, 12 * FRAMES), dtype=np.bool_)
    speech = np.concatenate((padding, late(talk(turns, gap_s=0.5), 1, 2.0), padding), axis=1)
    assert check(speech)[0].warnings(60.0) != [] or not is_late
    assert check(speech)[0].is_late is is_late


def test_two_who_do_not_listen_to_each_other_are_not_late() -> None:
    """They overlap as much as chance makes them, however one side is moved."""
    speech = np.stack((talk(40, seed=1)[0][:12_000], talk(40, seed=5)[0][:12_000]))
    assert not check(speech)[0].is_late


def test_a_call_that_is_too_short_says_nothing() -> None:
    assert check(late(talk(2), 1, 2.0)[:, :900])[0].warnings(9.0) == []


def pairs(*overlaps: int, turn: int = 60) -> list[np.ndarray]:
    """In steps of 0.1 s: the agent speaks, and the customer begins so long before its end."""
    out = []
    for overlap in overlaps:
        pair = np.zeros((2, 2 * turn - overlap + 60), dtype=np.bool_)
        pair[0, :turn] = True
        pair[1, turn - overlap : 2 * turn - overlap] = True
        out.append(pair)
    return out


def noted(*parts: np.ndarray) -> list[object]:
    """By how much the agent is late at the end of the call."""
    found = LateSideCheck(LateSideConfig(), InputFaults())
    speech = np.repeat(np.concatenate(parts, axis=1), 10, axis=1)
    level = np.where(speech, -30.0, -70.0).astype(np.float32)
    frames = VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.03)
    found.process(CallBlock(np.zeros((2, 0), np.int16), 0.0), frames)
    facts = found.warnings(60.0)
    assert {fact.params["channel"] for fact in facts} <= {"agent"}
    return [fact.params["late_s"] for fact in facts]


@pytest.mark.parametrize(("overlap", "late_s"), [(7, []), (8, [1.0]), (10, [1.2]), (40, [4.2])])
def test_a_side_is_late_from_a_second_on(overlap: int, late_s: list[float]) -> None:
    """Two steps more than they overlap: the mean of five must be without any."""
    assert noted(*pairs(*6 * [overlap])) == pytest.approx(late_s)


@pytest.mark.parametrize(("overlaps", "is_late"), [((10, 9), False), ((11, 10), True)])
def test_two_seconds_less_overlap_are_enough(overlaps: tuple[int, ...], *, is_late: bool) -> None:
    assert bool(noted(*pairs(*overlaps))) is is_late


@pytest.mark.parametrize(("within", "is_late"), [(140, True), (160, False)])
def test_six_tenths_of_the_overlap_of_chance_may_be_left(within: int, *, is_late: bool) -> None:
    """The customer speaks in the middle of a long turn of the agent, whichever side is moved."""
    turn = np.zeros((2, 320), dtype=np.bool_)
    turn[0, :300] = True
    turn[1, 150 - within // 2 : 150 + within // 2] = True
    assert bool(noted(*pairs(*6 * [8]), turn)) is is_late


@pytest.mark.parametrize(("steps", "is_late"), [(100, False), (101, True)])
def test_ten_seconds_are_too_short(steps: int, *, is_late: bool) -> None:
    (pair,) = pairs(21, turn=50)
    assert bool(noted(pair[:, :steps])) is is_late


@pytest.mark.parametrize(("seconds", "is_late"), [(1190, True), (1310, False)])
def test_twenty_minutes_are_remembered(seconds: int, *, is_late: bool) -> None:
    begin = np.concatenate(pairs(*6 * [8]), axis=1)
    silence = np.zeros((2, 10 * seconds - begin.shape[1]), dtype=np.bool_)
    assert bool(noted(begin, silence)) is is_late


@pytest.mark.parametrize(("seconds", "looks"), [(1.9, 0), (2.0, 1)])
def test_it_looks_every_two_seconds(seconds: float, looks: int) -> None:
    found = Looks(0.0, 0.0)
    heard(found, seconds)
    assert len(found.found_s) == 2 - looks


@pytest.mark.parametrize(("second_s", "is_late"), [(-2.45, True), (-2.55, False)])
def test_two_looks_may_be_half_a_second_apart(second_s: float, *, is_late: bool) -> None:
    found = Looks(-2.0, second_s)
    heard(found, 2.0)
    heard(found, 2.0)
    assert found.is_late is is_late
