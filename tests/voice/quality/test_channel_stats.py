"""The level of speech and of the line between the words."""

import numpy as np
import pytest

from callwatch.voice.quality.channel_stats import ChannelStats


def stats(*levels: tuple[int, float]) -> ChannelStats:
    """(frames without speech, dBFS)."""
    made = ChannelStats()
    for count, level_dbfs in levels:
        made.add_noise(np.full(count, level_dbfs, np.float32))
    return made


@pytest.mark.parametrize("level_dbfs", [-119.0, -90.0, -60.5, -30.0])
def test_the_noise_is_the_middle_level(level_dbfs: float) -> None:
    assert stats((100, level_dbfs), (40, -20.0)).noise_dbfs == pytest.approx(level_dbfs, abs=0.51)


def test_a_line_that_carries_nothing_has_no_noise() -> None:
    assert stats((100, -120.0), (99, -60.0)).noise_dbfs is None
    assert stats((99, -120.0), (100, -60.0)).noise_dbfs is not None
    assert stats().noise_dbfs is None


def test_the_level_of_speech_is_its_mean_power() -> None:
    made = stats()
    assert made.speech_dbfs is None
    made.speech_frames, made.speech_power = 2, 1e-3 + 1e-5
    assert made.speech_dbfs == pytest.approx(-32.97, abs=0.01)
