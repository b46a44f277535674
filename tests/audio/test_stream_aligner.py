"""One device's chunks on the call's time axis: each bound just inside and just outside."""

from collections.abc import Callable

import numpy as np
import pytest

from callwatch.audio.inbox import Chunk
from callwatch.audio.stream_aligner import StreamAligner
from callwatch.audio.timeline import Timeline
from callwatch.core.spans import total_s

RATE, SIZE = 16_000, 320  # chunks of 20 ms


class Device:
    """A device that is on time, but for what `late_s(true end)` says."""

    def __init__(self, *, follow: bool = False) -> None:
        self.timeline = Timeline()
        self.aligner = StreamAligner(0.0, [self.timeline], follow=follow, mix=False)
        self._number = 0
        self._arrived_s = 0.0

    def play(self, until_s: float, late_s: Callable[[float], float] = lambda _: 0.0) -> "Device":
        """Deliver up to that true time."""
        while (end_s := (self._number + 1) * SIZE / RATE) <= until_s + 1e-9:
            self._arrived_s = max(self._arrived_s, end_s + late_s(end_s))
            sound = np.full((SIZE, 1), 0.1, np.float32)
            self.aligner.accept(Chunk(0, 0, sound, self._number * SIZE, RATE, self._arrived_s))
            self._number += 1
        return self

    def gap_s(self) -> float:
        """What is missing so far."""
        return total_s(self.timeline.take(self.timeline.end - self.timeline.taken)[1])


@pytest.mark.parametrize(("late_s", "moved"), [(0.115, False), (0.125, True)])
def test_a_device_that_stays_late_is_moved(late_s: float, moved: bool) -> None:
    device = Device().play(3.0).play(6.0, lambda _: late_s)
    assert device.gap_s() == pytest.approx(late_s if moved else 0.0, abs=1e-3)


@pytest.mark.parametrize(("lasts_s", "is_gap"), [(0.18, False), (0.24, True)])
def test_who_catches_up_within_0_2_s_had_a_hiccup(lasts_s: float, is_gap: bool) -> None:
    def late_s(end_s: float) -> float:
        return 0.3 if 3.0 <= end_s < 3.0 + lasts_s else 0.0

    device = Device().play(6.0, late_s)
    assert device.gap_s() == pytest.approx(0.3 if is_gap else 0.0, abs=1e-3)


@pytest.mark.parametrize(("at_s", "lag_s"), [(7.9, 0.0), (8.1, 0.1)])
def test_the_least_lag_is_that_of_five_seconds(at_s: float, lag_s: float) -> None:
    device = Device().play(3.0).play(at_s - 0.1, lambda _: 0.1)
    assert device.aligner.lag_s == pytest.approx(lag_s, abs=1e-3)


def test_an_error_of_place_is_taken_out_over_twenty_seconds() -> None:
    late = Device(follow=True).play(3.0).play(8.1, lambda _: 0.01)
    start_s = late.aligner.lag_s
    assert start_s == pytest.approx(0.01, abs=1e-3)
    late.play(28.1, lambda _: 0.01)
    assert late.aligner.lag_s / start_s == pytest.approx(np.exp(-1.0), abs=0.03)


def test_the_rate_bends_by_a_thousandth_at_most() -> None:
    late = Device(follow=True).play(3.0).play(9.0, lambda _: 0.1)
    start_s = late.aligner.lag_s
    late.play(19.0, lambda _: 0.1)
    assert start_s - late.aligner.lag_s == pytest.approx(0.01, abs=5e-4)
