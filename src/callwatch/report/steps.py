"""The four steps of the method in one call: which were done, and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording, clock


@dataclass(frozen=True, slots=True)
class MethodStep:
    """One step, ready to show."""

    name: str
    done: bool
    text: str


def method_steps(summary: CallSummary, w: Wording) -> Sequence[MethodStep]:
    """All four, with the time at which each was first done."""
    first: dict[CueKind, float] = {}
    for cue in summary.cues:
        if cue.kind in METHOD_STEPS:
            first[cue.kind] = min(cue.span.start_s, first.get(cue.kind, cue.span.start_s))
    open_text = w.t("key.step_open" if summary.call.has_words else "page.unknown")
    return [
        MethodStep(
            w.t(f"cue.{kind.value}"),
            kind in first,
            w.t("key.step_done", at=clock(first[kind])) if kind in first else open_text,
        )
        for kind in METHOD_STEPS
    ]
