import numpy as np
import pytest

from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan
from callwatch.voice.quality.faults import FAULTS, InputFaults

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
RATE = 16_000


def second(*, clipped: bool = False, offset: int = 0) -> np.ndarray:
    tone = 8000 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE) + offset
    if clipped:
        tone[:400] = 32_767
    return tone.astype(np.int16)


def told(faults: InputFaults, seconds: int) -> list[str | None]:
    return [faults.fault(AGENT, i) for i in range(seconds)]


@pytest.mark.parametrize("size", [RATE, 777, 5 * RATE])
def test_clipping_is_a_fault_while_it_lasts_and_some_seconds_longer(size: int) -> None:
    faults = InputFaults()
    sound = np.concatenate([second(clipped=i in (2, 3, 5)) for i in range(20)])
    for at in range(0, len(sound), size):
        faults.hear(AGENT, sound[at : at + size])
    assert told(faults, 20) == [None] * 5 + ["clipping"] * 7 + [None] * 8
    assert faults.clipped_seconds(AGENT) == 3
    assert faults.fault(CUSTOMER, 6) is None


def test_an_offset_is_a_fault_until_it_is_mended() -> None:
    faults = InputFaults()
    for i in range(14):
        faults.hear(AGENT, second(offset=2000 if i < 6 else 0))
    assert told(faults, 14) == ["dc_offset"] * 9 + [None] * 5


def test_a_hole_is_told_for_a_while_and_the_worse_of_two_faults_is_told() -> None:
    faults = InputFaults()
    faults.mark_dropped(AGENT, TimeSpan(3.2, 3.6))
    assert told(faults, 10) == [None] * 3 + ["dropped"] * 6 + [None]
    faults.mark(AGENT, "too_quiet", TimeSpan(0.0, 5.0))
    faults.mark(AGENT, "no_sound", TimeSpan(4.0, 5.0))
    assert told(faults, 6) == ["too_quiet"] * 3 + ["dropped", "no_sound", "dropped"]
    assert FAULTS[0] == "no_sound"


def heard(*seconds: np.ndarray) -> list[str | None]:
    """The fault of each second."""
    faults = InputFaults()
    for sound in seconds:
        faults.hear(AGENT, sound)
    return told(faults, len(seconds))


@pytest.mark.parametrize(("samples", "clipped"), [(31, False), (33, True)])
def test_two_samples_of_a_thousand_are_audible(samples: int, clipped: bool) -> None:
    sound = np.zeros(RATE, np.int16)
    sound[:samples] = 32_767
    assert ("clipping" in heard(sound, sound, sound)) is clipped


@pytest.mark.parametrize(
    ("seconds", "found"), [((0, 1), False), ((0, 4, 9), True), ((0, 4, 10), False)]
)
def test_three_clipped_seconds_of_ten_are_a_fault(seconds: tuple[int, ...], found: bool) -> None:
    sounds = [second(clipped=i in seconds) for i in range(12)]
    assert ("clipping" in heard(*sounds)) is found


@pytest.mark.parametrize(("offset", "found"), [(640, False), (670, True), (-670, True)])
def test_an_offset_of_a_fiftieth_of_full_scale(offset: int, found: bool) -> None:
    assert ("dc_offset" in heard(*[second(offset=offset)] * 5)) is found
