"""Threats through the whole program: scripted calls in, cues out, with a real recogniser.

    python -m benchmarks.threats CALLS ... [--timing analyze|live] [--model DIR] [--wrong N]

CALLS: folders of call_*.wav with call_*.json (README.md; threat_calls.py makes dense ones). `analyze`
is what `callwatch analyze` does; `live` decodes partial results as often as in a live call, in step
with the audio. Both give stream times: what a live call adds is the recogniser's compute time.

A cue belongs to a threat of its category when it was detected between 0.5 s before the line began and 6 s
after it ended, one to one, closest first; all other cues are false alarms. Latency is the cue's
`detected_s` less the end of the line. Intervals are 95 % (Wilson; order statistics for latency).
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.scripted import Truth, calls_in
from benchmarks.table import print_table, write_json
from callwatch.app.analyze import BLOCK_S, WHISPER
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.audio.files import open_recording
from callwatch.config import Config
from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event, UtteranceFinished
from callwatch.core.words import Utterance
from callwatch.speech.whisper import WhisperConfig
from callwatch.texts.facts import english

Row = dict[str, Any]
EARLY_S: Final = 0.5
LATE_S: Final = 6.0
GROUPS: Final = ("clean", "telephone", "noise", "quiet", "agc", "bleed")
TIMINGS: Final = {"analyze": WHISPER, "live": WhisperConfig()}


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of one call."""

    name: str
    truth: Truth
    cues: tuple[Cue, ...]
    withdrawn: int
    utterances: tuple[Utterance, ...]

    @property
    def threats(self) -> list[Truth]:
        """The true ones."""
        return [event for event in self.truth["events"] if event["kind"] == "threat"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A threat that was missed, or a cue that was none, with what was said and heard there."""

    call: str
    at_s: float
    what: str
    said: str
    heard: str


def hear(name: str, truth: Truth, events: Iterable[Event]) -> Heard:
    """The threat cues that were left, and the finished utterances."""
    cues: dict[str, Cue] = {}
    withdrawn, utterances = 0, []
    for event in events:
        if isinstance(event, CueOpened | CueClosed) and event.cue.kind is CueKind.THREAT:
            cues[event.id] = event.cue
        elif isinstance(event, CueWithdrawn):
            withdrawn += cues.pop(event.id, None) is not None
        elif isinstance(event, UtteranceFinished) and event.utterance.channel is Channel.CUSTOMER:
            utterances.append(event.utterance)
    return Heard(name, truth, tuple(cues.values()), withdrawn, tuple(utterances))


def pairs_of(threats: Sequence[Truth], cues: Sequence[Cue]) -> dict[int, int]:
    """Number of a threat -> number of its cue."""
    near = []
    for t, threat in enumerate(threats):
        for c, cue in enumerate(cues):
            late_s = cue.detected_s - threat["end_s"]
            in_time = cue.detected_s >= threat["start_s"] - EARLY_S and late_s <= LATE_S
            if in_time and cue.category == threat["category"]:
                near.append((abs(late_s), t, c))
    pairs: dict[int, int] = {}
    for _, t, c in sorted(near):
        if t not in pairs and c not in pairs.values():
            pairs[t] = c
    return pairs


def figures(name: str, calls: Sequence[Heard]) -> Row:
    """One line of the table."""
    threats = hits = cues = 0
    late: list[float] = []
    for call in calls:
        pairs = pairs_of(call.threats, call.cues)
        threats, hits, cues = threats + len(call.threats), hits + len(pairs), cues + len(call.cues)
        late += [call.cues[c].detected_s - call.threats[t]["end_s"] for t, c in pairs.items()]
    hours = sum(call.truth["duration_s"] for call in calls) / 3600
    return {
        "calls": name,
        "minutes": round(60 * hours, 1),
        "threats": threats,
        "precision": share(hits, cues),
        "recall": share(hits, threats),
        "false an hour": round((cues - hits) / hours, 1),
        "taken back": sum(call.withdrawn for call in calls),
        "latency median s": quantile(late, 0.5),
        "latency p95 s": quantile(late, 0.95),
    }


def share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not whole:
        return "-"
    p, z = part / whole, 1.96
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{p:.3f} ({middle - half:.2f}-{middle + half:.2f})"


def quantile(values: list[float], q: float) -> str:
    """A quantile with its 95 % interval from order statistics."""
    if not values:
        return "-"
    ordered, n = sorted(values), len(values)
    spread = 1.96 * math.sqrt(n * q * (1 - q))
    low, high = max(0, math.floor(n * q - spread)), min(n - 1, math.ceil(n * q + spread))
    return f"{ordered[min(n - 1, int(q * n))]:.2f} ({ordered[low]:.2f}-{ordered[high]:.2f})"


def wrong_ones(call: Heard) -> list[Wrong]:
    """Misses and false alarms of a call, in the order of time."""
    pairs = pairs_of(call.threats, call.cues)
    out = []
    for t, threat in enumerate(call.threats):
        if t not in pairs:
            heard = _heard(call, threat["start_s"], threat["end_s"])
            what = f"missed {threat['category']}"
            out.append(Wrong(call.name, threat["start_s"], what, threat.get("text", ""), heard))
    for c, cue in enumerate(call.cues):
        if c not in pairs.values():
            said = " | ".join(
                item.get("text", "")
                for item in call.truth["segments"]
                if item["channel"] == "customer"
                and item["start_s"] < cue.span.end_s
                and cue.span.start_s < item["end_s"]
            )
            what = f"false {cue.category} {cue.score:.2f} at {cue.detected_s:.1f}"
            heard = _heard(call, cue.span.start_s, cue.span.end_s)
            out.append(
                Wrong(call.name, cue.span.start_s, what, said, f"{heard} <{english(cue.evidence)}>")
            )
    return sorted(out, key=lambda one: one.at_s)


def _heard(call: Heard, start_s: float, end_s: float) -> str:
    words = (word for utterance in call.utterances for word in utterance.words)
    inside = (w for w in words if w.span.end_s > start_s - 0.3 and w.span.start_s < end_s + 0.3)
    return " ".join(word.text for word in inside)


def run(desk: CallFactory, path: Path, truth: Truth) -> Heard:
    """One call through the program."""
    events: list[Event] = []
    with TemporaryDirectory() as folder, open_recording(path, block_s=BLOCK_S) as source:
        plan = CallPlan(source, path.name, Path(folder), live=False, in_history=False)
        desk.open(plan, (events.append,)).run()
    return hear(path.stem, truth, events)


def table(calls: Sequence[Heard]) -> list[Row]:
    """A line for each condition, and one for all."""
    rows = []
    for group in GROUPS:
        some = [call for call in calls if group in call.truth["conditions"]["groups"]]
        if some and len(some) < len(calls):
            rows.append(figures(group, some))
    return [*rows, figures("all", calls)]


def categories(calls: Sequence[Heard]) -> list[Row]:
    """Threats, found and false, by category."""
    said: Counter[str] = Counter()
    found: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for call in calls:
        pairs = pairs_of(call.threats, call.cues)
        said.update(threat["category"] for threat in call.threats)
        found.update(call.threats[t]["category"] for t in pairs)
        missed = set(range(len(call.cues))) - set(pairs.values())
        false.update(str(call.cues[c].category) for c in missed)
    return [
        {"category": c, "threats": said[c], "found": found[c], "false": false[c]}
        for c in sorted(said | false)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Threats through the whole program.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--timing", choices=tuple(TIMINGS), default="analyze")
    parser.add_argument("--model", default="")
    parser.add_argument("--wrong", type=int, default=0, help="how many wrong ones are shown")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/threats.json"))
    given = parser.parse_args()
    config = Config()
    config = replace(config, recognition=replace(config.recognition, model=given.model))
    desk = CallFactory(config, TIMINGS[given.timing])
    if desk.choice.create is None:
        print(f"skipped: {desk.choice.explanation}")
        return
    begun_s = time.process_time()
    calls = [run(desk, path, truth) for path, truth in calls_in(given.folders)]
    cpu_s = time.process_time() - begun_s
    desk.close()
    if not any(call.threats for call in calls):
        print("skipped: name folders of scripted calls with threats (see benchmarks/README.md)")
        return
    rows = table(calls)
    audio_s = sum(call.truth["duration_s"] for call in calls)
    title = f"{desk.choice.model}, timing of {given.timing}, {cpu_s / audio_s:.3f} CPU s a second"
    print_table(f"Threats through the recogniser: {title}", rows)
    print_table("By category", categories(calls))
    for one in [wrong for call in calls for wrong in wrong_ones(call)][: given.wrong]:
        print(f"{one.call} {one.at_s:.1f} {one.what}\n  said:  {one.said}\n  heard: {one.heard}")
    write_json(given.json, rows)


if __name__ == "__main__":
    main()
