"""Median and quantile of small arrays are numpy's."""

import numpy as np
import numpy.typing as npt
import pytest

from callwatch.voice.quantiles import median, quantile

SHAPES = [(1,), (2,), (7,), (64,), (1, 3), (2, 3), (75, 3), (64, 11)]


def values(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[np.floating]:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_median_is_numpys(shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
    sample = values(shape, dtype)
    before = sample.copy()
    middle = median(sample)
    np.testing.assert_allclose(middle, np.median(sample, axis=0), rtol=1e-6)
    assert np.asarray(middle).dtype == dtype
    assert np.array_equal(sample, before)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.25, 1 / 3, 0.8, 1.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_quantile_is_numpys(shape: tuple[int, ...], share: float) -> None:
    sample = values(shape, np.float64)
    np.testing.assert_allclose(
        quantile(sample, share), np.quantile(sample, share, axis=0), rtol=1e-12, atol=1e-14
    )
