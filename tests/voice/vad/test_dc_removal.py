import numpy as np
import pytest

from callwatch.voice.framing import CHUNK
from callwatch.voice.vad.dc_removal import MIN_KNOWN, DcRemover


def sound(chunks: int, offset: float = 0.0, level: float = 0.1) -> np.ndarray:
    noise = np.random.default_rng(3).standard_normal((2, chunks * CHUNK)).astype(np.float32)
    return noise * np.float32(level) + np.float32(offset)


def test_takes_a_constant_offset_away() -> None:
    heard = DcRemover().process(sound(200, offset=0.05, level=0.02))
    known = heard[:, MIN_KNOWN * CHUNK :]
    assert np.abs(known.mean(axis=1)).max() < 0.001


def test_each_channel_has_its_own() -> None:
    both = sound(200, level=0.02)
    both[0] += 0.05
    heard = DcRemover().process(both)
    assert abs(heard[0, -50 * CHUNK :].mean()) < 0.001
    assert np.array_equal(heard[1], both[1])


def test_a_call_without_one_is_not_touched() -> None:
    given = sound(300)
    assert np.array_equal(DcRemover().process(given), given)


@pytest.mark.parametrize("step", [1, 7])
def test_the_size_of_the_blocks_does_not_matter(step: int) -> None:
    given, remover = sound(60, offset=0.03), DcRemover()
    parts = [
        remover.process(given[:, at : at + step * CHUNK])
        for at in range(0, given.shape[1], step * CHUNK)
    ]
    whole = DcRemover().process(given)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=0, atol=1e-6)
