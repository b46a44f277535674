"""The table of figures: each with its value for both sides, its definition and its threshold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording

# Slow to answer, from METRICS: Danish conversation leaves longer gaps.
SLOW_RESPONSE_S = {"da": 3.3}
SLOW_RESPONSE_DEFAULT_S = 3.0


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One line of the table. `whole` stands alone when a figure belongs to the whole call."""

    name: str
    definition: str
    agent: str = ""
    customer: str = ""
    whole: str | None = None


def figure_rows(summary: CallSummary, w: Wording) -> list[FigureRow]:
    """All figures in the order in which they are printed."""
    m = summary.metrics

    def sides(key: str, show: Callable[[Channel], str], **fields: object) -> FigureRow:
        return FigureRow(
            w.t(f"figures.{key}"),
            w.t(f"figures.{key}_def", **fields),
            show(Channel.AGENT),
            show(Channel.CUSTOMER),
        )

    def whole(key: str, value: str, **fields: object) -> FigureRow:
        return FigureRow(w.t(f"figures.{key}"), w.t(f"figures.{key}_def", **fields), whole=value)

    slow_s = SLOW_RESPONSE_S.get(summary.call.language, SLOW_RESPONSE_DEFAULT_S)
    switches = m.switches_per_min
    return [
        sides("talk_time", lambda c: w.seconds(m.talk_s.get(c))),
        sides("talk_share", lambda c: w.percent(m.talk_share.get(c))),
        sides("interruptions", lambda c: w.count(m.interruptions.get(c))),
        sides("backchannels", lambda c: w.count(m.backchannels.get(c))),
        sides(
            "latency",
            lambda c: w.seconds(m.response_latency_median_s.get(c)),
            slow=w.t("page.seconds", n=w.number(slow_s)),
        ),
        sides("monologue", lambda c: w.seconds(m.longest_monologue_s.get(c))),
        sides("turns", lambda c: w.count(m.turns.get(c))),
        sides("rate", lambda c: w.rate(m.speech_rate_wpm.get(c))),
        sides("loudness", lambda c: _loudness(summary, w, c)),
        sides(
            "raised",
            lambda c: w.t("page.unknown") if m.talk_s.get(c) is None else _raised_count(summary, c),
        ),
        FigureRow(
            w.t("figures.threats"),
            w.t("figures.threats_def"),
            "–",
            str(sum(cue.is_threat for cue in summary.cues))
            if summary.call.has_words
            else w.t("page.unknown"),
        ),
        whole("overlap", w.seconds(m.overlap_s)),
        whole(
            "silence",
            w.seconds(m.silence_s),
            longest=w.seconds(m.longest_silence_s),
            total=w.seconds(m.non_talk_total_s),
            n="–" if m.non_talk is None else len(m.non_talk),
        ),
        whole("switches", w.t("page.unknown") if switches is None else w.number(switches)),
    ]


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One measure of the input, for both sides."""

    name: str
    agent: str
    customer: str


def quality_rows(summary: CallSummary, w: Wording) -> list[QualityRow]:
    """How well both sides could be heard."""
    units: dict[str, Callable[[float], str]] = {
        "speech_level_dbfs": lambda v: f"{w.number(v, 0)} dBFS",
        "noise_level_dbfs": lambda v: f"{w.number(v, 0)} dBFS",
        "clipped_share": lambda v: w.percent(v, 2),
        "bleed_db": lambda v: f"{w.number(v, 0)} dB",
        "drift_ppm": lambda v: f"{w.number(v, 0)} ppm",
        "dropped_s": w.seconds,
        "silent_s": w.seconds,
        "non_speech_sound_s": w.seconds,
    }

    def cell(channel: Channel, name: str, show: Callable[[float], str]) -> str:
        quality = summary.input_quality.channels.get(channel)
        value = None if quality is None else getattr(quality, name)
        return w.t("page.unknown") if value is None else show(value)

    return [
        QualityRow(w.t(f"quality.{name}"), *(cell(channel, name, show) for channel in CHANNELS))
        for name, show in units.items()
    ]


def _cue_count(summary: CallSummary, kind: CueKind, channel: Channel) -> str:
    return str(sum(cue.kind is kind and cue.channel is channel for cue in summary.cues))


def _raised_count(summary: CallSummary, channel: Channel) -> str:
    return str(sum(cue.is_raised_voice and cue.channel is channel for cue in summary.cues))


def _loudness(summary: CallSummary, w: Wording, channel: Channel) -> str:
    known = [v for v in summary.metrics.loudness_dbfs.get(channel, ()) if v is not None]
    return f"{w.number(median(known), 0)} dBFS" if known else w.t("page.unknown")


def audio_kept(summary: CallSummary, wording: Wording) -> str:
    """That the call's sound is kept, and until when; "" when it is not."""
    until = summary.call.audio_kept_until
    if until is None:
        return ""
    return wording.t("page.audio_kept", date=wording.day(date.fromisoformat(until)))
