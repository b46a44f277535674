"""Sound that goes on and is no speech: each bound just inside and just outside."""

import pytest

from callwatch.voice.quality.hold_music import HoldMusic, HoldMusicConfig


def heard(*parts: tuple[float, float, bool]) -> HoldMusic:
    """(seconds, dBFS, whether it is speech) after another."""
    music = HoldMusic(HoldMusicConfig())
    for seconds, level_dbfs, is_speech in parts:
        frames = round(seconds * 100)
        music.process([level_dbfs] * frames, [not is_speech] * frames)
    return music


QUIET = (1.0, -70.0, False)


@pytest.mark.parametrize(("length_s", "is_music"), [(5.9, False), (6.1, True)])
def test_six_seconds_of_it(length_s: float, is_music: bool) -> None:
    music = heard(QUIET, (length_s, -30.0, False))
    assert music.is_on is is_music
    assert music.total_s == pytest.approx(length_s)
    assert music.music_s == pytest.approx(length_s if is_music else 0.0)


@pytest.mark.parametrize(("level_dbfs", "is_music"), [(-46.0, False), (-43.0, True)])
def test_fifteen_db_above_the_noise_of_the_line(level_dbfs: float, is_music: bool) -> None:
    # The noise is taken to rise by 1.4 dB meanwhile.
    assert heard((1.0, -60.0, False), (7.0, level_dbfs, False)).is_on is is_music


@pytest.mark.parametrize(("level_dbfs", "is_music"), [(-56.0, False), (-54.0, True)])
def test_louder_than_any_line_is_by_itself(level_dbfs: float, is_music: bool) -> None:
    assert heard((1.0, -80.0, False), (7.0, level_dbfs, False)).is_on is is_music


def test_speech_is_none() -> None:
    assert not heard(QUIET, (20.0, -30.0, True)).is_on


@pytest.mark.parametrize(("speech_s", "is_music"), [(1.45, True), (1.55, False)])
def test_speech_ends_it_four_times_as_fast_as_it_began(speech_s: float, is_music: bool) -> None:
    assert heard(QUIET, (9.0, -30.0, False), (speech_s, -30.0, True)).is_on is is_music


@pytest.mark.parametrize(("pause_s", "is_music"), [(5.9, True), (6.1, False)])
def test_a_pause_ends_it_as_slowly_as_it_began(pause_s: float, is_music: bool) -> None:
    assert heard(QUIET, (9.0, -30.0, False), (pause_s, -70.0, False)).is_on is is_music


@pytest.mark.parametrize(
    ("noise_dbfs", "level_dbfs", "until_s"),
    [(-60.0, -30.0, 75.0), (-120.0, -50.0, 75.0)],
    ids=["a line with noise", "a line that is gated"],
)
def test_what_never_pauses_is_taken_for_noise_in_the_end(
    noise_dbfs: float, level_dbfs: float, until_s: float
) -> None:
    # 0.2 dB a second; where there is no noise at all, it rises from -80 dBFS. Then 6 s to end.
    first = (1.0, noise_dbfs, False)
    assert heard(first, (until_s + 4.0, level_dbfs, False)).is_on
    assert not heard(first, (until_s + 8.0, level_dbfs, False)).is_on


def test_blocks_of_any_size_give_the_same() -> None:
    levels, idle = [-70.0] * 100 + [-30.0] * 700 + [-70.0] * 900, [True] * 1700
    whole = HoldMusic(HoldMusicConfig())
    expected = whole.process(levels, idle)
    pieces, found = HoldMusic(HoldMusicConfig()), []
    for at in range(0, 1700, 37):
        changes = pieces.process(levels[at : at + 37], idle[at : at + 37])
        found += [(at + i, is_on) for i, is_on in changes]
    assert found == expected
    assert [is_on for _, is_on in expected] == [True, False]
