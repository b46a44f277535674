"""Sound that is no voice opens no raised-voice cue, through voice activity, effort and detector.

The customer first speaks for a while, so that what is usual for them is known; then comes the
sound, as strong as their voice or stronger.
"""

from functools import cache

import numpy as np
import pytest
from tests.voice.speaking import blocks, demo

from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel
from callwatch.core.cues import Cue
from callwatch.core.events import CueOpened
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.vad.activity import VoiceActivity

RNG_SEED = 5


@cache
def usual_speech() -> DoubleArray:
    """Some 15 s of the demo's customer while they are calm, (n,)."""
    audio, lines = demo()
    said = [line for line in lines if line["channel"] == "customer" and not line["raised"]]
    parts: list[DoubleArray] = []
    for line in said:
        if sum(map(len, parts)) > 15 * CALL_RATE_HZ:
            break
        a, b = (round(line[key] * CALL_RATE_HZ) for key in ("start_s", "end_s"))
        parts += [audio[1, a:b], np.zeros(CALL_RATE_HZ // 2)]
    return np.concatenate(parts)


def cues(sound: DoubleArray, dbfs: float) -> list[Cue]:
    """Raised-voice cues after `sound` (n,) has begun; its strongest 0.1 s lie at `dbfs`."""
    size = CALL_RATE_HZ // 10
    power = (sound[: len(sound) // size * size].reshape(-1, size) ** 2).mean(axis=1).max()
    sound = sound / np.sqrt(power) * 10 ** (dbfs / 20)
    speech = usual_speech()
    customer = np.concatenate([speech, np.zeros(CALL_RATE_HZ), sound, np.zeros(CALL_RATE_HZ)])
    activity, estimator, detector, events = VoiceActivity(), EffortEstimator(), RaisedVoice(), []
    for block in blocks(np.stack([np.zeros_like(customer), customer])):
        events += detector.process(estimator.process(block, activity.process(block)))
    events += detector.process(estimator.finish(activity.finish()))
    assert estimator.baseline(Channel.CUSTOMER) is not None
    begins_s = len(speech) / CALL_RATE_HZ
    opened = [event.cue for event in events if isinstance(event, CueOpened)]
    return [cue for cue in opened if cue.detected_s > begins_s]


def time_s(seconds: float) -> DoubleArray:
    return np.arange(round(seconds * CALL_RATE_HZ)) / CALL_RATE_HZ


def tones(hz: tuple[float, ...], seconds: float) -> DoubleArray:
    return np.asarray(sum(np.sin(2 * np.pi * f * time_s(seconds)) for f in hz))


def dtmf() -> DoubleArray:
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336), (697, 1477), (770, 1209)]
    return np.concatenate([np.pad(tones(key, 0.25), (0, 1600)) for key in keys * 2])


def fax() -> DoubleArray:
    """Calling tone 1100 Hz, answer tone 2100 Hz, and two-tone signalling at 300 baud."""
    bits = np.random.default_rng(RNG_SEED).integers(0, 2, 900).repeat(CALL_RATE_HZ // 300)
    sweep = np.sin(2 * np.pi * np.cumsum(np.where(bits, 1650.0, 1850.0)) / CALL_RATE_HZ)
    return np.concatenate([tones((1100,), 1.0), tones((2100,), 2.5), sweep])


def hold_music() -> DoubleArray:
    """Chords of plucked strings with a tune that lies above a speaking voice."""
    out: list[DoubleArray] = []
    for root, note in [(220, 440), (175, 523), (196, 587), (220, 659), (262, 784), (196, 494)] * 3:
        t = time_s(0.45)
        chord = sum(
            np.sin(2 * np.pi * f * k * t) * np.exp(-3.0 * t) / k
            for f in (root, root * 1.26, root * 1.5, note)
            for k in range(1, 7)
        )
        out.append(np.asarray(chord))
    return np.concatenate(out)


def siren() -> DoubleArray:
    """A tone with harmonics that wails between 500 and 1100 Hz."""
    t = time_s(6.0)
    phase = 2 * np.pi * np.cumsum(800 + 300 * np.sin(2 * np.pi * 0.5 * t)) / CALL_RATE_HZ
    return np.asarray(np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase))


def clicks(every_s: float, ring_hz: float, fall_s: float) -> DoubleArray:
    """Short rings of a struck body with noise: keys, or a door."""
    rng, t = np.random.default_rng(RNG_SEED), time_s(0.12)
    out = np.zeros(round(6 * CALL_RATE_HZ))
    for at_s in np.arange(0.2, 5.6, every_s):
        at = round((at_s + rng.uniform(0, every_s / 3)) * CALL_RATE_HZ)
        hit = (np.sin(2 * np.pi * ring_hz * t) + rng.normal(size=len(t))) * np.exp(-t / fall_s)
        out[at : at + len(t)] += hit[: len(out) - at]
    return out


def burst(f0_hz: float, seconds: float, breath: float) -> DoubleArray:
    """A vowel with a fall in pitch, breath mixed in, fading in and out."""
    t, rng = time_s(seconds), np.random.default_rng(RNG_SEED)
    phase = 2 * np.pi * np.cumsum(f0_hz * (1.1 - 0.2 * t / seconds)) / CALL_RATE_HZ
    voice = sum(np.sin(k * phase) / k**0.8 for k in range(1, 10))
    sound = voice + breath * rng.normal(size=len(t))
    return np.asarray(sound * np.sin(np.pi * t / seconds) ** 0.5)


def laughter() -> DoubleArray:
    """Ha-ha-ha: 5 bursts a second, high and breathy, in fits with breaths between."""
    fit = np.concatenate([np.pad(burst(330 - 8 * i, 0.09, 1.0), (0, 1760)) for i in range(7)])
    breath = 0.2 * np.random.default_rng(RNG_SEED).normal(size=CALL_RATE_HZ // 2)
    return np.concatenate([fit, breath, fit, breath])


def coughs() -> DoubleArray:
    """An explosion of noise, then a short voiced tail, twice."""
    t, rng = time_s(0.25), np.random.default_rng(RNG_SEED)
    bang = 3 * rng.normal(size=len(t)) * np.exp(-t / 0.06)
    one = np.concatenate([bang, burst(260, 0.15, 1.5), np.zeros(CALL_RATE_HZ // 3)])
    return np.tile(one, 2)


def plosives() -> DoubleArray:
    """Pops of breath on the microphone: decaying low noise."""
    t, rng = time_s(0.15), np.random.default_rng(RNG_SEED)
    pop = np.cumsum(rng.normal(size=len(t))) * np.exp(-t / 0.03)
    return np.tile(np.pad(pop, (0, CALL_RATE_HZ // 4)), 6)


def loud_word() -> DoubleArray:
    """One word of the same speaker, higher and brighter, a third of a second long."""
    words = usual_speech()[: 3 * CALL_RATE_HZ]
    faster = np.interp(np.arange(0, len(words), 1.6), np.arange(len(words)), words)
    size = CALL_RATE_HZ // 3
    parts = faster[: len(faster) // size * size].reshape(-1, size)
    return np.asarray(parts[(parts**2).sum(axis=1).argmax()] * np.hanning(size))


def animals() -> DoubleArray:
    """Shrill cries round 950 Hz whose pitch trembles; nothing lies below 700 Hz."""
    t, rng = time_s(4.0), np.random.default_rng(RNG_SEED)
    steps = np.repeat(rng.normal(0, 12, len(t) // 320 + 1), 320)[: len(t)]
    phase = 2 * np.pi * np.cumsum(317 + steps) / CALL_RATE_HZ
    return np.asarray(sum(np.sin(k * phase) for k in (3, 6)) * (np.sin(2 * np.pi * 1.5 * t) > -0.3))


@pytest.mark.parametrize("dbfs", [-26.0, -12.0])
@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(dtmf(), id="DTMF"),
        pytest.param(fax(), id="fax"),
        pytest.param(hold_music(), id="hold music"),
        pytest.param(siren(), id="siren"),
        pytest.param(clicks(0.15, 1800.0, 0.008), id="typing"),
        pytest.param(clicks(1.1, 140.0, 0.04), id="door"),
        pytest.param(laughter(), id="laughter"),
        pytest.param(coughs(), id="coughs"),
        pytest.param(plosives(), id="plosives"),
        pytest.param(loud_word(), id="one loud word"),
        pytest.param(animals(), id="animals"),
        pytest.param(np.random.default_rng(RNG_SEED).normal(size=96000), id="noise"),
    ],
)
def test_sound_that_is_no_voice_opens_nothing(sound: DoubleArray, dbfs: float) -> None:
    assert cues(sound, dbfs) == []


@pytest.mark.parametrize("leak_db", [-12.0, -24.0])
def test_the_other_sides_shout_leaking_in_opens_nothing(leak_db: float) -> None:
    """The agent shouts on a channel of their own; the customer's microphone hears it."""
    speech = usual_speech()
    words = speech[: 5 * CALL_RATE_HZ]
    shout = np.interp(np.arange(0, len(words), 1.6), np.arange(len(words)), words) * 2
    agent = np.concatenate([np.zeros(len(speech) + CALL_RATE_HZ), shout, np.zeros(CALL_RATE_HZ)])
    customer = np.roll(agent, 960) * 10 ** (leak_db / 20)
    customer[: len(speech)] += speech
    activity, estimator, detector, events = VoiceActivity(), EffortEstimator(), RaisedVoice(), []
    for block in blocks(np.stack([agent, customer])):
        events += detector.process(estimator.process(block, activity.process(block)))
    events += detector.process(estimator.finish(activity.finish()))
    opened = [event.cue for event in events if isinstance(event, CueOpened)]
    assert [cue for cue in opened if cue.channel is Channel.CUSTOMER] == []


def test_the_same_words_stronger_higher_and_brighter_do_open() -> None:
    """The check that the way through can find something at all."""
    words = usual_speech()[: 8 * CALL_RATE_HZ]  # five seconds, said as fast
    faster = np.interp(np.arange(0, len(words), 1.6), np.arange(len(words)), words)
    spectrum, hz = np.fft.rfft(faster), np.fft.rfftfreq(len(faster), 1 / CALL_RATE_HZ)
    bright = np.fft.irfft(spectrum * np.maximum(hz / 700, 0.3) ** 1.2, len(faster))
    assert cues(bright, -15.0)
