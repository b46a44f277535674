"""The figures of a report, counted again from its events.jsonl by a script of its own.

Nothing of callwatch is used: the events are painted on a ruler of milliseconds and counted, by the
definitions in docs/metrics.md.
"""

import itertools
import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from .commands import DEMO, callwatch

SIDES = ("agent", "customer")
BRIDGE_MS = 300
NON_TALK_MS = 3000
# Every time in both files is rounded to a millisecond, and a figure sums some dozens of them.
TOLERANCE_S = 0.03

Span = tuple[int, int]


def ms(time_s: float) -> int:
    return round(time_s * 1000)


def spans(events: list[dict[str, Any]], begin: str, end: str, side: str, last: int) -> list[Span]:
    """The spans that events of these types tell; one that is still open ends with the call."""
    out: list[Span] = []
    since: int | None = None
    for event in events:
        if event["channel"] != side:
            continue
        if event["type"] == begin:
            since = ms(event["payload"]["start_s"])
        elif event["type"] == end:
            out.append((ms(event["payload"]["start_s"]), ms(event["payload"]["end_s"])))
            since = None
    return out if since is None else [*out, (since, last)]


def painted(speech: list[Span], last: int) -> bytearray:
    """1 for each millisecond of speech, pauses under BRIDGE_MS filled."""
    ruler = bytearray(last)
    for start, end in speech:
        ruler[start:end] = b"\1" * (min(end, last) - start)
    for start, end in stretches(ruler, 0):
        if start > 0 and end < last and end - start < BRIDGE_MS:
            ruler[start:end] = b"\1" * (end - start)
    return ruler


def stretches(ruler: bytearray, value: int) -> list[Span]:
    """Where the ruler holds this value."""
    out: list[Span] = []
    start = None
    for at, here in enumerate(ruler):
        if here == value and start is None:
            start = at
        elif here != value and start is not None:
            out.append((start, at))
            start = None
    return out if start is None else [*out, (start, len(ruler))]


def cues(events: list[dict[str, Any]], kind: str) -> dict[str, int]:
    """How many cues of that kind each side has; those taken back do not count."""
    kept: dict[str, str] = {}
    for event in events:
        if event["type"] in ("cue_opened", "cue_closed"):
            if event["payload"]["kind"] == kind:
                kept[event["id"]] = event["channel"]
        elif event["type"] == "cue_withdrawn":
            kept.pop(event["id"], None)
    return {side: list(kept.values()).count(side) for side in SIDES}


def counted(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures, named as in report.json."""
    (end,) = (event for event in events if event["type"] == "call_ended")
    last = ms(end["payload"]["duration_s"])
    talk = {
        side: painted(spans(events, "voice_started", "voice_stopped", side, last), last)
        for side in SIDES
    }
    pairs = list(zip(talk["agent"], talk["customer"], strict=True))
    silent = stretches(bytearray(not (a or c) for a, c in pairs), 1)
    talk_s = {side: sum(ruler) / 1000 for side, ruler in talk.items()}
    turns = sorted(
        (start, SIDES.index(side), side, stop)
        for side in SIDES
        for start, stop in spans(events, "floor_taken", "floor_released", side, last)
    )
    waits: dict[str, list[int]] = {side: [] for side in SIDES}
    for (_, _, before, stop), (start, _, side, _) in itertools.pairwise(turns):
        if side != before:
            waits[side].append(max(0, start - stop))
    long = [(start, stop) for start, stop in silent if stop - start > NON_TALK_MS]
    return {
        "talk_s": talk_s,
        "talk_share": {side: talk_s[side] / sum(talk_s.values()) for side in SIDES},
        "overlap_s": sum(a and c for a, c in pairs) / 1000,
        "silence_s": sum(stop - start for start, stop in silent) / 1000,
        "longest_silence_s": max((stop - start for start, stop in silent), default=0) / 1000,
        "non_talk": {
            "total_s": sum(stop - start for start, stop in long) / 1000,
            "instances": [(start / 1000, stop / 1000) for start, stop in long],
        },
        "turns": {side: sum(turn[2] == side for turn in turns) for side in SIDES},
        "longest_monologue_s": {
            side: max((stop - start for start, _, who, stop in turns if who == side), default=0)
            / 1000
            for side in SIDES
        },
        "switches_per_min": sum(map(len, waits.values())) * 60_000 / last,
        "response_latency_median_s": {
            side: median(values) / 1000 if values else None for side, values in waits.items()
        },
        "interruptions": cues(events, "interruption"),
        "backchannels": cues(events, "backchannel"),
    }


@pytest.mark.parametrize("order", ["agent,customer", "customer,agent"])
def test_the_report_agrees_with_a_count_of_its_events(tmp_path: Path, order: str) -> None:
    done = callwatch(
        *("analyze", DEMO, "--out", tmp_path, "--engine", "none", "--no-history"),
        *("--channels", order),
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / DEMO.stem
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    told = json.loads((folder / "report.json").read_text())["metrics"]
    again = counted(events)
    told["non_talk"]["instances"] = [
        (span["start_s"], span["end_s"]) for span in told["non_talk"]["instances"]
    ]
    assert min(again["talk_s"].values()) > 15, "the demo call has something to count"
    assert sum(again["turns"].values()) > 8
    for name in ("turns", "interruptions", "backchannels"):
        assert told[name] == again[name], name
    for name in ("talk_s", "talk_share", "longest_monologue_s", "response_latency_median_s"):
        assert told[name] == pytest.approx(again[name], abs=TOLERANCE_S), name
    for name in ("overlap_s", "silence_s", "longest_silence_s", "switches_per_min"):
        assert told[name] == pytest.approx(again[name], abs=TOLERANCE_S), name
    assert told["non_talk"]["total_s"] == pytest.approx(
        again["non_talk"]["total_s"], abs=TOLERANCE_S
    )
    assert len(told["non_talk"]["instances"]) == len(again["non_talk"]["instances"])
    for told_span, span in zip(
        told["non_talk"]["instances"], again["non_talk"]["instances"], strict=True
    ):
        assert told_span == pytest.approx(span, abs=0.002)
