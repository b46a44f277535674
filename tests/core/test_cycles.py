import gc
from collections.abc import Iterator

import pytest

from callwatch.core.cycles import look_seldom_for_cycles


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_cycles_are_looked_for_more_seldom_and_still_found() -> None:
    gc.set_threshold(700, 10, 10)
    look_seldom_for_cycles()
    assert gc.isenabled()
    assert gc.get_threshold() == (20_000, 20, 50)
