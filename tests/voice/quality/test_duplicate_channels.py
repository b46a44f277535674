"""One sound on both channels: each bound just inside and just outside."""

import numpy as np
import pytest

from callwatch.core.frames import VoiceFrames
from callwatch.voice.quality.duplicate_channels import (
    DuplicateChannelConfig,
    DuplicateChannelDetector,
)


def detected(levels: np.ndarray, probability: float = 1.0) -> bool:
    """Whether two rows of levels, dBFS (2, n), are taken for one sound."""
    detector = DuplicateChannelDetector(DuplicateChannelConfig())
    sure = np.full(levels.shape, probability, np.float32)
    speech = np.zeros(levels.shape, np.bool_)
    detector.process(VoiceFrames(0.0, speech, sure, levels.astype(np.float32), 0.03))
    return detector.is_same


def is_same(
    *,
    length_s: float = 5.0,
    distance_db: float = 0.0,
    spread_db: float = 0.0,
    probability: float = 1.0,
) -> bool:
    """Whether two channels are taken for one whose levels differ by so much."""
    count = round(length_s * 100)
    other = -30.0 - distance_db + spread_db * (-1.0) ** np.arange(count)
    return detected(np.stack([np.full(count, -30.0), other]), probability)


@pytest.mark.parametrize(("length_s", "same"), [(1.4, False), (1.6, True)])
def test_a_second_and_a_half_of_speech(length_s: float, same: bool) -> None:
    assert is_same(length_s=length_s) is same


@pytest.mark.parametrize(("spread_db", "same"), [(2.9, True), (3.1, False)])
def test_levels_that_move_together(spread_db: float, same: bool) -> None:
    assert is_same(spread_db=spread_db) is same


@pytest.mark.parametrize(("distance_db", "same"), [(4.9, True), (5.1, False)])
def test_further_apart_it_may_be_a_leak(distance_db: float, same: bool) -> None:
    assert is_same(distance_db=distance_db) is same
    assert is_same(distance_db=-distance_db) is same


@pytest.mark.parametrize(("probability", "counts"), [(0.4, False), (0.6, True)])
def test_only_speech_counts(probability: float, counts: bool) -> None:
    assert is_same(probability=probability) is counts


@pytest.mark.parametrize(("pause_dbfs", "same"), [(-76.0, True), (-72.0, False)])
def test_silence_is_silence_on_both(pause_dbfs: float, same: bool) -> None:
    # Every second frame is a pause, in which the other channel carries nothing at all.
    one = np.tile([-30.0, pause_dbfs], 250)
    assert detected(np.stack([one, np.tile([-30.0, -110.0], 250)])) is same
