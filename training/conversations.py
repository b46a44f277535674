"""Two-sided conversations made in code, with exact truth, for training on how people take turns.

    python -m training.conversations FOLDER --seed 1 --count 40        (needs flite and espeak-ng)

Far more varied than a benchmark's scripts: breath and comma pauses, tags behind the last word,
restarts, false starts, listening sounds of every kind and length, completions, laughs and coughs,
televisions, echo, rooms, lines and levels. Each call_NNN.wav has a call_NNN.json with `segments`:
what lies where, by kind (KINDS). Deterministic, as long as the lines in training/sentences and the
listening words stay the same.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile as sf
import soxr
from benchmarks.synthesis import RATE, faded, mu_law, say, telephone
from training.examples import read_examples, sentence_files
from training.sounds import NOISES, hum

from callwatch.core.arrays import DoubleArray
from callwatch.core.channels import Language
from callwatch.detectors.backchannel_lexicon import backchannel_lexicon

NAMES: Final = ("agent", "customer")
# turn: own speech in an own turn; tag: words behind the own last one; noise: no words.
KINDS: Final = (
    "turn", "interruption", "backchannel", "answer", "completion", "false_start", "together",
    "tag", "noise", "background",
)  # fmt: skip
VOICES: Final[dict[Language, tuple[str, ...]]] = {
    Language.EN: (
        "rms", "slt", "awb", "kal16", "piper:joe", "espeak:en-us+m3", "espeak:en-gb+f2",
        "espeak:en-us+Annie", "espeak:en-gb+klatt2", "espeak:en-us+steph",
    ),
    Language.SV: ("espeak:sv+m1", "espeak:sv+f3", "espeak:sv+Andy"),
    Language.DA: ("espeak:da+m7", "espeak:da+f5", "espeak:da+linda"),
    Language.NB: ("espeak:nb+m2", "espeak:nb+f1", "espeak:nb+max"),
}  # fmt: skip
LANGUAGES: Final = (Language.EN,) * 7 + (Language.SV, Language.DA, Language.NB)
TAGS: Final = {
    Language.EN: ("you know", "or something", "so yeah", "I think", "and so on", "right", "anyway", "so", "as well"),
    Language.SV: ("liksom", "eller så", "så ja", "tror jag", "alltså", "va", "också"),
    Language.DA: ("altså", "eller noget", "ikke", "tror jeg", "så ja", "jo", "også"),
    Language.NB: ("liksom", "eller noe", "ikke sant", "tror jeg", "så ja", "altså", "også"),
}  # fmt: skip
FILLERS: Final = {
    Language.EN: ("um", "uh", "well", "so", "and", "because"),
    Language.SV: ("öh", "alltså", "så", "och"),
    Language.DA: ("øh", "altså", "så", "og"),
    Language.NB: ("eh", "altså", "så", "og"),
}


@dataclass
class Piece:
    """One sound of one side; seconds from the start of the call."""

    channel: int
    start_s: float
    audio: DoubleArray
    kind: str

    @property
    def end_s(self) -> float:
        """Where it stops."""
        return self.start_s + len(self.audio) / RATE


class Conversation:
    """Lays out one conversation, then renders it on one line."""

    def __init__(self, seed: int, index: int) -> None:
        self.rng = np.random.default_rng([seed, index])
        self.language = LANGUAGES[index % len(LANGUAGES)]
        voices = self.rng.permutation(VOICES[self.language])
        self.voices = [str(voice) for voice in voices[:2]]
        # Pitch, formants and tempo together: more speakers than there are voices.
        self.factors = self.rng.uniform(0.88, 1.15, 2)
        self.lines = self._lines()
        lexicon = backchannel_lexicon(self.language)
        self.listening = [*sorted(lexicon.words), *(" ".join(p) for p in lexicon.phrases)]
        self.grabs = [" ".join(g) for g in lexicon.grabs]
        # People differ in how they talk: pauses, how much they listen aloud, how early they start.
        self.hesitation = self.rng.uniform(0.1, 0.7, 2)
        self.listens = self.rng.uniform(0.1, 0.9, 2)
        self.softness_db = self.rng.uniform(-1.0, 8.0, 2)
        # A third are plain: two voices on a clean line, nothing else.
        self.is_plain = self.chance(0.35)
        self.pieces: list[Piece] = []

    def _lines(self) -> list[str]:
        files = sentence_files(self.language, held_out=False)
        texts = [e.text for path in files for e in read_examples(path)]
        texts = sorted(
            {t for t in texts if 12 < len(t) < 90 and t.isascii() | (self.language != "en")}
        )
        plain = [t for t in texts if not set(t) & set("([<|{")]
        # A small deck a language keeps the number of sentences to be spoken small.
        deck = np.random.default_rng(len(plain)).permutation(len(plain))[:110]
        return [plain[k] for k in deck]

    def uniform(self, low: float, high: float) -> float:
        """A number between the two."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True so often."""
        return bool(self.rng.random() < share)

    def pick(self, items: Any) -> Any:
        """One of them."""
        return items[int(self.rng.integers(len(items)))]

    # Sounds

    def voiced(self, channel: int, text: str) -> DoubleArray:
        """Text in the side's voice."""
        audio = say(self.voices[channel], text)
        return np.asarray(soxr.resample(audio, self.factors[channel] * RATE, RATE), np.float64)

    def spoken(self, channel: int, text: str, level_db: float = 0.0) -> DoubleArray:
        """Text in the side's voice, with the level of the moment; it may trail off."""
        audio = self.voiced(channel, text)
        audio *= 10 ** ((level_db + self.rng.normal(0, 2.0)) / 20)
        if self.chance(0.5):
            # Phrases fall: the last third of a second loses up to 14 dB.
            size = min(len(audio), round(self.uniform(0.2, 0.6) * RATE))
            audio[-size:] *= 10 ** (np.linspace(0, -self.uniform(3, 14), size) / 20)
        return audio

    def sentence(self, channel: int, level_db: float = 0.0) -> DoubleArray:
        """Something with content."""
        return self.spoken(channel, self.pick(self.lines), level_db)

    def start_of(self, audio: DoubleArray, seconds: float) -> DoubleArray:
        """Cut off after so long."""
        return faded(audio[: max(RATE // 12, round(seconds * RATE))].copy())

    def listening_sound(self, channel: int) -> DoubleArray:
        """Words or hums of one who follows: one or several, with pauses, mostly softer."""
        parts: list[DoubleArray] = []
        for _ in range(int(self.rng.choice([1, 2, 3, 4], p=[0.78, 0.15, 0.05, 0.02]))):
            if parts:
                parts.append(np.zeros(round(self.uniform(0.02, 0.3) * RATE)))
            if self.chance(0.3):
                parts.append(hum(self.rng))
            else:
                # Said in passing: quicker than the same word in a sentence.
                word = self.voiced(channel, self.pick(self.listening))
                parts.append(soxr.resample(word, RATE, self.uniform(0.65, 1.1) * RATE))
        audio = np.concatenate(parts)[: round(1.6 * RATE)].copy()
        level_db = -self.softness_db[channel] + self.rng.normal(0, 3.0)
        return faded(audio * 10 ** (level_db / 20))

    def put(self, channel: int, start_s: float, audio: DoubleArray, kind: str) -> Piece:
        """Place a sound."""
        piece = Piece(channel, max(0.0, start_s), audio, kind)
        self.pieces.append(piece)
        return piece

    # What people do

    def script(self, target_s: float) -> None:
        """Lay out turns until the time is full."""
        now, channel = self.uniform(0.3, 2.0), int(self.rng.integers(2))
        while now < target_s:
            turn = self.turn(channel, now)
            other = 1 - channel
            self.listen(turn, other)
            if not self.is_plain:
                self.make_noises(turn)
            move = self.rng.choice(8, p=[0.18, 0.15, 0.08, 0.38, 0.06, 0.06, 0.05, 0.04])
            end = turn[-1].end_s
            if move == 0:
                now, channel = end + self.uniform(0.0, 1.2), other
            elif move == 1:
                now, channel = end - self.uniform(0.02, 0.4), other
            elif move == 2:
                now, channel = self.add_tag(turn), other
            elif move == 3:
                now, channel = self.interrupt(turn)
            elif move == 4:
                now, channel = self.start_together(end, channel)
            elif move == 5:
                now = self.complete(turn)
            elif move == 6:
                now = self.bridge(turn)
            else:
                now = end + self.uniform(0.4, 1.6)

    def turn(self, channel: int, start_s: float, first: str = "turn") -> list[Piece]:
        """One or several phrases with the pauses of this speaker."""
        turn: list[Piece] = []
        hesitation = self.hesitation[channel]
        for k in range(int(self.rng.choice([1, 2, 3, 4], p=[0.25, 0.4, 0.25, 0.1]))):
            if self.chance(0.25 * hesitation):
                text = self.pick(FILLERS[self.language])
                piece = self.put(channel, start_s, self.spoken(channel, text, -3), first)
                start_s = piece.end_s + self.uniform(0.05, 0.5)
                turn.append(piece)
            audio = self.sentence(channel)
            for part in self.with_pauses(audio, hesitation):
                kind = first if not k and first != "interruption" else "turn" if turn else first
                turn.append(self.put(channel, start_s, part, kind))
                start_s = turn[-1].end_s + self.uniform(0.08, 0.45)
            start_s = turn[-1].end_s + self.uniform(0.15, 0.4 + 0.8 * hesitation)
        return turn

    def with_pauses(self, audio: DoubleArray, hesitation: float) -> list[DoubleArray]:
        """Parted at its softest moments, where a breath or a comma would be."""
        if len(audio) < 1.4 * RATE or not self.chance(hesitation):
            return [audio]
        size = RATE // 50
        rms = np.sqrt(np.mean(audio[: len(audio) // size * size].reshape(-1, size) ** 2, axis=1))
        inner = rms[25:-25] if len(rms) > 60 else rms
        at = (int(np.argmin(inner)) + (25 if len(rms) > 60 else 0)) * size
        return [faded(audio[:at].copy()), faded(audio[at:].copy())] if at > RATE // 4 else [audio]

    def listen(self, turn: list[Piece], by: int) -> None:
        """Listening sounds into the speech, into its pauses, and over its restart."""
        for piece, after in zip(turn, [*turn[1:], None], strict=True):
            length = piece.end_s - piece.start_s
            if not self.chance(self.listens[by]):
                continue
            sound = self.listening_sound(by)
            spot = self.rng.random()
            if spot < 0.2 and after is not None:
                start = piece.end_s + self.uniform(-0.1, max(0.0, after.start_s - piece.end_s))
            elif length > 0.8:
                start = piece.start_s + self.uniform(0.3, length - 0.1)
            else:
                continue
            if after is None and start + len(sound) / RATE > piece.end_s - 0.1:
                continue
            self.put(by, start, sound, "backchannel")

    def make_noises(self, turn: list[Piece]) -> None:
        """Coughs, laughs, breaths and the like, of either side, anywhere."""
        for piece in turn:
            if self.chance(0.15):
                name = str(self.pick(list(NOISES)))
                channel = int(self.rng.integers(2))
                start = piece.start_s + self.uniform(-0.3, piece.end_s - piece.start_s)
                sound = NOISES[name](self.rng) * 10 ** (self.rng.normal(-3, 5) / 20)
                self.put(channel, start, sound, "noise")
                if name == "laugh" and self.chance(0.4):
                    self.put(
                        1 - channel, start + self.uniform(0, 0.6), NOISES[name](self.rng), "noise"
                    )
            if self.chance(0.04):
                audio = self.sentence(1 - piece.channel, -2)
                short = self.start_of(audio, self.uniform(0.12, 0.55))
                at = piece.start_s + self.uniform(0.2, max(0.3, piece.end_s - piece.start_s - 0.6))
                self.put(1 - piece.channel, at, short, "false_start")

    def add_tag(self, turn: list[Piece]) -> float:
        """The turn was over, the other answers, and then comes "or something"."""
        channel, pause = turn[-1].channel, self.uniform(0.08, 0.7)
        text = self.pick(TAGS[self.language])
        tag = self.put(channel, turn[-1].end_s + pause, self.spoken(channel, text, -4), "tag")
        answer_s = turn[-1].end_s + self.uniform(0.0, pause + 0.3)
        return max(answer_s, tag.end_s - 0.75)

    def interrupt(self, turn: list[Piece]) -> tuple[float, int]:
        """A grab for the floor, in the middle of a phrase or in a comma pause."""
        channel, by = turn[0].channel, 1 - turn[0].channel
        victims = [p for p in turn if p.end_s - p.start_s > 1.2 and p.end_s - turn[0].start_s > 2.2]
        if not victims:
            return turn[-1].end_s + 0.3, by
        victim = self.pick(victims)
        onset = self.uniform(max(victim.start_s + 0.15, turn[0].start_s + 1.1), victim.end_s - 0.9)
        later = [p for p in turn if p.start_s > victim.start_s]
        before = [p for p in turn if p.end_s <= victim.start_s]
        if before and victim.start_s - before[-1].end_s < 0.5 and self.chance(0.3):
            onset = self.uniform(before[-1].end_s - 0.05, victim.start_s + 0.1)
            onset = max(onset, turn[0].start_s + 1.2)
        busy = [p for p in self.pieces if p.channel == by and p.end_s > onset - 0.5]
        self.pieces = [p for p in self.pieces if all(p is not b for b in busy)]
        grab = self.grab(by, onset)
        if self.chance(0.72):
            stop = max(victim.start_s, onset) + self.uniform(0.5, 1.6)
            if stop < victim.end_s:
                victim.audio = self.start_of(victim.audio, stop - victim.start_s)
            self.pieces = [p for p in self.pieces if all(p is not x for x in later)]
            return grab[-1].end_s + self.uniform(0.1, 0.9), channel if self.chance(0.7) else by
        # The speaker finishes the phrase, and the turn when there is room again.
        late_s = (
            max(0.0, grab[-1].end_s + self.uniform(0.1, 0.6) - later[0].start_s) if later else 0
        )
        for piece in later:
            piece.start_s += late_s
        return max(grab[-1].end_s, turn[-1].end_s) + self.uniform(0.1, 0.9), by

    def grab(self, by: int, onset_s: float) -> list[Piece]:
        """What an interrupter says: with or without a run-up, a restart, a comma."""
        level_db = float(self.rng.normal(1.0, 2.5))
        grab: list[Piece] = []
        style = self.rng.random()
        if style < 0.45:
            opening = self.spoken(by, self.pick(self.grabs), level_db)
            grab.append(self.put(by, onset_s, opening, "interruption"))
            onset_s = grab[-1].end_s + self.uniform(0.0, 0.3)
        elif style < 0.6:
            start = self.start_of(self.sentence(by, level_db), self.uniform(0.15, 0.5))
            grab.append(self.put(by, onset_s, start, "interruption"))
            onset_s = grab[-1].end_s + self.uniform(0.05, 0.3)
        for _ in range(int(self.rng.choice([1, 2], p=[0.7, 0.3]))):
            grab.append(self.put(by, onset_s, self.sentence(by, level_db), "interruption"))
            onset_s = grab[-1].end_s + self.uniform(0.1, 0.6)
        return grab

    def start_together(self, end_s: float, channel: int) -> tuple[float, int]:
        """Both begin after a gap; one gives way."""
        onset = end_s + self.uniform(0.15, 1.2)
        lasting = self.put(1 - channel, onset, self.sentence(1 - channel), "together")
        short = self.start_of(self.sentence(channel), self.uniform(0.2, 1.3))
        self.put(channel, onset + self.uniform(-0.25, 0.25), short, "together")
        return lasting.end_s + self.uniform(0.0, 0.8), channel

    def complete(self, turn: list[Piece]) -> float:
        """The listener says the last words with the speaker, or asks a short thing, and listens on."""
        by, last = 1 - turn[-1].channel, turn[-1]
        audio = self.start_of(self.sentence(by, -2), self.uniform(0.4, 1.1))
        self.put(by, last.end_s - self.uniform(0.0, 0.5), audio, "completion")
        return last.end_s + self.uniform(-0.1, 0.8)

    def bridge(self, turn: list[Piece]) -> float:
        """A long listening word in the pause; the speaker goes on over it."""
        by, pause = 1 - turn[-1].channel, self.uniform(0.2, 0.9)
        at = turn[-1].end_s + self.uniform(-0.1, pause)
        sound = self.put(by, at, self.listening_sound(by), "backchannel")
        return max(turn[-1].end_s + pause, sound.end_s - self.uniform(0.1, 1.0))

    # The line

    def render(self, folder: Path, name: str) -> None:
        """Write the call and its truth."""
        duration = max(p.end_s for p in self.pieces) + 1.0
        sound = np.zeros((2, round(duration * RATE) + RATE))
        for p in self.pieces:
            at = round(p.start_s * RATE)
            sound[p.channel, at : at + len(p.audio)] += p.audio
        if not self.is_plain and self.chance(0.25):
            self.add_background(sound)
        if not self.is_plain and self.chance(0.6):
            sound = self.in_rooms(sound)
        sound *= 10 ** (self.rng.uniform(-12, 2, (2, 1)) / 20)
        clean = sound.copy()
        for row in range(2):
            if not self.is_plain and self.chance(0.5):
                self.add_echo(sound[row], clean[1 - row])
        floor_db = self.rng.uniform(-78, -46, (2, 1))
        sound += self.rng.normal(0, 1, sound.shape) * 10 ** (floor_db / 20)
        rate = RATE
        if self.chance(0.5):
            rate = 8000
            sound = soxr.resample(telephone(sound).T, RATE, rate).T
            sound = mu_law(sound) if self.chance(0.5) else sound
        sf.write(folder / f"{name}.wav", np.clip(sound.T, -0.999, 0.999), rate, subtype="PCM_16")
        segments = sorted((self.fact(p) for p in self.pieces), key=lambda f: f["start_s"])
        truth = {"duration_s": duration, "language": self.language, "segments": segments}
        (folder / f"{name}.json").write_text(json.dumps(truth, indent=0) + "\n")

    def fact(self, piece: Piece) -> dict[str, Any]:
        """The truth of one piece."""
        facts = {"channel": NAMES[piece.channel], "kind": piece.kind}
        return {**facts, "start_s": round(piece.start_s, 3), "end_s": round(piece.end_s, 3)}

    def add_background(self, sound: DoubleArray) -> None:
        """A television or another person behind one side."""
        row, at = int(self.rng.integers(2)), 0
        voice = str(self.pick(VOICES[self.language]))
        level = 10 ** (self.uniform(-34, -14) / 20)
        while at < sound.shape[1] - 4 * RATE:
            audio = say(voice, self.pick(self.lines)) * level
            size = min(len(audio), sound.shape[1] - at)
            sound[row, at : at + size] += audio[:size]
            self.pieces.append(Piece(row, at / RATE, audio[:size], "background"))
            at += size + round(self.uniform(0.1, 6.0) * RATE)

    def in_rooms(self, sound: DoubleArray) -> DoubleArray:
        """Each side in a room: an exponential tail of 0.1-0.5 s."""
        out = []
        for row in sound:
            length = self.uniform(0.1, 0.5)
            size = round(length * RATE)
            tail = self.rng.normal(0, 1, size) * 10 ** (-3 * np.arange(size) / size)
            tail *= 10 ** (self.uniform(-30, -8) / 20) / np.sqrt(np.sum(tail**2))
            tail[0] += 1.0
            whole = len(row) + size
            out.append(
                np.fft.irfft(np.fft.rfft(row, whole) * np.fft.rfft(tail, whole), whole)[: len(row)]
            )
        return np.asarray(out)

    def add_echo(self, near: DoubleArray, far: DoubleArray) -> None:
        """The far voice comes back 2-600 ms late and 15-48 dB down."""
        shift = round(self.pick([self.uniform(0.002, 0.06), self.uniform(0.06, 0.6)]) * RATE)
        near[shift:] += 10 ** (self.uniform(-50, -18) / 20) * far[:-shift]


def main() -> None:
    """Write a folder of conversations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=120.0)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for index in range(args.first, args.first + args.count):
        call = Conversation(args.seed, index)
        call.script(args.seconds)
        call.render(args.folder, f"call_{index:03d}")


if __name__ == "__main__":
    main()
