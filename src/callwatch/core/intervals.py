"""How sure a figure from few calls can be: confidence intervals without a statistics library.

All are 95 % intervals. Wilson (1927) for a share; Newcombe (1998, method 10) for the difference of
two shares; Student's t for a mean; Welch's for the difference of two means.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959964
# Student's t, two-sided 95 %, for 1 to 30 degrees of freedom; beyond, an expansion in 1/df.
_T_95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval; `low` and `high` are None where too little is known."""

    value: float
    low: float | None = None
    high: float | None = None

    def widened(self, factor: float) -> "Interval":
        """The interval with both arms longer by that factor, for one of several looks."""
        if self.low is None or self.high is None:
            return self
        below, above = self.value - self.low, self.high - self.value
        return Interval(self.value, self.value - factor * below, self.value + factor * above)

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference with this interval is clear."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Sample:
    """Count, sum and sum of squares: all that the interval of a mean needs."""

    count: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sample":
        """The sample of these values."""
        return cls(len(values), math.fsum(values), math.fsum(v * v for v in values))

    def __add__(self, other: "Sample") -> "Sample":
        return Sample(
            self.count + other.count, self.total + other.total, self.squares + other.squares
        )

    @property
    def mean(self) -> float:
        """The mean; ValueError without values."""
        if not self.count:
            raise ValueError("a mean needs at least one value")
        return self.total / self.count

    @property
    def variance(self) -> float:
        """The unbiased variance; 0 with fewer than two values."""
        if self.count < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.count) / (self.count - 1))


def t_95(degrees: float) -> float:
    """Student's t for a two-sided 95 % interval; whole degrees of freedom, rounded down."""
    whole = max(1, int(degrees))
    if whole <= len(_T_95):
        return _T_95[whole - 1]
    return Z_95 + (Z_95**3 + Z_95) / (4 * whole)


def mean_interval(sample: Sample) -> Interval:
    """The mean with its interval; no interval under two values."""
    if sample.count < 2:
        return Interval(sample.mean)
    half = t_95(sample.count - 1) * math.sqrt(sample.variance / sample.count)
    return Interval(sample.mean, sample.mean - half, sample.mean + half)


def share_interval(hits: int, count: int) -> Interval:
    """A share with Wilson's interval; ValueError without cases."""
    if not 0 <= hits <= count or not count:
        raise ValueError(f"a share needs cases: {hits} of {count} is none")
    share, z2 = hits / count, Z_95**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def share_difference(hits: int, count: int, other_hits: int, other_count: int) -> Interval:
    """The first share minus the second, with Newcombe's interval."""
    one, two = share_interval(hits, count), share_interval(other_hits, other_count)
    assert one.low is not None and one.high is not None  # noqa: PT018
    assert two.low is not None and two.high is not None  # noqa: PT018
    value = one.value - two.value
    below = math.hypot(one.value - one.low, two.high - two.value)
    above = math.hypot(one.high - one.value, two.value - two.low)
    return Interval(value, value - below, value + above)


def mean_difference(one: Sample, two: Sample) -> Interval:
    """The first mean minus the second, with Welch's interval; none under two values each."""
    value = one.mean - two.mean
    if min(one.count, two.count) < 2:
        return Interval(value)
    parts = (one.variance / one.count, two.variance / two.count)
    error = sum(parts)
    if error <= 0:
        return Interval(value, value, value)
    degrees = error**2 / (parts[0] ** 2 / (one.count - 1) + parts[1] ** 2 / (two.count - 1))
    half = t_95(degrees) * math.sqrt(error)
    return Interval(value, value - half, value + half)
