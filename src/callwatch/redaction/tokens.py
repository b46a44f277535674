"""What each word of an utterance means for masking: digits, number word, filler or other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.number_words import NumberToken, NumberTokenKind, number_pieces


class TokenKind(Enum):
    """What a token does in a run of digits."""

    NUMBER = "number"
    FILLER = "filler"  # may stand inside a run: "uh", "dash", "then"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `core` is lower case without the punctuation around it; `pieces` its digits."""

    core: str
    kind: TokenKind
    pieces: tuple[NumberToken, ...] = ()
    ends_clause: bool = False  # a comma, full stop or the like follows

    @property
    def is_spoken(self) -> bool:
        """A number word, not digits."""
        return self.kind is TokenKind.NUMBER and all(
            p.kind is not NumberTokenKind.DIGITS for p in self.pieces
        )


# Heard between the groups of a long number; none of them means anything on its own there.
_SOUNDS: Final = frozenset(
    ["uh", "um", "erm", "eh", "ehm", "öh", "äh", "øh", "øhm", "hmm", "hm", "mm", "plus"]
)
_FILLERS: Final[Mapping[Language, frozenset[str]]] = {
    Language.EN: _SOUNDS | {"er", "dash", "hyphen", "space", "slash", "then"},
    Language.SV: _SOUNDS
    | {"så", "sen", "sedan", "därefter", "streck", "bindestreck", "mellanslag"},
    Language.DA: _SOUNDS | {"så", "derefter", "streg", "bindestreg", "mellemrum"},
    Language.NB: _SOUNDS | {"så", "deretter", "strek", "bindestrek", "mellomrom"},
}
# Only between two number words spoken one by one: homophones that recognisers write for 2 and 4,
# and the "and" that joins them.
WEAK_FILLERS: Final = frozenset(["to", "too", "for", "and", "och", "og", "å"])

_AROUND: Final = "\"'“”‘’«»»„.,;:!?()[]{}…"
_DIGIT_SEPARATORS: Final = re.compile(r"[^\d]")
# Letters and digits in one token ("DK5000400440116243"): a number when it holds this many digits,
# otherwise a name such as "iPhone15" or an order number such as "AB48213".
LONG_RUN: Final = 7


def tokenize(words: Sequence[str], language: Language) -> list[Token]:
    """One token for each word (a word without spaces)."""
    return [_token(word, language) for word in words]


def _token(word: str, language: Language) -> Token:
    core = word.strip(_AROUND).lower()
    ends_clause = word.rstrip("\"'”’»)")[-1:] in (",", ".", ";", "!", "?")
    digits = _DIGIT_SEPARATORS.sub("", core)
    if digits and not any(letter.isalpha() for letter in core):
        piece = NumberToken(NumberTokenKind.DIGITS, digits=_ascii_digits(digits))
        return Token(core, TokenKind.NUMBER, (piece,), ends_clause)
    pieces = _hyphenated(core, language)
    if pieces and any(p.kind is not NumberTokenKind.GLUE for p in pieces):
        return Token(core, TokenKind.NUMBER, pieces, ends_clause)
    if len(digits) >= LONG_RUN:
        piece = NumberToken(NumberTokenKind.DIGITS, digits=_ascii_digits(digits))
        return Token(core, TokenKind.NUMBER, (piece,), ends_clause)
    is_filler = core in _FILLERS[language] or core in WEAK_FILLERS or not core.strip("-–—+/.")
    return Token(core, TokenKind.FILLER if is_filler else TokenKind.OTHER, (), ends_clause)


def _hyphenated(core: str, language: Language) -> tuple[NumberToken, ...]:
    """Pieces of a word, or of its parts when it has hyphens ("four-one-one", "twenty-five")."""
    pieces = number_pieces(core, language)
    if pieces or "-" not in core:
        return pieces
    parts = [number_pieces(part, language) for part in core.split("-") if part]
    return tuple(p for part in parts for p in part) if all(parts) else ()


def _ascii_digits(digits: str) -> str:
    """Digits of any script as 0..9."""
    return "".join(str(int(d)) for d in digits)
