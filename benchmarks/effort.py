"""Vocal effort: stretches of raised voice, single clips, false alarms, and what survives the line.

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
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

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
from benchmarks.synthesis import mu_law
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


def cues_of(samples: Samples, block_s: float = 1.0) -> tuple[list[Cue], float]:
    """Raised-voice cues of a call with the real voice activity; and the effort part's CPU seconds.

    There are no words: a friendly cue is one with laughter.
    """
    activity, estimator, detector = VoiceActivity(), EffortEstimator(), RaisedVoice()
    friendly = FriendlyVoice(Language.EN)
    events, cpu_s, size = [], 0.0, round(block_s * CALL_RATE_HZ)
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


def measure_stretches(corpus: Path, band: str, rounds: int) -> Row:
    """Stretches of three shouted clips found, calm ones flagged, and how soon."""
    found: dict[str, list[bool]] = defaultdict(list)
    flagged, late = list[bool](), list[float]()
    for name, paths in speakers_of(corpus).items():
        clips = clips_of(paths, band)
        for seed in range(rounds):
            audio, truth = stretch_call(clips, seed)
            cues, _ = cues_of(as_call(audio))
            for stretch in truth:
                a, b = stretch.start_s, stretch.end_s + 0.5
                met = [c.detected_s - a for c in cues if a <= c.detected_s <= b]
                (found[name] if stretch.raised else flagged).append(bool(met))
                late += met[:1] if stretch.raised else []
    shares = {name: float(np.mean(hits)) for name, hits in found.items() if hits}
    worst = min(shares, key=lambda name: shares[name])
    return {
        "corpus": corpus.name,
        "band": band,
        "raised": sum(map(len, found.values())),
        "recall": float(np.mean([hit for hits in found.values() for hit in hits])),
        "lowest speaker": f"{worst} {shares[worst]:.2f}",
        "calm": len(flagged),
        "flagged": sum(flagged),
        "latency median s": float(np.median(late)) if late else None,
        "latency p95 s": float(np.quantile(late, 0.95)) if late else None,
    }


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


def through_8_khz(audio: DoubleArray) -> DoubleArray:
    """8 kHz, 8 bits of mu-law."""
    low = mu_law(soxr.resample(audio.T, CALL_RATE_HZ, 8000))
    return np.asarray(soxr.resample(low, 8000, CALL_RATE_HZ).T)


def with_noise(audio: DoubleArray) -> DoubleArray:
    """White noise 30 dB below a usual voice of -26 dBFS."""
    return audio + np.random.default_rng(3).normal(0, 10 ** (-56 / 20), audio.shape)


CONDITIONS: dict[str, tuple[Callable[[DoubleArray], DoubleArray], float]] = {
    "blocks of 20 ms": (lambda audio: audio, 0.02),
    "blocks of 7 s": (lambda audio: audio, 7.0),
    "12 dB weaker": (lambda audio: audio * 10 ** (-12 / 20), 1.0),
    "12 dB stronger": (lambda audio: audio * 10 ** (12 / 20), 1.0),
    "8 kHz, mu-law": (through_8_khz, 1.0),
    "through 48 kHz": (
        lambda audio: np.asarray(soxr.resample(soxr.resample(audio.T, 16000, 48000), 48000, 16000).T),
        1.0,
    ),
    "noise 30 dB below": (with_noise, 1.0),
}  # fmt: skip


def measure_conditions(folder: Path) -> Iterator[Row]:
    """Which raised-voice cues of scripted calls survive another line, and which come with it."""
    calls = [load(path.with_suffix(".wav")) for path in sorted(folder.glob("call_*.json"))]
    clean = [cues_of(as_samples(audio))[0] for audio in calls]
    for name, (change, block_s) in CONDITIONS.items():
        kept = new = 0
        for audio, before in zip(calls, clean, strict=True):
            after, _ = cues_of(as_samples(change(audio)), block_s)
            kept += sum(any(_same(cue, other) for other in after) for cue in before)
            new += sum(not any(_same(cue, other) for other in before) for cue in after)
        total = sum(map(len, clean))
        yield {
            "calls": folder.name,
            "condition": name,
            "cues": total,
            "kept": kept / max(1, total),
            "new": new,
        }


def _same(one: Cue, other: Cue) -> bool:
    meets = one.span.start_s < other.span.end_s and other.span.start_s < one.span.end_s
    return one.channel is other.channel and meets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="*", type=Path, help="folders of scripted calls")
    parser.add_argument("--clips", nargs="*", type=Path, default=[], help="more corpora of clips")
    parser.add_argument("--talk", nargs="*", type=Path, default=[], help="more real talk")
    parser.add_argument("--rounds", type=int, default=2, help="orders of the clips per speaker")
    parser.add_argument("--skip-clips", action="store_true", help="whole calls only")
    parser.add_argument("--conditions", action="store_true", help="scripted calls on other lines")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    audio = data_dir() / "audio"
    corpora = [f for f in (audio / "effort", *args.clips) if speakers_of(f) and not args.skip_clips]
    rows: list[Row] = []

    def show(title: str, part: list[Row]) -> None:
        if part:
            print_table(title, part)
            rows.extend({"table": title, **row} for row in part)

    parts = [measure_stretches(c, band, args.rounds) for c in corpora for band in BANDS]
    show("Three shouted clips in a row, after own calm speech", parts)
    show("Peak effort of single clips", [measure_clips(c, band) for c in corpora for band in BANDS])
    show("Scripted calls", [measure_calls(folder) for folder in args.calls])
    show("Real talk, nobody angry", list(measure_talk([audio / "calls", *args.talk])))
    if args.conditions:
        show("Other lines", [row for folder in args.calls for row in measure_conditions(folder)])
    if args.json:
        write_json(args.json, rows)


if __name__ == "__main__":
    main()
