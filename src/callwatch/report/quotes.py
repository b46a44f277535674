"""What both said at a moment: a few words of each, to remember it by."""

from collections.abc import Sequence
from dataclasses import dataclass

from callwatch.core.channels import Channel
from callwatch.core.cues import CueKind
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallSummary
from callwatch.report.moments import Moment
from callwatch.report.wording import Wording

# Enough to know the moment again; the rest is in the transcript.
MOST_WORDS = 14
# What somebody was in the middle of saying when the other came in.
BEFORE_S = 4.0
# The answer to a moment begins within this.
REPLY_S = 8.0


@dataclass(frozen=True, slots=True)
class Quote:
    """Some words of one side."""

    who: str
    channel: str
    text: str


def quotes_of(moment: Moment, summary: CallSummary, w: Wording) -> Sequence[Quote]:
    """The words of the moment and of the other side around it, in the order of time."""
    cue = moment.cue
    if cue.channel is None:
        return []
    span, other = cue.span, cue.channel.other
    if cue.kind is CueKind.INTERRUPTION:
        around = TimeSpan(max(0.0, span.start_s - BEFORE_S), span.end_s)
        parts = [(other, around, True), (cue.channel, span, False)]
    else:
        parts = [
            (cue.channel, span, False),
            (other, TimeSpan(span.end_s, span.end_s + REPLY_S), False),
        ]
    said = [(side, _words(summary, side, spot, last=last)) for side, spot, last in parts]
    return [
        Quote(w.who(side), side.value, w.t("plain.quote", text=text)) for side, text in said if text
    ]


def _words(summary: CallSummary, side: Channel, span: TimeSpan, *, last: bool) -> str:
    """The first words in the span, or the last ones."""
    words = [
        word.text
        for utterance in summary.utterances
        if utterance.channel is side
        for word in utterance.words
        if span.start_s <= (word.span.start_s + word.span.end_s) / 2 <= span.end_s
    ]
    if len(words) <= MOST_WORDS:
        return " ".join(words)
    return f"… {' '.join(words[-MOST_WORDS:])}" if last else f"{' '.join(words[:MOST_WORDS])} …"
