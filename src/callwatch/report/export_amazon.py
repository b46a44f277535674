"""A call with the field names of Amazon Transcribe Call Analytics, which other tools can read.

Field names: Amazon Transcribe developer guide, "Post-call analytics output". What callwatch does
not judge (`Sentiment`, issues, outcomes) is left out; what was not measured is null. Loudness is
dBFS + 100, so that it lies on the positive scale that readers of these files expect.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallSummary
from callwatch.core.words import Utterance
from callwatch.document import Document

ROLES = {Channel.AGENT: "AGENT", Channel.CUSTOMER: "CUSTOMER"}
LANGUAGE_CODES = {"en": "en-US", "sv": "sv-SE", "da": "da-DK", "nb": "no-NO"}
# Digital full scale is 0 dBFS; 100 above it is the top of the readers' scale.
LOUDNESS_OFFSET = 100.0


def to_amazon(summary: CallSummary) -> Document:
    """The whole file as plain values."""
    metrics = summary.metrics
    talk = [metrics.talk_s.get(channel) for channel in CHANNELS]
    return {
        "JobStatus": "COMPLETED",
        "JobName": summary.call.id,
        "Channel": "VOICE",
        "LanguageCode": LANGUAGE_CODES.get(summary.call.language, summary.call.language),
        "ContentMetadata": {"Output": "Redacted", "RedactionTypes": ["PII"]},
        "Participants": [{"ParticipantRole": ROLES[channel]} for channel in CHANNELS],
        "Categories": _categories(summary),
        "ConversationCharacteristics": {
            "TotalConversationDurationMillis": _ms(summary.call.duration_s),
            "TalkTime": {
                "DetailsByParticipant": {
                    ROLES[channel]: {"TotalTimeMillis": _ms(metrics.talk_s.get(channel))}
                    for channel in CHANNELS
                },
                "TotalTimeMillis": None if None in talk else _ms(sum(filter(None, talk))),
            },
            "TalkSpeed": {
                "DetailsByParticipant": {
                    ROLES[channel]: {"AverageWordsPerMinute": _whole(metrics, channel)}
                    for channel in CHANNELS
                }
            },
            "NonTalkTime": {
                "Instances": [_instance(span) for span in metrics.non_talk or ()],
                "TotalTimeMillis": _ms(metrics.non_talk_total_s),
            },
            "Interruptions": _interruptions(summary),
        },
        "Transcript": [_segment(summary, u) for u in summary.utterances if u.words],
    }


def _ms(value_s: float | None) -> int | None:
    return None if value_s is None else round(value_s * 1000)


def _whole(metrics: object, channel: Channel) -> int | None:
    rate = getattr(metrics, "speech_rate_wpm").get(channel)  # noqa: B009
    return None if rate is None else round(rate)


def _instance(span: TimeSpan) -> Document:
    begin, end = round(span.start_s * 1000), round(span.end_s * 1000)
    return {"BeginOffsetMillis": begin, "EndOffsetMillis": end, "DurationMillis": end - begin}


def _interruptions(summary: CallSummary) -> Document:
    measured = all(summary.metrics.interruptions.get(channel) is not None for channel in CHANNELS)
    by_side: dict[str, list[Document]] = {}
    for cue in summary.cues:
        if cue.kind is CueKind.INTERRUPTION and cue.channel is not None:
            by_side.setdefault(ROLES[cue.channel], []).append(_instance(cue.span))
    instances = [item for items in by_side.values() for item in items]
    return {
        "InterruptionsByInterrupter": by_side,
        "TotalCount": len(instances) if measured else None,
        "TotalTimeMillis": sum(i["DurationMillis"] for i in instances) if measured else None,
    }


def _categories(summary: CallSummary) -> Document:
    details: dict[str, Document] = {}
    for cue in summary.cues:
        if cue.category is not None:
            points = details.setdefault(cue.category.value, {"PointsOfInterest": []})
            instance = _instance(cue.span)
            del instance["DurationMillis"]
            points["PointsOfInterest"].append(instance)
    return {"MatchedCategories": list(details), "MatchedDetails": details}


def _segment(summary: CallSummary, utterance: Utterance) -> Document:
    span = _instance(utterance.span)
    loudness = summary.metrics.loudness_dbfs.get(utterance.channel, ())
    return {
        "Id": utterance.id,
        "ParticipantRole": ROLES[utterance.channel],
        "Content": utterance.text,
        "BeginOffsetMillis": span["BeginOffsetMillis"],
        "EndOffsetMillis": span["EndOffsetMillis"],
        "LoudnessScores": _loudness(loudness, utterance.span),
        "Items": [
            {
                "Type": "pronunciation",
                "Content": word.text,
                "Confidence": f"{word.confidence:.3f}",
                "BeginOffsetMillis": _ms(word.span.start_s),
                "EndOffsetMillis": _ms(word.span.end_s),
            }
            for word in utterance.words
        ],
    }


def _loudness(loudness_dbfs: Sequence[float | None], span: TimeSpan) -> list[float | None]:
    """One score for each second that the utterance touches."""
    seconds = range(len(loudness_dbfs))
    first = bisect_right(seconds, span.start_s) - 1 if span.start_s >= 0 else 0
    last = bisect_left(seconds, span.end_s)
    return [
        None if value is None else round(max(0.0, value + LOUDNESS_OFFSET), 2)
        for value in loudness_dbfs[max(0, first) : last]
    ]
