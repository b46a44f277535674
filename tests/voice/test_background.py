"""A voice behind the speaker, each bound at its edge."""

import numpy as np
import pytest

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.voice.background import BackgroundConfig, BackgroundVoice, BackgroundVoices

OWN, BEHIND = 1e-3, 1e-4  # -30 and -40 dBFS
CONFIG = BackgroundConfig(prior_s=0.0)


def after(turns_s: float, both_s: float, config: BackgroundConfig = CONFIG) -> BackgroundVoice:
    """The other's one turn of `turns_s`, with sound of this side in the last `both_s` of it."""
    voice = BackgroundVoice(config)
    for _ in range(50):
        voice.hear(OWN, False)
    steps, both = round(turns_s * 10), round(both_s * 10)
    for i in range(round(config.turn_s * 10) + steps):
        is_silent = i < round(config.turn_s * 10) + steps - both
        voice.hear(None if is_silent else BEHIND, True)
    return voice


@pytest.mark.parametrize(("both_s", "found"), [(2.8, False), (3.2, True)])
def test_three_tenths_of_the_others_turns(both_s: float, found: bool) -> None:
    voice = after(10.0, both_s, BackgroundConfig(prior_s=0.0, memory_s=1e6))
    assert voice.is_found is found
    assert voice.is_behind is found


@pytest.mark.parametrize(("turn_s", "found"), [(0.8, False), (1.0, True)])
def test_listening_words_of_the_other_are_no_turns(turn_s: float, found: bool) -> None:
    voice = BackgroundVoice(CONFIG)
    for _ in range(20):
        for _ in range(round(turn_s * 10)):
            voice.hear(BEHIND, True)
        voice.hear(OWN, False)
    assert voice.is_found is found


@pytest.mark.parametrize(("both_s", "found"), [(0.3, False), (0.6, True)])
def test_what_is_usual_counts_like_two_seconds(both_s: float, found: bool) -> None:
    """0.3 s and what came, of 2 s and what came, is more than 0.3 after 0.43 s."""
    assert after(both_s, both_s, BackgroundConfig()).is_found is found


def test_a_television_that_is_turned_off_is_forgotten() -> None:
    voice = after(20.0, 20.0)
    assert voice.is_found
    for _ in range(600):
        voice.hear(None, True)
    assert not voice.is_found


@pytest.mark.parametrize(("level_db", "behind"), [(-4.0, False), (-6.0, True)])
def test_sound_belongs_to_the_nearer_of_both_levels(level_db: float, behind: bool) -> None:
    """They are 10 dB apart."""
    voice = after(20.0, 20.0)
    for _ in range(12):
        voice.hear(OWN * 10 ** (level_db / 10), False)
    assert voice.is_behind is behind


@pytest.mark.parametrize(("new_steps", "behind"), [(5, False), (12, True)])
def test_a_soft_syllable_of_the_speaker_is_not_behind(new_steps: int, behind: bool) -> None:
    """The last 1.2 s are looked at together."""
    voice = after(20.0, 20.0)
    for _ in range(12):
        voice.hear(OWN, False)
    for _ in range(new_steps):
        voice.hear(BEHIND, False)
    assert voice.is_behind is behind


@pytest.mark.parametrize(("own_steps", "behind"), [(8, False), (14, True)])
def test_who_says_little_is_still_the_strongest(own_steps: int, behind: bool) -> None:
    """More than one in twenty of the side's sound."""
    voice = BackgroundVoice(BackgroundConfig(prior_s=0.0, levels_s=1e6, span_s=0.1))
    for _ in range(own_steps):
        voice.hear(OWN, False)
    for _ in range(200):
        voice.hear(BEHIND, True)
    assert voice.is_behind is behind


@pytest.mark.parametrize(("own_steps", "behind"), [(70, True), (90, False)])
def test_who_talks_over_the_other_is_not_behind(own_steps: int, behind: bool) -> None:
    """Two in five of what goes on through the other's turns may be the speaker."""
    config = BackgroundConfig(prior_s=0.0, levels_s=1e6, span_s=0.1)
    voice = BackgroundVoice(config)
    for i in range(208):
        voice.hear(OWN if i < 8 + own_steps else BEHIND, True)
    voice.hear(BEHIND, False)
    assert voice.is_behind is behind


@pytest.mark.parametrize(("apart_db", "behind"), [(5.0, False), (6.0, True)])
def test_levels_close_together_are_one_voice(apart_db: float, behind: bool) -> None:
    """Who talks over the other all the time is nobody behind."""
    voice = BackgroundVoice(CONFIG)
    for i in range(300):
        voice.hear(OWN if i < 50 else OWN * 10 ** (-apart_db / 10), i >= 50)
    assert voice.is_found
    assert voice.is_behind is behind


def both(seconds: float) -> tuple[BoolArray, FloatArray]:
    """A customer, and a television 12 dB below that goes on through the agent's turns."""
    count = round(seconds * 100)
    agent = np.arange(count) % 1000 < 500
    customer = np.ones(count, np.bool_)
    level = np.where(agent, -42.0, -30.0)
    levels = np.stack([np.full(count, -30.0), level]).astype(np.float32)
    return np.stack([agent, customer]), levels


def test_a_television_is_behind_and_the_agent_who_talks_over_it_is_not() -> None:
    speech, level = both(40.0)
    behind = BackgroundVoices().process(speech, level)
    late = behind[:, 1500:]
    agent = speech[0, 1500:]
    assert not late[0].any()
    assert late[1][agent].mean() > 0.7
    assert not late[1][~agent][100:].all()


@pytest.mark.parametrize("size", [7, 100, 4000])
def test_block_sizes_do_not_matter(size: int) -> None:
    speech, level = both(40.0)
    voices = BackgroundVoices()
    parts = [
        voices.process(speech[:, i : i + size], level[:, i : i + size])
        for i in range(0, speech.shape[1], size)
    ]
    assert np.array_equal(np.concatenate(parts, axis=1), BackgroundVoices().process(speech, level))


def test_people_who_take_turns_have_nobody_behind_them() -> None:
    speech, level = both(40.0)
    speech[1] = ~speech[0]
    assert not BackgroundVoices().process(speech, level).any()
