"""Plain-text exports: WebVTT subtitles, and labels for Audacity."""

from callwatch.core.summary import CallSummary
from callwatch.report.moments import moments_of, nudge_marks
from callwatch.report.wording import Wording

# A subtitle needs an end after its beginning.
_SHORTEST_S = 0.001


def to_vtt(summary: CallSummary, wording: Wording) -> str:
    """WebVTT: one cue an utterance with its speaker as voice; moments as notes before theirs.

    `<`, `>` and `&` are escaped, so what was said is never markup.
    """
    notes = [
        (m.cue.span.start_s, f"NOTE {m.at} {m.who}: {m.title}. {m.evidence}")
        for m in moments_of(summary, wording)
    ]
    blocks = [f"WEBVTT - {_line(summary.call.id)}"]
    at = 0
    for utterance in sorted(summary.utterances, key=lambda u: u.span.start_s):
        if not utterance.words:
            continue
        span = utterance.span
        while at < len(notes) and notes[at][0] <= span.end_s:
            blocks.append(_vtt_text(notes[at][1]))
            at += 1
        end_s = max(span.end_s, span.start_s + _SHORTEST_S)
        speaker = _vtt_text(wording.who(utterance.channel))
        blocks.append(
            f"{_vtt_time(span.start_s)} --> {_vtt_time(end_s)}\n"
            f"<v {speaker}>{_vtt_text(utterance.text)}"
        )
    blocks += [_vtt_text(text) for _, text in notes[at:]]
    return "\n\n".join(blocks) + "\n"


def to_audacity(summary: CallSummary, wording: Wording) -> str:
    """An Audacity label track: start, end, text, separated by tabs; turns, moments and nudges."""
    labels = [
        (span.start_s, span.end_s, wording.who(channel)) for channel, span in summary.turn_spans
    ]
    for moment in moments_of(summary, wording):
        span = moment.cue.span
        labels.append((span.start_s, span.end_s, f"{moment.who}: {moment.title}"))
    for mark in nudge_marks(summary, wording):
        kind = wording.t("timeline.nudge" if mark.nudge.shown else "timeline.nudge_held")
        labels.append((mark.nudge.time_s, mark.nudge.time_s, f"{kind}: {mark.text}"))
    labels.sort(key=lambda label: label[:2])
    return "".join(f"{start:.6f}\t{end:.6f}\t{_line(text)}\n" for start, end, text in labels)


def _line(text: str) -> str:
    return " ".join(text.replace("-->", "→").split())


def _vtt_text(text: str) -> str:
    return _line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _vtt_time(time_s: float) -> str:
    total_ms = round(max(0.0, time_s) * 1000)
    seconds, ms = divmod(total_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
