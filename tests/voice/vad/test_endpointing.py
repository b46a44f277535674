import numpy as np
import pytest

from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.voice.vad.endpointing import Endpointer, EndpointingConfig

CONFIG = EndpointingConfig()


def run(
    likely: list[tuple[float, int]], level: list[tuple[float, int]]
) -> tuple[np.ndarray, list[VoiceStarted | VoiceStopped]]:
    """Runs of (value, frames) for the probability and the level."""
    finder = Endpointer(Channel.AGENT, CONFIG, 0.032)
    p, lv = (
        np.concatenate([np.full(n, v, np.float32) for v, n in runs]) for runs in (likely, level)
    )
    every = np.ones(len(p), dtype=np.bool_)
    speech, told = finder.process(0.0, p, lv, every, every)
    return speech, [*told, *finder.finish()]


def test_takes_the_late_opinion_back_to_the_sound() -> None:
    level = [(-95.0, 50), (-30.0, 100), (-95.0, 50)]
    _, told = run([(0.0, 56), (0.9, 96), (0.0, 48)], level)
    started, stopped = told
    assert isinstance(started, VoiceStarted)
    assert started.start_s == 0.5
    assert isinstance(stopped, VoiceStopped)
    assert (stopped.span.start_s, stopped.span.end_s) == (0.5, 1.5)


def test_takes_a_start_back_only_so_far() -> None:
    _, told = run([(0.0, 100), (0.9, 50)], [(-95.0, 80), (-30.0, 70)])
    assert isinstance(told[0], VoiceStarted)
    assert told[0].start_s == 1.0 - CONFIG.max_onset_backtrack_frames / 100


def test_a_click_is_not_told() -> None:
    _, told = run([(0.0, 50), (0.9, 5), (0.0, 50)], [(-95.0, 50), (-30.0, 5), (-95.0, 50)])
    assert told == []


def test_a_stop_consonant_does_not_part_speech_and_a_pause_does() -> None:
    hole = [
        (-95.0, 20),
        (-30.0, 40),
        (-95.0, 8),
        (-30.0, 40),
        (-95.0, 25),
        (-30.0, 40),
        (-95.0, 30),
    ]
    likely = [(0.0, 20), (0.9, 88), (0.0, 25), (0.9, 40), (0.0, 30)]
    _, told = run(likely, hole)
    lengths = [t.span.duration_s for t in told if isinstance(t, VoiceStopped)]
    assert lengths == pytest.approx([0.88, 0.4])


def test_words_that_are_heard_by_halves_are_one() -> None:
    level = [(-95.0, 20), (-30.0, 40), (-95.0, 18), (-30.0, 40), (-95.0, 30)]
    _, told = run([(0.0, 20), (0.9, 40), (0.0, 18), (0.9, 40), (0.0, 30)], level)
    assert _spans(told) == [(0.2, 1.18)]


def test_a_soft_tail_belongs_to_the_phrase() -> None:
    level = [(-95.0, 50), (-30.0, 100), (-46.0, 30), (-95.0, 50)]
    _, told = run([(0.0, 50), (0.9, 100), (0.1, 80)], level)
    stopped = told[-1]
    assert isinstance(stopped, VoiceStopped)
    assert stopped.span.end_s == 1.8


def _spans(told: list[VoiceStarted | VoiceStopped]) -> list[tuple[float, float]]:
    return [(t.span.start_s, t.span.end_s) for t in told if isinstance(t, VoiceStopped)]


def test_shouting_that_silero_hardly_hears_is_the_voice_that_spoke_before() -> None:
    level = [(-95.0, 50), (-30.0, 200), (-95.0, 50), (-20.0, 150), (-95.0, 50)]
    _, told = run([(0.0, 50), (0.9, 200), (0.0, 50), (0.12, 150), (0.0, 50)], level)
    assert _spans(told) == [(0.5, 2.5), (3.0, 4.5)]
    _, told = run([(0.0, 50), (0.9, 200), (0.0, 50), (0.05, 150), (0.0, 50)], level)
    assert _spans(told) == [(0.5, 2.5)]


def test_shouting_that_silero_doubts_is_the_voice_that_spoke_before() -> None:
    level = [(-95.0, 50), (-30.0, 200), (-95.0, 50), (-20.0, 150), (-95.0, 50)]
    _, told = run([(0.0, 50), (0.9, 200), (0.0, 50), (0.3, 150), (0.0, 50)], level)
    assert _spans(told) == [(0.5, 2.5), (3.0, 4.5)]


def test_loud_sound_that_silero_doubts_is_nothing_without_a_voice_before() -> None:
    _, told = run([(0.0, 50), (0.3, 300), (0.0, 50)], [(-95.0, 50), (-20.0, 300), (-95.0, 50)])
    assert told == []


@pytest.mark.parametrize(
    ("level_dbfs", "opinion", "pause"),
    [(-30.0, 0.3, 70), (-20.0, 0.05, 70), (-20.0, 0.3, CONFIG.loud_after_frames + 10)],
    ids=["no louder than the voice", "no voice at all", "long after the voice"],
)
def test_doubtful_sound_is_no_voice(level_dbfs: float, opinion: float, pause: int) -> None:
    level = [(-95.0, 50), (-30.0, 200), (-95.0, pause), (level_dbfs, 150), (-95.0, 50)]
    likely = [(0.0, 50), (0.9, 200), (0.0, pause), (opinion, 150), (0.0, 50)]
    _, told = run(likely, level)
    assert _spans(told) == [(0.5, 2.5)]
