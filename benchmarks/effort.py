"""Vocal effort: ROC-AUC on clips, raised-voice cues in whole calls, false alarms, cost.

    CALLWATCH_DATA=DIR python -m benchmarks.effort [CALLS ...] [--json FILE]

DIR/audio/effort/SPEAKER/EMOTION_INTENSITY_*.flac: acted clips; angry_strong is raised, neutral and
calm_normal are usual; every speaker is measured against the own neutral clips only, and a clip
never against a baseline that it is part of. DIR/audio/calls: real calls, in which every cue is
false. CALLS: folders of scripted call_*.wav with call_*.json.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from benchmarks.table import data_dir, print_table, write_json
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue
from callwatch.core.events import CueClosed
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.texts.facts import english
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.vad.activity import VoiceActivity

Row = dict[str, Any]
RAISED, USUAL = ("angry_strong",), ("neutral_normal", "calm_normal")
BANDS = ("wide", "wide, level removed", "telephone", "telephone, level removed")
LEVEL_DBFS = -27.0
HALF_S = 0.5


def load(path: Path) -> DoubleArray:
    """(channels, n) at the call's rate."""
    audio, rate = soundfile.read(path, always_2d=True)
    return np.asarray(soxr.resample(audio, rate, CALL_RATE_HZ).T, np.float64)


def on_line(clip: DoubleArray, band: str) -> DoubleArray:
    """One clip (n,) as it comes out of the line: 300-3400 Hz and mu-law, level removed or not."""
    out = clip
    if "telephone" in band:
        spectrum, hz = np.fft.rfft(out), np.fft.rfftfreq(len(out), 1 / CALL_RATE_HZ)
        safe = np.maximum(hz, 1e-3)
        fall = 1 / np.sqrt((1 + (300 / safe) ** 8) * (1 + (hz / 3400) ** 8))
        out = np.fft.irfft(spectrum * fall, len(out))
    if "removed" in band:
        frames = out[: len(out) // 160 * 160].reshape(-1, 160)
        power = (frames**2).mean(axis=1)
        out = out * 10 ** (LEVEL_DBFS / 20) / np.sqrt(power[power > power.max() / 1000].mean())
    if "telephone" in band:
        small = np.log1p(255 * np.minimum(np.abs(out), 1)) / np.log(256)
        out = np.sign(out) * (256 ** (np.round(127 * small) / 127) - 1) / 255
    return out


def loud_frames(samples: npt.NDArray[np.int16]) -> VoiceFrames:
    """Speech of a clean clip by level alone: within 25 dB of its strongest 10 ms."""
    size = round(HOP_S * CALL_RATE_HZ)
    count = samples.shape[1] // size
    frames = samples[:, : count * size].reshape(2, count, size).astype(np.float64) / 32768
    level = 10 * np.log10((frames**2).mean(axis=2) + 1e-12)
    speech = level > np.maximum(level.max(axis=1, keepdims=True) - 25, -60)
    return VoiceFrames(0.0, speech, speech.astype(np.float32), level.astype(np.float32), 0.03)


def as_call(customer: DoubleArray) -> npt.NDArray[np.int16]:
    """The customer's channel of a call with a silent agent, int16 (2, n)."""
    both = np.stack([np.zeros_like(customer), customer])
    return np.asarray(np.clip(np.round(both * 32768), -32768, 32767), np.int16)


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


def clip_score(clip: DoubleArray, known: EffortBaseline) -> float:
    """Median effort of a clip, once half a second of voice has been heard."""
    samples = as_call(clip)
    estimator = EffortEstimator(baselines={Channel.CUSTOMER: known})
    parts = [
        estimator.process(CallBlock(samples, 0.0), loud_frames(samples)),
        estimator.finish(),
    ]
    z = np.concatenate([part.sustained[1] for part in parts])
    voiced_s = np.concatenate([part.voiced_s[1] for part in parts])
    heard = ~np.isnan(z) & (voiced_s >= min(HALF_S, float(voiced_s.max())))
    return float(np.median(z[heard])) if heard.any() else 0.0


def auc(raised: list[float], usual: list[float]) -> float:
    """Share of pairs in the right order."""
    a, b = np.array(raised)[:, None], np.array(usual)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


def speakers_of(folder: Path) -> dict[str, list[Path]]:
    """The clips of each speaker."""
    return {
        d.name: sorted(d.glob("*.flac")) for d in sorted(folder.glob("*")) if any(d.glob("*.flac"))
    }


def kind_of(path: Path) -> str:
    return path.stem.rsplit("_s", 1)[0]


def measure_clips(speakers: dict[str, list[Path]], band: str) -> Iterator[Row]:
    """ROC-AUC of one band, per speaker and over all."""
    every: dict[bool, list[float]] = {True: [], False: []}
    for name, paths in speakers.items():
        clips = {p: on_line(load(p)[0], band) for p in paths if kind_of(p) in RAISED + USUAL}
        neutral = [p for p in clips if kind_of(p) == "neutral_normal"]
        scores: dict[bool, list[float]] = {True: [], False: []}
        for path, clip in clips.items():
            others = [clips[p] for p in neutral if p != path]
            scores[kind_of(path) in RAISED].append(clip_score(clip, baseline_of(others)))
        yield {"band": band, "speaker": name, "ROC-AUC": auc(scores[True], scores[False])}
        for key, values in scores.items():
            every[key] += values
    yield {"band": band, "speaker": "all", "ROC-AUC": auc(every[True], every[False])}


def cues_of(samples: npt.NDArray[np.int16], block_s: float = 1.0) -> tuple[list[Cue], float]:
    """Raised-voice cues of a call with the real voice activity; and the effort part's CPU seconds."""
    activity, estimator, detector = VoiceActivity(), EffortEstimator(), RaisedVoice()
    events, cpu_s, size = [], 0.0, round(block_s * CALL_RATE_HZ)
    for start in range(0, samples.shape[1], size):
        block = CallBlock(samples[:, start : start + size], start / CALL_RATE_HZ)
        frames = activity.process(block)
        began = time.process_time()
        events += detector.process(estimator.process(block, frames))
        cpu_s += time.process_time() - began
    events += detector.process(estimator.finish(activity.finish()))
    events += detector.finish(samples.shape[1] / CALL_RATE_HZ)
    return [event.cue for event in events if isinstance(event, CueClosed)], cpu_s


def built_call(
    clips: dict[bool, list[DoubleArray]], rng: np.random.Generator
) -> tuple[DoubleArray, list[Row]]:
    """All clips of a speaker in one call, four usual ones first, with pauses of 1.1-1.6 s."""
    usual = [clips[False][i] for i in rng.permutation(len(clips[False]))]
    rest = [(False, c) for c in usual[4:]] + [(True, c) for c in clips[True]]
    order = [(False, c) for c in usual[:4]] + [rest[i] for i in rng.permutation(len(rest))]
    parts, truth, at = [np.zeros(CALL_RATE_HZ)], [], 1.0
    for raised, clip in order:
        loud = np.flatnonzero(np.abs(clip) > np.abs(clip).max() / 18)
        sound = clip[loud[0] : loud[-1]]
        gap = np.zeros(round(rng.uniform(1.1, 1.6) * CALL_RATE_HZ))
        end = at + len(sound) / CALL_RATE_HZ
        truth.append({"raised": raised, "start_s": at, "end_s": end})
        parts += [sound, gap]
        at = end + len(gap) / CALL_RATE_HZ
    return np.concatenate(parts), truth


def measure_built_calls(speakers: dict[str, list[Path]], band: str, rounds: int) -> Iterator[Row]:
    """Shouted clips found and calm ones flagged when all are heard as a call."""
    total: dict[str, list[Any]] = {"found": [], "flagged": [], "late": []}
    for name, paths in speakers.items():
        rng, own = np.random.default_rng(7), {key: list[Any]() for key in total}
        clips = {
            raised: [on_line(load(p)[0], band) for p in paths if kind_of(p) in kinds]
            for raised, kinds in ((True, RAISED), (False, USUAL))
        }
        for _ in range(rounds):
            audio, truth = built_call(clips, rng)
            cues, _ = cues_of(as_call(audio))
            for clip in truth:
                a, b = clip["start_s"], clip["end_s"]
                met = [c for c in cues if a <= c.detected_s <= b + 0.3]
                own["found" if clip["raised"] else "flagged"].append(bool(met))
                own["late"] += [met[0].detected_s - a] if met and clip["raised"] else []
        for key, values in own.items():
            total[key] += values
        yield _clip_row(band, name, own)
    yield _clip_row(band, "all", total)


def _clip_row(band: str, name: str, told: dict[str, list[Any]]) -> Row:
    return {
        "band": band,
        "speaker": name,
        "shouted clips": len(told["found"]),
        "found": float(np.mean(told["found"])),
        "calm clips": len(told["flagged"]),
        "flagged": float(np.mean(told["flagged"])),
        "median latency s": float(np.median(told["late"])) if told["late"] else None,
    }


def measure_calls(folder: Path) -> Row:
    """Recall, false alarms and latency in scripted calls."""
    hits = events = false = 0
    audio_s = cpu_s = 0.0
    late: list[float] = []
    for path in sorted(folder.glob("call_*.json")):
        truth = json.loads(path.read_text("utf-8"))
        samples = np.clip(np.round(load(path.with_suffix(".wav")) * 32768), -32768, 32767)
        cues, spent_s = cues_of(samples.astype(np.int16))
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


def measure_real_calls(folder: Path) -> Iterator[Row]:
    """Real calls without a raised voice: every cue is false."""
    for path in sorted(folder.glob("*.flac")):
        audio = load(path)
        if len(audio) != len(CHANNELS) or np.array_equal(audio[0], audio[1]):
            continue
        samples = np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)
        cues, cpu_s = cues_of(samples)
        duration_s = samples.shape[1] / CALL_RATE_HZ
        yield {
            "call": path.stem,
            "minutes": duration_s / 60,
            "cues": len(cues),
            "effort CPU s / h": cpu_s / duration_s * 3600,
            "what": "; ".join(
                f"{c.channel} {c.span.start_s:.1f} {english(c.evidence)}" for c in cues
            ),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="*", type=Path, help="folders of scripted calls")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--rounds", type=int, default=2, help="orders of the clips per speaker")
    parser.add_argument("--skip-clips", action="store_true", help="whole calls only")
    args = parser.parse_args()
    audio = data_dir() / "audio"
    speakers = {} if args.skip_clips else speakers_of(audio / "effort")
    rows: list[Row] = []

    def show(title: str, part: list[Row]) -> None:
        if part:
            print_table(title, part)
            rows.extend({"table": title, **row} for row in part)

    if speakers:
        parts = [row for band in BANDS for row in measure_clips(speakers, band)]
        show("Shouted against calm, ROC-AUC", parts)
        parts = [row for band in BANDS for row in measure_built_calls(speakers, band, args.rounds)]
        show("Shouted clips in calls built of clips", parts)
    show("Scripted calls", [measure_calls(folder) for folder in args.calls])
    show("Real calls without a raised voice", list(measure_real_calls(audio / "calls")))
    if args.json:
        write_json(args.json, rows)


if __name__ == "__main__":
    main()
