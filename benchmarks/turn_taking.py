"""Interruptions, listening words and talk time, beside a bare timer of 0.65 s of overlap.

    [CALLWATCH_DATA=DIR] python -m benchmarks.turn_taking [CALLS ...] [--json FILE]

CALLS: folders of scripted call_*.wav with call_*.json (see README.md; hard_calls.py makes hard
ones). With CALLWATCH_DATA, the real calls in DIR/audio/calls are listed as well.
"""

import argparse
import os
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.scripted import Truth, calls_in, hear, load, match, true_speech
from benchmarks.table import print_table, write_json
from benchmarks.turnbench import Fired, spans, turnbench
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, VoiceStopped
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan, gaps, intersection, total_s
from callwatch.detectors.turn_taking import TurnTaking
from callwatch.session.talk_time import segments_of

Row = dict[str, Any]
Speech = dict[Channel, list[TimeSpan]]
GROUPS = ("clean", "telephone", "agc", "noise", "bleed", "all")
TIMER_S = 0.65
REAL = ("auto_repairs_40", "auto_repairs_49_first_half", "genesys_connector")


def cues_of(
    frames: list[VoiceFrames], duration_s: float, opened: list[Fired] | None = None
) -> list[Truth]:
    """The cues that are left at the end of the call; `opened` gets all interruptions that opened."""
    detector, cues = TurnTaking(), {}
    events = [event for part in frames for event in detector.process(part)]
    for event in [*events, *detector.finish(duration_s)]:
        if isinstance(event, CueOpened | CueClosed):
            cue = event.cue
            is_new = isinstance(event, CueOpened) and cue.kind is CueKind.INTERRUPTION
            if opened is not None and is_new:
                opened.append((str(cue.channel), cue.detected_s))
            cues[event.id] = {
                "kind": cue.kind,
                "channel": str(cue.channel),
                "start_s": cue.span.start_s,
                "detected_s": cue.detected_s,
            }
        elif isinstance(event, CueWithdrawn):
            cues.pop(event.id, None)
    return list(cues.values())


def timer(speech: Speech) -> list[Truth]:
    """The naive baseline: whoever starts second interrupts after TIMER_S of overlap."""
    cues: list[Truth] = []
    for channel in CHANNELS:
        for span in speech[channel]:
            overlaps = (o for o in speech[channel.other] if o.start_s < span.start_s < o.end_s)
            if any(min(o.end_s, span.end_s) - span.start_s >= TIMER_S for o in overlaps):
                cues.append(
                    {
                        "kind": CueKind.INTERRUPTION,
                        "channel": str(channel),
                        "start_s": span.start_s,
                        "detected_s": span.start_s + TIMER_S,
                    }
                )
    return cues


def speech_of(frames: list[VoiceFrames]) -> Speech:
    """Own voice activity's speech, pauses under 0.3 s bridged."""
    stopped = [t for part in frames for t in part.transitions if isinstance(t, VoiceStopped)]
    return {c: segments_of(t.span for t in stopped if t.channel is c) for c in CHANNELS}


def figures(calls: list[tuple[Truth, list[Truth]]], kind: CueKind) -> Row:
    """Precision, recall, F1, latency over (truth, cues) pairs."""
    hits = alarms = total = mistaken = 0
    late: list[float] = []
    for truth, cues in calls:
        events = [event for event in truth["events"] if event["kind"] == kind]
        pairs, false = match(events, [cue for cue in cues if cue["kind"] == kind])
        listening = [event for event in truth["events"] if event["kind"] == CueKind.BACKCHANNEL]
        mistaken += len(match(listening, false)[0]) if kind is CueKind.INTERRUPTION else 0
        total, hits, alarms = total + len(events), hits + len(pairs), alarms + len(false)
        late += [cue["detected_s"] - event["start_s"] for event, cue in pairs]
    precision, recall = hits / max(1, hits + alarms), hits / max(1, total)
    late.sort()
    return {
        "events": total,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "listening called interruption": mistaken if kind is CueKind.INTERRUPTION else None,
        "latency median s": median(late) if late else None,
        "latency p95 s": late[int(0.95 * (len(late) - 1))] if late else None,
    }


def talk_row(truth: Truth, speech: Speech) -> Row:
    """Errors of the talk figures of one call, and of the edges of speech."""
    duration_s, real = truth["duration_s"], truth["metrics"]
    said = true_speech(truth)
    silence = total_s(gaps([s for c in CHANNELS for s in speech[c]], TimeSpan(0.0, duration_s)))
    overlap = total_s(intersection(*(speech[c] for c in CHANNELS)))
    starts, ends = [], []
    for channel in CHANNELS:
        for true in said[channel] if speech[channel] else ():
            starts.append(min(abs(s.start_s - true.start_s) for s in speech[channel]))
            ends.append(min(abs(s.end_s - true.end_s) for s in speech[channel]))
    talk = [abs(total_s(speech[c]) - real["talk_s"][c.value]) for c in CHANNELS]
    return {
        "talk error %": 100 * sum(talk) / 2 / duration_s,
        "overlap error s/min": abs(overlap - real["overlap_s"]) / duration_s * 60,
        "silence error s/min": abs(silence - real["silence_s"]) / duration_s * 60,
        "start error ms": 1000 * median(starts),
        "end error ms": 1000 * median(ends),
    }


def by_turnbench(calls: list[tuple[Truth, list[Truth], list[Fired]]]) -> list[Row]:
    """TurnBench's measure for the cues that are left at the end, and for all that opened."""
    rows: list[Row] = []
    for group in GROUPS:
        some = [c for c in calls if group in (*c[0]["conditions"]["groups"], "all")]
        for name in ("left", "opened") if some else ():
            measured = []
            for truth, cues, opened in some:
                left = [
                    (c["channel"], c["detected_s"]) for c in cues if c["kind"] == "interruption"
                ]
                positives = spans(truth["events"], ("interruption",))
                others = spans(truth["events"], ("backchannel",))
                measured.append((positives, others, left if name == "left" else opened))
            rows.append({"group": group, "cues": name, **turnbench(measured)})
    return rows


def scripted(folders: list[Path]) -> list[Row]:
    """All figures of the scripted calls."""
    systems: dict[str, list[tuple[Truth, list[Truth]]]] = {}
    talk: list[tuple[Truth, Row]] = []
    measured: list[tuple[Truth, list[Truth], list[Fired]]] = []
    cpu_s = audio_s = 0.0
    for path, truth in calls_in(folders):
        samples = load(path)
        before = time.process_time()
        frames = hear(samples)
        opened: list[Fired] = []
        cues = cues_of(frames, samples.shape[1] / CALL_RATE_HZ, opened)
        measured.append((truth, cues, opened))
        cpu_s += time.process_time() - before
        audio_s += samples.shape[1] / CALL_RATE_HZ
        heard = speech_of(frames)
        for name, found in (
            ("callwatch", cues),
            ("bare timer on true segments", timer(true_speech(truth))),
            ("bare timer on own segments", timer(heard)),
        ):
            systems.setdefault(name, []).append((truth, found))
        talk.append((truth, talk_row(truth, heard)))
    if not talk:
        return []
    rows: list[Row] = []
    for name, calls in systems.items():
        for group in GROUPS:
            some = [c for c in calls if group in (*c[0]["conditions"]["groups"], "all")]
            for kind in (CueKind.INTERRUPTION, CueKind.BACKCHANNEL):
                if some and (name == "callwatch" or (group == "all" and kind == "interruption")):
                    rows.append({"system": name, "group": group, "kind": str(kind)})
                    rows[-1] |= figures(some, kind)
    print_table("Turn-taking", rows)
    bench = by_turnbench(measured)
    print_table("Interruptions by TurnBench's measure; false: inside listening words", bench)
    summary: list[Row] = []
    for group in GROUPS:
        part = [row for truth, row in talk if group in (*truth["conditions"]["groups"], "all")]
        if part:
            means = {key: sum(row[key] for row in part) / len(part) for key in part[0]}
            summary.append({"group": group, "calls": len(part), **means})
    print_table("Talk time", summary)
    cost = [{"audio h": audio_s / 3600, "CPU s an hour of call": cpu_s / audio_s * 3600}]
    print_table("Voice activity and turn-taking, both channels", cost)
    return [*rows, *bench, *summary, *cost]


def real(folder: Path) -> list[Row]:
    """Cues on real calls, which are almost free of interruptions."""
    rows: list[Row] = []
    for name in REAL:
        path = folder / "audio" / "calls" / f"{name}.flac"
        if path.exists():
            samples = load(path)
            cues = cues_of(hear(samples), samples.shape[1] / CALL_RATE_HZ)
            counts = {
                f"{kind}s": sum(cue["kind"] == kind for cue in cues)
                for kind in (CueKind.INTERRUPTION, CueKind.BACKCHANNEL)
            }
            rows.append({"call": name, **counts})
    if rows:
        print_table("Real calls", rows)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path, nargs="*", help="folders of scripted calls")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/turn_taking.json"))
    args = parser.parse_args()
    rows = scripted(args.calls)
    if data := os.environ.get("CALLWATCH_DATA"):
        rows += real(Path(data))
    if not rows:
        print("skipped: give folders of scripted calls, or set CALLWATCH_DATA (see README.md)")
        return
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
