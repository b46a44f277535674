"""Intervals against published examples and, where there is one, the plain definition."""

import random
from statistics import fmean, variance

import pytest

from callwatch.core.intervals import (
    Interval,
    Sample,
    mean_difference,
    mean_interval,
    share_difference,
    share_interval,
    t_95,
)


def test_a_sample_knows_its_mean_and_variance() -> None:
    values = [0.2, 0.5, 0.9, 0.4]
    sample = Sample.of(values)
    assert sample.mean == pytest.approx(fmean(values))
    assert sample.variance == pytest.approx(variance(values))
    parts = Sample.of(values[:2]) + Sample.of(values[2:])
    assert parts.mean == pytest.approx(sample.mean)
    assert parts.variance == pytest.approx(sample.variance)
    with pytest.raises(ValueError, match="at least one"):
        _ = Sample.of([]).mean


def test_students_t_falls_towards_the_normal() -> None:
    assert t_95(1) == 12.706
    assert t_95(30) == 2.042
    assert t_95(60) == pytest.approx(2.000, abs=0.002)
    assert t_95(10_000) == pytest.approx(1.960, abs=0.001)


def test_wilsons_interval_as_in_newcombe_1998() -> None:
    # Table I of Newcombe (1998): 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for hits, count, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = share_interval(hits, count)
        assert found.low == pytest.approx(low, abs=1e-4)
        assert found.high == pytest.approx(high, abs=1e-4)
    with pytest.raises(ValueError, match="cases"):
        share_interval(0, 0)


def test_newcombes_interval_of_a_difference() -> None:
    # Newcombe (1998b), example (a), method 10: 56/70 - 48/80.
    found = share_difference(56, 70, 48, 80)
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=1e-4)
    assert found.high == pytest.approx(0.3339, abs=1e-4)
    assert found.excludes_zero
    assert not share_difference(5, 10, 4, 10).excludes_zero


def test_the_interval_of_a_mean_covers_the_truth_95_times_in_100() -> None:
    rng = random.Random(7)
    hits = 0
    for _ in range(600):
        found = mean_interval(Sample.of([rng.gauss(3.0, 2.0) for _ in range(6)]))
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 3.0 <= found.high
    assert 0.92 <= hits / 600 <= 0.98


def test_the_interval_of_a_difference_of_means_covers_the_truth_95_times_in_100() -> None:
    rng = random.Random(8)
    hits = 0
    for _ in range(600):
        one = Sample.of([rng.gauss(3.0, 2.0) for _ in range(8)])
        two = Sample.of([rng.gauss(2.0, 0.5) for _ in range(15)])
        found = mean_difference(one, two)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 1.0 <= found.high
    assert 0.92 <= hits / 600 <= 0.98


def test_too_little_is_said_to_be_too_little() -> None:
    assert mean_interval(Sample.of([1.0])) == Interval(1.0)
    assert mean_difference(Sample.of([1.0]), Sample.of([2.0, 3.0])) == Interval(-1.5)
    assert not Interval(1.0).excludes_zero
