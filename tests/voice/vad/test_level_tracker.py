"""What stands out of the noise and beside the voice: each bound just inside and just outside."""

import pytest

from callwatch.voice.vad.level_tracker import LevelConfig, LevelTracker

CONFIG = LevelConfig()


def tracker(voice_dbfs: float | None, noise_dbfs: float) -> LevelTracker:
    """One that knows the levels of the noise and, if there was one, of the voice."""
    levels = LevelTracker(CONFIG)
    for _ in range(600):
        levels.is_sound(noise_dbfs, is_speech=False, is_confirmed=False)
    if voice_dbfs is not None:
        for _ in range(2000):
            levels.is_sound(voice_dbfs, is_speech=True, is_confirmed=True)
        assert levels.voice_dbfs == pytest.approx(voice_dbfs, abs=0.1)
    assert levels.noise_dbfs == pytest.approx(noise_dbfs, abs=0.1)
    return levels


SHARE_DB = 4.5  # of a voice 15 dB above the noise: less than 6 dB


@pytest.mark.parametrize(
    ("voice_dbfs", "noise_dbfs", "least_dbfs"),
    [
        (-30.0, -60.0, -54.0),
        (-30.0, -45.0, -45.0 + SHARE_DB),
        (None, -60.0, -57.0),
        (-20.0, -80.0, -50.0),
    ],
    ids=["the noise", "a noisy line", "no voice yet", "far below the voice"],
)
def test_sound_stands_out(voice_dbfs: float | None, noise_dbfs: float, least_dbfs: float) -> None:
    for off_db, is_sound in ((0.3, True), (-0.3, False)):
        levels = tracker(voice_dbfs, noise_dbfs)
        level = least_dbfs + off_db
        assert levels.is_sound(level, is_speech=True, is_confirmed=False) is is_sound


@pytest.mark.parametrize(("off_db", "is_sound"), [(-0.3, True), (0.3, False)])
def test_where_voice_and_noise_are_near_everything_is_sound(
    off_db: float, *, is_sound: bool
) -> None:
    levels = tracker(-30.0, -38.0 - off_db)
    assert levels.is_sound(levels.noise_dbfs + 1.0, is_speech=True, is_confirmed=False) is is_sound


def test_the_noise_falls_fast_and_rises_slowly_in_pauses_alone() -> None:
    levels = tracker(None, -60.0)
    for _ in range(5):
        levels.is_sound(-80.0, is_speech=False, is_confirmed=False)
    assert levels.noise_dbfs == pytest.approx(-73.4, abs=0.5)
    for _ in range(33):
        levels.is_sound(-60.0, is_speech=False, is_confirmed=False)
    assert levels.noise_dbfs == pytest.approx(-64.9, abs=0.5)
    for _ in range(33):
        levels.is_sound(-40.0, is_speech=True, is_confirmed=False)
    assert levels.noise_dbfs == pytest.approx(-64.9, abs=0.5)


def test_the_voice_is_the_mean_of_seconds_of_confirmed_speech() -> None:
    levels = tracker(-30.0, -80.0)
    known = levels.voice_frames
    for _ in range(200):
        levels.is_sound(-20.0, is_speech=True, is_confirmed=False)
    assert levels.voice_dbfs == pytest.approx(-23.7, abs=0.3)
    assert levels.voice_frames == known
    assert tracker(None, -80.0).distance_db < 0
