"""A call summary as the plain values of report.json, and back (schema `callwatch.report/1`).

Only dicts, lists, strings, numbers, booleans and None: what JSON holds. A figure that could not
be measured is None; the containers keep their shape. `docs/contract.md` is the promise.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.errors import InputError
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.facts import Fact, Param, fits, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import (
    SCHEMA,
    CallInfo,
    CallSummary,
    ChannelQuality,
    ChannelSpan,
    InputQuality,
    Metrics,
    Performance,
)
from callwatch.core.words import Utterance, Word
from callwatch.texts.facts import english, reason_of
from callwatch.validation import check_summary

Document = dict[str, Any]

# Milliseconds: finer than any detector decides, coarse enough to keep the file readable.
DECIMALS = 3

_CUE_EXTRAS: Mapping[CueKind, tuple[str, ...]] = {
    CueKind.INTERRUPTION: ("yielded",),
    CueKind.RAISED_VOICE: ("effort", "level_delta_db"),
    CueKind.THREAT: ("category",),
    CueKind.MONOLOGUE: ("value", "threshold"),
    CueKind.FAST_SPEECH: ("value", "threshold"),
    CueKind.SLOW_RESPONSE: ("value", "threshold"),
    CueKind.DEAD_AIR: ("value", "threshold"),
}
_ALL_EXTRAS = (
    *("yielded", "effort", "level_delta_db", "category"),
    *("value", "threshold", "utterance_id", "friendly"),
)
_CALL = tuple(CallInfo.__dataclass_fields__)
_QUALITY = tuple(ChannelQuality.__dataclass_fields__)
_PERFORMANCE = tuple(Performance.__dataclass_fields__)
_PER_SIDE = (
    *("talk_s", "talk_share", "longest_monologue_s", "response_latency_median_s"),
    *("turns", "interruptions", "backchannels", "speech_rate_wpm"),
)
_PLAIN = ("overlap_s", "silence_s", "longest_silence_s", "switches_per_min")


def to_document(summary: CallSummary) -> Document:
    """All of report.json as plain values; numbers rounded to milliseconds, never NaN."""
    return {
        "schema": SCHEMA,
        "call": _rounded(call_to_document(summary.call)),
        "metrics": _rounded(_metrics_to_document(summary.metrics)),
        "segments": _rounded(_channel_spans(summary.segments)),
        "turn_spans": _rounded(_channel_spans(summary.turn_spans)),
        "cues": [_rounded(cue_to_document(cue)) for cue in summary.cues],
        "nudges": [_rounded(nudge_to_document(nudge)) for nudge in summary.nudges],
        "escalation": [_rounded(escalation_to_document(c)) for c in summary.escalation],
        "utterances": [_rounded(utterance_to_document(u)) for u in summary.utterances],
        "input_quality": _rounded(quality_to_document(summary.input_quality)),
        "performance": _rounded(performance_to_document(summary.performance)),
        "effort_curve": {
            channel.value: _rounded(list(summary.effort_curve.get(channel, ())))
            for channel in CHANNELS
        },
    }


_QUOTED: Final = 80  # of a value that is wrong


def from_document(document: Mapping[str, Any]) -> CallSummary:
    """The summary that a report.json holds.

    Raises InputError for another schema, when a promised field is missing or of the wrong kind, and
    for a time that no call has.
    """
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA:
        raise InputError(
            f"this is not a report of this version ({str(schema)[:_QUOTED]!r} instead of {SCHEMA!r}): "
            "open it with the callwatch that wrote it, or analyse the call again"
        )
    try:
        summary = _summary(document)
        check_summary(summary)
        return summary
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise InputError(
            f"the report is damaged ({type(exc).__name__}: {str(exc)[:_QUOTED]}): analyse the call again"
        ) from exc


def call_to_document(call: CallInfo) -> Document:
    """Which call it was."""
    return _fields(call, _CALL)


def call_from_document(document: Mapping[str, Any]) -> CallInfo:
    """The call that `call_to_document` wrote."""
    # Reports from before sound could be kept say nothing of it; a missing name is an error.
    return CallInfo(**{name: document[name] for name in _CALL if name in document})


def fact_to_document(fact: Fact, prefix: str = "") -> Document:
    """Code and params; no params where only a sentence is known, and no code (null) where none is."""
    params = {} if fact.sentence is not None else fact.params
    plain = {name: list(v) if isinstance(v, tuple) else v for name, v in params.items()}
    return {f"{prefix}code": fact.code or None, f"{prefix}params": plain}


def fact_from_document(document: Mapping[str, Any], sentence: str, prefix: str = "") -> Fact:
    """The fact that `fact_to_document` wrote.

    What an older callwatch wrote has the sentence alone, a newer one's code is not known here:
    then it is the sentence, shown as it is.
    """
    code: str = document.get(f"{prefix}code") or ""
    params: Mapping[str, Param] = document.get(f"{prefix}params") or {}
    return Fact(code, params) if fits(code, params) else quoted(sentence, code)


def _warnings(document: Mapping[str, Any]) -> Iterable[Fact]:
    sentences: list[str] = document["warnings"]
    facts: list[Mapping[str, Any]] = document.get("warning_facts", [])
    for number, sentence in enumerate(sentences):
        yield fact_from_document(facts[number] if number < len(facts) else {}, sentence)


def quality_to_document(quality: InputQuality) -> Document:
    """How well both sides could be heard, and the warnings."""
    return {
        **{
            channel.value: _fields(quality.channels.get(channel, ChannelQuality()), _QUALITY)
            for channel in CHANNELS
        },
        "warnings": [english(warning) for warning in quality.warnings],
        "warning_facts": [fact_to_document(warning) for warning in quality.warnings],
    }


def quality_from_document(document: Mapping[str, Any]) -> InputQuality:
    """The quality that `quality_to_document` wrote."""
    return InputQuality(
        {
            channel: ChannelQuality(**{name: document[channel.value][name] for name in _QUALITY})
            for channel in CHANNELS
        },
        tuple(_warnings(document)),
    )


def performance_to_document(performance: Performance) -> Document:
    """What the analysis cost."""
    return _fields(performance, _PERFORMANCE)


def performance_from_document(document: Mapping[str, Any]) -> Performance:
    """The cost that `performance_to_document` wrote."""
    return Performance(**{name: document[name] for name in _PERFORMANCE})


def cue_to_document(cue: Cue) -> Document:
    """One cue: the promised fields, and those that belong to its kind."""
    out: Document = {
        "kind": cue.kind.value,
        "channel": None if cue.channel is None else cue.channel.value,
        "start_s": cue.span.start_s,
        "end_s": cue.span.end_s,
        "detected_s": cue.detected_s,
        "score": cue.score,
        "evidence": english(cue.evidence),
        **fact_to_document(cue.evidence, "evidence_"),
    }
    promised = _CUE_EXTRAS.get(cue.kind, ())
    for name in _ALL_EXTRAS:
        value = getattr(cue, name)
        if name in promised or value is not None:
            out[name] = value.value if isinstance(value, ThreatCategory) else value
    return out


def cue_from_document(document: Mapping[str, Any]) -> Cue:
    """The cue that `cue_to_document` wrote."""
    category = document.get("category")
    return Cue(
        kind=CueKind(document["kind"]),
        channel=channel_or_none(document["channel"]),
        span=TimeSpan(document["start_s"], document["end_s"]),
        detected_s=document["detected_s"],
        score=document["score"],
        evidence=fact_from_document(document, document["evidence"], "evidence_"),
        yielded=document.get("yielded"),
        effort=document.get("effort"),
        level_delta_db=document.get("level_delta_db"),
        category=None if category is None else ThreatCategory(category),
        value=document.get("value"),
        threshold=document.get("threshold"),
        utterance_id=document.get("utterance_id"),
        friendly=document.get("friendly"),
    )


def nudge_to_document(nudge: Nudge) -> Document:
    """One nudge."""
    return {
        "time_s": nudge.time_s,
        "key": nudge.key,
        "text": nudge.text,
        "level": nudge.level.value,
        "shown": nudge.shown,
        "because": reason_of(nudge, Language.EN),
        **fact_to_document(nudge.because, "because_"),
        **({} if nudge.not_shown is None else fact_to_document(nudge.not_shown, "not_shown_")),
        "id": nudge.id,
        "cue_ids": list(nudge.cue_ids),
    }


def nudge_from_document(document: Mapping[str, Any]) -> Nudge:
    """The nudge that `nudge_to_document` wrote."""
    because = fact_from_document(document, document["because"], "because_")
    not_shown = None
    if "not_shown_code" in document and because.sentence is None:
        not_shown = fact_from_document(document, document["because"], "not_shown_")
    if not_shown is not None and not_shown.sentence is not None:
        # The sentence tells both.
        because, not_shown = not_shown, None
    return Nudge(
        id=document["id"],
        key=document["key"],
        text=document["text"],
        level=NudgeLevel(document["level"]),
        time_s=document["time_s"],
        shown=document["shown"],
        because=because,
        cue_ids=tuple(document["cue_ids"]),
        not_shown=not_shown,
    )


def utterance_to_document(utterance: Utterance) -> Document:
    """One utterance with its words; a finished one unless `is_final` says otherwise."""
    span = utterance.span
    return {
        "channel": utterance.channel.value,
        "start_s": span.start_s,
        "end_s": span.end_s,
        "text": utterance.text,
        "words": [
            {
                "text": word.text,
                "start_s": word.span.start_s,
                "end_s": word.span.end_s,
                "confidence": word.confidence,
            }
            for word in utterance.words
        ],
        "id": utterance.id,
        "consumed_s": utterance.consumed_s,
        **({} if utterance.is_final else {"is_final": False}),
    }


def utterance_from_document(document: Mapping[str, Any]) -> Utterance:
    """The utterance that `utterance_to_document` wrote."""
    return Utterance(
        id=document["id"],
        channel=Channel(document["channel"]),
        words=tuple(
            Word(w["text"], TimeSpan(w["start_s"], w["end_s"]), w["confidence"])
            for w in document["words"]
        ),
        is_final=document.get("is_final", True),
        consumed_s=document["consumed_s"],
    )


def escalation_to_document(change: EscalationChange) -> Document:
    """One change of the escalation level."""
    return {
        "time_s": change.time_s,
        "level": change.level.value,
        "previous": change.previous.value,
    }


def escalation_from_document(document: Mapping[str, Any]) -> EscalationChange:
    """The change that `escalation_to_document` wrote."""
    return EscalationChange(
        document["time_s"],
        EscalationLevel(document["level"]),
        EscalationLevel(document["previous"]),
    )


def span_to_document(span: TimeSpan) -> Document:
    """One span of time."""
    return {"start_s": span.start_s, "end_s": span.end_s}


def span_from_document(document: Mapping[str, Any]) -> TimeSpan:
    """The span that `span_to_document` wrote."""
    return TimeSpan(document["start_s"], document["end_s"])


def channel_or_none(name: str | None) -> Channel | None:
    """The side of that name; None belongs to neither."""
    return None if name is None else Channel(name)


def _rounded(value: Any) -> Any:
    """The same plain value with every number rounded; what is not a number becomes None."""
    if isinstance(value, float):
        return round(value, DECIMALS) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _fields(source: object, names: Iterable[str]) -> Document:
    return {name: getattr(source, name) for name in names}


def _channel_spans(spans: Sequence[ChannelSpan]) -> list[Document]:
    return [{"channel": channel.value, **span_to_document(span)} for channel, span in spans]


def _sides(values: Mapping[Channel, Any]) -> Document:
    return {channel.value: values.get(channel) for channel in CHANNELS}


def _metrics_to_document(metrics: Metrics) -> Document:
    # The total is summed from the rounded instances, so that a reader who adds them up agrees.
    instances = [_rounded(span_to_document(span)) for span in metrics.non_talk or ()]
    total = None
    if metrics.non_talk is not None:
        total = math.fsum(item["end_s"] - item["start_s"] for item in instances)
    return {
        **{name: _sides(getattr(metrics, name)) for name in _PER_SIDE},
        **_fields(metrics, _PLAIN),
        "non_talk": {"total_s": total, "instances": instances},
        "loudness_dbfs": {
            channel.value: list(metrics.loudness_dbfs.get(channel, ())) for channel in CHANNELS
        },
    }


def _metrics_from_document(document: Mapping[str, Any]) -> Metrics:
    def sides(name: str) -> dict[Channel, Any]:
        return {channel: document[name][channel.value] for channel in CHANNELS}

    non_talk = document["non_talk"]
    plain: dict[str, Any] = {name: document[name] for name in _PLAIN}
    both: dict[str, Any] = {name: sides(name) for name in _PER_SIDE}
    return Metrics(
        **both,
        **plain,
        non_talk=None
        if non_talk["total_s"] is None
        else tuple(span_from_document(item) for item in non_talk["instances"]),
        loudness_dbfs={
            channel: tuple(document["loudness_dbfs"][channel.value]) for channel in CHANNELS
        },
    )


def _summary(document: Mapping[str, Any]) -> CallSummary:
    def channel_spans(name: str) -> tuple[ChannelSpan, ...]:
        return tuple((Channel(s["channel"]), span_from_document(s)) for s in document[name])

    curves = document.get("effort_curve", {})
    return CallSummary(
        call=call_from_document(document["call"]),
        metrics=_metrics_from_document(document["metrics"]),
        segments=channel_spans("segments"),
        turn_spans=channel_spans("turn_spans"),
        cues=tuple(cue_from_document(cue) for cue in document["cues"]),
        nudges=tuple(nudge_from_document(nudge) for nudge in document["nudges"]),
        escalation=tuple(escalation_from_document(change) for change in document["escalation"]),
        utterances=tuple(utterance_from_document(u) for u in document["utterances"]),
        input_quality=quality_from_document(document["input_quality"]),
        performance=performance_from_document(document["performance"]),
        effort_curve={channel: tuple(curves.get(channel.value, ())) for channel in CHANNELS},
    )
