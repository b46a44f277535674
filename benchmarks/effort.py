"""Vocal effort: stretches of raised voice, single clips, and false alarms.

    CALLWATCH_DATA=DIR python -m benchmarks.effort [CALLS ...] [--clips FOLDER] [--talk FOLDER] [--json FILE]

DIR/audio/effort and each --clips FOLDER: a corpus of acted clips (see acted.py). Every speaker is
measured against the own usual clips only, and a clip never against a baseline that it is part of.
DIR/audio/calls, and each --talk FOLDER of NAME/call.wav: real calls in which nobody is angry, so
every cue is false, but where NAME/labels.json says `raised_voice`: loud, and friendly. CALLS:
folders of scripted call_*.wav with call_*.json.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.acted import (
    BANDS,
    RAISED,
    USUAL,
    as_call,
    clips_of,
    kind_of,
    load,
    loud_frames,
    on_line,
    speakers_of,
    stretch_call,
)
from benchmarks.table import data_dir, print_table, write_json
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue
from callwatch.core.events import CueClosed, CueWithdrawn
from callwatch.detectors.friendly_voice import FriendlyVoice
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.vad.activity import VoiceActivity

Row = dict[str, Any]
Samples = npt.NDArray[np.int16]
# Voice that a peak must rest on; shorter clips are taken whole.
LEAST_S = 0.5


def baseline_of(clips: list[DoubleArray]) -> EffortBaseline:
    """What is usual in these clips of one speaker, thrice: four seconds of voice are asked."""
    samples = as_call(np.concatenate([np.pad(clip, (0, 3200)) for clip in clips * 3]))
    estimator = EffortEstimator()
    estimator.process(CallBlock(samples, 0.0), loud_frames(samples))
    estimator.finish()
    known = estimator.baseline(Channel.CUSTOMER)
    if known is None:
        raise ValueError("too little voice for a baseline: give longer clips")
    return known


def peak_effort(clip: DoubleArray, known: EffortBaseline) -> float:
    """The highest effort of a clip, once half a second of voice has been heard."""
    samples = as_call(clip)
    estimator = EffortEstimator(baselines={Channel.CUSTOMER: known})
    parts = [
        estimator.process(CallBlock(samples, 0.0), loud_frames(samples)),
        estimator.finish(),
    ]
    z = np.concatenate([part.effort[1] for part in parts])
    voiced_s = np.concatenate([part.voiced_s[1] for part in parts])
    heard = ~np.isnan(z) & (voiced_s >= min(LEAST_S, float(voiced_s.max())) - 1e-6)
    return float(np.max(z[heard])) if heard.any() else 0.0


def auc(raised: list[float], usual: list[float]) -> float:
    """Share of pairs in the right order."""
    a, b = np.array(raised)[:, None], np.array(usual)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


def measure_clips(corpus: Path, band: str) -> Row:
    """ROC-AUC of single clips' peak effort: over all speakers, and the lowest of one."""
    every: dict[bool, list[float]] = {True: [], False: []}
    lowest = 1.0
    for paths in speakers_of(corpus).values():
        clips = {p: on_line(load(p)[0], band) for p in paths if kind_of(p) in RAISED + USUAL}
        usual = [p for p in clips if kind_of(p) in USUAL]
        neutral = [p for p in usual if kind_of(p) == USUAL[0]] or usual
        known: dict[Path | None, EffortBaseline] = {None: baseline_of([clips[p] for p in neutral])}
        scores: dict[bool, list[float]] = {True: [], False: []}
        for path, clip in clips.items():
            left = path if path in neutral else None
            if left not in known:
                known[left] = baseline_of([clips[p] for p in neutral if p != left])
            scores[kind_of(path) in RAISED].append(peak_effort(clip, known[left]))
        lowest = min(lowest, auc(scores[True], scores[False]))
        for key, values in scores.items():
            every[key] += values
    return {
        "corpus": corpus.name,
        "band": band,
        "raised": len(every[True]),
        "usual": len(every[False]),
        "ROC-AUC": auc(every[True], every[False]),
        "lowest speaker": lowest,
    }


def cues_of(samples: Samples) -> tuple[list[Cue], float]:
    """Raised-voice cues of a call with the real voice activity; and the effort part's CPU seconds.

    There are no words: a friendly cue is one with laughter.
    """
    activity, estimator, detector = VoiceActivity(), EffortEstimator(), RaisedVoice()
    friendly = FriendlyVoice(Language.EN)
    events, cpu_s, size = [], 0.0, CALL_RATE_HZ
    for start in range(0, samples.shape[1], size):
        block = CallBlock(samples[:, start : start + size], start / CALL_RATE_HZ)
        frames = activity.process(block)
        began = time.process_time()
        effort = estimator.process(block, frames)
        events += friendly.process(detector.process(effort), effort.laughs)
        cpu_s += time.process_time() - began
    effort = estimator.finish(activity.finish())
    events += friendly.process(detector.process(effort), effort.laughs)
    events += friendly.process(detector.finish(samples.shape[1] / CALL_RATE_HZ))
    gone = {event.id for event in events if isinstance(event, CueWithdrawn)}
    kept = [event for event in events if isinstance(event, CueClosed) and event.id not in gone]
    return [event.cue for event in kept], cpu_s


@dataclass(slots=True)
class Found:
    """What was heard of the stretches of one speaker on one line."""

    corpus: str
    band: str
    speaker: str
    raised: list[bool] = field(default_factory=list)
    calm: list[bool] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)


def hear_stretches(corpus: Path, band: str, rounds: int) -> Iterator[Found]:
    """Stretches of three shouted clips found, calm ones flagged, and how soon; each speaker."""
    for name, paths in speakers_of(corpus).items():
        clips, found = clips_of(paths, band), Found(corpus.name, band, name)
        for seed in range(rounds):
            audio, truth = stretch_call(clips, seed)
            cues, _ = cues_of(as_call(audio))
            for stretch in truth:
                a, b = stretch.start_s, stretch.end_s + 0.5
                met = [c.detected_s - a for c in cues if a <= c.detected_s <= b]
                (found.raised if stretch.raised else found.calm).append(bool(met))
                found.late_s += met[:1] if stretch.raised else []
        if found.raised:
            yield found


def stretch_rows(found: list[Found], key: Callable[[Found], Row]) -> list[Row]:
    """Figures over the stretches that are alike in `key`."""
    groups: dict[str, list[Found]] = defaultdict(list)
    for part in found:
        groups[json.dumps(key(part))].append(part)
    rows: list[Row] = []
    for name, parts in groups.items():
        raised = [hit for part in parts for hit in part.raised]
        calm = [hit for part in parts for hit in part.calm]
        late_s = [s for part in parts for s in part.late_s]
        rows.append({
            **json.loads(name),
            "raised": len(raised),
            "recall": float(np.mean(raised)),
            "calm": len(calm),
            "flagged": sum(calm),
            "latency median s": float(np.median(late_s)) if late_s else None,
            "latency p95 s": float(np.quantile(late_s, 0.95)) if late_s else None,
        })  # fmt: skip
    return rows


def as_samples(audio: DoubleArray) -> Samples:
    """int16 of sound in -1..1."""
    return np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)


def measure_calls(folder: Path) -> Row:
    """Recall, false alarms and latency in scripted calls."""
    hits = events = false = 0
    audio_s = cpu_s = 0.0
    late: list[float] = []
    for path in sorted(folder.glob("call_*.json")):
        truth = json.loads(path.read_text("utf-8"))
        cues, spent_s = cues_of(as_samples(load(path.with_suffix(".wav"))))
        wanted = [e for e in truth["events"] if e["kind"] == "raised_voice"]
        near = sorted(
            (cue.detected_s - e["start_s"], i, j)
            for i, e in enumerate(wanted)
            for j, cue in enumerate(cues)
            if cue.channel == e["channel"]
            and cue.span.start_s < e["end_s"]
            and e["start_s"] < cue.span.end_s
        )
        paired: dict[int, int] = {}
        for delay_s, i, j in near:
            if i not in paired and j not in paired.values():
                paired[i] = j
                late.append(delay_s)
        hits, events = hits + len(paired), events + len(wanted)
        false += len(cues) - len({j for _, _, j in near})
        audio_s, cpu_s = audio_s + truth["duration_s"], cpu_s + spent_s
    return {
        "calls": folder.name,
        "raised": events,
        "recall": hits / max(1, events),
        "false alarms / h": false / audio_s * 3600 if audio_s else None,
        "median latency s": float(np.median(late)) if late else None,
        "effort CPU s / h": cpu_s / audio_s * 3600 if audio_s else None,
    }


def real_calls(folders: list[Path]) -> Iterator[tuple[str, Samples, list[Row]]]:
    """Name, sound and labels of the real two-channel calls."""
    paths = [p for folder in folders for p in (*folder.glob("*.flac"), *folder.glob("*/call.wav"))]
    for path in sorted(paths):
        audio = load(path)
        if len(audio) != len(CHANNELS) or np.array_equal(audio[0], audio[1]):
            continue
        labels = path.with_name("labels.json")
        known = json.loads(labels.read_text("utf-8")) if labels.exists() else []
        name = path.parent.name if path.stem == "call" else path.stem
        yield name, as_samples(audio), known


def measure_talk(folders: list[Path]) -> Iterator[Row]:
    """Real talk in which nobody is angry."""
    minutes = 0.0
    total = {"false": 0, "loud and friendly": 0}
    for name, samples, labels in real_calls(folders):
        cues, _ = cues_of(samples)
        loud = [label for label in labels if label["kind"] == "raised_voice"]
        count = {"false": 0, "loud and friendly": 0}
        for cue in cues:
            is_loud = any(
                cue.channel == label["channel"]
                and cue.span.start_s < label["end_s"] + 0.5
                and cue.span.end_s > label["start_s"] - 0.5
                for label in loud
            )
            count["loud and friendly" if is_loud else "false"] += 1
        length = samples.shape[1] / CALL_RATE_HZ / 60
        minutes += length
        total = {key: total[key] + count[key] for key in total}
        what = "; ".join(f"{c.channel} {c.span.start_s:.1f} s" for c in cues)
        yield {"call": name, "minutes": length, **count, "what": what}
    if minutes:
        per_h = total["false"] / minutes * 60
        yield {"call": "all", "minutes": minutes, **total, "what": f"{per_h:.1f} false an hour"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="*", type=Path, help="folders of scripted calls")
    parser.add_argument("--clips", nargs="*", type=Path, default=[], help="more corpora of clips")
    parser.add_argument("--talk", nargs="*", type=Path, default=[], help="more real talk")
    parser.add_argument("--rounds", type=int, default=2, help="orders of the clips per speaker")
    parser.add_argument("--only", choices=("stretches", "clips", "calls"), help="one part")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    audio = data_dir() / "audio"
    corpora = [folder for folder in (audio / "effort", *args.clips) if speakers_of(folder)]
    lines = [(corpus, band) for corpus in corpora for band in BANDS]
    rows: list[Row] = []

    def show(title: str, part: list[Row]) -> None:
        if part:
            print_table(title, part)
            rows.extend({"table": title, **row} for row in part)

    if args.only in (None, "stretches"):
        found = [f for corpus, band in lines for f in hear_stretches(corpus, band, args.rounds)]
        title = "Three shouted clips in a row, after own calm speech"
        show(title, stretch_rows(found, lambda f: {"corpus": f.corpus, "band": f.band}))
        who = stretch_rows(found, lambda f: {"corpus": f.corpus, "speaker": f.speaker})
        show("Each speaker", who)
    if args.only in (None, "clips"):
        show("Peak effort of single clips", [measure_clips(*line) for line in lines])
    if args.only in (None, "calls"):
        show("Scripted calls", [measure_calls(folder) for folder in args.calls])
        show("Real talk, nobody angry", list(measure_talk([audio / "calls", *args.talk])))
    if args.json:
        write_json(args.json, rows)


if __name__ == "__main__":
    main()
