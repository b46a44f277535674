"""What is known of an overlap at one moment: the newcomer's spurt beside the other side's speech.

    other  |====== hold ======|==  ===|          floor, its pauses, its level
    self                  |--- age ---|          overlap, gaps, level, sound
                       onset         now

A pure function of the history up to the moment; the order of the fields is that of the model.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.frames import HOP_S
from callwatch.detectors.history import VoiceHistory
from callwatch.detectors.spurts import Hold, SpeakerState, TalkSpurt
from callwatch.detectors.syllables import count_syllables
from callwatch.voice.quantiles import quantile

FLOOR_PAUSE: Final = 140  # frames: pauses up to 1 s (docs/metrics.md), and soft edges on both sides
SOLO: Final = 70  # frames: longer speech in the other's pause ends their floor
TOUCH: Final = 50  # frames: whoever starts so soon after the other's last sound may cut them off
RUN_PAUSE: Final = 20  # frames: an own pause of this length parts runs of speech
RECENT: Final = 800  # frames: who has talked lately
SOFT_DB: Final = 18.0  # below the strong level: breath, a trailing end, an echo, a leak
ECHO_LAGS: Final = 62  # frames: far-end echo comes up to 600 ms late
NEVER_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class OverlapFeatures:
    """Seconds, shares 0..1 and dB; NaN where something is not known."""

    age_s: float
    voiced_s: float
    overlap_s: float
    met_s: float  # from the onset to the last frame in which both spoke
    overlap_share: float
    loud_overlap_s: float  # both spoke, and neither softly
    loud_met_s: float  # from the onset to the last frame in which the other spoke up
    own_gap_s: float
    own_silence_s: float
    run_s: float  # since the last own pause
    other_silence_s: float
    other_gap_s: float  # longest pause of the other since the onset
    other_share: float  # of the time since the onset
    other_late_s: float  # silence of the other before the onset
    hold_s: float
    hold_voiced_s: float
    hold_own_share: float  # how much of the hold oneself has spoken
    other_run_s: float  # since the other's last pause, at the onset
    own_pause_s: float  # own silence before the onset
    other_since_own_s: float  # how long after one's own last word the other began
    own_recent_s: float
    other_recent_s: float
    softness_db: float  # own strong level less the level since the onset
    softness_now_db: float
    peak_softness_db: float
    other_softness_db: float
    other_softness_now_db: float
    other_softness_before_db: float
    below_other_db: float
    likeness: float  # of the own level to the other's before it, at the best lag of an echo
    other_likeness: float  # and of the other's to the own
    syllables: float
    syllable_rate: float
    probability: float
    least_probability: float
    other_probability: float
    voiced_share: float
    periodicity: float
    f0_spread_st: float
    f0_glide_st: float
    change_db: float
    change_range_db: float
    tilt_db: float

    def vector(self) -> FloatArray:
        """float32 (n,), in the order of NAMES."""
        return np.array([getattr(self, name) for name in NAMES], np.float32)


NAMES: Final = tuple(field.name for field in fields(OverlapFeatures))


def hold_of(own: BoolArray, other: BoolArray) -> Hold:
    """The other's floor at the end of both, (n,) up to and without the onset."""
    spoken = np.flatnonzero(other)
    if not len(spoken) or len(other) - 1 - spoken[-1] > TOUCH:
        late = len(other) - 1 - int(spoken[-1]) if len(spoken) else NEVER_S / HOP_S
        return Hold(0.0, 0.0, 0.0, 0.0, min(NEVER_S, late * HOP_S))
    gaps = np.diff(spoken) - 1
    so_far = np.concatenate(([0], np.cumsum(own)))
    own_inside = so_far[spoken[1:]] - so_far[spoken[:-1] + 1]
    ends = np.flatnonzero((gaps > FLOOR_PAUSE) | (own_inside > SOLO))
    first = int(spoken[ends[-1] + 1]) if len(ends) else int(spoken[0])
    breaks = np.flatnonzero(gaps >= RUN_PAUSE)
    run = int(spoken[breaks[-1] + 1]) if len(breaks) else int(spoken[0])
    length = len(other) - first
    return Hold(
        length * HOP_S,
        float(other[first:].sum()) * HOP_S,
        float(own[first:].sum()) / length,
        (len(other) - run) * HOP_S,
        (len(other) - 1 - int(spoken[-1])) * HOP_S,
    )


def hold_at_onset(history: VoiceHistory, spurt: TalkSpurt) -> Hold:
    """How the other held the floor when the spurt began; asked once a spurt."""
    if spurt.hold is None:
        row, start = spurt.channel.index, max(0, spurt.start - history.first)
        spurt.hold = hold_of(history.speech[row, :start], history.speech[1 - row, :start])
    return spurt.hold


def overlap_features(
    history: VoiceHistory,
    spurt: TalkSpurt,
    states: tuple[SpeakerState, SpeakerState],
    frame: int,
) -> OverlapFeatures:
    """At the end of `frame`. `states`: of the spurt's side and of the other, at that time."""
    row, start, now = spurt.channel.index, spurt.start - history.first, frame - history.first + 1
    start = max(0, start)
    own, other = history.speech[row, :now], history.speech[1 - row, :now]
    before = slice(max(0, start - RECENT), start)
    hold = hold_at_onset(history, spurt)
    own_in, other_in = own[start:], other[start:]
    both = np.flatnonzero(own_in & other_in)
    said, heard = np.flatnonzero(own_in), np.flatnonzero(other_in)
    past, far = np.flatnonzero(own[:start]), np.flatnonzero(other)
    own_pause = start - 1 - int(past[-1]) if len(past) else NEVER_S / HOP_S
    pauses = np.flatnonzero(np.diff(said) > RUN_PAUSE)
    run = int(said[pauses[-1] + 1]) if len(pauses) else int(said[0]) if len(said) else 0
    age = now - start
    levels, far_levels = history.level_dbfs[row, :now], history.level_dbfs[1 - row, :now]
    level = _level(levels[start:], own_in)
    strong, far_strong = states[0].strong_dbfs, states[1].strong_dbfs
    # A side whose level is not known yet counts as loud.
    far_loud = other_in & ~(far_levels[start:] < far_strong - SOFT_DB)
    loud = np.flatnonzero(far_loud & own_in)
    loud_both = loud[~(levels[start:][loud] < strong - SOFT_DB)]
    own_probability = history.probability[row, start:now][own_in]
    syllables = (
        count_syllables(levels[start : start + int(said[-1]) + 1].tolist()) if len(said) else 0
    )
    spurt.windows.extend(history, row, history.first + now)
    sound = spurt.windows.features()
    return OverlapFeatures(
        age_s=age * HOP_S,
        voiced_s=len(said) * HOP_S,
        overlap_s=len(both) * HOP_S,
        met_s=(int(both[-1]) + 1) * HOP_S if len(both) else 0.0,
        overlap_share=len(both) / max(1, len(said)),
        loud_overlap_s=len(loud_both) * HOP_S,
        loud_met_s=(int(loud[-1]) + 1) * HOP_S if len(loud) else 0.0,
        own_gap_s=float(np.diff(said).max(initial=1) - 1) * HOP_S,
        own_silence_s=(age - 1 - int(said[-1])) * HOP_S if len(said) else age * HOP_S,
        run_s=(age - run) * HOP_S,
        other_silence_s=min(NEVER_S, (now - 1 - int(far[-1])) * HOP_S if len(far) else NEVER_S),
        other_gap_s=float(np.diff(heard).max(initial=1) - 1) * HOP_S,
        other_share=len(heard) / max(1, age),
        other_late_s=hold.late_s,
        hold_s=min(NEVER_S, hold.hold_s),
        hold_voiced_s=min(NEVER_S, hold.voiced_s),
        hold_own_share=hold.own_share,
        other_run_s=min(NEVER_S, hold.run_s),
        own_pause_s=min(NEVER_S, own_pause * HOP_S),
        other_since_own_s=min(NEVER_S, max(-NEVER_S, own_pause * HOP_S - hold.hold_s)),
        own_recent_s=float(own[before].sum()) * HOP_S,
        other_recent_s=float(other[before].sum()) * HOP_S,
        softness_db=strong - level,
        softness_now_db=strong - _level(levels[-30:], own[-30:]),
        peak_softness_db=strong - float(levels[start:].max(initial=-120.0)),
        other_softness_db=far_strong - _level(far_levels[start:], other_in),
        other_softness_now_db=far_strong - float(far_levels[-20:].max()),
        other_softness_before_db=far_strong
        - float(far_levels[max(0, start - 30) : start].max(initial=-120.0)),
        below_other_db=far_strong - level,
        likeness=_likeness(levels, far_levels, start),
        other_likeness=_likeness(far_levels, levels, start),
        syllables=float(syllables),
        syllable_rate=syllables / max(0.1, age * HOP_S),
        probability=float(own_probability.mean()) if len(said) else np.nan,
        least_probability=float(quantile(own_probability, 0.2)) if len(said) else np.nan,
        other_probability=float(history.probability[1 - row, start:now].mean()),
        voiced_share=sound.voiced_share,
        periodicity=sound.periodicity,
        f0_spread_st=sound.f0_spread_st,
        f0_glide_st=sound.f0_glide_st,
        change_db=sound.change_db,
        change_range_db=sound.change_range_db,
        tilt_db=sound.tilt_db,
    )


def _level(levels: FloatArray, spoken: BoolArray) -> float:
    """Mean power of the frames with speech, dBFS; NaN without any."""
    if not spoken.any():
        return float("nan")
    return float(10 * np.log10(np.mean(10 ** (levels[spoken] / 10))))


def _likeness(own: FloatArray, far: FloatArray, start: int) -> float:
    """Greatest correlation of the own level with the far one of 0 to 0.6 s before; NaN if short."""
    first = max(start - 10, ECHO_LAGS)
    own = np.maximum(own[first:], own[first:].max(initial=-120.0) - 40.0)
    if len(own) < 25:
        return float("nan")
    reach = far[first - ECHO_LAGS :]
    reach = np.maximum(reach, reach.max() - 40.0)
    shifted = np.lib.stride_tricks.sliding_window_view(reach, len(own))
    shifted = shifted - shifted.mean(axis=1, keepdims=True)
    own = own - own.mean()
    norm = np.sqrt((shifted**2).sum(axis=1) * (own**2).sum()) + 1e-6
    return float(((shifted @ own) / norm).max())
