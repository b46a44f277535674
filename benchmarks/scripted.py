"""Scripted calls with truth files (README.md), and how cues are matched with events."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan, union
from callwatch.voice.vad.activity import VoiceActivity

Truth = dict[str, Any]
MATCH_S = 1.0  # a cue belongs to an event that starts no further away


def calls_in(folders: Sequence[Path]) -> Iterator[tuple[Path, Truth]]:
    """Every call_*.wav that has its truth beside it."""
    for folder in folders:
        for path in sorted(folder.glob("call_*.wav")):
            if path.with_suffix(".json").exists():
                yield path, json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def load(path: Path) -> Samples:
    """Both channels (2, n) at the call's rate; a mono file is the agent, the customer is silent."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if audio.shape[1] == 1:
        audio = np.concatenate((audio, np.zeros_like(audio)), axis=1)
    sound = soxr.resample(audio, rate, CALL_RATE_HZ).T
    return np.asarray(np.round(np.clip(sound, -1.0, 0.99997) * 32768.0), dtype=np.int16)


def hear(samples: Samples, block: int = CALL_RATE_HZ) -> list[VoiceFrames]:
    """The voice frames of a call."""
    voice = VoiceActivity()
    frames = [
        voice.process(CallBlock(samples[:, at : at + block], at / CALL_RATE_HZ))
        for at in range(0, samples.shape[1], block)
    ]
    return [*frames, voice.finish()]


def true_speech(truth: Truth) -> dict[Channel, list[TimeSpan]]:
    """Who speaks when, pauses under 0.3 s bridged."""
    return {
        channel: union(
            (
                TimeSpan(item["start_s"], item["end_s"])
                for item in truth["segments"]
                if item["channel"] == channel.value
            ),
            0.3,
        )
        for channel in CHANNELS
    }


def match(events: list[Truth], cues: list[Truth]) -> tuple[list[tuple[Truth, Truth]], list[Truth]]:
    """(event, cue) pairs one to one, closest first, and the cues that are false alarms."""
    near = sorted(
        (abs(cue["start_s"] - event["start_s"]), e, c)
        for e, event in enumerate(events)
        for c, cue in enumerate(cues)
        if cue["channel"] == event["channel"] and abs(cue["start_s"] - event["start_s"]) <= MATCH_S
    )
    pairs: dict[int, int] = {}
    for _, e, c in near:
        if e not in pairs and c not in pairs.values():
            pairs[e] = c
    found = [(events[e], cues[c]) for e, c in pairs.items()]
    return found, [cue for c, cue in enumerate(cues) if c not in pairs.values()]
