"""Sound for the voice tests: the demo call's sentences, placed where a test wants them."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import soundfile

from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import VoiceStopped
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan, union
from callwatch.voice.vad.activity import VoiceActivity


@cache
def demo() -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The demo call (2, n) float in -1..1 and what is said in it."""
    folder = files("callwatch.demo")
    with folder.joinpath("call.flac").open("rb") as file:
        audio, rate = soundfile.read(file, dtype="float64", always_2d=True)
    assert rate == CALL_RATE_HZ
    return audio.T, json.loads(folder.joinpath("call.json").read_text("utf-8"))["lines"]


def silence(seconds: float) -> np.ndarray:
    return np.zeros((2, round(seconds * CALL_RATE_HZ)))


def noise(seconds: float, dbfs: float, seed: int = 1) -> np.ndarray:
    size = (2, round(seconds * CALL_RATE_HZ))
    return np.random.default_rng(seed).normal(0.0, 10 ** (dbfs / 20), size)


def samples(sound: np.ndarray) -> Samples:
    return np.asarray(np.round(np.clip(sound, -1.0, 0.9999) * 32768.0), dtype=np.int16)


def blocks(sound: np.ndarray, size: int = 4000) -> list[CallBlock]:
    whole = samples(sound)
    return [
        CallBlock(whole[:, at : at + size], at / CALL_RATE_HZ)
        for at in range(0, whole.shape[1], size)
    ]


def hear(sound: np.ndarray, size: int = 4000) -> list[VoiceFrames]:
    voice = VoiceActivity()
    return [*(voice.process(block) for block in blocks(sound, size)), voice.finish()]


def spans(frames: list[VoiceFrames], bridge_s: float = 0.3) -> dict[Channel, list[TimeSpan]]:
    stopped = [t for part in frames for t in part.transitions if isinstance(t, VoiceStopped)]
    return {c: union((t.span for t in stopped if t.channel is c), bridge_s) for c in CHANNELS}
