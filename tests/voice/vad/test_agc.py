"""The gain that Silero gets: each bound just inside and just outside."""

from math import log10

import pytest

from callwatch.voice.vad.agc import AutomaticGainControl, GainConfig


def gain_db(level_dbfs: float, chunks: int = 400, probability: float = 0.9) -> float:
    """After so many chunks of speech of that level."""
    control = AutomaticGainControl(GainConfig())
    for _ in range(chunks):
        control.update(probability, level_dbfs)
    return 20 * log10(control.factor)


@pytest.mark.parametrize(
    ("level_dbfs", "expected_db"),
    [(-20.0, 0.0), (-36.0, 0.0), (-40.0, 4.0), (-60.0, 24.0), (-62.0, 25.0), (-80.0, 25.0)],
)
def test_quiet_speech_is_lifted_to_where_silero_hears_well(
    level_dbfs: float, expected_db: float
) -> None:
    assert gain_db(level_dbfs) == pytest.approx(expected_db, abs=0.01)


def test_a_new_level_is_followed_by_a_twentieth_a_chunk() -> None:
    assert gain_db(-56.0, chunks=1) == pytest.approx(1.0, abs=0.01)
    assert gain_db(-56.0, chunks=20) == pytest.approx(20 * (1 - 0.95**20), abs=0.01)


@pytest.mark.parametrize(("probability", "is_followed"), [(0.61, True), (0.59, False)])
def test_only_what_is_speech_moves_it(probability: float, *, is_followed: bool) -> None:
    assert bool(gain_db(-50.0, probability=probability) > 0) is is_followed
