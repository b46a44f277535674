"""Our talk figures against an independent library's, on the same segments.

The library is call-ai-metrics. Talk time, share and overlap have the same definition and must
agree exactly. Turns and interruptions have slightly other rules (docs/metrics.md lists them); on
conversations in which those rules do not part, they must agree as well. The segments have no sound,
so the overlap models have nothing to judge by: here the length of the overlap decides, as it does
in the library.
"""

import random

import numpy as np
import pytest
from call_ai_metrics import CallAnalyzer
from tests.report.builders import AGENT, CUSTOMER

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    Event,
    FloorReleased,
    VoiceStarted,
)
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import ChannelSpan, Metrics
from callwatch.detectors.overlap_features import OverlapFeatures
from callwatch.detectors.overlap_rules import TurnTakingConfig
from callwatch.detectors.turn_taking import TurnTaking
from callwatch.session.talk_time import compute_metrics, segments_of

GRACE_S = 0.65
PAUSE_S = 3.0
# Speech is told so long after it began.
CONFIRM_S = 0.1


def conversation(seed: int) -> tuple[list[ChannelSpan], float]:
    """Five minutes: turns, small overlaps, listening words, and grabs for the floor."""
    rng = random.Random(seed)
    segments: list[ChannelSpan] = []
    at, channel = 1.0, AGENT
    while at < 300:
        length = round(rng.uniform(2.5, 9.0), 2)
        segments.append((channel, TimeSpan(round(at, 2), round(at + length, 2))))
        kind = rng.random()
        if kind < 0.25 and length > 4:
            word = round(at + length * 0.4, 2)
            segments.append((channel.other, TimeSpan(word, round(word + 0.35, 2))))
        # A grab for the floor, a smooth change with a little overlap, or a pause.
        gap = -rng.uniform(1.0, 1.8) if kind > 0.85 else rng.uniform(-0.2, 0.9)
        channel, at = channel.other, at + length + gap
    end = max(span.end_s for _, span in segments) + 1.0
    # As a report holds them: own pauses under 0.3 s are bridged, by us and not by the library.
    bridged = [
        (side, span)
        for side in CHANNELS
        for span in segments_of(span for channel, span in segments if channel is side)
    ]
    return sorted(bridged, key=lambda part: part[1]), round(end, 2)


def frames_of(segments: list[ChannelSpan], duration_s: float) -> VoiceFrames:
    """The segments as the voice activity stage would tell them."""
    speech = np.zeros((2, round(duration_s / HOP_S)), dtype=bool)
    for channel, span in segments:
        speech[channel.index, round(span.start_s / HOP_S) : round(span.end_s / HOP_S)] = True
    level = np.where(speech, -25.0, -70.0).astype(np.float32)
    told = tuple(
        VoiceStarted(span.start_s + CONFIRM_S, channel, span.start_s)
        for channel, span in sorted(segments, key=lambda part: part[1].start_s)
    )
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level, 0.0, told)


class ByOverlap:
    """An overlap of the library's length is a grab for the floor."""

    def probability(self, features: OverlapFeatures) -> float:
        return float(features.met_s >= GRACE_S)


class ByEnding:
    """What ends while the other goes on was a listening word."""

    def probability(self, features: OverlapFeatures) -> float:
        return float(features.met_s < GRACE_S and features.other_silence_s == 0.0)


def ours(segments: list[ChannelSpan], duration_s: float) -> Metrics:
    detector = TurnTaking(TurnTakingConfig(), Language.EN, (ByOverlap(), ByEnding()))
    events: list[Event] = detector.process(frames_of(segments, duration_s))
    events += detector.finish(duration_s)
    cues: dict[str, Cue] = {}
    for event in events:
        if isinstance(event, CueOpened | CueClosed):
            cues[event.id] = event.cue
        elif isinstance(event, CueWithdrawn):
            cues.pop(event.id)
    turns = [(e.channel, e.span) for e in events if isinstance(e, FloorReleased)]
    return compute_metrics(
        segments=segments,
        turn_spans=turns,
        cues=list(cues.values()),
        utterances=(),
        loudness={},
        duration_s=duration_s,
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_agree(seed: int) -> None:
    segments, duration_s = conversation(seed)
    metrics = ours(segments, duration_s)
    theirs = CallAnalyzer(grace_s=GRACE_S, max_turn_pause_s=PAUSE_S).analyze(
        [(span.start_s, span.end_s, channel.value) for channel, span in segments]
    )
    for channel in CHANNELS:
        other = theirs.speakers[channel.value]
        assert metrics.talk_s[channel] == pytest.approx(other.talk_time_s, abs=1e-6)
        assert metrics.talk_share[channel] == pytest.approx(other.talk_share, abs=1e-6)
        assert metrics.turns[channel] == other.turns
        assert metrics.interruptions[channel] == other.interruptions
        assert metrics.backchannels[channel] == other.backchannels
        assert metrics.longest_monologue_s[channel] == pytest.approx(
            other.longest_monologue_s, abs=0.02
        )
        assert metrics.response_latency_median_s[channel] == pytest.approx(
            other.response_latency_s, abs=0.02
        )
    # Theirs is a share of the time from the first speech to the last.
    first = min(span.start_s for _, span in segments)
    last = max(span.end_s for _, span in segments)
    assert metrics.overlap_s == pytest.approx(theirs.overlap_share * (last - first), abs=1e-3)


def test_where_the_rules_part_the_difference_is_the_documented_one() -> None:
    """0.4 s after the other began there is no floor to take yet: no interruption by our rule."""
    segments = [(AGENT, TimeSpan(1.0, 4.0)), (CUSTOMER, TimeSpan(1.4, 6.0))]
    theirs = CallAnalyzer(grace_s=GRACE_S, max_turn_pause_s=PAUSE_S).analyze(
        [(span.start_s, span.end_s, channel.value) for channel, span in segments]
    )
    assert theirs.speakers["customer"].interruptions == 1
    assert ours(segments, 7.0).interruptions[Channel.CUSTOMER] == 0
