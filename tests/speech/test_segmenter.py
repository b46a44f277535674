import itertools

import numpy as np
import numpy.typing as npt
import pytest

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.segmenter import SegmenterConfig, SpeechSegmenter

DELAY_S = 0.05


def call(
    length_s: float, spans: dict[Channel, list[tuple[float, float]]], seed: int = 1
) -> tuple[Samples, npt.NDArray[np.bool_]]:
    """Audio whose samples are all different, and frames that are speech in the spans."""
    rng = np.random.default_rng(seed)
    samples = rng.integers(-900, 900, (2, round(length_s * CALL_RATE_HZ))).astype(np.int16)
    speech = np.zeros((2, round(length_s / HOP_S)), dtype=bool)
    for channel, pairs in spans.items():
        for start_s, end_s in pairs:
            speech[channel.index, round(start_s / HOP_S) : round(end_s / HOP_S)] = True
    return samples, speech


def feed_all(
    samples: Samples,
    speech: npt.NDArray[np.bool_],
    block: int = 4000,
    lag: int = 0,
    config: SegmenterConfig | None = None,
    levels: npt.NDArray[np.float64] | None = None,
) -> list[SpeechChunk]:
    """Runs a call through the feed; frames come `lag` samples after their audio."""
    feed = SpeechSegmenter(config)
    chunks: list[SpeechChunk] = []
    given = 0
    total = samples.shape[1]
    for start in range(0, total, block):
        end = min(total, start + block)
        ready = max(given, (end - lag) // 160) if end < total else speech.shape[1]
        frames = voice_frames(speech, given, ready, levels)
        given = ready
        chunks += feed.process(CallBlock(samples[:, start:end], start / CALL_RATE_HZ), frames)
    return chunks + feed.finish(total / CALL_RATE_HZ)


def voice_frames(
    speech: npt.NDArray[np.bool_], first: int, end: int, levels: npt.NDArray[np.float64] | None
) -> VoiceFrames:
    part = speech[:, first:end]
    level = np.full(part.shape, -30.0) if levels is None else levels[:, first:end]
    return VoiceFrames(
        first * HOP_S, part, part.astype(np.float32), level.astype(np.float32), DELAY_S
    )


def joined(chunks: list[SpeechChunk], segment: str) -> Samples:
    return np.concatenate([c.samples for c in chunks if c.segment_id == segment])


def test_a_segment_has_its_pre_roll_and_post_roll() -> None:
    samples, speech = call(5.0, {Channel.AGENT: [(1.0, 2.0)]})
    chunks = feed_all(samples, speech)
    assert {c.segment_id for c in chunks} == {"agent-1"}
    assert chunks[0].start_s == pytest.approx(0.3)
    assert chunks[-1].is_last
    assert chunks[-1].end_s == pytest.approx(2.5)
    whole = joined(chunks, "agent-1")
    assert np.array_equal(whole, samples[0, 4_800:40_000])


def test_chunks_follow_each_other_without_a_hole() -> None:
    samples, speech = call(6.0, {Channel.CUSTOMER: [(0.1, 1.0), (1.3, 2.8)]})
    chunks = feed_all(samples, speech)
    for before, after in itertools.pairwise(chunks):
        assert after.start_s == pytest.approx(before.end_s)
    assert [c.is_last for c in chunks] == [False] * (len(chunks) - 1) + [True]


def test_a_pause_of_the_configured_length_ends_the_segment_and_not_a_shorter_one() -> None:
    samples, speech = call(6.0, {Channel.AGENT: [(0.5, 1.0), (1.59, 2.0), (2.6, 3.0)]})
    chunks = feed_all(samples, speech)
    ends = [c for c in chunks if c.is_last]
    assert [c.segment_id for c in ends] == ["agent-1", "agent-2"]
    assert ends[0].end_s == pytest.approx(2.5)


def test_what_was_consumed_is_the_time_of_the_decision() -> None:
    samples, speech = call(4.0, {Channel.AGENT: [(0.5, 1.0)]})
    last = feed_all(samples, speech)[-1]
    assert last.consumed_s == pytest.approx(1.6 + DELAY_S)


@pytest.mark.parametrize("block", [160, 333, 1600, 7001, 100_000])
@pytest.mark.parametrize("lag", [0, 4000, 40_000])
def test_block_size_and_lag_of_the_frames_change_nothing(block: int, lag: int) -> None:
    spans = {
        Channel.AGENT: [(0.3, 2.0), (4.0, 4.5)],
        Channel.CUSTOMER: [(1.5, 3.9), (4.2, 5.99)],
    }
    samples, speech = call(6.0, spans)
    expected = feed_all(samples, speech)
    got = feed_all(samples, speech, block, lag)
    for channel in Channel:
        ours = [c for c in got if c.channel is channel]
        theirs = [c for c in expected if c.channel is channel]
        assert [(c.segment_id, c.start_s, c.is_last) for c in ours] == [
            (c.segment_id, c.start_s, c.is_last) for c in theirs
        ]
        assert all(np.array_equal(a.samples, b.samples) for a, b in zip(ours, theirs, strict=True))


def test_a_monologue_is_cut_at_its_quietest_point() -> None:
    samples, speech = call(22.0, {Channel.CUSTOMER: [(0.5, 21.0)]})
    levels = np.full(speech.shape, -20.0)
    levels[1, 1620:1630] = -50.0  # 16.2 s, inside the search after 15 s
    chunks = feed_all(samples, speech, levels=levels)
    first = [c for c in chunks if c.segment_id == "customer-1"]
    second = [c for c in chunks if c.segment_id == "customer-2"]
    assert first[-1].is_last
    assert first[-1].end_s == pytest.approx(16.25, abs=0.06)
    assert second[0].start_s == pytest.approx(first[-1].end_s)
    whole = np.concatenate([c.samples for c in chunks])
    assert np.array_equal(whole, samples[1, : len(whole)])


def test_the_longer_a_segment_the_shorter_a_pause_ends_it() -> None:
    config = SegmenterConfig()
    assert config.pause_after_s(1.0) == 0.6
    assert config.pause_after_s(11.5) == pytest.approx(0.375)
    assert config.pause_after_s(99.0) == pytest.approx(0.15)
    samples, speech = call(19.0, {Channel.AGENT: [(0.5, 14.5), (14.75, 18.0)]})
    chunks = feed_all(samples, speech)
    assert next(c.end_s for c in chunks if c.is_last) == pytest.approx(14.72, abs=0.06)


def test_no_segment_is_longer_than_promised_and_nothing_grows_in_a_long_call() -> None:
    config = SegmenterConfig()
    feed = SpeechSegmenter(config)
    length_s: dict[str, float] = {}
    speech = np.ones((2, 100), dtype=bool)
    speech[0] = False
    samples = np.random.default_rng(3).integers(-99, 99, (2, CALL_RATE_HZ)).astype(np.int16)
    for second in range(120):
        frames = voice_frames(speech, 0, 100, None)
        frames = VoiceFrames(
            float(second), frames.speech, frames.probability, frames.level_dbfs, DELAY_S
        )
        for chunk in feed.process(CallBlock(samples, float(second)), frames):
            length_s[chunk.segment_id] = length_s.get(chunk.segment_id, 0) + chunk.duration_s
    assert max(length_s.values()) <= config.long_s + config.search_s + 0.01
    assert len(length_s) >= 7
    assert max(feed.held_s.values()) < 20


def test_silence_gives_nothing() -> None:
    samples, speech = call(3.0, {})
    assert feed_all(samples, speech) == []


def test_a_call_that_never_began_can_be_finished() -> None:
    assert SpeechSegmenter().finish(0.0) == []


def test_config_refuses_contradictions() -> None:
    with pytest.raises(ValueError, match="short_pause_s"):
        SegmenterConfig(short_pause_s=1.0)
    with pytest.raises(ValueError, match="patient_s"):
        SegmenterConfig(patient_s=20.0)


def test_chunks_are_a_quarter_of_a_second() -> None:
    samples, speech = call(4.0, {Channel.AGENT: [(1.0, 2.6)]})
    chunks = feed_all(samples, speech)
    assert {c.duration_s for c in chunks[:-1]} == {0.25}
    assert chunks[-1].duration_s < 0.25


def test_from_where_to_where_a_shorter_pause_is_enough() -> None:
    config = SegmenterConfig()
    assert config.pause_after_s(7.99) == 0.6
    assert config.pause_after_s(8.01) < 0.6
    assert config.pause_after_s(14.99) > 0.15
    assert config.pause_after_s(15.01) == pytest.approx(0.15)


def test_a_monologue_is_cut_after_seventeen_seconds() -> None:
    samples, speech = call(22.0, {Channel.CUSTOMER: [(0.7, 21.0)]})
    first = next(c for c in feed_all(samples, speech) if c.is_last)
    assert first.consumed_s == pytest.approx(17.0 + DELAY_S, abs=0.011)
    assert 15.0 <= first.end_s <= 17.0


@pytest.mark.parametrize(
    ("frames", "level_db"),
    [(3, -60.0), (15, -33.0)],
    ids=["a shorter and deeper gap", "a longer and shallower one"],
)
def test_quiet_is_the_mean_of_a_tenth_of_a_second(frames: int, level_db: float) -> None:
    samples, speech = call(22.0, {Channel.CUSTOMER: [(0.7, 21.0)]})
    levels = np.full(speech.shape, -20.0)
    levels[1, 1550 : 1550 + frames] = level_db
    levels[1, 1620:1630] = -35.0
    first = next(c for c in feed_all(samples, speech, levels=levels) if c.is_last)
    assert first.end_s == pytest.approx(16.25, abs=0.06)
