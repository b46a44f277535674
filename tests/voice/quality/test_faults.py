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
