"""Two results of the same sound: the same decisions, and the same values but for rounding."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np

# Sums of another length, another processor or another library add up in another order.
TOLERANCE: Final = 1e-4


def assert_alike(one: Any, other: Any, where: str = "") -> None:
    """Everything equal; floats within TOLERANCE, NaN equal to NaN. Looks into values of all kinds."""
    if is_dataclass(one) and type(one) is type(other):
        for item in fields(one):
            here = f"{where}.{item.name}"
            assert_alike(getattr(one, item.name), getattr(other, item.name), here)
    elif isinstance(one, np.ndarray) and one.dtype.kind == "f":
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE, err_msg=where)
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_alike(one[key], other[key], f"{where}[{key!r}]")
    elif isinstance(one, Sequence) and not isinstance(one, str) and isinstance(other, Sequence):
        assert len(one) == len(other), f"{where}: {len(one)} and {len(other)} items"
        for i, pair in enumerate(zip(one, other, strict=True)):
            assert_alike(*pair, f"{where}[{i}]")
    elif isinstance(one, float) and isinstance(other, float):
        close = math.isclose(one, other, rel_tol=0, abs_tol=TOLERANCE)
        assert close or (math.isnan(one) and math.isnan(other)), f"{where}: {one} and {other}"
    else:
        assert np.array_equal(one, other), f"{where}: {one!r} and {other!r}"
