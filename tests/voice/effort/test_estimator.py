"""Effort on voices made in code."""

import numpy as np
import pytest
from tests.alike import assert_alike
from tests.voice.voices import COLUMNS, noise, run, silence, telephone, voice

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import VoiceFrames
from callwatch.voice.effort.estimator import STEP_S, EffortConfig, EffortEstimator


def call(raised: DoubleArray, usual_hz: float = 120.0) -> DoubleArray:
    """Ten seconds of usual voice, the raised one, and a little usual voice again."""
    return np.concatenate([voice(usual_hz, 10.0), raised, voice(usual_hz, 4.0)])


@pytest.fixture(scope="module")
def shouted() -> DoubleArray:
    return call(voice(190, 3.0, tilt_db=-5.0))


def test_a_raised_voice_stands_out_and_only_there(shouted: DoubleArray) -> None:
    _, frames = run(shouted)
    assert np.nanmax(frames.effort[1, 25:98]) < 1.5
    assert np.nanmin(frames.effort[1, 112:128]) > 3.2
    assert np.nanmax(frames.effort[1, 142:165]) < 1.5
    assert frames.pitch_delta_st[1, 120] == pytest.approx(8.0, abs=0.6)
    assert np.isnan(frames.effort[0]).all()


def test_the_telephone_does_not_hide_it(shouted: DoubleArray) -> None:
    _, frames = run(telephone(shouted))
    assert np.nanmax(frames.effort[1, 25:98]) < 1.5
    assert np.nanmin(frames.effort[1, 112:128]) > 3.2


def test_levelled_out_by_the_line_it_still_stands_out() -> None:
    quiet = voice(190, 3.0, tilt_db=-5.0, level_dbfs=-26.0)
    _, frames = run(call(quiet))
    assert np.nanmin(frames.effort[1, 112:128]) > 3.2


@pytest.mark.parametrize("block_s", [0.013, 0.1, 5.0])
def test_the_block_size_does_not_matter(shouted: DoubleArray, block_s: float) -> None:
    _, one = run(shouted)
    _, other = run(shouted, block_s)
    for name in COLUMNS:
        assert_alike(getattr(one, name), getattr(other, name), name)


def test_a_gain_step_is_no_effort_and_is_followed() -> None:
    loud = voice(120, 8.0, level_dbfs=-14.0)
    _, frames = run(np.concatenate([voice(120, 10.0), loud]))
    assert np.nanmax(frames.effort[1, 25:]) < 2.0
    assert frames.level_delta_db[1, 104] > 9
    assert abs(frames.level_delta_db[1, 175]) < 4


def test_a_whisper_has_no_effort() -> None:
    _, frames = run(np.concatenate([voice(120, 10.0), noise(4.0, -30.0)]))
    assert np.isnan(frames.effort[1, 115:138]).all()


def test_hoarse_speech_between_voice_is_no_pause() -> None:
    hoarse = np.concatenate([voice(120, 1.0), noise(1.4, -30.0), voice(120, 0.3)])
    _, frames = run(np.concatenate([voice(120, 10.0), silence(1.2), hoarse]))
    assert frames.voiced_s[1, -3] > 1.0
    paused = np.concatenate([voice(120, 1.0), silence(1.4), voice(120, 0.3)])
    _, frames = run(np.concatenate([voice(120, 10.0), silence(1.2), paused]))
    assert frames.voiced_s[1, -3] < 0.4


def test_little_speech_gives_nothing() -> None:
    estimator, frames = run(np.concatenate([voice(120, 1.3), silence(3.0)]))
    assert np.isnan(frames.effort).all()
    assert estimator.baseline(Channel.CUSTOMER) is None


@pytest.mark.parametrize("f0_hz", [70.0, 300.0])
def test_very_low_and_childrens_voices_are_usual_voices(f0_hz: float) -> None:
    estimator, frames = run(voice(f0_hz, 14.0))
    usual = estimator.baseline(Channel.CUSTOMER)
    assert usual is not None
    assert 100 * 2 ** (usual.pitch_st / 12) == pytest.approx(f0_hz, rel=0.06)
    assert np.nanmax(frames.effort[1]) < 3.0


def test_shouted_first_words_do_not_become_the_usual_voice() -> None:
    audio = np.concatenate([voice(230, 4.0, tilt_db=-3.0), silence(1.2), voice(115, 12.0)])
    usual = run(audio)[0].baseline(Channel.CUSTOMER)
    assert usual is not None
    assert 100 * 2 ** (usual.pitch_st / 12) == pytest.approx(115, rel=0.05)
    again = run(np.concatenate([audio, silence(1.2), voice(230, 3.0, tilt_db=-3.0)]))[1]
    assert np.nanmin(again.effort[1, -18:-2]) > 3.2


def test_the_other_sides_leak_is_not_measured() -> None:
    leak = voice(220, 4.0, tilt_db=-12.0, level_dbfs=-54.0)
    _, frames = run(np.concatenate([voice(115, 10.0), leak, voice(115, 4.0)]))
    assert np.isnan(frames.effort[1, 112:138]).all()


def test_effort_is_that_of_the_own_sound() -> None:
    """A loud leak lies over the channel; what voice activity cleaned is what counts."""
    own, leak = voice(115, 16.0), voice(230, 16.0, tilt_db=-3.0, level_dbfs=-14.0)
    leak[: 10 * CALL_RATE_HZ] = 0.0
    quiet = np.zeros_like(own)
    heard, cleaned = (
        np.round(np.stack([quiet, sound]) * 32767).astype(np.int16) for sound in (own + leak, own)
    )
    count = len(own) // 160
    speech = np.stack([np.zeros(count, np.bool_), np.ones(count, np.bool_)])
    level = np.full((2, count), -26.0, np.float32)
    highest = []
    for given in (None, cleaned):
        frames = VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.03, cleaned=given)
        estimator = EffortEstimator()
        found = estimator.process(CallBlock(heard, 0.0), frames)
        highest.append(float(np.nanmax(found.effort[1, 110:])))
    assert highest[0] > 3.2
    assert highest[1] < 2.0


def test_a_shout_that_voice_activity_hears_late_counts_from_its_start() -> None:
    shout = voice(190, 2.0, tilt_db=-5.0)
    audio = np.concatenate([voice(120, 10.0), silence(1.2), shout])
    speech = np.zeros(len(audio) // 160, bool)
    speech[:1000] = speech[1220:] = True
    _, frames = run(audio, speech=speech)
    assert frames.voiced_s[1, 118] == 0
    assert frames.voiced_s[1, 122] > 1.0
    assert frames.effort[1, 122] > 3.2


def test_a_remembered_baseline_is_used_from_the_first_words() -> None:
    usual = run(voice(120, 12.0))[0].baseline(Channel.CUSTOMER)
    assert usual is not None
    _, frames = run(voice(200, 2.0, tilt_db=-4.0), known={Channel.CUSTOMER: usual})
    assert np.nanmax(frames.effort[1]) > 3.0
    _, calm = run(voice(122, 2.0), known={Channel.CUSTOMER: usual})
    assert np.nanmax(calm.effort[1]) < 1.5


def test_decisions_are_stamped_when_the_frames_allowed_them(shouted: DoubleArray) -> None:
    _, frames = run(shouted)
    assert frames.decided_s(10) == pytest.approx(1.1 + 0.1)
    assert frames.end_s == pytest.approx(len(shouted) / CALL_RATE_HZ, abs=0.11)


def test_a_raised_voice_is_told_once_enough_usual_voice_is_known() -> None:
    usual_s = EffortConfig().usual_s
    _, frames = run(voice(120, usual_s + 2.0))
    known = np.flatnonzero(np.isfinite(frames.raised[1]))
    assert known[0] * STEP_S == pytest.approx(usual_s, abs=0.6)
    assert np.isfinite(frames.raised[1, known[0] :]).all()


def test_a_voice_that_stands_still_is_less_raised_than_one_that_moves() -> None:
    """The same pitch and brightness, as one held vowel and as syllables of different vowels."""
    still = voice(230, 2.0, tilt_db=-4.0)
    gain_db = np.repeat([[-8.0, 8.0], [8.0, -8.0]] * 9, 1, axis=0)
    t = np.arange(len(still)) / CALL_RATE_HZ
    spectrum, hz = np.fft.rfft(still), np.fft.rfftfreq(len(still), 1 / CALL_RATE_HZ)
    low, high = (np.fft.irfft(spectrum * part, len(still)) for part in (hz < 1200, hz >= 1200))
    swing = gain_db[(t * 8.9).astype(int) % len(gain_db)]
    moving = low * 10 ** (swing[:, 0] / 20) + high * 10 ** (swing[:, 1] / 20)
    highest = []
    for raised in (still, moving):
        _, frames = run(np.concatenate([voice(120, 10.0), silence(1.2), raised]))
        highest.append(float(np.nanmedian(frames.raised[1, 118:132])))
    assert highest[1] > highest[0] + 0.1
