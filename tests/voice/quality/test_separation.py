"""When two channels cannot be told apart: each bound just inside and just outside."""

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S, Leak, VoiceFrames
from callwatch.voice.quality.channel_stats import CallStats
from callwatch.voice.quality.faults import InputFaults
from callwatch.voice.quality.separation import SeparationCheck, SeparationConfig

CONFIG = SeparationConfig()
AGENT = Channel.AGENT
BLOCK = CallBlock(np.zeros((2, 0), np.int16), 0.0)
NONE = Leak()


def check(
    leak: Leak, agent_s: float = 10.0, customer_s: float = 10.0, agent_dbfs: float = -30.0
) -> tuple[SeparationCheck, list[str]]:
    """Both speak, one after the other, the customer at -30 dBFS and leaking into the agent's channel."""
    count = round((agent_s + customer_s) / HOP_S)
    speech = np.zeros((2, count), dtype=np.bool_)
    first = round(agent_s / HOP_S)
    speech[0, :first] = speech[1, first:] = True
    level = np.where(speech, np.array([[agent_dbfs], [-30.0]]), -90.0).astype(np.float32)
    stats = CallStats()
    found, notes = SeparationCheck(CONFIG, stats, InputFaults()), []
    for at in range(0, count, 10):
        part = slice(at, at + 10)
        frames = VoiceFrames(
            at * HOP_S, speech[:, part], speech[:, part].astype(np.float32), level[:, part], 0.03,
            leaks=(leak, NONE),
        )  # fmt: skip
        stats.process(frames)
        notes += [note.fact.key for note in found.process(BLOCK, frames)]
    return found, notes


@pytest.mark.parametrize(("off_db", "possible"), [(-0.2, True), (0.2, False)])
def test_the_strongest_leak(off_db: float, *, possible: bool) -> None:
    found, notes = check(Leak(-5.5 + off_db, residual_db=-20.0))
    assert found.is_possible is possible
    assert "not_separable.leak" in notes or possible


@pytest.mark.parametrize(("off_db", "possible"), [(-0.2, True), (0.2, False)])
def test_the_most_that_may_be_left_of_a_leak(off_db: float, *, possible: bool) -> None:
    """The agent is so soft that the leak of -10 dB is as loud: what is left of it decides."""
    leak = Leak(-10.0, residual_db=-5.5 + off_db)
    assert check(leak, agent_dbfs=-40.0)[0].is_possible is possible


@pytest.mark.parametrize(("off_db", "noted"), [(0.2, True), (-0.2, False)])
def test_the_weakest_leak_that_is_noted(off_db: float, *, noted: bool) -> None:
    _, notes = check(Leak(-26.0 + off_db, residual_db=-20.0))
    assert notes == (["bleed.leak"] if noted else [])


@pytest.mark.parametrize(("off_s", "noted"), [(0.2, True), (-0.2, False)])
def test_the_shortest_leak_that_is_noted(off_s: float, *, noted: bool) -> None:
    _, notes = check(Leak(-15.0), agent_s=6.0, customer_s=3.0 + off_s)
    assert notes == (["bleed.leak"] if noted else [])


@pytest.mark.parametrize(("off_s", "possible"), [(-0.2, True), (0.2, False)])
def test_speech_that_is_needed(off_s: float, *, possible: bool) -> None:
    assert check(Leak(-3.0), customer_s=5.0 + off_s)[0].is_possible is possible


@pytest.mark.parametrize(
    ("gain_db", "own_s", "far_s", "possible"),
    [
        (-15.0, 0.0, 30.3, False),
        (-15.0, 0.0, 29.7, True),
        (-20.3, 0.0, 31.0, True),
        (-19.7, 0.0, 31.0, False),
        (-15.0, 3.1, 60.0, True),
        (-15.0, 2.9, 60.0, False),
    ],
    ids=["long", "not long yet", "faint", "not faint", "speaks a little", "hardly speaks"],
)
def test_a_channel_with_nothing_of_its_own(
    gain_db: float, own_s: float, far_s: float, *, possible: bool
) -> None:
    found, notes = check(Leak(gain_db, residual_db=-20.0), own_s, far_s)
    assert found.is_possible is possible
    assert "not_separable.copy" in notes or possible


def test_at_the_end_a_side_that_never_spoke_has_nothing_of_its_own() -> None:
    found, notes = check(Leak(-15.0, residual_db=-20.0), 0.0, 10.0)
    assert notes == ["bleed.leak"]
    assert found.is_possible
    assert "not_separable.copy" in {fact.key for fact in found.warnings(10.0)}
    assert not found.is_possible


def test_the_leak_is_measured_beside_own_speech() -> None:
    assert check(Leak(-15.0), agent_dbfs=-24.0)[0].bleed_db(AGENT) == pytest.approx(-21.0, abs=0.1)
    assert check(Leak(-15.0), agent_s=1.0)[0].bleed_db(AGENT) == -15.0
    assert check(NONE)[0].bleed_db(AGENT) is None


@pytest.mark.parametrize(("off_s", "what"), [(-0.001, "leak"), (0.001, "echo")])
def test_what_comes_later_than_a_room_makes_it_is_an_echo(off_s: float, what: str) -> None:
    _, notes = check(Leak(-15.0, 0.1 + off_s))
    assert notes == [f"bleed.{what}"]
