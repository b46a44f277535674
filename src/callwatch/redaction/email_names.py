"""The name of an e-mail address, before its @: spelled, dictated, joined by dots, or broken off."""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.tokens import (
    ALPHABET,
    DOMAIN,
    DOT,
    ENDS,
    FILLER,
    GLUE,
    JOIN,
    LEAD_IN,
    LETTER,
    LISTED,
    NUMBER,
    SKIP,
    WEAK_DOT,
    Token,
)
from callwatch.redaction.vocabulary import Vocabulary, vocabulary
from callwatch.redaction.word_stream import WordStream, begins_line

ANY_DOT: Final = DOT | WEAK_DOT
_NAME_WORDS: Final = 60
# "and then at": words of talk between the name and the @.
_TALK_WORDS: Final = 4
_SHORTEST_SPELLING: Final = 3
# An answer that may be the beginning of an address: a name or two, and hardly a word besides.
_SHORT_ANSWER: Final = 10
_MOST_NAMES: Final = 4
# Said for a dot now and then, and far more often for something else: only an @ tells.
_NOUNS: Final = frozenset(("point", "period"))


def name_start(
    stream: WordStream,
    at: int,
    floor: int,
    words: Vocabulary,
    *,
    patient: bool,
    awaited: bool = False,
) -> int:
    """Index of the first word of the name that ends before `at`; `at` when there is none."""
    tokens = stream.tokens
    start = at
    if patient:  # "anna dot berg and then at": talk between the name and the @
        while start > floor and at - start < _TALK_WORDS and _is_talk(tokens[start - 1]):
            if words.one_word.ending(tokens, start):
                break
            start -= 1
        if start == floor or start in stream.breaks:
            start = at
    first = start
    plain = _MOST_NAMES if awaited else 2  # "john smith" without a dot
    while start > floor and start not in stream.breaks and first - start < _NAME_WORDS:
        is_split = patient and start == at and (begins_line(stream, at) or not awaited)
        step, is_plain = _name_step(tokens, start, first, floor, words, ends=not is_split)
        if not step or (is_plain and not plain):
            break
        if start < first and not _goes_over(stream, start):
            break
        if is_plain:
            plain -= 1
        elif tokens[start - 1].flags & (JOIN | DOT | WEAK_DOT) or step > 1:
            plain = max(plain, 1)
        if words.one_word.ending(tokens, start):
            plain = 3
        start -= step
    while start < first and tokens[start].flags & (JOIN | ANY_DOT | FILLER):
        start += 1
    return start if start < first else at


def _goes_over(stream: WordStream, start: int) -> bool:
    """Whether a name goes on before `start`, where another utterance may end."""
    if stream.places[start - 1][0] == stream.places[start][0]:
        return True
    ahead, behind = stream.tokens[start].flags, stream.tokens[start - 1].flags
    joins = JOIN | ANY_DOT
    return bool((ahead | behind) & joins or ahead & behind & (LETTER | ALPHABET))


def _is_talk(token: Token) -> bool:
    return bool(token.flags & (LEAD_IN | FILLER | LISTED)) and not token.flags & (NUMBER | LETTER)


def _name_step(
    tokens: Sequence[Token], start: int, first: int, floor: int, words: Vocabulary, *, ends: bool
) -> tuple[int, bool]:
    """How many words before `start` belong to the name, and whether they are a plain name."""
    one_word = words.one_word.ending(tokens, start)
    if one_word and start - one_word >= floor:
        that_is = start - one_word > floor and bool(tokens[start - one_word - 1].flags & LEAD_IN)
        return one_word + that_is, False
    token = tokens[start - 1]
    if start - 2 >= floor and (tokens[start - 2].core, token.core) in words.join_pairs:
        return 2, False  # "under score"
    spelled = _spelling(tokens, start, words)
    if spelled and start - spelled >= floor:
        return spelled, False
    if (
        token.flags & (LETTER | NUMBER | JOIN | DOT | WEAK_DOT | FILLER)
        and not token.flags & LEAD_IN
    ):
        return 1, False
    beside = (tokens[start].flags if start < first else 0) | (
        tokens[start - 2].flags if start - 2 >= floor else 0
    )
    if token.flags & LETTER and beside & (LETTER | ALPHABET):
        return 1, False  # "a" in "a n n a"
    after_join = start < first and bool(tokens[start].flags & (JOIN | ANY_DOT))
    if _is_in_number(tokens, start - 1, floor, first):
        return 1, False  # "one" in "anna one eight"
    if after_join and _is_name(token):
        return 1, False
    if token.flags & LEAD_IN or (ends and token.flags & ENDS):
        return 0, False  # a full stop ends no name where the recogniser cut the utterance in two
    if token.flags & DOMAIN or "_" in token.core:
        return 1, False  # "anna.berg" in one word
    return int(_is_name(token)), True


def _is_in_number(tokens: Sequence[Token], at: int, floor: int, end: int) -> bool:
    """A number word beside another one, or an "and" between two."""
    before = at > floor and bool(tokens[at - 1].flags & NUMBER)
    after = at + 1 < end and bool(tokens[at + 1].flags & NUMBER)
    return (
        (before or after)
        if tokens[at].flags & NUMBER
        else (bool(tokens[at].flags & GLUE) and before and after)
    )


def _is_name(token: Token) -> bool:
    """A word that may be a name: "anna", "o'brien", "anna-lena"."""
    return token.core.replace("-", "").replace("'", "").replace("’", "").isalnum()


def _spelling(tokens: Sequence[Token], end: int, words: Vocabulary) -> int:
    """Words of "A for apple" (or of "alpha" alone) that end right before `end`; 0 for none."""
    link = words.as_in.ending(tokens, end - 1)
    if link and end - link - 2 >= 0 and tokens[end - link - 2].flags & LETTER:
        return link + 2
    return 1 if tokens[end - 1].flags & ALPHABET else 0


def name_alone(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """A spelled name, or names joined by a dot, where an address is awaited and may break off."""
    end = at
    while end < len(tokens):
        if tokens[end].flags & LETTER and (step := _spelled_step(tokens, end, words)):
            end += step
        elif end > at and tokens[end].flags & (JOIN | ANY_DOT | NUMBER):
            end += 1
        else:
            break
    letters = sum(bool(token.flags & LETTER) for token in tokens[at:end])
    if letters >= _SHORTEST_SPELLING:
        return at, end
    end = at
    while end + 2 < len(tokens) and _joins(tokens, end + 1):
        end += 2
    return (at, end + 1) if end > at else None


def open_names(line: Line, start: int = 0) -> Iterator[Finding]:
    """Words of a short line that may begin an address which was asked for: "it's anna 85".

    `start`: where the answer begins when the line itself names the address ("my email is anna").
    """
    tokens = line.tokens[start:]
    if len(tokens) > _SHORT_ANSWER or line.content_in(start, len(line.tokens)) > _MOST_NAMES:
        return
    if start and not (tokens and tokens[0].flags & LEAD_IN):
        return
    for at, token in enumerate(tokens, start):
        if token.flags & (LETTER | NUMBER) or not token.flags & (SKIP | LEAD_IN):
            yield Finding(line.number, at, at + 1, EMAIL, 0)


def joined_names(line: Line) -> Iterator[Finding]:
    """Spelled names, and names joined by a dot or a dash: an @ may follow."""
    if not line.flags & (LETTER | JOIN | ANY_DOT):
        return
    at = 0
    while at < len(line.tokens):
        span = name_alone(line.tokens, at, vocabulary(line.language))
        if span is not None:
            yield Finding(line.number, *span, EMAIL, 0)
        at = span[1] if span is not None else at + 1


def _spelled_step(tokens: Sequence[Token], at: int, words: Vocabulary) -> int:
    """1 for a letter, more for a letter with its word ("A as in Adam")."""
    link = words.as_in.beginning(tokens, at + 1, len(tokens) - 1)
    return link + 2 if link else 1


def says_nothing(token: Token) -> bool:
    """Whether a word of talk alone ("the", "this"), which no address is made of."""
    return bool(token.flags & SKIP) and not token.flags & LETTER


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether a dot or a dash stands between two words of a name: not "the point of it"."""
    beside = (tokens[at - 1], tokens[at + 1])
    talk = [says_nothing(token) for token in beside]
    if tokens[at].core in _NOUNS or all(talk) or (tokens[at].flags & WEAK_DOT and any(talk)):
        return False
    return bool(tokens[at].flags & (JOIN | ANY_DOT)) and all(
        token.core.isalpha() and not token.flags & NUMBER for token in beside
    )
