"""How the time of a call was used: one bar of four parts that add up to the whole call."""

from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar; `percent` of the whole call."""

    style: str
    name: str
    percent: float
    value: str
    share: str


def balance_parts(summary: CallSummary, w: Wording) -> list[Part]:
    """You alone, both, the customer alone, nobody; empty when it could not be measured."""
    metrics = summary.metrics
    agent, customer = (metrics.talk_s.get(channel) for channel in Channel)
    overlap, silence = metrics.overlap_s, metrics.silence_s
    if agent is None or customer is None or overlap is None or silence is None:
        return []
    lengths = {
        "only_you": max(0.0, agent - overlap),
        "both": overlap,
        "only_customer": max(0.0, customer - overlap),
        "silence": silence,
    }
    total = sum(lengths.values())
    if total <= 0:
        return []
    return [
        Part(
            style,
            w.t(f"balance.{style}"),
            round(100 * length / total, 2),
            w.seconds(length),
            w.percent(length / total),
        )
        for style, length in lengths.items()
    ]
