"""Dialogues by a third hand: speech that a recogniser cuts where it likes, for a figure nothing was tuned on.

A caller speaks in one stream of words. The stream is cut into utterances anywhere, also within "forty | five"; at a
cut the other side may listen, repeat what it has, or break in with something else, and the caller may wait for long.
A dialogue is written as one recogniser writes: lower case and bare, or with capitals and punctuation.
"""

import random
from dataclasses import dataclass, field, replace
from typing import Final

from benchmarks.masking import numbers, third_digits
from benchmarks.masking.sections import AGENT, CUSTOMER
from benchmarks.masking.third_ordinary import sentence
from benchmarks.masking.tokens import Dialogue, Line, Token, talk
from benchmarks.masking.wording import Wording

_SECRETS: Final = ("card",) * 5 + ("phone",) * 3 + ("identity",) * 2 + ("email",) * 3
_UNASKED: Final = {"card": 0.2, "phone": 0.2, "identity": 0.1}
_CHUNKS: Final = (
    (4, 4, 4, 4, 4), (4, 4, 4, 4, 4), (2,) * 10, (3,) * 7, (1,) * 20, (5, 5, 5, 5), (6, 4, 6, 4), (8, 8, 8), (20,), (),
)  # fmt: skip
# How calls go: so much of the talk is cut, listened to, read back.
_COUNTRY: Final = {"en": "44", "sv": "46", "da": "45", "nb": "47"}


@dataclass
class _Call:
    """A dialogue that is being made, with the habits of its two sides."""

    dialogue: Dialogue
    words: Wording
    rng: random.Random
    now_s: float = 0.0
    written: bool = False  # capitals and punctuation
    cuts: float = 0.3  # of the places between words of a number
    table: third_digits.Table = field(default_factory=dict)

    def pick(self, section: str, name: str) -> list[Token]:
        text = self.words.talk(section, name, self.rng)
        return talk(text.replace("{small}", str(self.rng.randint(2, 9))))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def say(self, channel: str, tokens: list[Token], pause_s: float | None = None) -> None:
        if not tokens:
            return
        if pause_s is None:
            pause_s = self.rng.choice((0.1, 0.3, 0.6, 1.0, 1.0, 2.5))
        start_s = self.now_s + pause_s
        self.now_s = start_s + self.rng.uniform(0.25, 0.5) * len(tokens)
        if self.written:
            first, last = tokens[0], tokens[-1]
            tokens = [replace(first, text=first.text[:1].upper() + first.text[1:]), *tokens[1:]]
            if last.text[-1].isalnum():
                tokens[-1] = replace(tokens[-1], text=tokens[-1].text + ".")
        else:
            tokens = [
                replace(t, text=t.text.rstrip(".,?!:") if not t.kind else t.text) for t in tokens
            ]
            tokens = [t if t.kind else replace(t, text=t.text.lower()) for t in tokens if t.text]
        self.dialogue.lines.append(Line(channel, tokens, round(start_s, 2), round(self.now_s, 2)))


def made(language: str, seed: int, strange: float = 0.0) -> Dialogue:
    """One dialogue; the same seed gives the same."""
    rng = random.Random(f"third/{seed}/{language}")
    words = Wording(language, "third", strange)
    call = _Call(
        Dialogue(language),
        words,
        rng,
        rng.uniform(0.0, 9.0),
        rng.random() < 0.5,
        rng.choice((0.05, 0.2, 0.5)),
    )
    call.table = words.table("digits")
    for _ in range(rng.randint(1, 4)):
        _aside(call)
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        _secret(call, rng.choice(_SECRETS))
        for _ in range(rng.randint(0, 3)):
            _aside(call)
    return call.dialogue


def _aside(call: _Call) -> None:
    call.now_s += call.rng.choice((0.0, 0.0, 2.0, 15.0))
    side = call.rng.choice((AGENT, CUSTOMER))
    if call.chance(0.3):
        call.say(side, call.pick("talk", "chat"))
        return
    is_order = call.chance(0.25)
    number = len(call.dialogue.lines)
    said = sentence(
        call.dialogue.language, call.words, call.rng, number, call.table, orders=is_order
    )
    call.say(AGENT if is_order else side, said)
    if is_order and call.chance(0.3):
        again = [replace(t, number=number + 1, text=t.text.strip(".,?")) for t in said if t.kind]
        call.say(CUSTOMER, again)


def _secret(call: _Call, kind: str) -> None:
    rng, language = call.rng, call.dialogue.language
    if kind == "email":
        _address(call)
        return
    unasked = call.chance(_UNASKED.get(kind, 0.0))
    if not unasked:
        call.say(AGENT, call.pick(kind, "ask"))
        if call.chance(0.15):
            call.say(CUSTOMER, call.pick("talk", "chat"))
    lead = (
        call.pick(kind, "unasked")
        if unasked
        else call.pick(kind, "say")
        if call.chance(0.6)
        else []
    )
    match kind:
        case "card":
            digits = numbers.card(rng)
        case "phone":
            digits = numbers.phone(language, rng)
        case _:
            digits = numbers.identity(language, rng)
    prefix: list[Token] = []
    if kind == "phone" and call.chance(0.3) and len(digits) > 7:
        prefix, digits = _country(call, digits)
    _dictate(call, kind, digits, [*lead, *prefix])
    if kind == "card":
        if call.chance(0.3):
            _short(call, "expiry", f"{rng.randint(1, 12):02}{rng.randint(26, 34)}")
        if call.chance(0.3):
            _short(call, "code", "".join(rng.choices("0123456789", k=3)))


def _country(call: _Call, digits: str) -> tuple[list[Token], str]:
    """ "+46", "00 46", "plus forty-six"; the code is no digit of the number, and the leading zero goes."""
    language = call.dialogue.language
    code = "1" if language == "en" and digits[0] != "0" else _COUNTRY[language]
    form = call.rng.choice(("+", "00", "plus ", "said"))
    said = f"+{code}" if form == "+" else f"00{code}" if form == "00" else f"plus {code}"
    if form == "said":
        words = third_digits.pieces(code, call.table, call.rng.choice(("units", "tens")), call.rng)
        said = " ".join(["plus", *(word for word, _, _ in words)])
    return talk(said), digits.removeprefix("0")


def _short(call: _Call, kind: str, digits: str) -> None:
    """A code or a date, in one breath."""
    number = _open(call, kind, digits)
    call.say(AGENT, call.pick(kind, "ask"))
    lead = call.pick(kind, "say") if call.chance(0.6) else []
    if kind == "expiry" and call.chance(0.4):
        call.say(CUSTOMER, [*lead, Token(f"{digits[:2]}/{digits[2:]}", kind, number, 0, 4)])
        return
    style = call.rng.choice(
        ("units", "figures", "tens", "mixed") if kind == "code" else ("units", "twos", "tens")
    )
    call.say(CUSTOMER, [*lead, *_tokens(call, kind, number, digits, 0, style)])


def _open(call: _Call, kind: str, digits: str) -> int:
    number = len(call.dialogue.secrets)
    call.dialogue.secrets[number] = (kind, digits)
    return number


def _tokens(call: _Call, kind: str, number: int, digits: str, at: int, style: str) -> list[Token]:  # noqa: PLR0917
    found = third_digits.pieces(digits, call.table, style, call.rng)
    return [Token(word, kind, number, at + first, count) for word, first, count in found]


def _dictate(call: _Call, kind: str, digits: str, lead: list[Token]) -> None:
    rng = call.rng
    number = _open(call, kind, digits)
    sizes = list(rng.choice(_CHUNKS)) or [rng.randint(1, 6) for _ in digits]
    style = rng.choice(third_digits.STYLES)
    line, at, said_to = list(lead), 0, 0
    talkative = rng.choice((0.0, 0.1, 0.4))
    for size in sizes:
        end = min(at + size, len(digits))
        if end == at:
            break
        if at and call.chance(talkative):
            line += call.pick("talk", "fill")
        line += _chunk(
            call,
            kind,
            number,
            digits[at:end],
            at,
            style if call.chance(0.85) else rng.choice(third_digits.STYLES),
        )
        at = end
        if call.written and call.chance(0.3):
            line[-1] = replace(line[-1], text=line[-1].text + ",")
        if at < len(digits) and call.chance(call.cuts):
            # The recogniser ends an utterance here, or one word earlier.
            early = line[-1:] if call.chance(0.15) and len(line) > 1 else []
            call.say(CUSTOMER, line[: len(line) - len(early)])
            line = early
            if not early:
                _between(call, kind, number, digits[said_to:at], said_to)
                said_to = at
                line = call.pick("talk", "resume") if call.chance(0.3) else []
    call.say(CUSTOMER, line + (call.pick("talk", "tail") if call.chance(0.2) else []))
    if call.chance(0.2):
        _read_back(call, kind, number, digits)


def _chunk(call: _Call, kind: str, number: int, digits: str, at: int, style: str) -> list[Token]:  # noqa: PLR0917
    """Some digits, now and then wrong at first."""
    right = _tokens(call, kind, number, digits, at, style)
    if not call.chance(0.04):
        return right
    i = call.rng.randrange(len(digits))
    wrong = (
        digits[:i] + call.rng.choice([d for d in "0123456789" if d != digits[i]]) + digits[i + 1 :]
    )
    said = _tokens(call, kind, number, wrong[: i + 1] if call.chance(0.5) else wrong, at, style)
    return said + call.pick("talk", "fix") + right


def _between(call: _Call, kind: str, number: int, digits: str, at: int) -> None:
    """What the other side does while the caller draws breath."""
    match call.rng.choice(("pause", "pause", "ack", "ack", "echo", "hold", "long")):
        case "pause":
            call.now_s += call.rng.uniform(0.0, 2.0)
        case "ack":
            call.say(AGENT, call.pick("talk", "ack"))
        case "echo":
            call.say(
                AGENT,
                call.pick("talk", "check")
                + _tokens(
                    call, kind, number, digits, at, call.rng.choice(("units", "figures", "tens"))
                ),
            )
            if call.chance(0.5):
                call.say(CUSTOMER, call.pick("talk", "yes"))
        case "hold":
            call.say(AGENT, call.pick("talk", "hold"))
        case _:
            call.now_s += call.rng.uniform(4.0, 9.0)


def _read_back(call: _Call, kind: str, number: int, digits: str) -> None:
    style = call.rng.choice(("units", "figures", "twos", "tens"))
    half = call.rng.randint(1, len(digits) - 1)
    first = _tokens(call, kind, number, digits[:half], 0, style)
    last = _tokens(call, kind, number, digits[half:], half, style)
    if call.chance(0.5):
        call.say(AGENT, call.pick("talk", "check") + first + last)
    else:
        call.say(AGENT, call.pick("talk", "check") + first)
        call.say(CUSTOMER, call.pick("talk", "yes"))
        call.say(AGENT, last)
    call.say(CUSTOMER, call.pick("talk", "yes"))


def _address(call: _Call) -> None:
    """An address said word by word, the name perhaps spelled."""
    rng = call.rng
    number = _open(call, "email", "")

    def secret(text: str) -> list[Token]:
        return [Token(word, "email", number, 0, 1) for word in text.split()]

    def one(name: str) -> str:
        return call.words.choose("email", name, rng)

    call.say(AGENT, call.pick("email", "ask"))
    first, last = one("first"), one("last")
    match rng.choice(("name", "joined", "spelled", "alphabet", "digits", "whole")):
        case "name":
            local = secret(first)
        case "joined":
            local = [*secret(first), *talk(one("join")), *secret(last)]
        case "spelled":
            local = secret(" ".join(last))
        case "alphabet":
            local = []
            by_letter = {word[0]: word for word in call.words.all("email", "alphabet")}
            for letter in first:
                local += [
                    *secret(letter),
                    *talk(one("as_in")),
                    *secret(by_letter.get(letter, letter)),
                ]
        case "digits":
            year = str(rng.randint(60, 99))
            local = [
                *secret(first),
                *(replace(t, count=1) for t in _tokens(call, "email", number, year, 0, "tens")),
            ]
        case _:
            whole = f"{first}.{last}@{one('hosts')}.{one('ends').split()[0]}"
            call.say(CUSTOMER, [*call.pick("email", "say"), *secret(whole)])
            return
    ends = one("ends").split()
    domain = [*talk(one("at")), *secret(one("hosts")), *talk(one("dot")), *talk(" ".join(ends))]
    lead = call.pick("email", "say") if call.chance(0.7) else []
    if call.chance(0.3):
        call.say(CUSTOMER, [*lead, *local])
        if call.chance(0.5):
            call.say(AGENT, call.pick("talk", "ack"))
        call.say(CUSTOMER, domain)
    else:
        call.say(CUSTOMER, [*lead, *local, *domain])
    if call.chance(0.25):
        call.say(AGENT, [*call.pick("talk", "check"), *local, *domain])
        call.say(CUSTOMER, call.pick("talk", "yes"))
