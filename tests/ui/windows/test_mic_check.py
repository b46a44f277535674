import math
import random

import pytest

from callwatch.core.channels import Channel
from callwatch_ui.windows.mic_check import Finding, LevelReading, judge


def readings(
    speech: float, customer: float | None, leak_db: float | None = None
) -> list[LevelReading]:
    """Ten seconds: the agent speaks in phrases at `speech` dBFS; the leak follows them."""
    noise = random.Random(3)
    out = []
    for i in range(100):
        is_talking = math.sin(i / 4) > -0.3
        agent = (speech if is_talking else -65.0) + noise.gauss(0, 1)
        other = customer if customer is not None else -70.0
        if leak_db is not None:
            other = agent - leak_db
        levels = {Channel.AGENT: agent, Channel.CUSTOMER: other + noise.gauss(0, 0.3)}
        out.append(LevelReading(i / 10, levels))
    return out


@pytest.mark.parametrize(
    ("speech", "customer", "leak_db", "finding"),
    [
        (-25.0, None, None, Finding.GOOD),
        (-25.0, -50.0, None, Finding.GOOD),
        (-48.0, None, None, Finding.QUIET),
        (-80.0, None, None, Finding.SILENT),
        (-80.0, -25.0, None, Finding.SWAPPED),
        (-25.0, None, 0.0, Finding.SAME_DEVICE),
        (-25.0, None, 8.0, Finding.BLEED),
        (-45.0, None, -15.0, Finding.SWAPPED),
    ],
)
def test_each_fault_is_found(
    speech: float, customer: float | None, leak_db: float | None, finding: Finding
) -> None:
    assert judge(readings(speech, customer, leak_db), played()) is finding


def played(level: float = -30.0, leak: float | None = None) -> list[LevelReading]:
    """Three seconds: two notes, and what the microphone hears of them."""
    out = []
    for i in range(30):
        customer = level if 3 <= i < 23 else -75.0
        agent = -65.0 + (i % 3) if leak is None else customer - leak
        out.append(LevelReading(i / 10, {Channel.AGENT: agent, Channel.CUSTOMER: customer}))
    return out


@pytest.mark.parametrize(
    ("tone", "finding"),
    [
        (played(-41.0), Finding.GOOD),
        (played(-43.0), Finding.NO_TONE),
        (played(-30.0, 11.0), Finding.TONE_IN_MICROPHONE),
        (played(-30.0, 13.0), Finding.GOOD),
        ([], Finding.NO_TONE),
    ],
)
def test_good_means_that_both_sides_were_heard(tone: list[LevelReading], finding: Finding) -> None:
    assert judge(readings(-25.0, None), tone) is finding


def test_too_little_to_judge() -> None:
    assert judge(readings(-25.0, None)[:5], played()) is Finding.TOO_SHORT
    assert judge([], played()) is Finding.TOO_SHORT
