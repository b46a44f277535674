"""Two-channel calls with hard turn-taking, made from text-to-speech, with exact truth.

Harder than everyday scripts: listening phrases of 0.3-1.5 s in the middle of the other's speech,
interruptions whose overlap lasts only 0.65-1.0 s, both sides starting together, pauses inside
turns with a listening word in them, smooth changes with overlap; clean, telephone, noise and bleed.

    python -m benchmarks.hard_calls FOLDER --seed 1 --count 12 [--clean] [--interruptions 0.35]

Needs flite (`apt install flite`). The format of the truth files is described in README.md.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
import soxr

from benchmarks.synthesis import RATE, faded, say, telephone
from callwatch.core.arrays import DoubleArray
from callwatch.core.spans import TimeSpan, gaps, intersection, total_s, union

VOICES = ("rms", "slt", "awb", "kal16")
NAMES = ("agent", "customer")
CONDITIONS = ("clean", "telephone", "noise", "bleed", "telephone noise", "telephone bleed")
SENTENCES = (
    "I bought the coffee machine in March and the pump has been leaking ever since.",
    "The courier said that he rang the bell twice but we were at home all morning.",
    "Your colleague promised to call me back on Monday and nobody ever did.",
    "Let me look at the notes from the last visit of our technician.",
    "There are two open orders on this account and one of them was paid in advance.",
    "We can send you a new cable today and it should arrive before the weekend.",
    "The display shows an error every time I try to connect it to the network.",
    "I have tried to restart it four times and it still makes the same noise.",
    "According to the contract the first payment is due at the end of the month.",
    "If you prefer we could also book a time slot for a visit next Thursday.",
    "My neighbour has exactly the same model and his works without any trouble.",
    "The refund goes back to the card that was used for the original order.",
)
GRABS = (
    "That is not what the letter from your office says at all.",
    "I need to ask you for the order number before we go on.",
    "But nobody told me that there would be an extra fee for this.",
    "Can I just explain how the return works in a case like this?",
    "You keep saying the same thing and it does not help me.",
    "Actually the delivery was already confirmed by our warehouse.",
    "Wait a moment, I never ordered any of those things.",
    "Please let me check the address that we have on file first.",
)
LISTENING = (
    "mm",
    "yeah",
    "okay",
    "right",
    "I see",
    "oh dear",
    "of course",
    "yes, okay",
    "oh, I see",
    "yeah, yeah",
    "okay, right",
    "yeah, of course",
    "right, I understand",
    "yes, that's right",
    "no, right, exactly",
    "yeah, okay, I see",
    "oh no, I understand",
    "okay, yeah, got it",
    "yes, I see, of course",
    "right, yes, absolutely",
)


@dataclass
class Piece:
    """Something said: where, when, and what it is."""

    channel: int
    start: float
    audio: DoubleArray
    kind: str
    text: str

    @property
    def end(self) -> float:
        return self.start + len(self.audio) / RATE

    def cut(self, end: float) -> None:
        """Stop at this time, with a short fade."""
        keep = max(RATE // 10, round((end - self.start) * RATE))
        self.audio = faded(self.audio[:keep].copy())


class HardCall:
    """Lays out one call, then renders it under one condition."""

    def __init__(
        self,
        seed: int,
        index: int,
        conditions: tuple[str, ...] = CONDITIONS,
        interruptions: float = 0.35,
    ) -> None:
        self.interruptions = interruptions
        self.rng = np.random.default_rng([seed, index])
        self.condition = conditions[index % len(conditions)]
        self.voices = [str(v) for v in self.rng.permutation(VOICES)[:2]]
        self.pieces: list[Piece] = []
        self.truth: list[dict[str, Any]] = []

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def add(self, channel: int, start: float, kind: str, text: str) -> Piece:
        level = 10 ** (float(self.rng.normal(0, 1.5)) / 20)
        piece = Piece(channel, start, level * say(self.voices[channel], text), kind, text)
        self.pieces.append(piece)
        return piece

    def script(self, target_s: float) -> None:
        now, channel = self.uniform(0.5, 1.5), 0
        while now < target_s:
            turn = self.turn(channel, now)
            choice = self.rng.random()
            if choice < self.interruptions:
                now, channel = self.interrupt(turn, 1 - channel)
                continue
            if choice < self.interruptions + 0.45:
                self.listen(turn, 1 - channel)
            end = turn[-1].end
            if self.rng.random() < 0.2:
                end = self.start_together(end, channel)
            channel, now = 1 - channel, end + self.uniform(-0.35, 0.8)

    def turn(self, channel: int, start: float) -> list[Piece]:
        turn: list[Piece] = []
        for text in self.rng.choice(SENTENCES, int(self.rng.integers(1, 4)), replace=False):
            turn.append(self.add(channel, start, "turn", str(text)))
            start = turn[-1].end + self.uniform(0.25, 0.95)
        return turn

    def interrupt(self, turn: list[Piece], by: int) -> tuple[float, int]:
        """A grab for the floor; mostly the other yields after 0.65-1.0 s of overlap."""
        victim = turn[-1]
        onset = self.uniform(max(victim.start + 0.3, turn[0].start + 1.1), victim.end - 1.2)
        grab = self.add(by, onset, "interruption", str(self.rng.choice(GRABS)))
        if self.rng.random() < 0.75:
            victim.cut(onset + self.uniform(0.66, 1.0))
        return max(grab.end, victim.end) + self.uniform(0.0, 0.6), 1 - by

    def listen(self, turn: list[Piece], by: int) -> None:
        """Listening phrases into the speech, or into a pause of the turn."""
        for i, piece in enumerate(turn):
            text, length = "", 0.0
            while not 0.25 <= length <= 1.5:
                text = str(self.rng.choice(LISTENING))
                length = len(say(self.voices[by], text)) / RATE
            room = piece.end - length - 0.4
            if (
                i + 1 < len(turn)
                and self.rng.random() < 0.2
                and turn[i + 1].start - piece.end > 0.5
            ):
                self.add(by, piece.end + self.uniform(0.05, 0.2), "backchannel", text)
            elif room > piece.start + 0.8 and self.rng.random() < 0.8:
                self.add(by, self.uniform(piece.start + 0.7, room), "backchannel", text)

    def start_together(self, end: float, channel: int) -> float:
        """Both begin after a gap; one gives way after a moment."""
        onset = end + self.uniform(0.2, 0.7)
        lasting = self.add(1 - channel, onset, "turn", str(self.rng.choice(SENTENCES)))
        short = self.add(
            channel,
            onset + self.uniform(-0.15, 0.15),
            "false_start",
            str(self.rng.choice(SENTENCES)),
        )
        short.cut(short.start + self.uniform(0.3, 0.9))
        return lasting.end

    def render(self, folder: Path, name: str) -> None:
        duration = max(p.end for p in self.pieces) + 1.0
        sound = np.zeros((2, round(duration * RATE)))
        for p in self.pieces:
            at = round(p.start * RATE)
            sound[p.channel, at : at + len(p.audio)] += p.audio
        clean = sound.copy()
        if "bleed" in self.condition:
            for row in range(2):
                shift = round(self.uniform(0.002, 0.05) * RATE)
                leak = 10 ** (self.uniform(-20, -10) / 20)
                sound[row, shift:] += leak * clean[1 - row, :-shift]
        if "noise" in self.condition:
            sound += self.rng.normal(0, 10 ** ((-27 - self.uniform(15, 25)) / 20), sound.shape)
        rate = RATE
        if "telephone" in self.condition:
            rate = 8_000
            sound = soxr.resample(telephone(sound).T, RATE, rate).T
        sound[int(self.rng.integers(2))] *= 10 ** (self.uniform(-12, 0) / 20)
        sf.write(folder / f"{name}.wav", np.clip(sound.T, -0.999, 0.999), rate, subtype="PCM_16")
        (folder / f"{name}.json").write_text(json.dumps(self.facts(duration), indent=1) + "\n")

    def facts(self, duration: float) -> dict[str, Any]:
        pieces = sorted(self.pieces, key=lambda p: p.start)
        items = [
            {
                "kind": p.kind,
                "channel": NAMES[p.channel],
                "start_s": round(p.start, 4),
                "end_s": round(p.end, 4),
                "text": p.text,
            }
            for p in pieces
        ]
        talk = [
            union((TimeSpan(p.start, p.end) for p in pieces if p.channel == row), 0.3)
            for row in (0, 1)
        ]
        silences = gaps(talk[0] + talk[1], TimeSpan(0.0, duration))
        return {
            "duration_s": round(duration, 4),
            "conditions": {"groups": self.condition.split(), "language": "en"},
            "metrics": {
                "talk_s": {name: total_s(talk[row]) for row, name in enumerate(NAMES)},
                "overlap_s": total_s(intersection(talk[0], talk[1])),
                "silence_s": total_s(silences),
            },
            "segments": items,
            "events": [i for i in items if i["kind"] in ("interruption", "backchannel")],
            "distractors": [i for i in items if i["kind"] == "false_start"],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--clean", action="store_true", help="clean calls only")
    parser.add_argument("--interruptions", type=float, default=0.35, help="share of turns")
    args = parser.parse_args()
    conditions = ("clean",) if args.clean else CONDITIONS
    args.folder.mkdir(parents=True, exist_ok=True)
    for index in range(args.count):
        call = HardCall(args.seed, index, conditions, args.interruptions)
        call.script(args.seconds)
        call.render(args.folder, f"call_{index:03d}")


if __name__ == "__main__":
    main()
