import numpy as np
import pytest
from tests.alike import assert_alike
from tests.voice.speaking import blocks, demo, noise, silence

from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, Leak, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.voice.quality.monitor import QualityMonitor
from callwatch.voice.quality.swapped_channels import SwappedChannelDetector
from callwatch.voice.vad.activity import VoiceActivity

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER


def watch(sound: np.ndarray) -> tuple[QualityMonitor, list[InputWarning]]:
    voice, monitor, notes = VoiceActivity(), QualityMonitor(), []
    for block in blocks(sound):
        notes += monitor.process(block, voice.process(block))
    return monitor, notes


def frames(seconds: float, *, leak: Leak, level_dbfs: float = -30.0) -> VoiceFrames:
    """Both sides speak in turns of a second."""
    count = round(seconds / HOP_S)
    first = (np.arange(count) // 100) % 2 == 0
    speech = np.stack((first, ~first))
    level = np.where(speech, level_dbfs, -70.0).astype(np.float32)
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.03, leaks=(leak, Leak()))


def empty() -> CallBlock:
    return CallBlock(np.zeros((2, 0), np.int16), 0.0)


def test_a_good_call_has_nothing_to_tell() -> None:
    sound = demo()[0][:, : 20 * CALL_RATE_HZ] + noise(20.0, -62.0)
    monitor, notes = watch(sound)
    assert notes == []
    quality = monitor.result(20.0)
    assert quality.warnings == ()
    assert monitor.separable
    assert quality.channels[AGENT].speech_level_dbfs == pytest.approx(-26.0, abs=4.0)
    assert quality.channels[AGENT].noise_level_dbfs == pytest.approx(-62.0, abs=3.0)
    assert quality.channels[AGENT].bleed_db is None


def test_a_dead_channel_is_told_after_ten_seconds_and_again_when_it_is_back() -> None:
    sound = noise(25.0, -60.0)
    sound[1, 2 * CALL_RATE_HZ : 20 * CALL_RATE_HZ] = 0.0
    monitor, notes = watch(sound)
    assert [(n.code, n.channel) for n in notes] == [
        ("no_sound", CUSTOMER),
        ("sound_back", CUSTOMER),
    ]
    assert notes[0].time_s == pytest.approx(12.0, abs=0.1)
    assert notes[1].time_s == pytest.approx(20.0, abs=0.1)
    bad = [second for second in range(25) if monitor.fault(CUSTOMER, second) == "no_sound"]
    assert bad in (list(range(11, 20)), list(range(12, 20)))
    assert all(monitor.fault(AGENT, second) is None for second in range(25))
    assert monitor.result(25.0).channels[CUSTOMER].silent_s == pytest.approx(18.0, abs=0.1)


def test_clipping_and_offset() -> None:
    sound = demo()[0][:, : 12 * CALL_RATE_HZ] * 30.0
    sound[1] = sound[1] * 0.01 + 0.05
    monitor, notes = watch(np.clip(sound, -1.0, 0.9999))
    told = {(n.code, n.channel) for n in notes}
    assert {("clipping", AGENT), ("dc_offset", CUSTOMER)} <= told
    assert ("clipping", CUSTOMER) not in told
    assert (monitor.result(12.0).channels[AGENT].clipped_share or 0.0) > 0.01


def test_the_same_audio_twice_is_refused() -> None:
    sound = demo()[0][:, : 15 * CALL_RATE_HZ].sum(axis=0)
    monitor, notes = watch(np.stack((sound, 0.8 * sound)))
    assert "same_audio" in {n.code for n in notes}
    assert not monitor.separable
    assert Fact("same_audio") in monitor.result(15.0).warnings


def test_a_delayed_copy_is_refused() -> None:
    sound = demo()[0][:, : 15 * CALL_RATE_HZ].sum(axis=0)
    late = np.concatenate((np.zeros(320), sound))[: len(sound)]
    monitor, notes = watch(np.stack((sound, late)))
    assert {"same_audio", "not_separable"} & {n.code for n in notes}
    assert not monitor.separable


def both_in_one(other_gain: float, delay: int, seconds: int = 40) -> np.ndarray:
    """Both voices on the customer's channel, and the same again on the agent's."""
    voices = demo()[0][:, : seconds * CALL_RATE_HZ].sum(axis=0)
    late = np.concatenate((np.zeros(delay), voices))[: len(voices)]
    return np.stack((other_gain * late, voices))


def test_the_leak_into_a_listeners_channel_is_noted_and_is_no_music() -> None:
    monitor, notes = watch(both_in_one(0.25, 320, 25))
    assert [n.code for n in notes if n.channel is AGENT] == ["bleed"]
    assert monitor.separable
    assert (monitor.result(25.0).channels[AGENT].non_speech_sound_s or 0.0) < 0.5


@pytest.mark.parametrize(
    ("gain", "delay"),
    [(0.25, 320), (1.0, 4800), (0.25, 4800), (0.3, 0), (1.0, 0)],
    ids=["softer", "300 ms apart", "softer and 300 ms apart", "another gain", "twice"],
)
def test_one_sound_on_both_channels_leaves_the_figures_out(gain: float, delay: int) -> None:
    monitor, _ = watch(both_in_one(gain, delay, 25))
    warnings = {fact.key for fact in monitor.result(25.0).warnings}
    assert warnings & {"same_audio", "not_separable.copy"}
    assert not warnings & {"bleed.leak", "bleed.echo"}  # one sentence says it
    assert not monitor.separable


def both_speak(agent_dbfs: float, leak: Leak) -> VoiceFrames:
    """Twenty seconds in which both sides speak, the customer at -30 dBFS."""
    level = np.full((2, 2000), -30.0, np.float32)
    level[0] = agent_dbfs
    speech = np.ones((2, 2000), np.bool_)
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.03, leaks=(leak, Leak()))


@pytest.mark.parametrize(
    ("agent_dbfs", "leak", "separable"),
    [
        (-42.0, Leak(-10.0, residual_db=-20.0), True),  # stronger than own speech, taken away
        (-42.0, Leak(-10.0, residual_db=-3.0), False),  # ... and too much of it is left
        (-42.0, Leak(-5.0, residual_db=-20.0), False),
        (-22.0, Leak(-3.0, residual_db=-20.0), True),  # weak beside own speech
        (-36.0, Leak(-6.0, residual_db=-20.0), True),
    ],
)
def test_what_can_be_told_apart(agent_dbfs: float, leak: Leak, *, separable: bool) -> None:
    monitor = QualityMonitor()
    monitor.process(empty(), both_speak(agent_dbfs, leak))
    assert monitor.separable is separable


def test_a_leak_is_told_and_a_strong_one_is_refused() -> None:
    weak, strong = QualityMonitor(), QualityMonitor()
    assert [n.code for n in weak.process(empty(), frames(20.0, leak=Leak(-15.0)))] == ["bleed"]
    assert weak.separable
    assert weak.result(20.0).channels[AGENT].bleed_db == pytest.approx(-15.0, abs=0.2)
    notes = strong.process(empty(), frames(20.0, leak=Leak(-3.0)))
    assert [n.code for n in notes] == ["not_separable"]
    assert not strong.separable
    assert [channel for channel in Channel if strong.fault(channel, 19)] == [AGENT]
    assert weak.fault(AGENT, 19) is None


def test_a_voice_that_is_too_quiet_is_told_during_the_call() -> None:
    monitor = QualityMonitor()
    notes = monitor.process(empty(), frames(20.0, leak=Leak(), level_dbfs=-50.0))
    assert {(n.code, n.channel) for n in notes} == {("too_quiet", AGENT), ("too_quiet", CUSTOMER)}
    assert monitor.fault(AGENT, 19) == "too_quiet"
    assert not monitor.process(empty(), frames(20.0, leak=Leak(), level_dbfs=-50.0))
    assert len(monitor.result(40.0).warnings) == 2


def test_music_on_hold_begins_and_ends() -> None:
    count = 3000
    level = np.full((2, count), -75.0, np.float32)
    level[1, 500:2000] = -25.0
    nothing = np.zeros((2, count))
    monitor = QualityMonitor()
    part = VoiceFrames(0.0, nothing.astype(bool), nothing.astype(np.float32), level, 0.03)
    notes = [n for n in monitor.process(empty(), part) if n.channel is CUSTOMER]
    assert [n.code for n in notes] == ["hold_music", "hold_music_ended", "no_sound"][:2]
    assert notes[0].time_s == pytest.approx(11.0, abs=0.1)
    assert monitor.result(30.0).channels[CUSTOMER].non_speech_sound_s == pytest.approx(15.0)


def test_drops_drift_and_quiet_lines_are_summed_up() -> None:
    monitor = QualityMonitor()
    lost = (CUSTOMER, TimeSpan(1.0, 1.5))
    block = CallBlock(np.zeros((2, 160), np.int16), 2.0, dropped=(lost,))
    notes = monitor.process(block, frames(10.0, leak=Leak(), level_dbfs=-50.0))
    assert ("dropped", CUSTOMER) in {(n.code, n.channel) for n in notes}
    monitor.note_drift(AGENT, 180.0)
    quality = monitor.result(10.0)
    assert quality.channels[CUSTOMER].dropped_s == 0.5
    assert quality.channels[AGENT].drift_ppm == 180.0
    assert {"dropped", "drift", "too_quiet"} <= {warning.code for warning in quality.warnings}


@pytest.mark.parametrize("size", [320, 7777])
def test_block_size_changes_nothing(size: int) -> None:
    sound = demo()[0][:, : 10 * CALL_RATE_HZ]
    results = []
    for step in (4000, size):
        voice, monitor = VoiceActivity(), QualityMonitor()
        for block in blocks(sound, step):
            monitor.process(block, voice.process(block))
        results.append(monitor.result(10.0).channels[AGENT])
    assert_alike(results[0], results[1])


def said(channel: Channel, text: str, at_s: float = 2.0) -> Utterance:
    words = tuple(Word(word, TimeSpan(at_s, at_s + 1.0)) for word in text.split())
    return Utterance("u", channel, words, True, at_s + 2.0)


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        (Language.EN, "Hello, thank you for calling, how can I help?"),
        (Language.SV, "Hej och välkommen till oss, du pratar med Eva"),
        (Language.DA, "Goddag, du taler med Mette"),
        (Language.NB, "Hei, hva kan jeg hjelpe deg med"),
    ],
)
def test_swapped_channels(language: Language, greeting: str) -> None:
    assert SwappedChannelDetector(language).hear(said(AGENT, greeting)) == []
    watch_words = SwappedChannelDetector(language)
    assert [n.code for n in watch_words.hear(said(CUSTOMER, greeting))] == ["swapped_channels"]
    assert watch_words.hear(said(CUSTOMER, greeting)) == []
    assert SwappedChannelDetector(language).hear(said(CUSTOMER, greeting, at_s=100.0)) == []


def test_a_silent_call_says_who_was_not_heard() -> None:
    monitor, _ = watch(silence(3.0))
    warnings = monitor.result(3.0).warnings
    assert Fact("never_heard", {"channel": "agent"}) in warnings


NO_LEAK = (Leak(), Leak())


def frames_of(
    levels: np.ndarray, speech: np.ndarray, leaks: tuple[Leak, Leak] = NO_LEAK
) -> VoiceFrames:
    return VoiceFrames(0.0, speech, speech.astype(np.float32), levels, 0.03, leaks=leaks)


def test_a_channel_that_dies_or_comes_back_is_told_with_its_times() -> None:
    level = np.full((2, 12_000), -50.0, np.float32)
    level[1, 4000:7500] = -120.0
    level[0, 6600:] = -120.0
    speech = np.zeros((2, 12_000), np.bool_)
    speech[1, 8000:9000] = True  # the customer goes on: the agent is missed
    monitor = QualityMonitor()
    monitor.process(empty(), frames_of(level, speech))
    gaps = [fact.params for fact in monitor.result(120.0).warnings if fact.code == "gap"]
    assert gaps == [
        {"channel": "agent", "start_s": 66.0, "end_s": 120.0},
        {"channel": "customer", "start_s": 40.0, "end_s": 75.0},
    ]


@pytest.mark.parametrize(("farewell_s", "is_missed"), [(0.0, False), (2.9, False), (3.1, True)])
def test_digital_silence_after_hang_up_is_no_broken_cable(
    farewell_s: float, is_missed: bool
) -> None:
    """The line is dead from 60 s on, in one direction; the other side says goodbye into it."""
    level = np.full((2, 12_000), -50.0, np.float32)
    level[1, 6000:] = -120.0
    speech = np.zeros((2, 12_000), np.bool_)
    speech[1, 1000:2000] = True
    speech[0, 3000 : 6000 + round(farewell_s * 100)] = True
    monitor = QualityMonitor()
    monitor.process(empty(), frames_of(level, speech))
    assert [f.code for f in monitor.result(120.0).warnings if f.code == "gap"] == [
        "gap"
    ] * is_missed
    # A call that ended by itself ended with its last voice.
    ended = monitor.result(60.0)
    assert not any(fact.code == "gap" for fact in ended.warnings)
    assert ended.channels[CUSTOMER].silent_s == 0.0


def test_the_noise_of_a_line_is_no_ring_tone_and_no_cough() -> None:
    level = np.full((2, 1000), -62.0, np.float32)
    level[:, 100:300] = -20.0
    monitor = QualityMonitor()
    monitor.process(empty(), frames_of(level, np.zeros((2, 1000), np.bool_)))
    assert monitor.result(10.0).channels[AGENT].noise_level_dbfs == pytest.approx(-62.0, abs=1.0)


def test_bursts_of_noise_on_a_gated_line_are_no_music() -> None:
    level = np.full((2, 6000), -120.0, np.float32)
    for at in range(0, 6000, 200):
        level[1, at : at + 60] = -40.0
    monitor = QualityMonitor()
    notes = monitor.process(empty(), frames_of(level, np.zeros((2, 6000), np.bool_)))
    assert not [note for note in notes if note.code == "hold_music"]
    assert "music_share" not in {fact.code for fact in monitor.result(60.0).warnings}


def test_a_channel_with_nothing_of_its_own_is_refused_after_a_while() -> None:
    speech = np.zeros((2, 8000), np.bool_)
    speech[0] = True
    leaks = (Leak(), Leak(-10.0, residual_db=-20.0))
    level = np.repeat(np.array([[-30.0], [-40.0]], np.float32), 8000, axis=1)
    part = frames_of(level, speech, leaks)
    monitor = QualityMonitor()
    monitor.process(empty(), frames_of(level[:, :2500], speech[:, :2500], leaks))
    assert monitor.separable  # a listener beside a loudspeaker
    monitor.process(empty(), part)
    assert not monitor.separable
    warnings = {fact.key for fact in monitor.result(110.0).warnings}
    assert "not_separable.copy" in warnings
    assert not warnings & {"bleed.leak", "bleed.echo"}  # one sentence says it


# Each bound just inside and just outside.


def talk(
    agent_s: float,
    customer_s: float = 0.0,
    *,
    leaks: tuple[Leak, Leak] = NO_LEAK,
    level_dbfs: float = -30.0,
    probability: float = 1.0,
) -> tuple[QualityMonitor, list[str]]:
    """Both sides speak from the start, each for so long; what was noted.

    Their levels swing by 6 dB in opposite ways, or they would be taken for one sound.
    """
    count = round(max(agent_s, customer_s) * 100)
    swing_db = 6.0 * (-1.0) ** np.arange(count) - 10 * np.log10((10**0.6 + 10**-0.6) / 2)
    speech = np.arange(count) < np.array([[agent_s * 100], [customer_s * 100]]) - 0.5
    voices = level_dbfs + np.stack([swing_db, swing_db[::-1]])
    level = np.where(speech, voices, -60.0).astype(np.float32)
    sure = np.where(speech, probability, 0.0).astype(np.float32)
    monitor = QualityMonitor()
    part = VoiceFrames(0.0, speech, sure, level, 0.03, leaks=leaks)
    return monitor, [note.code for note in monitor.process(empty(), part)]


@pytest.mark.parametrize(("level_dbfs", "quiet"), [(-42.5, True), (-41.5, False)])
def test_how_quiet_is_too_quiet(level_dbfs: float, quiet: bool) -> None:
    assert ("too_quiet" in talk(20.0, level_dbfs=level_dbfs)[1]) is quiet


@pytest.mark.parametrize(("heard_s", "judged"), [(4.9, False), (5.1, True)])
def test_how_much_speech_a_level_is_judged_by(heard_s: float, judged: bool) -> None:
    assert ("too_quiet" in talk(heard_s, level_dbfs=-50.0)[1]) is judged


@pytest.mark.parametrize(("gain_db", "refused"), [(-6.0, False), (-5.0, True)])
def test_how_strong_a_leak_may_be(gain_db: float, refused: bool) -> None:
    monitor, notes = talk(20.0, 20.0, leaks=(Leak(gain_db, 0.5), Leak()))
    assert monitor.separable is not refused
    assert notes == (["not_separable"] if refused else ["bleed"])


@pytest.mark.parametrize(("gain_db", "noted"), [(-26.5, False), (-25.5, True)])
def test_how_weak_a_leak_harms_nothing(gain_db: float, noted: bool) -> None:
    assert ("bleed" in talk(20.0, 20.0, leaks=(Leak(gain_db, 0.5), Leak()))[1]) is noted


@pytest.mark.parametrize(("heard_s", "noted"), [(2.9, False), (3.1, True)])
def test_how_long_a_leak_is_no_chance(heard_s: float, noted: bool) -> None:
    assert ("bleed" in talk(heard_s, heard_s, leaks=(Leak(-15.0, 0.5), Leak()))[1]) is noted


@pytest.mark.parametrize(
    ("agent_s", "customer_s", "gain_db", "refused"),
    [
        (29.5, 0.0, -10.0, False),
        (30.5, 0.0, -10.0, True),
        (70.0, 3.6, -10.0, False),
        (70.0, 3.4, -10.0, True),
        (70.0, 0.0, -20.5, False),
        (70.0, 0.0, -19.5, True),
    ],
)
def test_when_a_side_holds_nothing_but_the_other(
    agent_s: float, customer_s: float, gain_db: float, refused: bool
) -> None:
    _, notes = talk(agent_s, customer_s, leaks=(Leak(), Leak(gain_db, 0.02)))
    assert ("not_separable" in notes) is refused


@pytest.mark.parametrize(("ppm", "noted"), [(49.0, False), (51.0, True), (-51.0, True)])
def test_how_far_clocks_may_drift_apart(ppm: float, noted: bool) -> None:
    monitor = QualityMonitor()
    monitor.note_drift(AGENT, ppm)
    assert ("drift" in {fact.code for fact in monitor.result(10.0).warnings}) is noted


@pytest.mark.parametrize(("probability", "is_music"), [(0.09, True), (0.11, False)])
def test_what_may_be_speech_is_no_music(probability: float, is_music: bool) -> None:
    count = 1000
    level = np.full((2, count), -75.0, np.float32)
    level[:, 100:] = -25.0
    sure = np.full((2, count), probability, np.float32)
    nobody = np.zeros((2, count), np.bool_)
    notes = QualityMonitor().process(empty(), VoiceFrames(0.0, nobody, sure, level, 0.03))
    assert ("hold_music" in {note.code for note in notes}) is is_music
