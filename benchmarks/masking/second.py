"""Dialogues by a second hand: another build and other words than dialogues.py, for a figure nothing was tuned on.

A number is dictated chunk by chunk; after each chunk anything may happen: a filler, a pause, a question of the other
side, a read-back in another style, a correction, a barking dog. Between the secrets stand ordinary numbers, and
order numbers that the agent reads out and the customer repeats.
"""

import random
from typing import Final

from benchmarks.masking import numbers, spoken
from benchmarks.masking.ordinary import order, sentence
from benchmarks.masking.sections import AGENT, CUSTOMER, Stage
from benchmarks.masking.tokens import ORDINARY, Dialogue, Token, talk
from benchmarks.masking.wording import Wording

_SECRETS: Final = ("card",) * 6 + ("phone",) * 3 + ("identity",) * 3 + ("email",) * 3
_STYLES: Final = ("figures", "figures", "single", "single", "pairs", "large", "mixed", "repeats")
_MARKS: Final = ("-", "-", ".", "/")


def made(language: str, seed: int, strange: float = 0.0) -> Dialogue:
    """One dialogue; the same seed gives the same."""
    rng = random.Random(f"second/{seed}/{language}")
    words = Wording(language, "second", strange)
    stage = Stage(Dialogue(language), words, rng, rng.uniform(0.0, 9.0))
    parts = rng.choices(("chat", "ordinary", "ordinary", "order"), k=rng.randint(2, 6))
    secrets = rng.choices(_SECRETS, k=rng.choice((0, 1, 1, 1, 1, 2)))
    plan = [*parts, *secrets]
    rng.shuffle(plan)
    for part in plan:
        _part(stage, part)
        stage.now_s += rng.choice((0.0, 0.0, 0.0, 4.0, 30.0))
    return stage.dialogue


def _part(stage: Stage, part: str) -> None:
    rng = stage.rng
    match part:
        case "chat":
            stage.say(rng.choice((AGENT, CUSTOMER)), stage.pick("talk", "chat"))
        case "ordinary":
            number = len(stage.dialogue.lines)
            said = sentence(stage.language, stage.words, rng, number)
            stage.say(rng.choice((AGENT, CUSTOMER)), said)
        case "order":
            _order(stage)
        case "email":
            _address(stage)
        case "card":
            _Dictation(stage, "card", numbers.card(rng)).run()
            if stage.chance(0.3):
                month, year = rng.randint(1, 12), rng.randint(26, 34)
                _Dictation(stage, "expiry", f"{month:02}{year}").run()
            if stage.chance(0.3):
                _Dictation(stage, "code", "".join(rng.choices("0123456789", k=3))).run()
        case "phone":
            _Dictation(stage, "phone", numbers.phone(stage.language, rng)).run()
        case _:
            _Dictation(stage, "identity", numbers.identity(stage.language, rng)).run()


class _Dictation:
    """One number on its way from the customer to the agent."""

    def __init__(self, stage: Stage, kind: str, digits: str) -> None:
        self.stage, self.kind, self.digits = stage, kind, digits
        self.number = len(stage.dialogue.secrets)
        stage.dialogue.secrets[self.number] = (kind, digits)
        self.line: list[Token] = []

    def run(self) -> None:
        """Ask, dictate, and perhaps read all of it back."""
        stage, rng = self.stage, self.stage.rng
        short = self.kind in ("code", "expiry")
        if short or stage.chance(0.88):
            stage.say(AGENT, stage.pick(self.kind, "ask"))
            if stage.chance(0.15):
                stage.say(CUSTOMER, stage.pick("talk", "aside"))
        self.line = stage.pick(self.kind, "say") if stage.chance(0.75) else []
        at = 0
        while at < len(self.digits):
            size = len(self.digits) if short else rng.choice((1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 8))
            end = min(len(self.digits), at + size)
            self._chunk(at, end)
            at = end
        self._flush()
        if not short and stage.chance(0.25):
            self._read_back()

    def _chunk(self, at: int, end: int) -> None:
        stage = self.stage
        if stage.chance(0.05):
            right = self.digits[at]
            wrong = stage.rng.choice([d for d in "0123456789" if d != right])
            self.line += self._said(at, at + 1, wrong)
            self.line += stage.pick("talk", "fix")
        self.line += self._said(at, end)
        if end == len(self.digits):
            return
        event = stage.rng.random()
        if event < 0.35:
            return
        if event < 0.45:
            self.line += stage.pick("talk", "filler")
            return
        self._flush()
        if event < 0.60:
            stage.now_s += stage.rng.uniform(0.0, 4.0)
        elif event < 0.80:
            stage.say(AGENT, stage.pick("talk", "ack"))
        elif event < 0.93:
            self._checked(at, end)
        else:
            stage.say(stage.rng.choice((AGENT, CUSTOMER)), stage.pick("talk", "aside"))
        if stage.chance(0.3):
            self.line = stage.pick("talk", "carrier")

    def _checked(self, at: int, end: int) -> None:
        """The agent repeats a chunk, now and then wrongly."""
        stage = self.stage
        lead = stage.pick("talk", "check") if stage.chance(0.6) else []
        if stage.chance(0.2):
            wrong = stage.rng.choice([d for d in "0123456789" if d != self.digits[end - 1]])
            said = self._said(at, end, self.digits[at : end - 1] + wrong)
            stage.say(AGENT, lead + said)
            stage.say(CUSTOMER, stage.pick("talk", "fix") + self._said(end - 1, end))
            return
        stage.say(AGENT, lead + self._said(at, end))
        if stage.chance(0.6):
            stage.say(CUSTOMER, stage.pick("talk", "confirm"))

    def _read_back(self) -> None:
        stage = self.stage
        half = stage.rng.randint(2, len(self.digits) - 2)
        first, last = self._said(0, half), self._said(half, len(self.digits))
        stage.say(AGENT, stage.pick("talk", "check") + first)
        if stage.chance(0.4):
            stage.say(CUSTOMER, stage.pick("talk", "ack"))
        stage.say(AGENT, last)
        stage.say(CUSTOMER, stage.pick("talk", "confirm"))

    def _said(self, at: int, end: int, digits: str = "") -> list[Token]:
        rng, digits = self.stage.rng, digits or self.digits[at:end]
        if len(digits) > 3 and rng.random() < 0.1:
            mark = rng.choice(_MARKS)
            half = len(digits) // 2
            written = digits[:half] + mark + digits[half:]
            return [Token(written, self.kind, self.number, at, end - at)]
        pieces = spoken.say(digits, self.stage.language, rng.choice(_STYLES), rng)
        return [Token(word, self.kind, self.number, at + k, count) for word, k, count in pieces]

    def _flush(self) -> None:
        self.stage.say(CUSTOMER, self.line)
        self.line = []


def _order(stage: Stage) -> None:
    """The agent reads out a number that is nobody's secret; the customer may repeat it."""
    number = len(stage.dialogue.lines)
    value = [Token(word, ORDINARY, number) for word in order(stage.language, stage.rng).split()]
    line = stage.words.choose("ordinary", "orders", stage.rng)
    before, _, after = line.partition("{order}")
    stage.say(AGENT, talk(before) + value + talk(after))
    if stage.chance(0.3):
        again = [Token(token.text, ORDINARY, number + 1) for token in value]
        stage.say(CUSTOMER, again)


def _address(stage: Stage) -> None:
    """An address in one breath, or name and domain apart, the name perhaps spelled and repeated."""
    rng, number = stage.rng, len(stage.dialogue.secrets)
    stage.dialogue.secrets[number] = ("email", "")

    def secret(text: str) -> Token:
        return Token(text, "email", number, 0, 1)

    if stage.chance(0.9):
        stage.say(AGENT, stage.pick("email", "ask"))
    lead = stage.pick("email", "say") if stage.chance(0.8) else []
    first, last = (stage.words.choose("spell", name, rng) for name in ("first", "last"))
    local = [secret(first)]
    style = rng.random()
    if style < 0.4:
        local += [*talk(stage.words.choose("spell", "joins", rng)), secret(last)]
    elif style < 0.6:
        local = [secret(letter) for letter in last[:7]]
    elif style < 0.8:
        digits = spoken.say(str(rng.randint(10, 99)), stage.language, rng.choice(_STYLES), rng)
        local += [secret(word) for word, _, _ in digits]
    elif style < 0.9:
        local = [secret(f"{first}.{last}" if stage.chance(0.5) else first + last)]
    host = secret(stage.words.choose("spell", "hosts", rng))
    ending = rng.choice(("com", "net", "org", "co", "se", "dk", "no", "app", "club", "be"))
    at = talk(stage.words.choose("spell", "at", rng))
    domain = [host, *talk(stage.words.choose("spell", "dot", rng)), Token(ending)]
    if stage.chance(0.35):
        stage.say(CUSTOMER, lead + local)
        stage.say(AGENT, stage.pick("talk", "ack") if stage.chance(0.6) else [])
        stage.say(CUSTOMER, at + domain)
    else:
        stage.say(CUSTOMER, lead + local + at + domain)
    if stage.chance(0.2):
        stage.say(AGENT, stage.pick("talk", "check") + local + at + domain)
        stage.say(CUSTOMER, stage.pick("talk", "confirm"))
