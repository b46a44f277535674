"""What each word of an utterance means for masking, as flags that are worked out once a word.

Words without digits are remembered for the life of the process; what holds digits never is.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from callwatch.core.channels import Language
from callwatch.redaction.number_words import NumberToken, NumberTokenKind, number_pieces
from callwatch.redaction.vocabulary import Phrase, Vocabulary, vocabulary

# Plain integers, because every word of every call is asked: an enum costs five times as much.
NUMBER: Final = 1 << 0
SPOKEN: Final = 1 << 1  # a number in words, not in figures
WEAK: Final = 1 << 2  # a number only beside another one: an article, "oh"
GLUE: Final = 1 << 3  # "and" inside a number
SKIP: Final = 1 << 4  # may stand between the groups of one number: short, or said while listening
ENDS: Final = 1 << 5  # a comma, full stop or the like follows
MONEY: Final = 1 << 6
UNIT: Final = 1 << 7
PRICE: Final = 1 << 8
MONTH: Final = 1 << 9
DATE_WORD: Final = 1 << 10
CORRECTION: Final = 1 << 11
AT: Final = 1 << 12
WEAK_AT: Final = 1 << 13
DOT: Final = 1 << 14
WEAK_DOT: Final = 1 << 15
JOIN: Final = 1 << 16
ADDRESS: Final = 1 << 17  # written with an @
DOMAIN: Final = 1 << 18  # "example.com"
PROVIDER: Final = 1 << 19
LETTER: Final = 1 << 20
ALPHABET: Final = 1 << 21  # "alpha", "Adam", "A-N-N-A": said for letters
LEAD_IN: Final = 1 << 22  # before an address, and no part of it
PAPER: Final = 1 << 23  # letters and figures that may be an IBAN or an identity number
LARGE: Final = 1 << 24  # tens, hundreds: not said digit by digit
LISTED: Final = 1 << 28  # said between the groups of a number
LISTENING: Final = 1 << 29
COPULA: Final = 1 << 30
FILLER: Final = 1 << 25  # means nothing at all: "uh", "dash"
NAME: Final = 1 << 27  # written with a capital
ORDINAL: Final = 1 << 32
POSITION: Final = 1 << 33  # "last", "next"
COUNTED: Final = 1 << 31  # "eights", "times": a number only after a count
ASKS: Final = 1 << 34  # may begin a question for a birth date or a home
DAY: Final = 1 << 35  # "fourteenth", "14th": a day, or a month, of a birth date
STREET: Final = 1 << 36
SIGN: Final = 1 << 37  # "asterisk", "exclamation mark": in a password
PAIR: Final = 1 << 26  # the first of two words for @ ("snabel a")

# Letters and digits in one token ("DK5000400440116243"): a number when it holds this many digits,
# otherwise a name such as "iPhone15" or an order number such as "AB48213".
LONG_RUN: Final = 7
# More words than a language's calls hold in a day.
_MOST_KNOWN: Final = 50_000
# "to", "for", "the", "ja": no word this short says what a number is, those of a vocabulary apart.
_SHORT: Final = 3

_AROUND: Final = "\"'“”‘’«»„.,;:!?()[]{}…"
_NOT_DIGITS: Final = re.compile(r"\D")
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}")
_SPELLED: Final = re.compile(r"[^\W\d_](?:-[^\W\d_])+")  # "A-N-N-A"
_DAY: Final = re.compile(r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|:?e|:?a|ende|te)")
_PAPER: Final = re.compile(r"[a-z]{2}\d{2,}.*|\d+[a-z]\w*")


class Token(NamedTuple):
    """One word: `core` is lower case without the punctuation around it; `pieces` its digits.

    `phrases` may begin here; `before` names the phrases that end here and say what a number right
    after them is, each with the words that stand before.
    """

    core: str
    flags: int
    pieces: tuple[NumberToken, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    before: tuple[tuple[str, tuple[str, ...]], ...] = ()


def tokenize(words: Sequence[str], language: Language) -> list[Token]:
    """One token for each word (a word without spaces)."""
    known = _known(language)
    out = []
    for word in words:
        token = known.get(word)
        if token is None:
            token = _token(word, language)
            if not (token.flags & ADDRESS or any(letter.isdigit() for letter in word)):
                if len(known) >= _MOST_KNOWN:
                    known.clear()
                known[word] = token
        out.append(token)
    return out


@cache
def _known(language: Language) -> dict[str, Token]:  # noqa: ARG001
    """The words of a language met so far."""
    return {}


def _token(word: str, language: Language) -> Token:
    core = word.strip(_AROUND).lower()
    ends = ENDS if word.rstrip("\"'”’»)")[-1:] in (",", ".", ";", "!", "?") else 0
    digits = "".join(str(int(d)) for d in _NOT_DIGITS.sub("", core))
    letters = any(letter.isalpha() for letter in core)
    if "@" in core and core != "@":
        return Token(core, ADDRESS | ends)
    if digits and (not letters or len(digits) >= LONG_RUN):
        piece = NumberToken(NumberTokenKind.DIGITS, digits=digits)
        paper = PAPER if letters and _PAPER.fullmatch(core) else 0
        return Token(core, NUMBER | ends | paper, (piece,))
    pieces = _hyphenated(core, language)
    words = vocabulary(language)
    flags = ends | _flags(core, word, words)
    if len(pieces) == 1 and pieces[0].kind in _COUNTED:
        flags |= COUNTED | SKIP
    elif any(piece.kind is not NumberTokenKind.GLUE for piece in pieces):
        flags |= NUMBER | SPOKEN
        flags &= ~SKIP
        if any(core in variants.split("|") for variants in words.numbers["ordinals"]):
            flags |= ORDINAL
        if core in words.numbers["weak"]:
            flags |= WEAK
        if any(piece.kind in _LARGE for piece in pieces):
            flags |= LARGE
    else:
        flags |= GLUE if pieces else 0
        pieces = ()
    if digits and _PAPER.fullmatch(core):
        flags |= PAPER
    before = tuple(
        (name, tail) for name, phrases in words.before.items() for tail in phrases.tails(core)
    )
    if any(name == "labels" and not tail for name, tail in before) and not flags & LISTED:
        flags &= ~SKIP
    return Token(core, flags, pieces, words.phrases_from(core) if core else (), before)


_COUNTED: Final = (NumberTokenKind.PLURAL, NumberTokenKind.BY)
_LARGE: Final = (NumberTokenKind.TEEN, NumberTokenKind.TEN, NumberTokenKind.SCALE)
_BY_WORD: Final = (
    ("money", MONEY), ("units", UNIT), ("price", PRICE), ("months", MONTH), ("date_words", DATE_WORD),
    ("corrections", CORRECTION), ("at", AT), ("weak_at", WEAK_AT), ("dot", DOT), ("weak_dot", WEAK_DOT),
    ("join", JOIN), ("providers", PROVIDER), ("alphabet", ALPHABET), ("lead_in", LEAD_IN), ("fillers", FILLER),
    ("listening", LISTENING), ("positions", POSITION), ("copulas", COPULA),
    ("at_first", PAIR), ("ordinals", DAY), ("streets", STREET), ("signs", SIGN),
)  # fmt: skip


def _flags(core: str, word: str, words: Vocabulary) -> int:
    flags = 0
    for name, flag in _BY_WORD:
        if core and core in words.words[name]:
            flags |= flag
    if len(core) == 1 and core.isalpha():
        flags |= LETTER
    if _SPELLED.fullmatch(core):
        flags |= ALPHABET
    if _DOMAIN.fullmatch(core):
        flags |= DOMAIN
    if not core.strip("-–—+/.*"):
        flags |= SKIP | FILLER
    if any(core in words.words[name] for name in ("fillers", "listening", "corrections", "lead")):
        flags |= LISTED | SKIP
    short = len(core.replace("'", "")) <= _SHORT and core.replace("'", "").isalpha()
    if short and not flags & (MONEY | UNIT | PRICE | MONTH):
        flags |= SKIP
    if word[:1].isupper() and len(core) > 1:
        flags |= NAME
    # ".com": the dot and the ending in one.
    if core in words.personal:
        flags |= ASKS
    if _DAY.fullmatch(core):
        flags |= DAY
    return flags | (DOT if word.startswith(".") and core.isalpha() else 0)


def _hyphenated(core: str, language: Language) -> tuple[NumberToken, ...]:
    """Pieces of a word, or of its parts when it has hyphens ("four-one-one", "twenty-five")."""
    pieces = number_pieces(core, language)
    if pieces or "-" not in core:
        return pieces
    parts = [number_pieces(part, language) for part in core.split("-") if part]
    return tuple(p for part in parts for p in part) if all(parts) else ()
