"""One side's samples on the time axis."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from callwatch.audio.timeline import Timeline
from callwatch.core.spans import TimeSpan, total_s


def test_holes_are_silence_and_told() -> None:
    timeline = Timeline()
    timeline.write(1600, np.ones(1600, np.int16))
    samples, gaps = timeline.take(4800)
    assert samples.sum() == 1600
    assert gaps == [TimeSpan(0.0, 0.1), TimeSpan(0.2, 0.3)]
    assert timeline.taken == 4800


def test_what_comes_too_late_is_discarded() -> None:
    timeline = Timeline()
    timeline.take(1000)
    timeline.write(500, np.arange(1000, dtype=np.int16))
    samples, gaps = timeline.take(500)
    assert samples.tolist() == list(range(500, 1000))
    assert gaps == []
    timeline.write(0, np.ones(10, np.int16))
    assert timeline.end == 1500


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=12),
    st.lists(st.integers(1, 333), min_size=1, max_size=12),
)
def test_taking_in_pieces_equals_taking_at_once(
    writes: list[tuple[int, int]], takes: list[int]
) -> None:
    whole, pieces = Timeline(), Timeline()
    for number, (position, length) in enumerate(writes):
        for timeline in (whole, pieces):
            timeline.write(position, np.full(length, number + 1, np.int16))
    at_once, gaps = whole.take(sum(takes))
    parts = [pieces.take(length) for length in takes]
    assert np.array_equal(at_once, np.concatenate([samples for samples, _ in parts]))
    told_s = total_s(span for _, spans in parts for span in spans)
    assert abs(told_s - total_s(gaps)) < 1e-9
    assert abs(told_s - float((at_once == 0).sum()) / 16_000) < 1e-9
