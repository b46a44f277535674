"""Trains what judges overlaps: `python -m training.train_turns FOLDER ...`.

FOLDER: conversations of training/conversations.py, or the same on bad lines by training/roughen.py. Each is heard
as a call would be, and the features of every overlap are kept beside it (call_NNN.npz), so that a second training
is quick.
"""

import argparse
import hashlib
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks.scripted import hear, load
from training.boosting import BoostConfig, Trees, boost

from callwatch.core.arrays import DoubleArray, FloatArray
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import VoiceStarted
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.detectors import overlap_model
from callwatch.detectors.history import VoiceHistory
from callwatch.detectors.overlap_features import NAMES, hold_at_onset, overlap_features
from callwatch.detectors.overlap_rules import TurnTakingConfig
from callwatch.detectors.spurt_tracker import SpurtTracker

Truth = list[dict[str, Any]]
WEIGHTS: Final = Path(overlap_model.__file__).with_name(overlap_model.WEIGHTS)
# What the weights are made by; the features are part of it.
TRAINING: Final = ("boosting", "conversations", "roughen", "sounds", "train_turns")
SOURCES: Final = (
    *(Path(__file__).with_name(f"{name}.py") for name in TRAINING),
    *(WEIGHTS.with_name(f"{name}.py") for name in ("acoustics", "overlap_features", "syllables")),
)
INTERRUPTION: Final = BoostConfig(trees=90, rate=0.1)
BACKCHANNEL: Final = BoostConfig(trees=60, rate=0.1)
# Models that look at other features and lose other sounds, averaged: what one makes of chance, others do not.
ENSEMBLE: Final = 3
LIVE, PAUSED, OVER = range(3)
STEP: Final = 5  # frames between samples, as turn-taking decides
# A grab is known as one so long after its onset at the earliest; before, it sounds like any word.
EARLIEST_S: Final = 0.15
# What a spurt was, once it has paused, counts as much as so many moments of it.
AT_END: Final = 3.0
# Who starts over a grab that goes on takes back what was theirs: neither true nor false.
REGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment of one spurt. `phase`: LIVE, or that it has paused, or is over."""

    channel: Channel
    start_s: float
    end_s: float
    time_s: float
    phase: int
    vector: FloatArray


def samples_of(frames: list[VoiceFrames]) -> Iterator[Sample]:
    """Every 50 ms of every overlap over a held floor, and the end of every spurt beside speech."""
    config = TurnTakingConfig()
    history, tracker, frame = VoiceHistory(), SpurtTracker(config.spurt_pause_s), 0
    pause = round(config.settle_s / HOP_S)
    for part in frames:
        history.append(frame, part)
        onsets = [t for t in part.transitions if isinstance(t, VoiceStarted)]
        rows = (row.tolist() for row in part.speech)
        for on, levels in zip(zip(*rows, strict=True), part.cleaned_dbfs.T.tolist(), strict=True):
            while onsets and onsets[0].time_s <= part.delay_s + (frame + 1) * HOP_S + 1e-6:
                tracker.correct_onset(onsets.pop(0))
            tracker.follow(frame, on, levels)
            for channel in CHANNELS:
                spurt, other = tracker.spurts[channel], tracker.spurts[channel.other]
                if spurt.is_judged or not spurt.is_confirmed:
                    continue
                hold = hold_at_onset(history, spurt)
                spurt.is_changed |= frame - other.last > config.change_s / HOP_S
                spurt.is_judged = spurt.is_over
                phase = OVER if spurt.is_over else PAUSED if frame - spurt.last == pause else LIVE
                is_held = hold.hold_s >= config.min_hold_s and other.last > spurt.start
                is_held &= not spurt.is_changed and frame - spurt.last < pause
                if phase or (is_held and not frame % STEP):
                    vector = overlap_features(
                        history, spurt, tracker.states(channel), frame
                    ).vector()
                    start_s, end_s = spurt.start * HOP_S, (spurt.last + 1) * HOP_S
                    yield Sample(channel, start_s, end_s, frame * HOP_S, phase, vector)
            frame += 1


def interruption_label(sample: Sample, truth: Truth) -> tuple[float, float]:
    """(target, weight) of the question whether this is a grab for the floor."""
    own = [t for t in truth if t["channel"] == sample.channel and _touches(t, sample)]
    for piece in own:
        if piece["kind"] == "interruption" and piece["start_s"] > sample.start_s - 0.3:
            return float(sample.time_s >= piece["start_s"] + EARLIEST_S), 1.0
    grabs = [t for t in truth if t["kind"] == "interruption" and t["channel"] != sample.channel]
    if any(t["start_s"] - 0.3 < sample.start_s - REGAIN_S < t["end_s"] for t in grabs):
        return 0.0, 0.0
    return 0.0, float(all(piece["kind"] != "interruption" for piece in own))


def backchannel_label(sample: Sample, truth: Truth) -> tuple[float, float]:
    """(target, weight) of the question whether the spurt was a listening word."""
    said = {
        kind: sum(
            min(t["end_s"], sample.end_s) - max(t["start_s"], sample.start_s)
            for t in truth
            if t["channel"] == sample.channel and t["kind"] == kind and _touches(t, sample)
        )
        for kind in {t["kind"] for t in truth}
    }
    said = {kind: length for kind, length in said.items() if length > 0.05}
    if not said:
        return 0.0, 1.0
    kind = max(said, key=lambda name: said[name])
    return float(kind == "backchannel"), 0.3 if kind == "together" else 1.0


def _touches(piece: dict[str, Any], sample: Sample) -> bool:
    return bool(piece["start_s"] < sample.end_s and piece["end_s"] > sample.start_s - 0.05)


def collect(path: Path) -> dict[str, Any]:
    """Features and labels of one conversation; kept beside it."""
    kept = path.with_suffix(".npz")
    if not kept.exists():
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["segments"]
        found = list(samples_of(hear(load(path))))
        part = path.with_suffix(".part.npz")
        np.savez(
            part,
            vectors=np.array([s.vector for s in found], np.float32).reshape(-1, len(NAMES)),
            phase=np.array([s.phase for s in found], np.int8),
            spurt=np.array([s.channel.index * 1e6 + s.start_s for s in found]),
            time_s=np.array([s.time_s for s in found]),
            length_s=np.array([s.end_s - s.start_s for s in found]),
            grab=np.array([interruption_label(s, truth) for s in found]).reshape(-1, 2),
            listen=np.array([backchannel_label(s, truth) for s in found]).reshape(-1, 2),
        )
        part.replace(kept)
    with np.load(kept) as data:
        return {name: data[name] for name in data.files}


def training_set(
    calls: list[dict[str, Any]], question: str
) -> tuple[FloatArray, DoubleArray, DoubleArray]:
    """(vectors, targets, weights): a spurt weighs as much as another, long or short."""
    config, parts = TurnTakingConfig(), []
    for call in calls:
        label = call["grab" if question == "interruption" else "listen"]
        column = dict(zip(NAMES, call["vectors"].T, strict=True))
        is_live, keep = call["phase"] == LIVE, label[:, 1] > 0
        if question == "interruption":
            is_held = (column["hold_s"] >= config.min_hold_s) & (column["overlap_s"] > 0)
            keep &= is_held & (is_live | (column["other_gap_s"] <= config.change_s))
        else:
            length = call["length_s"]
            keep &= ~is_live & (column["hold_s"] + column["overlap_s"] > 0)
            keep &= (length >= config.min_backchannel_s) & (length <= config.max_backchannel_s)
        _, which, count = np.unique(call["spurt"][keep], return_inverse=True, return_counts=True)
        weight = label[keep, 1] / np.sqrt(count[which]) * np.where(is_live[keep], 1.0, AT_END)
        parts.append((call["vectors"][keep], label[keep, 0], weight))
    vectors, targets, weights = (np.concatenate(rows) for rows in zip(*parts, strict=True))
    return np.asarray(vectors, np.float32), targets, weights


def without_sound(vectors: FloatArray, share: float, seed: int) -> FloatArray:
    """Some samples lose what only the sound tells: frames may come without it."""
    out = vectors.copy()
    lost = np.random.default_rng(seed).random(len(out)) < share
    first = NAMES.index("voiced_share")
    out[lost, first:] = np.nan
    return out


# A string after one of these stands alone.
_STARTS: Final = (tokenize.ENCODING, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def built_from() -> str:
    """A hash of what the weights are made by, comments and layout apart."""
    return hashlib.sha256("\n".join(_code(path) for path in SOURCES).encode()).hexdigest()[:16]


def _code(path: Path) -> str:
    """A file without comments, docstrings and space: the same on every Python, as a syntax tree is not."""
    text, before = [], tokenize.NEWLINE
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            is_docstring = token.type == tokenize.STRING and before in _STARTS
            if not is_docstring and token.type not in (tokenize.COMMENT, tokenize.ENCODING):
                text.append(token.string)
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                before = token.type
    return "".join("".join(text).split())


def train(calls: list[dict[str, Any]]) -> dict[str, Trees]:
    """Both models."""
    models = {}
    for question, config in (("interruption", INTERRUPTION), ("backchannel", BACKCHANNEL)):
        vectors, targets, weights = training_set(calls, question)
        models[question] = averaged(
            [
                boost(without_sound(vectors, 0.08, seed), targets, weights, config, seed)
                for seed in range(1, ENSEMBLE + 1)
            ]
        )
    return models


def averaged(models: list[Trees]) -> Trees:
    """One model whose score is the mean of theirs."""
    return Trees(
        np.concatenate([trees.feature for trees in models]),
        np.concatenate([trees.threshold for trees in models]),
        np.concatenate([trees.value / np.float32(len(models)) for trees in models]),
        float(np.mean([trees.bias for trees in models])),
    )


def write(models: dict[str, Trees], path: Path = WEIGHTS) -> None:
    """The weight file."""
    arrays: dict[str, Any] = {"names": np.array(NAMES), "built_from": np.array(built_from())}
    for question, trees in models.items():
        arrays[f"{question}_feature"] = trees.feature.astype(np.uint8)
        arrays[f"{question}_threshold"] = trees.threshold
        arrays[f"{question}_value"] = trees.value
        arrays[f"{question}_bias"] = np.float32(trees.bias)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Train on the folders and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    args = parser.parse_args()
    paths = [path for folder in args.folders for path in sorted(folder.glob("call_*.wav"))]
    write(train([collect(path) for path in paths]))


if __name__ == "__main__":
    main()
