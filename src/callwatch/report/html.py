"""report.html: one file, opened from disk, without network or JavaScript; it prints well."""

import shlex
from collections.abc import Sequence
from datetime import tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from callwatch.core.channels import Channel, Language
from callwatch.core.escalation import EscalationLevel
from callwatch.core.figures import OwnHistory
from callwatch.core.summary import CallSummary
from callwatch.report.balance import balance_parts
from callwatch.report.comparison import compare
from callwatch.report.content_policy import with_strict_policy
from callwatch.report.figure_rows import audio_kept, figure_rows, quality_rows
from callwatch.report.moments import Moment, moments_of, nudge_marks, worth_a_look
from callwatch.report.quotes import quotes_of
from callwatch.report.sentences import was_heated, what_mattered
from callwatch.report.steps import method_steps
from callwatch.report.timeline import HALF, WIDTH, rows_of
from callwatch.report.transcript import entries_of
from callwatch.report.word_certainty import word_certainty
from callwatch.report.wording import Wording

# Marks that have the colour of whoever they are about.
TWO_COLOURS = ("interruption",)
# What fits on the first two printed pages beside the rest of the summary.
MOMENTS_IN_SUMMARY = 6


def render_html(
    summary: CallSummary,
    language: Language,
    history: OwnHistory | None = None,
    zone: tzinfo | None = None,
) -> str:
    """The whole page. `history` adds the comparison and the note; `zone` is the reader's."""
    template = environment().get_template("report.html.j2")
    context = _context(summary, Wording.of(language, zone), history or OwnHistory())
    return with_strict_policy(template.render(**context))


@cache
def environment() -> Environment:
    """Jinja2 with escaping always on: what was said on the phone is never markup."""
    return Environment(
        loader=PackageLoader("callwatch.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _context(summary: CallSummary, w: Wording, history: OwnHistory) -> dict[str, Any]:
    moments = moments_of(summary, w)
    nudges = nudge_marks(summary, w)
    chosen = worth_a_look(moments, MOMENTS_IN_SUMMARY)
    level_names = {level: w.t(f"level.{level.value}") for level in EscalationLevel}
    return {
        "w": w,
        "t": w.t,
        "call": summary.call,
        "quoted_id": shlex.quote(summary.call.id),
        "started": w.moment(summary.call.started_at),
        "engine": _engine(summary, w),
        "audio_kept": audio_kept(summary, w),
        "sentences": what_mattered(summary, w),
        "balance": balance_parts(summary, w),
        "shares": {c.value: w.percent(summary.metrics.talk_share.get(c)) for c in Channel},
        "glance": _glance(summary, w),
        "steps": method_steps(summary, w),
        "heated": was_heated(summary),
        "rows": rows_of(summary, moments, nudges, level_names),
        "width": WIDTH,
        "half": HALF,
        "legend": _legend(moments, summary, w),
        "levels": [(level.value, name) for level, name in level_names.items()],
        "moments": moments,
        "chosen": chosen,
        "quotes": {m.anchor: quotes_of(m, summary, w) for m in chosen},
        "hidden": sum(m.weight > 0 for m in moments) - len(chosen),
        "nudges": nudges,
        "nudge_line": _nudge_line(summary, w),
        "figures": figure_rows(summary, w),
        "comparison": compare(summary, history, w),
        "quality": quality_rows(summary, w),
        "warnings": [w.fact(warning) for warning in summary.input_quality.warnings],
        "history": history,
        "entries": entries_of(summary, moments, nudges, w),
        "has_words": any(utterance.words for utterance in summary.utterances),
        "certainty": word_certainty(summary, w),
        "full_advice": _first_of_each(moments),
    }


def _engine(summary: CallSummary, w: Wording) -> str:
    if not summary.call.has_words:
        return w.t("page.engine_none")
    return " · ".join(filter(None, (summary.call.engine, summary.call.model)))


def _glance(summary: CallSummary, w: Wording) -> Sequence[tuple[str, str, str]]:
    """The figures at the top: (value, what it is, style)."""
    m = summary.metrics
    customer = [cue for cue in summary.cues if cue.channel is Channel.CUSTOMER]
    threats = str(sum(cue.is_threat for cue in customer)) if summary.call.has_words else None
    raised = (
        str(sum(cue.is_raised_voice for cue in customer))
        if m.talk_s.get(Channel.CUSTOMER) is not None
        else None
    )
    unknown = w.t("page.unknown")
    return [
        (w.count(m.interruptions.get(Channel.AGENT)), w.t("key.interruptions"), "agent"),
        (w.seconds(m.response_latency_median_s.get(Channel.AGENT)), w.t("key.patience"), "agent"),
        (w.seconds(m.longest_monologue_s.get(Channel.AGENT)), w.t("key.monologue"), "agent"),
        (raised or unknown, w.t("key.raised"), "customer"),
        (threats or unknown, w.t("key.threats"), "customer"),
    ]


def _legend(
    moments: Sequence[Moment], summary: CallSummary, w: Wording
) -> Sequence[tuple[str, str, str]]:
    """Icon, look and name of the marks that this call has; a mark in two colours stands twice."""
    looks: dict[tuple[str, str], str] = {}
    both = {m.style: {n.cue.channel for n in moments if n.style == m.style} for m in moments}
    for moment in moments:
        style, own = moment.style, moment.cue.channel is Channel.AGENT
        name = w.t("key.method") if style == "step" else w.t(f"cue.{style}")
        if style in TWO_COLOURS and len(both[style]) > 1:
            name = f"{name} ({moment.who})"
        looks[style, f"{style} own" if own and style in TWO_COLOURS else style] = name
    shown = {nudge.shown for nudge in summary.nudges}
    if True in shown:
        looks["nudge", "nudge"] = w.t("timeline.nudge")
    if False in shown:
        looks["held", "held"] = w.t("timeline.nudge_held")
    return [(icon, look, name) for (icon, look), name in looks.items()]


def _nudge_line(summary: CallSummary, w: Wording) -> str:
    shown = sum(nudge.shown for nudge in summary.nudges)
    held = len(summary.nudges) - shown
    parts = []
    for count, name in ((shown, "shown"), (held, "held")):
        if count:
            parts.append(w.t(f"nudges.{name}_{'one' if count == 1 else 'many'}", n=count))
    return " ".join(parts) or w.t("nudges.none")


def _first_of_each(moments: Sequence[Moment]) -> set[str]:
    """Where advice is printed in full: the first time; after that it folds away."""
    seen: set[str] = set()
    anchors: set[str] = set()
    for moment in moments:
        if moment.advice and not moment.is_backchannel and moment.advice not in seen:
            seen.add(moment.advice)
            anchors.add(moment.anchor)
    return anchors
