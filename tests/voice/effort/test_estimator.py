"""Effort on voices made in code."""

import numpy as np
import pytest
from tests.alike import assert_alike
from tests.voice.voices import COLUMNS, at_level, noise, run, silence, telephone, voice

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Channel
from callwatch.core.frames import VoiceFrames
from callwatch.voice.effort.estimator import STEP_S, EffortEstimator, EffortFrames


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
    _, frames = run(voice(120, 5.5))
    known = np.flatnonzero(np.isfinite(frames.raised[1]))
    assert known[0] * STEP_S == pytest.approx(3.1, abs=0.5)
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


def test_figures_come_once_so_much_voice_has_been_heard() -> None:
    _, frames = run(voice(120, 3.0))
    assert np.flatnonzero(np.isfinite(frames.effort[1]))[0] * STEP_S == pytest.approx(
        1.55, abs=0.25
    )


def test_a_figure_rests_on_a_fifth_of_a_second_of_voice() -> None:
    _, frames = run(np.concatenate([voice(120, 8.0), silence(1.5), voice(120, 1.0)]))
    fresh = 95 + np.flatnonzero(np.isfinite(frames.effort[1, 95:]))[0]
    assert 0.2 <= frames.voiced_s[1, fresh] < 0.3
    assert frames.voiced_s[1, fresh - 1] < 0.2


def test_after_a_pause_the_first_syllables_open_nothing() -> None:
    """They give an effort at once; whether the voice is raised is known 0.6 s later."""
    _, frames = run(np.concatenate([voice(120, 8.0), silence(1.5), voice(120, 2.0)]))
    effort, raised = (np.isfinite(row[1, 95:114]) for row in (frames.effort, frames.raised))
    first = {"effort": 0.2, "raised": 0.6}
    for name, known in (("effort", effort), ("raised", raised)):
        at = int(np.flatnonzero(known)[0])
        assert first[name] <= frames.voiced_s[1, 95 + at] < first[name] + 0.1
        assert known[at:].all()


@pytest.mark.parametrize(("pause_s", "goes_on"), [(0.8, True), (1.2, False)])
def test_bound_of_a_pause(pause_s: float, goes_on: bool) -> None:
    _, frames = run(np.concatenate([voice(120, 4.0), silence(pause_s), voice(120, 0.4)]))
    assert bool(frames.voiced_s[1, -3] > 0.6) is goes_on


def glide(step_st: float, seconds: float = 2.0) -> DoubleArray:
    """A tone complex whose pitch rises by so much every 20 ms, like no voice."""
    t = np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ
    rate = step_st / 12 * np.log(2) / 0.02
    phase = 2 * np.pi * 150 * (np.expm1(rate * t) / rate if rate else t)
    return at_level(np.sum([np.sin(k * phase + k) / k for k in range(1, 20)], axis=0), -26.0)


@pytest.mark.parametrize(("step_st", "is_voice"), [(0.0, False), (0.0035, False), (0.0065, True)])
def test_bound_of_a_pitch_that_no_voice_holds(step_st: float, is_voice: bool) -> None:
    _, frames = run(glide(step_st))
    assert bool(frames.new_voiced_s[1, 2:18].sum() > 1.0) is is_voice


def near(seconds: float, level_dbfs: float) -> DoubleArray:
    """A usual voice without what lies below the bands that are measured."""
    return at_level(telephone(voice(120, seconds)), level_dbfs)


def late(*parts: tuple[float, float, float]) -> EffortFrames:
    """Usual voice, a pause, then voice that activity hears only at last: (pause before, length, dB).

    The last part is heard, the others are not.
    """
    sounds, speech = (
        [near(8.0, -26.0), silence(1.2)],
        [True] * 800 + [False] * 120,
    )
    for number, (pause_s, length_s, gain_db) in enumerate(parts):
        sounds += [silence(pause_s), near(length_s, -26.0 + gain_db)]
        heard = number == len(parts) - 1
        speech += [False] * round(pause_s * 100) + [heard] * round(length_s * 100)
    return run(np.concatenate(sounds), speech=np.array(speech))[1]


@pytest.mark.parametrize(
    ("parts", "released_s"),
    [
        pytest.param(((0, 1.0, -7.0), (0, 0.5, 0)), 1.0, id="as strong as the own voice"),
        pytest.param(((0, 1.0, -9.5), (0, 0.5, 0)), 0.0, id="too weak"),
        pytest.param(((0, 3.0, 0), (0, 0.5, 0)), 1.5, id="no more than so long ago"),
        pytest.param(((0, 0.8, 0), (0.2, 0.5, 0)), 0.8, id="a short gap"),
        pytest.param(((0, 0.8, 0), (0.5, 0.5, 0)), 0.0, id="a long gap"),
    ],
)
def test_bounds_of_voice_before_it_is_recognised(
    parts: tuple[tuple[float, float, float], ...], released_s: float
) -> None:
    new_s = late(*parts).new_voiced_s[1, 92:]
    assert max(float(new_s.max()) - 0.1, 0.0) == pytest.approx(released_s, abs=0.2)


@pytest.mark.parametrize(("below_db", "is_own"), [(13.5, True), (16.5, False)])
def test_bound_of_what_is_too_faint_to_be_the_own_voice(below_db: float, is_own: bool) -> None:
    faint = near(2.0, -26.0 - below_db)
    _, frames = run(np.concatenate([near(8.0, -26.0), silence(0.5), faint]))
    assert bool(frames.new_voiced_s[1, 87:103].sum() > 1.0) is is_own


@pytest.mark.parametrize(("snr_db", "counts"), [(6.0, True), (3.5, False)])
def test_bound_of_what_tells_more_of_the_line(snr_db: float, counts: bool) -> None:
    """Of a voice in noise; the speaker's own strong level is not known yet."""
    line = at_level(telephone(noise(6.0, -40.0)), -40.0)
    speech = np.arange(600) >= 300
    heard = line + np.concatenate([silence(3.0), near(3.0, -40.0 + snr_db)])
    _, frames = run(heard, speech=speech)
    assert bool(frames.new_voiced_s[1, 32:58].sum() > 1.0) is counts


def test_a_voice_behind_is_neither_raised_nor_learnt_from() -> None:
    shout = voice(190, 12.0, tilt_db=-5.0)
    sound = np.concatenate([voice(120, 10.0), shout, voice(120, 4.0)])
    behind = np.zeros(len(sound) // 160, np.bool_)
    behind[1000:2200] = True
    estimator, frames = run(sound, behind=behind)
    assert np.nanmax(frames.new_voiced_s[1, 101:219]) == 0.0
    assert np.isnan(frames.raised[1, 112:218]).all()
    known = estimator.baseline(Channel.CUSTOMER)
    assert known is not None
    assert known.pitch_st == pytest.approx(12 * np.log2(120 / 100), abs=0.6)
