"""How fast a device's clock runs, and from when on that is known."""

import pytest

from callwatch.audio.drift import DriftMeter


def heard(meter: DriftMeter, start_s: float, end_s: float, ppm: float) -> DriftMeter:
    """Chunks of 0.1 s that arrive on time, from a device that runs so fast from `start_s` on."""
    for tenth in range(round(start_s * 10), round(end_s * 10)):
        arrived_s = tenth / 10
        meter.add(arrived_s, arrived_s + (arrived_s - start_s) * ppm * 1e-6)
    return meter


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 300.0])
def test_the_slope_of_the_lag_is_the_drift(ppm: float) -> None:
    assert heard(DriftMeter(), 0.0, 90.0, ppm).ppm == pytest.approx(ppm, abs=0.01)


@pytest.mark.parametrize(("length_s", "known"), [(60.5, False), (62.5, True)])
def test_a_minute_is_needed(length_s: float, known: bool) -> None:
    assert (heard(DriftMeter(), 0.0, length_s, 100.0).ppm is not None) is known


def test_after_a_gap_the_last_figure_stays_until_a_minute_was_heard() -> None:
    meter = heard(DriftMeter(), 0.0, 90.0, 100.0)
    meter.restart()
    assert heard(meter, 100.0, 150.0, -100.0).ppm == pytest.approx(100.0, abs=0.01)
    assert heard(meter, 150.0, 250.0, -100.0).ppm != pytest.approx(100.0, abs=1.0)


@pytest.mark.parametrize(("since_s", "forgotten"), [(560.0, False), (610.0, True)])
def test_what_is_older_than_ten_minutes_is_forgotten(since_s: float, forgotten: bool) -> None:
    meter = heard(heard(DriftMeter(), 0.0, 600.0, 0.0), 600.0, 600.0 + since_s, 100.0)
    assert meter.ppm is not None
    assert (meter.ppm > 99.9) is forgotten
