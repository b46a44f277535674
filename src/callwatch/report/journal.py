"""events.jsonl: every event of a call, one JSON object a line, written as it happens.

`{"time_s", "type", "id", "channel", "payload"}`. The report can be recomputed from it. Numbers
are written in full, so that an event read back equals the one that was written.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

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
from callwatch.core.files import open_private
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
from callwatch.report.files import output_error
from callwatch.texts.facts import english

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
                f"the journal holds an event of the unknown type {document['type']!r}: "
                "read it with the callwatch that wrote it"
            )
        return read(document["time_s"], document, document["payload"])
    except (KeyError, TypeError, ValueError) as exc:
        raise InputError(
            f"a line of the journal is not an event ({type(exc).__name__}: {exc}): "
            "use an events.jsonl that callwatch wrote"
        ) from exc


class JournalWriter:
    """Writes each event as one line, at once, into a file that only its owner may read.

    Call it with events, close it when the call is over. One thread at a time. What was written
    survives a crash of the program; a line cut short is forgiven by `read_journal`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        except OSError as exc:
            raise output_error(path, exc) from exc
        self._file: TextIO = os.fdopen(number, "w", encoding="utf-8", newline="\n")

    def __call__(self, event: Event) -> None:
        """Write one event; OutputError when the disk does not take it."""
        line = json.dumps(event_to_document(event), ensure_ascii=False, separators=(",", ":"))
        try:
            self._file.write(line + "\n")
            self._file.flush()
        except OSError as exc:
            raise output_error(self.path, exc) from exc

    def close(self) -> None:
        """Close the file; further calls of `close` do nothing."""
        try:
            self._file.close()
        except OSError as exc:
            raise output_error(self.path, exc) from exc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_journal(path: Path) -> Iterator[Event]:
    """The events of a journal in their order; a last line that was cut short is left out.

    Raises InputError when the file cannot be read or a line before the last is broken.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"the journal {path} cannot be read ({exc.strerror}): name an events.jsonl"
        ) from exc
    lines = raw.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except ValueError as exc:
            # Only the end of the file can have been cut short by a crash.
            if number == len(lines):
                return
            raise InputError(
                f"line {number} of {path} is broken: restore the file, or cut it before that line"
            ) from exc
        yield event_from_document(document)


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
