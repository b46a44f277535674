"""The parts of a dialogue in which a secret is given: asked, said in groups, repeated, corrected."""

import random
from dataclasses import dataclass
from typing import Final

from benchmarks.masking import numbers, spoken
from benchmarks.masking.tokens import Dialogue, Line, Token, talk
from benchmarks.masking.wording import Wording

AGENT, CUSTOMER = "agent", "customer"
# How a number comes: in one utterance, or group by group with what between.
LAYOUTS: Final = ("one", "one", "groups", "groups", "answered", "answered", "read back", "shared")


@dataclass(slots=True)
class Stage:
    """A dialogue that is being made."""

    dialogue: Dialogue
    words: Wording
    rng: random.Random
    now_s: float = 0.5

    @property
    def language(self) -> str:
        """Of the dialogue."""
        return self.dialogue.language

    def pick(self, section: str, name: str) -> list[Token]:
        """The words of a phrase."""
        return talk(self.words.talk(section, name, self.rng))

    def say(self, channel: str, tokens: list[Token], pause_s: float | None = None) -> None:
        """One utterance; nothing when there are no words."""
        if not tokens:
            return
        if pause_s is None:
            pause_s = self.rng.uniform(0.2, 1.2)
            if self.rng.random() < 0.08:
                pause_s = self.rng.uniform(2.0, 8.0)
        start_s = self.now_s + pause_s
        self.now_s = start_s + self.rng.uniform(0.28, 0.42) * len(tokens)
        self.dialogue.lines.append(Line(channel, tokens, round(start_s, 2), round(self.now_s, 2)))

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share


def number_section(
    stage: Stage, kind: str, digits: str, usual: tuple[tuple[int, ...], ...]
) -> None:
    """A number of the kind, asked for or announced or out of nothing."""
    rng = stage.rng
    number = len(stage.dialogue.secrets)
    stage.dialogue.secrets[number] = (kind, digits)
    if stage.chance(0.85):
        stage.say(AGENT, stage.pick(kind, "ask"))
        if stage.chance(0.2):
            stage.say(CUSTOMER, stage.pick("talk", "between"))
    style = rng.choice(spoken.STYLES)
    groups: list[list[Token]] = []
    at = 0
    for size in spoken.partition(len(digits), rng, usual):
        chosen = style if stage.chance(0.8) else rng.choice(spoken.STYLES)
        groups.append(_group(stage, kind, number, digits[at : at + size], at, chosen))
        at += size
    lead = stage.pick(kind, "say") if stage.chance(0.7) else []
    _LAYOUTS[rng.choice(LAYOUTS)](stage, lead, groups)
    if stage.chance(0.2):
        again = [_plain(group) for group in groups]
        stage.say(AGENT, stage.pick("talk", "readback") + [t for group in again for t in group])
        stage.say(CUSTOMER, stage.pick("talk", "listening"))


def _group(  # noqa: PLR0917
    stage: Stage, kind: str, number: int, digits: str, at: int, style: str
) -> list[Token]:
    """One group, now and then corrected in the same breath."""
    rng = stage.rng

    def said(group: str, first: int) -> list[Token]:
        return [
            Token(word, kind, number, first + start, count)
            for word, start, count in spoken.say(group, stage.language, style, rng)
        ]

    if not stage.chance(0.06):
        return said(digits, at)
    wrong = digits[:-1] + rng.choice([d for d in "0123456789" if d != digits[-1]])
    right = said(digits, at) if stage.chance(0.6) else said(digits[-1], at + len(digits) - 1)
    return said(wrong, at) + stage.pick("talk", "correction") + right


def _plain(group: list[Token]) -> list[Token]:
    """The group without what was said between its digits."""
    return [token for token in group if token.kind]


def _in_one(stage: Stage, lead: list[Token], groups: list[list[Token]]) -> None:
    tokens = list(lead)
    between = stage.rng.choice((0.0, 0.0, 0.3, 0.8))
    for i, group in enumerate(groups):
        if i and stage.chance(between):
            tokens += stage.pick("talk", "between")
        tokens += group
        if i + 1 < len(groups) and stage.chance(0.15):
            tokens[-1] = _with(tokens[-1], ",")
    stage.say(CUSTOMER, tokens + (stage.pick("talk", "tail") if stage.chance(0.3) else []))


def _with(token: Token, mark: str) -> Token:
    return Token(token.text + mark, token.kind, token.number, token.at, token.count)


def _in_groups(
    stage: Stage, lead: list[Token], groups: list[list[Token]], answers: float = 0.0
) -> None:
    """Each group its own utterance; the other side may say a word between."""
    for i, group in enumerate(groups):
        first = lead if i == 0 else stage.pick("talk", "lead") if stage.chance(0.35) else []
        last = stage.pick("talk", "listening") if stage.chance(0.1) else []
        stage.say(CUSTOMER, [*first, *group, *last])
        if stage.chance(answers):
            stage.say(AGENT, stage.pick("talk", "listening"))


def _answered(stage: Stage, lead: list[Token], groups: list[list[Token]]) -> None:
    _in_groups(stage, lead, groups, answers=0.85)


def _read_back(stage: Stage, lead: list[Token], groups: list[list[Token]]) -> None:
    for i, group in enumerate(groups):
        first = lead if i == 0 else stage.pick("talk", "lead") if stage.chance(0.2) else []
        stage.say(CUSTOMER, [*first, *group])
        stage.say(AGENT, stage.pick("talk", "readback") + _plain(group))
        if stage.chance(0.15):
            stage.say(CUSTOMER, stage.pick("talk", "correction") + _plain(group))
        elif stage.chance(0.3):
            stage.say(CUSTOMER, stage.pick("talk", "listening"))


def _shared(stage: Stage, lead: list[Token], groups: list[list[Token]]) -> None:
    """The agent has a part of the number on the screen, the customer says the rest."""
    half = stage.rng.randint(0, len(groups) - 1)
    first = [token for group in groups[:half] for token in group]
    stage.say(AGENT, stage.pick("talk", "readback") + first if first else [])
    _in_groups(stage, lead, groups[half:], answers=0.4)


_LAYOUTS: Final = {
    "one": _in_one,
    "groups": _in_groups,
    "answered": _answered,
    "read back": _read_back,
    "shared": _shared,
}


def insurance_section(stage: Stage) -> None:
    """A British insurance number, its letters said or written."""
    number = len(stage.dialogue.secrets)
    head, digits, tail = numbers.insurance(stage.rng)
    stage.dialogue.secrets[number] = ("identity", digits)
    stage.say(AGENT, stage.pick("identity", "ask") if stage.chance(0.85) else [])
    lead = stage.pick("identity", "say") if stage.chance(0.7) else []
    if stage.chance(0.3):
        whole = [Token(head + digits + tail, "identity", number, 0, 6)]
    else:
        whole = [Token(letter, "identity", number, 0, 0) for letter in head]
        style = stage.rng.choice(spoken.STYLES)
        whole += _group(stage, "identity", number, digits, 0, style)
        whole.append(Token(tail, "identity", number, 0, 0))
    stage.say(CUSTOMER, lead + whole)


def code_section(stage: Stage) -> None:
    """A card's security code."""
    number = len(stage.dialogue.secrets)
    digits = "".join(stage.rng.choices("0123456789", k=3))
    stage.dialogue.secrets[number] = ("code", digits)
    if stage.chance(0.9):
        stage.say(AGENT, stage.pick("cvv", "ask"))
    style = stage.rng.choice(("figures", "single", "mixed", "large"))
    lead = stage.pick("cvv", "say")
    stage.say(CUSTOMER, lead + _group(stage, "code", number, digits, 0, style))


def expiry_section(stage: Stage) -> None:
    """When the card expires, as month and year."""
    number = len(stage.dialogue.secrets)
    month, year = stage.rng.randint(1, 12), stage.rng.randint(26, 32)
    digits = f"{month:02}{year}"
    stage.dialogue.secrets[number] = ("expiry", digits)
    stage.say(AGENT, stage.pick("expiry", "ask"))
    if stage.chance(0.4):
        written = stage.rng.choice((f"{month:02}/{year}", f"{month:02} {year}")).split()
        said = [Token(word, "expiry", number, 2 * i, 2) for i, word in enumerate(written)]
        said = said if len(said) > 1 else [Token(written[0], "expiry", number, 0, 4)]
    else:
        said = _group(stage, "expiry", number, digits, 0, stage.rng.choice(("single", "pairs")))
    stage.say(CUSTOMER, (stage.pick("expiry", "say") if stage.chance(0.6) else []) + said)
