"""All talk figures, from one place: live, in analysis, and when a report is recomputed from events.

    agent     |=====|      |========|      |==|
    customer        |=======|    |mm|              |=====|
    overlap                 ||   |==|
    silence                                     |==|

Definitions: docs/metrics.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.spans import TimeSpan, gaps, intersection, total_s, union
from callwatch.core.summary import ChannelSpan, CountPerSide, Metrics, PerSide
from callwatch.core.words import Utterance


@dataclass(frozen=True, slots=True)
class TalkTimeConfig:
    """Thresholds of the talk figures."""

    # Pauses inside words and phrases are not silence (docs/metrics.md).
    bridge_s: float = 0.3
    # Amazon's NonTalkTime counts silences over 3 s.
    non_talk_s: float = 3.0
    # Under so much own speech a rate of words would be chance.
    min_rate_s: float = 5.0


DEFAULT = TalkTimeConfig()


def segments_of(spans: Iterable[TimeSpan], bridge_s: float = DEFAULT.bridge_s) -> list[TimeSpan]:
    """One side's speech with own pauses under `bridge_s` bridged, sorted, disjoint."""
    return union(spans, bridge_s)


def compute_metrics(
    *,
    segments: Sequence[ChannelSpan],
    turn_spans: Sequence[ChannelSpan],
    cues: Sequence[Cue],
    utterances: Sequence[Utterance],
    loudness: Mapping[Channel, Sequence[float | None]],
    duration_s: float,
    separable: bool = True,
    unheard: Collection[Channel] = (),
    config: TalkTimeConfig = DEFAULT,
) -> Metrics:
    """The talk figures of a call.

    `loudness` holds one value a second (dBFS), None without own speech. When the channels could not
    be told apart (`separable` false) every figure that rests on them is None; so is, when a channel
    carried no sound at all (`unheard`), every figure that needs that side.
    """
    heard = {c: tuple(loudness.get(c, ())) for c in CHANNELS}
    if not separable:
        return _unmeasured({c: (None,) * len(values) for c, values in heard.items()})
    whole = TimeSpan(0.0, duration_s)
    spoken = {
        c: intersection(segments_of((s for k, s in segments if k is c), config.bridge_s), [whole])
        for c in CHANNELS
    }
    talk = {c: total_s(spoken[c]) for c in CHANNELS}
    said = sum(talk.values())
    silences = gaps(spoken[Channel.AGENT] + spoken[Channel.CUSTOMER], whole)
    turns = sorted(turn_spans, key=lambda turn: (turn[1].start_s, turn[0].index))
    changes = [(a, b) for a, b in pairwise(turns) if a[0] is not b[0]]
    share: PerSide = {c: talk[c] / said if said > 0 else None for c in CHANNELS}
    if unheard:
        alone = {c: None if c in unheard else talk[c] for c in CHANNELS}
        rates = _rates(utterances, talk, config.min_rate_s)
        return replace(_unmeasured(heard), talk_s=alone, speech_rate_wpm=rates)
    return Metrics(
        talk_s=dict(talk),
        talk_share=share,
        overlap_s=total_s(intersection(spoken[Channel.AGENT], spoken[Channel.CUSTOMER])),
        silence_s=total_s(silences),
        longest_silence_s=max((s.duration_s for s in silences), default=0.0),
        non_talk=tuple(s for s in silences if s.duration_s > config.non_talk_s),
        longest_monologue_s={c: max(_lengths(turns, c), default=None) for c in CHANNELS},
        response_latency_median_s=_latencies(changes),
        turns={c: len(_lengths(turns, c)) for c in CHANNELS},
        switches_per_min=len(changes) * 60.0 / duration_s if duration_s > 0 else None,
        interruptions=_count(cues, CueKind.INTERRUPTION),
        backchannels=_count(cues, CueKind.BACKCHANNEL),
        speech_rate_wpm=_rates(utterances, talk, config.min_rate_s),
        loudness_dbfs=heard,
    )


def _lengths(turns: Sequence[ChannelSpan], channel: Channel) -> list[float]:
    return [span.duration_s for c, span in turns if c is channel]


def _latencies(changes: Sequence[tuple[ChannelSpan, ChannelSpan]]) -> PerSide:
    """Median wait of each side before it took the floor; an early start counts as no wait."""
    waits: dict[Channel, list[float]] = {c: [] for c in CHANNELS}
    for (_, before), (channel, after) in changes:
        waits[channel].append(max(0.0, after.start_s - before.end_s))
    return {c: median(waits[c]) if waits[c] else None for c in CHANNELS}


def _count(cues: Sequence[Cue], kind: CueKind) -> CountPerSide:
    return {c: sum(cue.kind is kind and cue.channel is c for cue in cues) for c in CHANNELS}


def _rates(
    utterances: Sequence[Utterance], talk: Mapping[Channel, float], min_rate_s: float
) -> PerSide:
    """Words a minute of own speech; None when nothing was transcribed."""
    rates: PerSide = {}
    for channel in CHANNELS:
        words = sum(len(u.words) for u in utterances if u.channel is channel and u.is_final)
        enough = words > 0 and talk[channel] >= min_rate_s
        rates[channel] = words * 60.0 / talk[channel] if enough else None
    return rates


def _unmeasured(loudness: dict[Channel, tuple[float | None, ...]]) -> Metrics:
    nothing: PerSide = dict.fromkeys(CHANNELS)
    none: CountPerSide = dict.fromkeys(CHANNELS)
    return Metrics(
        talk_s=nothing,
        talk_share=nothing,
        overlap_s=None,
        silence_s=None,
        longest_silence_s=None,
        non_talk=None,
        longest_monologue_s=nothing,
        response_latency_median_s=nothing,
        turns=none,
        switches_per_min=None,
        interruptions=none,
        backchannels=none,
        speech_rate_wpm=nothing,
        loudness_dbfs=loudness,
    )
