"""Kept sound: how much of spoken numbers can still be heard in it, and how much of the rest is kept.

`python -m benchmarks.kept_audio [--calls N]`. Made calls (flite's voices): ordinary sentences with
card, telephone and identity numbers, security codes and addresses between them, wide band,
telephone band and in noise; recognised by what is installed for English.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import butter, resample_poly, sosfilt

from benchmarks.table import print_table, write_json
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.kept_audio import audio_folder
from callwatch.audio.files import open_recording
from callwatch.config import Config, StoreConfig
from callwatch.core.arrays import DoubleArray
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.spans import TimeSpan

RATE_HZ = 16_000
VOICES = ("slt", "rms", "awb", "kal16")
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
TALK = (
    "Hello, I am calling because my parcel has not arrived.",
    "I have been waiting since Monday and nobody could tell me where it is.",
    "That is really not good enough, I need it for the weekend.",
    "Yes, that is right, the address has not changed.",
    "Thank you, I will wait for your message then.",
)
ANSWERS = (
    "I am sorry to hear that, let me have a look for you.",
    "I understand, and I will send a new one today.",
    "Thank you, I have written that down.",
    "You will get a message as soon as it is on its way.",
)
ASKED = {
    "card": "Could you read me your card number please?",
    "telephone": "On which telephone number can we reach you?",
    "identity": "And what is your personal identity number?",
    "code": "And the security code on the back of the card?",
    "address": "To which e-mail address may I send it?",
}
BANDS = ("wide", "telephone", "noise")


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of speech; `secret` is the kind of number that it is."""

    channel: Channel
    span: TimeSpan
    secret: str | None


def main() -> None:
    """Make, analyse, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=12, help="calls in each band")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench-out/kept_audio.json"))
    options = parser.parse_args()
    if shutil.which("flite") is None:
        print("skipped: flite makes the calls; install it (apt-get install flite)")
        sys.exit(0)
    rows = [
        row for band in BANDS for row in measured(band, random.Random(options.seed), options.calls)
    ]
    print_table(f"Kept sound of {options.calls} calls a band", rows)
    write_json(options.out, rows)


def measured(band: str, rng: random.Random, calls: int) -> list[dict[str, Any]]:
    """A row for each kind of number, and one for ordinary speech."""
    total_s, heard_s = defaultdict[str, float](float), defaultdict[str, float](float)
    longest_s = defaultdict[str, float](float)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        store = StoreConfig(url=f"sqlite:///{path / 'history.sqlite3'}", keep_audio=True)
        desk = CallFactory(replace(Config(), store=store))
        if desk.choice.create is None:
            print(f"skipped: {desk.choice.explanation}")
            sys.exit(0)
        for number in range(calls):
            sound, said = made(rng, path)
            wav = path / "call.wav"
            soundfile.write(
                wav, in_band(sound, band, rng), 8000 if band == "telephone" else RATE_HZ
            )
            kept = kept_of(desk, wav, path / f"out{number}", store)
            for piece in said:
                name = piece.secret or "speech"
                audible = kept[piece.channel.index][at(piece.span.start_s) : at(piece.span.end_s)]
                total_s[name] += piece.span.duration_s
                heard_s[name] += float(audible.sum()) / RATE_HZ
                longest_s[name] = max(longest_s[name], longest(audible) / RATE_HZ)
        desk.close()
    return [
        {
            "band": band,
            "what": name,
            "said_s": round(total_s[name], 1),
            "audible_s": round(heard_s[name], 2),
            "audible": round(heard_s[name] / total_s[name], 3),
            "longest_s": round(longest_s[name], 2) if name != "speech" else None,
        }
        for name in (*ASKED, "speech")
    ]


def made(rng: random.Random, folder: Path) -> tuple[DoubleArray, list[Said]]:
    """A call of some forty seconds, float (2, n), and what was said in it."""
    lines: list[tuple[Channel, list[tuple[str, str | None]]]] = []
    for kind in rng.sample(list(ASKED), 3):
        lines.append((Channel.CUSTOMER, [(rng.choice(TALK), None)]))
        lines.append((Channel.AGENT, [(rng.choice(ANSWERS), None), (ASKED[kind], None)]))
        lines.append(
            (Channel.CUSTOMER, [("Yes, of course, it is", None), (secret(kind, rng), kind)])
        )
    lines.append((Channel.AGENT, [(rng.choice(ANSWERS), None)]))
    agent, customer = rng.sample(VOICES, 2)
    at_s, said, pieces = 0.5, [], []
    for channel, parts in lines:
        for text, kind_or_none in parts:
            voice = agent if channel is Channel.AGENT else customer
            spoken = speech(text, voice, folder)
            pieces.append((channel, at_s, spoken))
            span = TimeSpan(at_s, at_s + len(spoken) / RATE_HZ)
            said.append(Said(channel, span, kind_or_none))
            at_s = span.end_s + 0.12
        at_s += rng.uniform(0.3, 0.9)
    sound = np.zeros((2, at(at_s + 1.0)))
    for channel, start_s, spoken in pieces:
        sound[channel.index, at(start_s) : at(start_s) + len(spoken)] += spoken
    return sound, said


def secret(kind: str, rng: random.Random) -> str:
    """A made number as it is read aloud."""

    def read(count: int) -> str:
        return " ".join(DIGITS[rng.randrange(10)] for _ in range(count))

    match kind:
        case "card" if rng.random() < 0.3:
            pairs = [f"{rng.choice(TENS)} {DIGITS[rng.randrange(1, 10)]}" for _ in range(8)]
            return ", ".join(" ".join(pairs[i : i + 2]) for i in (0, 2, 4, 6))
        case "card":
            return ", ".join(read(4) for _ in range(4))
        case "telephone":
            return f"zero seven {read(2)}, {read(3)}, {read(4)}"
        case "identity":
            return f"{read(6)}, {read(4)}"
        case "code":
            return read(3)
        case _:
            names = rng.sample(("anna", "peter", "maria", "thomas"), 2)
            return f"{names[0]} dot {names[1]} at {rng.choice(('gmail', 'example'))} dot com"


def speech(text: str, voice: str, folder: Path) -> DoubleArray:
    """The text spoken, without the silence around it."""
    path = folder / "part.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
    sound, rate_hz = soundfile.read(path)
    sound = resample_poly(sound, RATE_HZ, rate_hz)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    return np.asarray(0.5 * sound[loud[0] : loud[-1] + 1])


def in_band(sound: DoubleArray, band: str, rng: random.Random) -> DoubleArray:
    """The call as a recording, (n, 2)."""
    noise = np.random.default_rng(rng.randrange(10**6)).normal(0.0, 1.0, sound.shape)
    # About 15 dB under the speech: a busy office through a headset.
    heard = sound + noise * (0.012 if band == "noise" else 0.0005)
    if band != "telephone":
        return np.asarray(heard.T)
    filtered = sosfilt(butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos"), heard)
    return np.asarray(resample_poly(filtered, 1, 2, axis=1).T)


def kept_of(desk: CallFactory, wav: Path, out: Path, store: StoreConfig) -> npt.NDArray[np.bool_]:
    """Where the kept file of the call sounds, (2, n); nowhere when none was kept."""
    with open_recording(wav, block_s=0.5) as source:
        outcome = desk.open(CallPlan(source, wav.name, out, live=False)).run()
    path = audio_folder(store) / f"{outcome.summary.call.id}.flac"
    if not path.exists():
        return np.zeros((len(CHANNELS), at(outcome.summary.call.duration_s) + 1), dtype=bool)
    sound, _ = soundfile.read(path, dtype="int16")
    path.unlink()
    # Speech crosses zero: what sounds within 20 ms counts as sounding.
    window = np.ones(at(0.02))
    return np.array([np.convolve(row != 0, window, "same") > 0 for row in sound.T])


def longest(audible: npt.NDArray[np.bool_]) -> int:
    """Samples of the longest stretch that sounds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], audible.astype(np.int8), [0]))))
    return int(max(edges[1::2] - edges[::2], default=0))


def at(time_s: float) -> int:
    """The sample of a moment."""
    return round(time_s * RATE_HZ)


if __name__ == "__main__":
    main()
