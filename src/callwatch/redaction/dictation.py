"""Lines that dictate: names, letters and figures, and hardly a word besides.

it's anna                          [anna]
and then underscore B as in Bertil [underscore .. Bertil]
the dog is barking                 none
"""

from collections.abc import Sequence
from typing import Final

from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.lines import Line
from callwatch.redaction.tokens import (
    ALPHABET,
    AT,
    COPULA,
    CORRECTION,
    DOT,
    FILLER,
    GLUE,
    JOIN,
    LEAD_IN,
    LETTER,
    LISTED,
    MONEY,
    NAME,
    NUMBER,
    SIGN,
    STREET,
    UNIT,
    WEAK_DOT,
    Token,
)
from callwatch.redaction.vocabulary import Vocabulary, vocabulary

# "Peter Bang": plain words in a row that may be a name; more are a sentence.
_MOST_PLAIN: Final = 2
# "Hans Peter Bang 85", "p e t e r": beside so many letters and figures one more.
_SURE: Final = 2
# "6 k, next is capital B": beside so many a verb is one of the reader.
_SPELLED: Final = 3
_TIMES: Final = ("year_before", "time_before", "time_weak")
_TALK: Final = LEAD_IN | FILLER | LISTED | CORRECTION
_SIGNS: Final = LETTER | ALPHABET | NUMBER | JOIN | DOT | WEAK_DOT | SIGN
_PARTS: Final = _SIGNS | FILLER | GLUE


def dictated(line: Line, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """The words of [start, end) that are dictated; None when the line says something else."""
    tokens = line.tokens
    words = vocabulary(line.language)
    end = len(tokens) if end is None else end
    while start < end and _is_talk(tokens, start, start + 1, end):
        start += 1
    while end > start and (
        _is_talk(tokens, end - 1, end - 2, start) or words.one_word.ending(tokens, end)
    ):
        end -= words.one_word.ending(tokens, end) or 1
    if start == end:
        return None
    for group in line.groups:
        is_within = start <= group.start < end
        is_other = group.named or (is_told(line, group) and not _is_after_name(line, group))
        if is_within and is_other:
            return None  # "it was 22 degrees here"
    return (start, end) if _all_dictated(tokens, start, end, words) else None


def is_told(line: Line, group: Group) -> bool:
    """Whether the words around a number say what it is."""
    if group.ordinary is Ordinary.YES:
        return not group.named
    is_led = group.start and any(
        name in _TIMES and not tail for name, tail in line.tokens[group.start - 1].before
    )
    return group.ordinary in (Ordinary.MOMENT, Ordinary.DATE) and bool(is_led)


def _is_after_name(line: Line, group: Group) -> bool:
    """ "Jones 7", "maplestreet 7": a name as a product's or a street's, and nothing behind that is counted or paid."""
    behind = line.tokens[group.end].flags if group.end < len(line.tokens) else 0
    is_name = group.start > 0 and line.tokens[group.start - 1].flags & (NAME | STREET)
    return bool(is_name) and not behind & (UNIT | MONEY)


def _is_talk(tokens: Sequence[Token], at: int, beside: int, last: int) -> bool:
    """A word around what is dictated, as "a" is that stands beside no other letter."""
    flags = tokens[at].flags
    if not flags & _TALK or flags & (NUMBER | JOIN | DOT | ALPHABET | AT):
        return False
    if not flags & LETTER:
        return True
    is_last = beside in (last, -1) or beside >= len(tokens)
    return bool(flags & LEAD_IN) and (is_last or not tokens[beside].flags & (LETTER | ALPHABET))


def _all_dictated(tokens: Sequence[Token], start: int, end: int, words: Vocabulary) -> bool:
    plain = signs = talk = names = copulas = 0
    at = start
    while at < end:
        link = _link(tokens, at, end, words)
        if link:
            at += link
            signs += 1
            continue
        token = tokens[at]
        copulas += bool(token.flags & COPULA) and not token.flags & LETTER
        if not token.flags & _PARTS and not (phrase := words.one_word.beginning(tokens, at, end)):
            if not _is_word(token.core):
                return False
            is_talk = bool(token.flags & _TALK)
            talk += is_talk
            joined = at > start and tokens[at - 1].flags & (JOIN | DOT | WEAK_DOT)
            plain += not (is_talk or joined)
        elif not token.flags & _PARTS:
            at += phrase - 1
        else:
            signs += bool(token.flags & _SIGNS)
            names += token.flags & _SIGNS == ALPHABET and "-" not in token.core
        at += 1
    if names == signs == 1:
        signs, plain = 0, plain + 1  # "Anna" alone is said for no letter
    if copulas and signs < _SPELLED:
        return False  # "Anna is sleeping"
    most = _MOST_PLAIN + (signs >= _SURE)
    return plain <= most and talk <= (signs + 1) // 2


def _is_word(core: str) -> bool:
    return core.replace("-", "").replace("'", "").replace("_", "").replace(".", "").isalnum()


def _link(tokens: Sequence[Token], at: int, end: int, words: Vocabulary) -> int:
    """Words of "A as in Adam" that begin at `at`; 0 for none."""
    if not tokens[at].flags & LETTER:
        return 0
    link = words.as_in.beginning(tokens, at + 1, end - 1)
    return link + 2 if link else 0
