"""Laughter made in code, and what must not pass for it."""

import numpy as np
import pytest
from tests.voice.speaking import demo
from tests.voice.voices import noise, voice

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.spans import TimeSpan
from callwatch.voice.effort.laughter import LaughterDetector


def note(f0_hz: float, seconds: float = 0.09, tilt_db: float = -6.0) -> DoubleArray:
    """One "ha": breathy, with a fall in pitch, fading in and out."""
    t = np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ
    phase = 2 * np.pi * np.cumsum(f0_hz * (1.05 - 0.1 * t / seconds)) / CALL_RATE_HZ
    parts = [10 ** (tilt_db * np.log2(k) / 20) * np.sin(k * phase) for k in range(1, 12)]
    breath = 0.3 * np.random.default_rng(3).normal(size=len(t))
    return np.asarray((np.sum(parts, axis=0) + breath) * np.sin(np.pi * t / seconds) ** 0.5)


def notes(
    gaps_s: list[float], tilts_db: list[float] | None = None, dip_db: float = 30.0
) -> DoubleArray:
    """Notes that begin so far apart, between them what is `dip_db` weaker."""
    rng = np.random.default_rng(5)
    tilts_db = tilts_db or [-6.0] * (len(gaps_s) + 1)
    sound = np.zeros(round((sum(gaps_s) + 1.6) * CALL_RATE_HZ))
    at = CALL_RATE_HZ // 2
    for i, (gap_s, tilt_db) in enumerate(zip([*gaps_s, 0.0], tilts_db, strict=True)):
        one = note(320.0 - 6 * i, tilt_db=tilt_db)
        sound[at : at + len(one)] += one / np.sqrt(np.mean(one**2))
        at += round(gap_s * CALL_RATE_HZ)
    floor = rng.normal(size=len(sound)) * 10 ** (-dip_db / 20)
    return 0.05 * (sound + floor)


def laughs(sound: DoubleArray, size: int = 1600) -> list[TimeSpan]:
    detector, out = LaughterDetector(), list[TimeSpan]()
    whole = sound[: len(sound) // 160 * 160].astype(np.float32)
    for at in range(0, len(whole), size):
        out += [span for span, _ in detector.process(whole[at : at + size])]
    return out


EVEN = [0.2] * 3


def test_a_fit_of_laughter_is_found_where_it_is() -> None:
    found = laughs(notes([0.2] * 6))
    assert found
    assert found[-1].start_s == pytest.approx(0.5 + 3 * 0.2, abs=0.1)
    assert found[-1].end_s == pytest.approx(0.5 + 6 * 0.2, abs=0.1)


@pytest.mark.parametrize("size", [160, 480, 8000])
def test_how_it_is_cut_does_not_matter(size: int) -> None:
    sound = notes([0.21] * 7)
    assert laughs(sound, size) == laughs(sound)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        pytest.param(notes(EVEN), notes(EVEN[:-1]), id="notes"),
        pytest.param(notes([0.13] * 5), notes([0.11] * 5), id="least_s"),
        pytest.param(notes([0.29] * 5), notes([0.32] * 5), id="most_s"),
        pytest.param(notes([0.17, 0.22] * 3), notes([0.13, 0.28] * 3), id="uneven"),
        pytest.param(notes(EVEN, dip_db=12.0), notes(EVEN, dip_db=2.0), id="dip_db"),
        pytest.param(notes(EVEN, [-6, -7, -6, -7]), notes(EVEN, [-2, -14, -2, -14]), id="alike_db"),
        pytest.param(0.03 * notes(EVEN), 0.003 * notes(EVEN), id="least_dbfs"),
    ],
)
def test_bounds_of_a_laugh(inside: DoubleArray, outside: DoubleArray) -> None:
    assert laughs(inside)
    assert not laughs(outside)


def test_a_note_far_weaker_than_the_others_is_none_of_them() -> None:
    sound = notes(EVEN, dip_db=60.0)
    last = round((0.5 + sum(EVEN) - 0.05) * CALL_RATE_HZ)
    assert laughs(sound)
    weaker = sound.copy()
    weaker[last:] *= 10 ** (-22 / 20)
    assert laughs(weaker)
    weaker[last:] *= 10 ** (-6 / 20)
    assert not laughs(weaker)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(demo()[0][0], id="the agent of the demo call"),
        pytest.param(demo()[0][1], id="its customer, shouting"),
        pytest.param(voice(220.0, 6.0), id="a held voice"),
        pytest.param(noise(6.0, -30.0), id="noise"),
        pytest.param(np.zeros(CALL_RATE_HZ * 3), id="silence"),
    ],
)
def test_what_is_no_laughter(sound: DoubleArray) -> None:
    assert laughs(sound) == []
