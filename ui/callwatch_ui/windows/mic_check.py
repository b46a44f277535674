"""Judges levels while the agent speaks, and then while a tone is played to them. No Qt in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callwatch.core.channels import Channel

# The agent is asked to speak for this long; then a tone of 2 s is played.
SPEAK_S: Final = 6.0
TONE_S: Final = 3.0
# Under this a channel is taken for dead: the noise of an open headset lies at some -60 dBFS.
SILENT_DBFS: Final = -58.0
# Under this voices drown in the noise of the line; usual speech lies at -30..-20 dBFS.
QUIET_DBFS: Final = -42.0
# Levels that move together like this come from the same sound.
BLEED_CORRELATION: Final = 0.8
# And this close in level it is the same device, not a leak.
SAME_DB: Final = 1.5
LEAST_READINGS: Final = 10


@dataclass(frozen=True, slots=True)
class LevelReading:
    """Levels of both channels at one moment, about ten a second; dBFS."""

    time_s: float
    dbfs: dict[Channel, float]


class Finding(StrEnum):
    """What the check found; each has its sentence in the texts."""

    GOOD = "good"
    TOO_SHORT = "too_short"
    SILENT = "silent"
    SWAPPED = "swapped"
    QUIET = "quiet"
    SAME_DEVICE = "same_device"
    BLEED = "bleed"
    NO_TONE = "no_tone"
    TONE_IN_MICROPHONE = "tone_in_microphone"


def judge(spoken: Sequence[LevelReading], tone: Sequence[LevelReading]) -> Finding:
    """One finding, the gravest first: `spoken` while only the agent speaks, `tone` after it.

    Good only when both sides were heard.
    """
    finding = _judge_voice(spoken)
    if finding is not Finding.GOOD:
        return finding
    if not is_heard(tone, Channel.CUSTOMER):
        return Finding.NO_TONE
    return Finding.TONE_IN_MICROPHONE if _leaks(tone) else Finding.GOOD


def is_heard(readings: Sequence[LevelReading], side: Channel) -> bool:
    """Whether that side has been heard well in these."""
    levels = [reading.dbfs[side] for reading in readings]
    return len(levels) >= LEAST_READINGS and _loud(levels) >= QUIET_DBFS


def _leaks(tone: Sequence[LevelReading]) -> bool:
    """Whether the microphone hears what is played: speakers instead of a headset."""
    agent = [r.dbfs[Channel.AGENT] for r in tone]
    customer = [r.dbfs[Channel.CUSTOMER] for r in tone]
    return _loud(agent) >= QUIET_DBFS and _correlation(agent, customer) > BLEED_CORRELATION


def _judge_voice(readings: Sequence[LevelReading]) -> Finding:
    if len(readings) < LEAST_READINGS:
        return Finding.TOO_SHORT
    agent = [r.dbfs[Channel.AGENT] for r in readings]
    customer = [r.dbfs[Channel.CUSTOMER] for r in readings]
    loud_agent, loud_customer = _loud(agent), _loud(customer)
    if loud_agent < SILENT_DBFS:
        return Finding.SWAPPED if loud_customer >= QUIET_DBFS else Finding.SILENT
    if loud_customer >= SILENT_DBFS and _correlation(agent, customer) > BLEED_CORRELATION:
        if loud_customer > loud_agent + SAME_DB:
            return Finding.SWAPPED
        is_same = abs(loud_agent - loud_customer) <= SAME_DB
        return Finding.SAME_DEVICE if is_same else Finding.BLEED
    return Finding.QUIET if loud_agent < QUIET_DBFS else Finding.GOOD


def _loud(levels: Sequence[float]) -> float:
    """The level that the loudest fifth reaches: speech, without its pauses."""
    return sorted(levels)[-max(1, len(levels) // 5)]


def _correlation(left: Sequence[float], right: Sequence[float]) -> float:
    n = len(left)
    mean_l, mean_r = sum(left) / n, sum(right) / n
    dl, dr = [x - mean_l for x in left], [x - mean_r for x in right]
    power = (sum(x * x for x in dl) * sum(x * x for x in dr)) ** 0.5
    return sum(a * b for a, b in zip(dl, dr, strict=True)) / power if power > 1e-9 else 0.0
