"""When one peak of the correlation is an echo: each bound just inside and just outside."""

import numpy as np
import pytest
from tests.voice.crosstalk.test_canceller import RATE, copy, far, leak_of, run

from callwatch.voice.crosstalk.canceller import CrosstalkCanceller, CrosstalkConfig
from callwatch.voice.crosstalk.echo_detector import (
    DECIMATION,
    EchoDetector,
    EchoDetectorConfig,
    delay_of,
    into_the_softer,
)
from callwatch.voice.framing import CHUNK

CONFIG = EchoDetectorConfig()
LOUD = np.full(64, 1e-4, np.float32)


def peaks(height: float, other: float, at: int = 1000) -> np.ndarray:
    """One peak, another one far from it, and chance below both."""
    out = np.full(2601, 0.2 * other, np.float32)
    out[at], out[(at + 1300) % 2600] = height, other
    return out


@pytest.mark.parametrize(
    ("height", "other", "found"),
    [
        (0.5, 0.5 / (3.0 + 0.05), True),
        (0.5, 0.5 / (3.0 - 0.05), False),
        (0.1 + 0.005, 0.01, True),
        (0.1 - 0.005, 0.01, False),
    ],
    ids=["stands out", "does not stand out", "enough agree", "too few agree"],
)
def test_a_peak_is_an_echo(height: float, other: float, *, found: bool) -> None:
    delay = delay_of(peaks(height, other), LOUD, LOUD, CONFIG)
    assert delay == (1000 * DECIMATION if found else None)


@pytest.mark.parametrize(("missing", "found"), [(0, True), (1, False)])
def test_too_little_sound_proves_nothing(missing: int, *, found: bool) -> None:
    """The far side ends so early that only some chunks meet, 250 ms apart."""
    late = round(1000 * DECIMATION / CHUNK)
    near = np.zeros(64, np.float32)
    near[late : late + 16 - missing] = 1e-4
    delay = delay_of(peaks(0.5, 0.01), LOUD, near, CONFIG)
    assert (delay is not None) is found


@pytest.mark.parametrize(("behind", "found"), [(14, True), (16, False)])
def test_the_echoes_of_a_room_belong_to_the_peak_before_them(behind: int, *, found: bool) -> None:
    row = peaks(0.5, 0.01)
    row[1000 + behind * 4] = 0.4
    assert (delay_of(row, LOUD, LOUD, CONFIG) is not None) is found


@pytest.mark.parametrize(("off_s", "found"), [(-0.01, True), (0.01, False)])
def test_the_longest_delay(off_s: float, *, found: bool) -> None:
    delay = round((0.65 + off_s) * RATE)
    _, canceller = run(leak_of(copy(delay, -20.0)), far())
    assert (canceller.leaks[0].gain_db is not None) is found


def test_both_directions_at_once() -> None:
    voices = np.stack((np.roll(far(), 3 * RATE), far()))
    mixed = voices.copy()
    mixed[0, 3200:] += 0.1 * voices[1, :-3200]
    mixed[1, 6400:] += 0.1 * voices[0, :-6400]
    canceller = CrosstalkCanceller(CrosstalkConfig())
    canceller.process(mixed[:, : mixed.shape[1] // CHUNK * CHUNK].astype(np.float32))
    agent, customer = canceller.leaks
    assert agent.delay_s == pytest.approx(0.2, abs=0.001)
    assert customer.delay_s == pytest.approx(0.4, abs=0.001)


def test_what_sounds_on_both_at_once_leaks_into_the_softer_one() -> None:
    """At no delay the same peak speaks for both directions."""
    _, canceller = run(0.3 * far(), far())
    assert canceller.leaks[0].gain_db == pytest.approx(-10.5, abs=1.0)
    assert canceller.leaks[1].gain_db is None


@pytest.mark.parametrize(("before", "found"), [(4, True), (6, False)])
def test_a_peak_has_a_width(before: int, *, found: bool) -> None:
    row = peaks(0.5, 0.01)
    row[1000 - before * 4] = 0.4
    assert (delay_of(row, LOUD, LOUD, CONFIG) is not None) is found


@pytest.mark.parametrize(("power", "found"), [(1.2e-8, True), (0.8e-8, False)])
def test_less_than_80_dbfs_is_no_sound(power: float, *, found: bool) -> None:
    soft = np.full(64, power, np.float32)
    assert (delay_of(peaks(0.5, 0.01), LOUD, soft, CONFIG) is not None) is found
    assert (delay_of(peaks(0.5, 0.01), soft, LOUD, CONFIG) is not None) is found


@pytest.mark.parametrize(("delay", "left"), [(28, (28, None)), (36, (36, 36))])
def test_within_two_milliseconds_it_is_one_leak(
    delay: int, left: tuple[int | None, int | None]
) -> None:
    powers = np.array([[1e-4, 1e-3]] * 64)
    assert into_the_softer(delay, delay, powers) == left
    assert into_the_softer(delay, delay, powers[:, ::-1]) == left[::-1]
    assert into_the_softer(delay, None, powers) == (delay, None)


def hiss(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chunks of the same noise on both sides, their powers, and that they can be heard."""
    chunks = np.tile(np.random.default_rng(3).normal(0.0, 0.1, (1, count, CHUNK)), (2, 1, 1))
    return chunks.astype(np.float32), np.full((2, count), 0.01, np.float32), np.ones((2, count))


def test_an_opinion_every_quarter_of_a_second_over_two_seconds() -> None:
    detector = EchoDetector(CONFIG)
    detector.add(*hiss(100))
    looked = [k for k in range(1, 101) if detector.next_chunk() != (None, None)]
    assert looked == list(range(16, 101, 8))
    detector.add(*hiss(1))
    assert detector._low.shape[1] == (64 + 1) * CHUNK // DECIMATION


def test_the_cross_spectrum_is_remembered_for_eight_steps() -> None:
    detectors = EchoDetector(CONFIG), EchoDetector(EchoDetectorConfig(memory_steps=1.0))
    for detector in detectors:
        detector.add(*hiss(8))
        for _ in range(8):
            detector.next_chunk()
    known, now = (np.abs(detector._cross).sum() for detector in detectors)
    assert known / now == pytest.approx(1 / 8, rel=1e-3)


def test_the_band_of_a_voice() -> None:
    """In steps of a third of a hertz."""
    assert EchoDetector(CONFIG)._band == slice(768, 5837)


def test_nothing_is_found_in_silence() -> None:
    detector = EchoDetector(CONFIG)
    count = 40
    chunks = np.zeros((2, count, CHUNK), np.float32)
    detector.add(chunks, np.full((2, count), 1e-12, np.float32), np.zeros((2, count)))
    assert {detector.next_chunk() for _ in range(count)} == {(None, None)}
