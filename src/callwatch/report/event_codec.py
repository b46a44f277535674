"""Events as plain values and back: `{"time_s", "type", "id", "channel", "payload"}`.

Numbers are kept in full, so that an event read back equals the one that was written. What is read
may come from anywhere: every value is checked to be of its field's type.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.errors import InputError
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueClosed,
    CueOpened,
    CueWithdrawn,
    EffortRose,
    EscalationChanged,
    Event,
    FloorReleased,
    FloorTaken,
    InputWarning,
    MeterUpdated,
    NudgeClosed,
    NudgeShown,
    NudgeSuppressed,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
    VoiceSettled,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.document import (
    Document,
    call_from_document,
    call_to_document,
    channel_or_none,
    cue_from_document,
    cue_to_document,
    escalation_from_document,
    escalation_to_document,
    fact_from_document,
    fact_to_document,
    nudge_from_document,
    nudge_to_document,
    performance_from_document,
    performance_to_document,
    quality_from_document,
    quality_to_document,
    span_from_document,
    span_to_document,
    utterance_from_document,
    utterance_to_document,
)
from callwatch.texts.facts import english
from callwatch.validation import check_time, check_types

_TYPES: Mapping[type, str] = {
    CallStarted: "call_started",
    CallEnded: "call_ended",
    VoiceStarted: "voice_started",
    VoiceStopped: "voice_stopped",
    CueOpened: "cue_opened",
    CueClosed: "cue_closed",
    CueWithdrawn: "cue_withdrawn",
    PartialTranscribed: "partial",
    UtteranceFinished: "utterance",
    UtteranceRevised: "utterance_revised",
    EscalationChanged: "escalation",
    NudgeShown: "nudge_shown",
    NudgeClosed: "nudge_closed",
    NudgeSuppressed: "nudge_held",
    FloorTaken: "floor_taken",
    FloorReleased: "floor_released",
    VoiceSettled: "voice_settled",
    InputWarning: "input",
    MeterUpdated: "metered",
    EffortRose: "effort_rose",
}


# A call's id becomes a part of file names.
_ID: Final = re.compile(r"[\w-][\w.-]{0,199}")


def event_to_document(event: Event) -> Document:
    """One event as the plain values of its line."""
    identity, channel, payload = _parts(event)
    return {
        "time_s": event.time_s,
        "type": _TYPES[type(event)],
        "id": identity,
        "channel": None if channel is None else channel.value,
        "payload": payload,
    }


def event_from_document(document: Mapping[str, Any]) -> Event:
    """The event that `event_to_document` wrote; InputError when it is not one."""
    try:
        read = _READERS.get(document["type"])
        if read is None:
            raise InputError(
                f"the journal holds an event of the unknown type {str(document['type'])[:80]!r}: "
                "read it with the callwatch that wrote it"
            )
        event = read(document["time_s"], document, document["payload"])
        check_types(event)
        _check_id(event)
        _check_times(event)
        return event
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as exc:
        raise InputError(
            f"a line of the journal is not an event ({type(exc).__name__}: {str(exc)[:200]}): "
            "use an events.jsonl that callwatch wrote"
        ) from exc


def _check_id(event: Event) -> None:
    if isinstance(event, CallStarted) and not _ID.fullmatch(event.call.id):
        raise ValueError("the call's id is no name")


def _check_times(event: Event) -> None:
    check_time(event.time_s)
    if isinstance(event, CallEnded):
        check_time(event.duration_s)


def _parts(event: Event) -> tuple[str | None, Channel | None, Document]:
    match event:
        case CallStarted():
            return event.call.id, None, call_to_document(event.call)
        case CallEnded():
            return None, None, _end_to_document(event)
        case VoiceSettled():
            return None, event.channel, {}
        case EffortRose():
            return None, event.channel, {"effort": event.effort}
        case VoiceStarted() | FloorTaken():
            return None, event.channel, {"start_s": event.start_s}
        case VoiceStopped() | FloorReleased():
            return None, event.channel, span_to_document(event.span)
        case CueOpened() | CueClosed():
            return event.id, event.cue.channel, cue_to_document(event.cue)
        case CueWithdrawn():
            return event.id, None, {}
        case PartialTranscribed() | UtteranceFinished() | UtteranceRevised():
            spoken = event.utterance
            return spoken.id, spoken.channel, utterance_to_document(spoken)
        case EscalationChanged():
            return None, None, escalation_to_document(event.change)
        case NudgeShown() | NudgeSuppressed():
            return event.nudge.id, None, nudge_to_document(event.nudge)
        case NudgeClosed():
            return event.id, None, {"reason": event.reason}
        case InputWarning():
            span = None if event.span is None else span_to_document(event.span)
            payload = {"message": english(event.fact), "span": span}
            payload |= fact_to_document(event.fact)
            return None, event.channel, payload
        case _:
            assert isinstance(event, MeterUpdated), event
            return (
                None,
                None,
                {
                    "talk_s": _named(event.talk_s),
                    "loudness_dbfs": _named(event.loudness_dbfs),
                    "effort": _named(event.effort),
                    "input_ok": _named(event.input_ok),
                    "input_faults": _named(event.input_faults),
                },
            )


def _end_to_document(event: CallEnded) -> Document:
    return {
        "duration_s": event.duration_s,
        "separable": event.separable,
        "quality": quality_to_document(event.quality),
        "performance": performance_to_document(event.performance),
    }


def _named(values: Mapping[Channel, Any]) -> Document:
    return {channel.value: value for channel, value in values.items()}


def _by_channel(values: Mapping[str, Any]) -> dict[Channel, Any]:
    return {channel: values[channel.value] for channel in CHANNELS if channel.value in values}


Reader = Callable[[float, Mapping[str, Any], Mapping[str, Any]], Event]

_READERS: Mapping[str, Reader] = {
    "call_started": lambda t, _, p: CallStarted(t, call_from_document(p)),
    "call_ended": lambda t, _, p: CallEnded(
        t,
        p["duration_s"],
        p["separable"],
        quality_from_document(p["quality"]),
        performance_from_document(p["performance"]),
    ),
    "effort_rose": lambda t, d, p: EffortRose(t, Channel(d["channel"]), p["effort"]),
    "voice_settled": lambda t, d, _: VoiceSettled(t, Channel(d["channel"])),
    "voice_started": lambda t, d, p: VoiceStarted(t, Channel(d["channel"]), p["start_s"]),
    "voice_stopped": lambda t, d, p: VoiceStopped(t, Channel(d["channel"]), span_from_document(p)),
    "cue_opened": lambda t, d, p: CueOpened(t, d["id"], cue_from_document(p)),
    "cue_closed": lambda t, d, p: CueClosed(t, d["id"], cue_from_document(p)),
    "cue_withdrawn": lambda t, d, _: CueWithdrawn(t, d["id"]),
    "partial": lambda t, _, p: PartialTranscribed(t, utterance_from_document(p)),
    "utterance": lambda t, _, p: UtteranceFinished(t, utterance_from_document(p)),
    "utterance_revised": lambda t, _, p: UtteranceRevised(t, utterance_from_document(p)),
    "escalation": lambda t, _, p: EscalationChanged(t, escalation_from_document(p)),
    "nudge_shown": lambda t, _, p: NudgeShown(t, nudge_from_document(p)),
    "nudge_closed": lambda t, d, p: NudgeClosed(t, d["id"], p["reason"]),
    "nudge_held": lambda t, _, p: NudgeSuppressed(t, nudge_from_document(p)),
    "floor_taken": lambda t, d, p: FloorTaken(t, Channel(d["channel"]), p["start_s"]),
    "floor_released": lambda t, d, p: FloorReleased(
        t, Channel(d["channel"]), span_from_document(p)
    ),
    "input": lambda t, d, p: InputWarning(
        t,
        channel_or_none(d["channel"]),
        fact_from_document(p, p["message"]),
        None if p["span"] is None else span_from_document(p["span"]),
    ),
    "metered": lambda t, _, p: MeterUpdated(
        t,
        _by_channel(p["talk_s"]),
        _by_channel(p["loudness_dbfs"]),
        _by_channel(p["effort"]),
        _by_channel(p["input_ok"]),
        _by_channel(p.get("input_faults", {})),
    ),
}
