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
    assert told[0].start_s == 0.9


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
    [(-30.0, 0.3, 70), (-20.0, 0.05, 70), (-20.0, 0.3, 310)],
    ids=["no louder than the voice", "no voice at all", "long after the voice"],
)
def test_doubtful_sound_is_no_voice(level_dbfs: float, opinion: float, pause: int) -> None:
    level = [(-95.0, 50), (-30.0, 200), (-95.0, pause), (level_dbfs, 150), (-95.0, 50)]
    likely = [(0.0, 50), (0.9, 200), (0.0, pause), (opinion, 150), (0.0, 50)]
    _, told = run(likely, level)
    assert _spans(told) == [(0.5, 2.5)]


# Each bound just inside and just outside. A second of speech makes the voice known: -30 dBFS, 65 dB
# above the noise.
SPEECH = ([(0.0, 50), (0.9, 200)], [(-95.0, 50), (-30.0, 200)])


def after_speech(*pieces: tuple[float, float, int]) -> list[tuple[float, float]]:
    """Spans of (probability, level, frames) after SPEECH, and half a second of silence."""
    likely, level = list(SPEECH[0]), list(SPEECH[1])
    for p, dbfs, frames in (*pieces, (0.0, -95.0, 50)):
        likely.append((p, frames))
        level.append((dbfs, frames))
    return _spans(run(likely, level)[1])


@pytest.mark.parametrize(
    ("probability", "starts"),
    [(0.51, True), (0.49, False)],
)
def test_how_sure_silero_must_be_to_start(probability: float, *, starts: bool) -> None:
    _, told = run([(0.0, 50), (probability, 50)], [(-95.0, 50), (-30.0, 50)])
    assert bool(told) is starts


@pytest.mark.parametrize(
    ("probability", "end_s"),
    [(0.41, 3.5), (0.39, 2.5)],
)
def test_how_sure_silero_must_be_to_go_on(probability: float, end_s: float) -> None:
    # Too soft for a tail.
    spans = after_speech((probability, -54.0, 100))
    assert spans == [(0.5, end_s)]


@pytest.mark.parametrize(
    ("probability", "above_db", "heard"),
    [
        (0.11, 3.5, True),
        (0.09, 3.5, False),
        (0.11, 2.5, False),
    ],
    ids=["loud", "no voice", "not loud"],
)
def test_loud_sound_that_silero_doubts(probability: float, above_db: float, *, heard: bool) -> None:
    spans = after_speech((0.0, -95.0, 70), (probability, -30.0 + above_db, 20))
    assert (len(spans) == 2) is heard


@pytest.mark.parametrize(("short_of", "heard"), [(6, True), (5, False)])
def test_loud_sound_counts_for_so_long_after_the_voice(short_of: int, *, heard: bool) -> None:
    pause = 300 - short_of
    assert (len(after_speech((0.0, -95.0, pause), (0.3, -20.0, 20))) == 2) is heard


@pytest.mark.parametrize(("known", "heard"), [(8, True), (-2, False)])
def test_loud_sound_needs_a_voice_that_is_known(known: int, *, heard: bool) -> None:
    frames = 106 + known
    likely = [(0.0, 50), (0.9, frames), (0.0, 70), (0.3, 20), (0.0, 50)]
    level = [(-95.0, 50), (-30.0, frames), (-95.0, 70), (-20.0, 20), (-95.0, 50)]
    assert (len(_spans(run(likely, level)[1])) == 2) is heard


@pytest.mark.parametrize(("off_db", "heard"), [(0.5, True), (-0.5, False)])
def test_loud_sound_proves_nothing_on_a_noisy_line(off_db: float, *, heard: bool) -> None:
    noise = -39.0 - off_db
    likely = [(0.0, 400), (0.9, 400), (0.0, 100), (0.3, 20), (0.0, 50)]
    level = [(noise, 400), (-30.0, 400), (noise, 100), (-20.0, 20), (noise, 50)]
    assert (len(_spans(run(likely, level)[1])) == 2) is heard


@pytest.mark.parametrize(("frames", "heard"), [(6, True), (5, False)])
def test_the_shortest_speech(frames: int, *, heard: bool) -> None:
    _, told = run(
        [(0.0, 50), (0.9, frames), (0.0, 50)], [(-95.0, 50), (-30.0, frames), (-95.0, 50)]
    )
    assert bool(told) is heard


@pytest.mark.parametrize(("pause", "spans"), [(20, 1), (21, 2)])
def test_the_shortest_pause(pause: int, spans: int) -> None:
    assert len(after_speech((0.0, -95.0, pause), (0.9, -30.0, 40))) == spans


def test_frames_bridge_a_gap_and_no_more() -> None:
    gap = 6
    likely = [(0.9, 50 + gap + 50)]
    level = [(-30.0, 50), (-95.0, gap), (-30.0, 50)]
    speech, _ = run(likely, level)
    assert speech[50:53].all()
    assert not speech[53 : 50 + gap].any()


TAIL_DB = -52.0


@pytest.mark.parametrize(
    ("level_dbfs", "end_s"), [(TAIL_DB + 0.5, 2.7), (TAIL_DB - 0.5, 2.5)], ids=["soft", "too soft"]
)
def test_a_tail(level_dbfs: float, end_s: float) -> None:
    expected: list[object] = [(0.5, pytest.approx(end_s))]
    assert after_speech((0.1, level_dbfs, 20)) == expected


def test_the_longest_tail() -> None:
    """Sound that comes and goes and never becomes the noise."""
    sounds = [(0.1, -95.0, 5), *(3 * [(0.1, -30.0, 8), (0.1, -95.0, 8)]), (0.1, -30.0, 12)]
    end_s = 3.1
    expected: list[object] = [(0.5, pytest.approx(end_s))]
    assert after_speech(*sounds) == expected


@pytest.mark.parametrize(
    ("distance_db", "above_db", "is_tail"),
    [
        (26.0, 20.0, True),
        (24.0, 20.0, False),
        (28.0, 10.5, True),
        (28.0, 9.5, False),
    ],
    ids=["clean", "noisy", "above the noise", "in the noise"],
)
def test_a_tail_proves_nothing_on_a_noisy_line(
    distance_db: float, above_db: float, *, is_tail: bool
) -> None:
    """One frame of it: longer ones become the noise."""
    noise = -30.0 - distance_db
    likely = [(0.0, 400), (0.9, 400), (0.1, 1), (0.0, 50)]
    level = [(noise, 400), (-30.0, 400), (noise + above_db, 1), (noise, 50)]
    expected: list[object] = [(4.0, pytest.approx(8.01 if is_tail else 8.0))]
    assert _spans(run(likely, level)[1]) == expected


def test_beside_the_voice_of_the_other_there_is_no_tail() -> None:
    """What is left of its echo would pass for one."""
    finder = Endpointer(Channel.AGENT, CONFIG, 0.032)
    p, lv = (
        np.repeat(np.array(v, np.float32), 100) for v in ([0, 0.9, 0.1, 0], [-95, -30, -46, -95])
    )
    own = np.ones(400, dtype=np.bool_)
    tail = np.arange(400) < 210
    _, told = finder.process(0.0, p, lv, own, tail)
    assert _spans(told) == [(1.0, 2.1)]


@pytest.mark.parametrize(("gap", "start_s"), [(2, 0.5), (3, 0.56)])
def test_a_run_of_sound_goes_on_over_two_frames(gap: int, start_s: float) -> None:
    level = [(-95.0, 50), (-30.0, 3), (-95.0, gap), (-30.0, 100), (-95.0, 50)]
    _, told = run([(0.0, 58), (0.9, 95 + gap), (0.0, 50)], level)
    assert isinstance(told[0], VoiceStarted)
    assert told[0].start_s == start_s
