"""What is known of a call when it is over: the values of report.json.

A figure that cannot be measured is None, and a warning says why; it is never 0.
"""

from dataclasses import dataclass, field

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue
from callwatch.core.escalation import EscalationChange
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance

SCHEMA = "callwatch.report/1"

PerSide = dict[Channel, float | None]
CountPerSide = dict[Channel, int | None]
ChannelSpan = tuple[Channel, TimeSpan]


def unmeasured() -> dict[Channel, None]:
    """Both sides, nothing measured."""
    return dict.fromkeys(CHANNELS)


@dataclass(frozen=True, slots=True)
class CallInfo:
    """Which call this was. `agent_id` is a pseudonym; `started_at` RFC 3339 in UTC.

    `audio_kept_until`: the day (YYYY-MM-DD) on which the kept sound is deleted at the latest; None
    when no sound was kept. `is_recording`: analysed from a file, and no call of the agent's own day:
    it counts in no trend.
    """

    id: str
    agent_id: str | None
    started_at: str
    duration_s: float
    source: str
    language: str
    engine: str
    model: str | None
    audio_kept_until: str | None = None
    is_recording: bool = False

    @property
    def has_words(self) -> bool:
        """Whether a recogniser listened: without one nobody knows what was said."""
        return self.engine not in ("", "none")


@dataclass(frozen=True, slots=True)
class Metrics:
    """The talk figures; definitions and thresholds in docs/metrics.md."""

    talk_s: PerSide
    talk_share: PerSide
    overlap_s: float | None
    silence_s: float | None
    longest_silence_s: float | None
    non_talk: tuple[TimeSpan, ...] | None
    longest_monologue_s: PerSide
    response_latency_median_s: PerSide
    turns: CountPerSide
    switches_per_min: float | None
    interruptions: CountPerSide
    backchannels: CountPerSide
    speech_rate_wpm: PerSide
    loudness_dbfs: dict[Channel, tuple[float | None, ...]]

    @property
    def non_talk_total_s(self) -> float | None:
        """Summed length of the silences over 3 s."""
        return None if self.non_talk is None else sum(span.duration_s for span in self.non_talk)


@dataclass(frozen=True, slots=True)
class ChannelQuality:
    """How well one side could be heard."""

    speech_level_dbfs: float | None = None
    noise_level_dbfs: float | None = None
    clipped_share: float | None = None
    bleed_db: float | None = None
    drift_ppm: float | None = None
    dropped_s: float | None = None
    silent_s: float | None = None
    non_speech_sound_s: float | None = None


@dataclass(frozen=True, slots=True)
class InputQuality:
    """Both sides, and what could not be measured and why."""

    channels: dict[Channel, ChannelQuality]
    warnings: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Performance:
    """What the analysis cost; None where it was not measured."""

    real_time_factor: float | None = None
    audio_s: float | None = None
    cpu_s: float | None = None
    peak_memory_mb: float | None = None
    dropped_s: float | None = None
    stt_lag_max_s: float | None = None
    stt_skipped_s: float | None = None


@dataclass(frozen=True, slots=True)
class CallSummary:
    """All of report.json."""

    call: CallInfo
    metrics: Metrics
    segments: tuple[ChannelSpan, ...]
    turn_spans: tuple[ChannelSpan, ...]
    cues: tuple[Cue, ...]
    nudges: tuple[Nudge, ...]
    escalation: tuple[EscalationChange, ...]
    utterances: tuple[Utterance, ...]
    input_quality: InputQuality
    performance: Performance = field(default_factory=Performance)
    effort_curve: dict[Channel, tuple[float | None, ...]] = field(default_factory=dict)
