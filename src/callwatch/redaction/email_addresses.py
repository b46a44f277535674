"""E-mail addresses, written, dictated or spelled, also over several utterances of one side.

anna.berg@example.com                       written
anna dot berg at example dot com            en
A for apple N for November at proton dot ch en
anna punkt berg snabel-a example punkt se   sv
anna punktum berg snabel a firma punktum dk da
anna punktum berg krøllalfa firma punktum no nb

An address hangs on its @: the domain is looked for after it, the name before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.redaction.domain_endings import DOT_WORDS, SPLIT_PROVIDERS, is_ending
from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.tokens import (
    ADDRESS,
    ALPHABET,
    AT,
    DOMAIN,
    DOT,
    ENDS,
    FILLER,
    GLUE,
    JOIN,
    LEAD_IN,
    LETTER,
    NUMBER,
    PAIR,
    PROVIDER,
    SKIP,
    WEAK_AT,
    WEAK_DOT,
    Token,
)
from callwatch.redaction.vocabulary import Vocabulary, vocabulary

EMAIL_PRIORITY: Final = 3
_ANY_AT: Final = AT | WEAK_AT | ADDRESS | PAIR
_ANY_DOT: Final = DOT | WEAK_DOT
# An address goes on in the next utterance of the same side within this time.
_GOES_ON_S: Final = 12.0
# "my little shop", "n o r t h w i n d": words of a domain before its dot.
_DOMAIN_WORDS: Final = 10
_NAME_WORDS: Final = 60
# "and then at": words of talk between the name and the @.
_TALK_WORDS: Final = 4
_SHORTEST_SPELLING: Final = 3
# An answer that may be the beginning of an address: a name or two, and hardly a word besides.
_SHORT_ANSWER: Final = 10
_MOST_NAMES: Final = 4


@dataclass(slots=True)
class _Stream:
    """The words of one side in a row, each with its line and place; `breaks` where it paused long."""

    tokens: list[Token]
    places: list[tuple[int, int]]
    breaks: set[int]


def find_emails(
    lines: Sequence[Line], language: Language, awaited: Sequence[bool]
) -> list[Finding]:
    """The words of addresses; `awaited` tells for each line whether an address was asked for."""
    if not any(line.flags & _ANY_AT or waits for line, waits in zip(lines, awaited, strict=True)):
        return []
    words = vocabulary(language)
    out: list[Finding] = []
    for channel in CHANNELS:
        stream = _stream(lines, channel)
        waits = [awaited[line - lines[0].number] for line, _ in stream.places]
        for start, end in _addresses(stream, words, waits):
            out += _per_line(stream, start, end)
    return out


def _stream(lines: Sequence[Line], channel: Channel) -> _Stream:
    stream = _Stream([], [], set())
    end_s = 0.0
    for line in lines:
        if line.channel is not channel:
            continue
        if line.start_s - end_s > _GOES_ON_S:
            stream.breaks.add(len(stream.tokens))
        stream.tokens += line.tokens
        stream.places += [(line.number, at) for at in range(len(line.tokens))]
        end_s = line.end_s
    return stream


def _per_line(stream: _Stream, start: int, end: int) -> Iterator[Finding]:
    """The words [start, end) of a stream as findings in their lines."""
    at = start
    while at < end:
        line, first = stream.places[at]
        last = at
        while last + 1 < end and stream.places[last + 1][0] == line:
            last += 1
        yield Finding(line, first, stream.places[last][1] + 1, EMAIL, EMAIL_PRIORITY)
        at = last + 1


def _addresses(
    stream: _Stream, words: Vocabulary, waits: Sequence[bool]
) -> Iterator[tuple[int, int]]:
    """Ranges of the stream that hold an address, in order and disjoint."""
    tokens = stream.tokens
    floor = at = 0
    while at < len(tokens):
        span: tuple[int, int] | None = None
        flags = tokens[at].flags
        if flags & ADDRESS:
            span = _written(tokens, at)
        elif flags & (AT | WEAK_AT) or (tokens[at].core, _core(tokens, at + 1)) in words.at_pairs:
            span = _spoken(stream, at, floor, words, waits[at])
        if span is None and waits[at] and at >= floor:
            span = _name_alone(tokens, at, words)
        if span is None or span[1] <= floor:
            at += 1
            continue
        yield max(span[0], floor), span[1]
        at = floor = span[1]


def _core(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].core if at < len(tokens) else ""


def _written(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """An address with an @, white space in it or not: "anna.berg@ example.com"."""
    before, _, after = tokens[at].core.partition("@")
    start = at if before or at == 0 else at - 1
    end = at + 1 if after or at + 1 == len(tokens) else at + 2
    return start, end


def _spoken(
    stream: _Stream, at: int, floor: int, words: Vocabulary, awaited: bool
) -> tuple[int, int] | None:
    tokens = stream.tokens
    is_pair = (tokens[at].core, _core(tokens, at + 1)) in words.at_pairs
    is_strong = bool(tokens[at].flags & AT) or is_pair
    after = at + (2 if is_pair else 1)
    end = _domain_end(stream, after, is_strong=is_strong or awaited)
    if end is None and is_strong:
        end = min(len(tokens), after + 1)
    if end is None:
        return None
    is_sure = is_strong or awaited or (_begins_line(stream, at) and _is_domain(tokens[after:end]))
    start = _name_start(stream, at, floor, words, patient=is_sure)
    if start == at and not (is_strong or awaited):
        return None
    if not is_strong and not awaited and tokens[at - 1].core in words.words["not_a_name"]:
        return None
    return start, end


def _begins_line(stream: _Stream, at: int) -> bool:
    return at > 0 and stream.places[at - 1][0] != stream.places[at][0]


def _is_domain(tokens: Sequence[Token]) -> bool:
    """A dot and an ending that is known: "example dot org"."""
    return any(a.flags & _ANY_DOT and is_ending(b.core) for a, b in pairwise(tokens))


def _domain_end(stream: _Stream, start: int, *, is_strong: bool) -> int | None:
    """Index after a domain that begins at `start`, None when there is none.

    After "dot" any word is an ending; after a word that means more ("point") a known one.
    """
    tokens = stream.tokens
    for at in range(start, min(len(tokens), start + _DOMAIN_WORDS)):
        token = tokens[at]
        if at in stream.breaks or token.flags & (AT | WEAK_AT | ADDRESS):
            return None
        if stream.places[at][0] != stream.places[at - 1][0] and not (
            is_strong and (at == start or (tokens[at - 1].flags | token.flags) & _ANY_DOT)
        ):
            return None  # another utterance, which does not go on with the domain
        if token.flags & DOMAIN:
            return _more_endings(tokens, at + 1)
        if token.flags & PROVIDER or (
            at > start and tokens[at - 1].core + token.core in SPLIT_PROVIDERS
        ):
            dotted = _core(tokens, at + 1) and tokens[at + 1].flags & _ANY_DOT
            if not dotted:
                return at + 2 if is_ending(_core(tokens, at + 1)) else at + 1
        if at > start and token.flags & _ANY_DOT and at + 1 < len(tokens):
            if token.core.isalpha() and not token.flags & WEAK_DOT and token.core not in DOT_WORDS:
                return _more_endings(tokens, at + 1)  # ".com" in one word
            last = _ending_end(tokens, at + 1)
            is_known = is_ending(tokens[at + 1].core)
            if last is not None and (is_known or is_strong or token.flags & DOT):
                return _more_endings(tokens, last)
        if at > start and token.flags & DOT and at + 1 == len(tokens):
            return at + 1
        if token.flags & ENDS and not (at + 1 < len(tokens) and tokens[at + 1].flags & _ANY_DOT):
            return None
    return None


def _ending_end(tokens: Sequence[Token], at: int) -> int | None:
    """Index after an ending at `at`: a word, or letters one by one; None when it is no word."""
    end = at
    while end < len(tokens) and end - at < 4 and tokens[end].flags & LETTER:
        end += 1
    if end > at + 1:
        return end
    return at + 1 if tokens[at].core.isalpha() and len(tokens[at].core) > 1 else None


def _more_endings(tokens: Sequence[Token], end: int) -> int:
    """Past "dot uk" after "dot co"."""
    while (
        end + 1 < len(tokens) and tokens[end].flags & _ANY_DOT and is_ending(tokens[end + 1].core)
    ):
        end += 2
    return end


def _name_start(stream: _Stream, at: int, floor: int, words: Vocabulary, *, patient: bool) -> int:
    """Index of the first word of the name that ends before `at`; `at` when there is none."""
    tokens = stream.tokens
    start = at
    if patient:  # "anna dot berg and then at": talk between the name and the @
        while start > floor and at - start < _TALK_WORDS and _is_talk(tokens[start - 1]):
            if _ends_phrase(tokens, start, words.one_word):
                break
            start -= 1
        if start == floor or start in stream.breaks:
            start = at
    first = start
    plain = 2  # "john smith" without a dot
    while start > floor and start not in stream.breaks and first - start < _NAME_WORDS:
        is_split = patient and start == at and _begins_line(stream, at)
        step, is_plain = _name_step(tokens, start, first, floor, words, ends=not is_split)
        if not step or (is_plain and not plain):
            break
        if start < first and not _goes_over(stream, start):
            break
        if is_plain:
            plain -= 1
        elif tokens[start - 1].flags & (JOIN | DOT | WEAK_DOT) or step > 1:
            plain = max(plain, 1)
        if _ends_phrase(tokens, start, words.one_word):
            plain = 3
        start -= step
    while start < first and tokens[start].flags & (JOIN | _ANY_DOT | FILLER):
        start += 1
    return start if start < first else at


def _goes_over(stream: _Stream, start: int) -> bool:
    """Whether a name goes on before `start`, where another utterance may end."""
    if stream.places[start - 1][0] == stream.places[start][0]:
        return True
    ahead, behind = stream.tokens[start].flags, stream.tokens[start - 1].flags
    joins = JOIN | _ANY_DOT
    return bool((ahead | behind) & joins or ahead & behind & (LETTER | ALPHABET))


def _is_talk(token: Token) -> bool:
    return bool(token.flags & (LEAD_IN | FILLER)) and not token.flags & (NUMBER | LETTER)


def _name_step(
    tokens: Sequence[Token], start: int, first: int, floor: int, words: Vocabulary, *, ends: bool
) -> tuple[int, bool]:
    """How many words before `start` belong to the name, and whether they are a plain name."""
    one_word = _ends_phrase(tokens, start, words.one_word)
    if one_word and start - one_word >= floor:
        that_is = start - one_word > floor and bool(tokens[start - one_word - 1].flags & LEAD_IN)
        return one_word + that_is, False
    token = tokens[start - 1]
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
    after_join = start < first and bool(tokens[start].flags & (JOIN | _ANY_DOT))
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


def _ends_phrase(tokens: Sequence[Token], end: int, phrases: Sequence[tuple[str, ...]]) -> int:
    """Length of the longest of the phrases that ends right before `end`; 0 for none."""
    for phrase in phrases:
        start = end - len(phrase)
        if start >= 0 and all(tokens[start + i].core == word for i, word in enumerate(phrase)):
            return len(phrase)
    return 0


def _spelling(tokens: Sequence[Token], end: int, words: Vocabulary) -> int:
    """Words of "A for apple" (or of "alpha" alone) that end right before `end`; 0 for none."""
    link = _ends_phrase(tokens, end - 1, words.as_in)
    if link and end - link - 2 >= 0 and tokens[end - link - 2].flags & LETTER:
        return link + 2
    return 1 if tokens[end - 1].flags & ALPHABET else 0


def _name_alone(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """A spelled name, or names joined by a dot, where an address is awaited and may break off."""
    end = at
    while end < len(tokens):
        if tokens[end].flags & LETTER and (step := _spelled_step(tokens, end, words)):
            end += step
        elif end > at and tokens[end].flags & (JOIN | _ANY_DOT | NUMBER):
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
    if not line.flags & (LETTER | JOIN | _ANY_DOT):
        return
    at = 0
    while at < len(line.tokens):
        span = _name_alone(line.tokens, at, vocabulary(line.language))
        if span is not None:
            yield Finding(line.number, *span, EMAIL, 0)
        at = span[1] if span is not None else at + 1


def _spelled_step(tokens: Sequence[Token], at: int, words: Vocabulary) -> int:
    """1 for a letter, more for a letter with its word ("A as in Adam")."""
    for phrase in words.as_in:
        end = at + 1 + len(phrase)
        if end < len(tokens) and all(tokens[at + 1 + i].core == w for i, w in enumerate(phrase)):
            return len(phrase) + 2
    return 1


def _joins(tokens: Sequence[Token], at: int) -> bool:
    beside = (tokens[at - 1], tokens[at + 1])
    return bool(tokens[at].flags & (JOIN | _ANY_DOT)) and all(
        token.core.isalpha() and not token.flags & NUMBER for token in beside
    )
