import numpy as np
import pytest

from callwatch.voice.framing import CHUNK
from callwatch.voice.vad.dc_removal import DcRemover


def sound(chunks: int, offset: float = 0.0, level: float = 0.1) -> np.ndarray:
    noise = np.random.default_rng(3).standard_normal((2, chunks * CHUNK)).astype(np.float32)
    return noise * np.float32(level) + np.float32(offset)


def test_takes_a_constant_offset_away() -> None:
    heard = DcRemover().process(sound(200, offset=0.05, level=0.02))
    known = heard[:, 16 * CHUNK :]
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


@pytest.mark.parametrize(("offset", "taken"), [(0.0016, True), (0.0014, False)])
def test_a_small_offset_does_no_harm(offset: float, *, taken: bool) -> None:
    given = np.full((2, 40 * CHUNK), offset, np.float32)
    assert np.array_equal(DcRemover().process(given), given) is not taken


def test_it_is_believed_after_half_a_second() -> None:
    given = np.full((2, 40 * CHUNK), 0.05, np.float32)
    rest = DcRemover().process(given)[0].reshape(40, CHUNK)[:, 0]
    assert np.flatnonzero(rest < 0.04)[0] == 15


def test_it_is_the_mean_of_eight_seconds() -> None:
    """Once so much is known, each chunk counts for one part in 256."""
    remover = DcRemover()
    remover.process(np.full((2, 400 * CHUNK), 0.05, np.float32))
    rest = remover.process(np.full((2, CHUNK), 0.306, np.float32))
    assert rest[0, 0] == pytest.approx(0.306 - 0.051, abs=1e-4)
