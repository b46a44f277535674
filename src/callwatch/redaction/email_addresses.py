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
from itertools import pairwise
from typing import Final

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.redaction.dictation import is_told
from callwatch.redaction.domain_endings import DOT_WORDS, SPLIT_PROVIDERS, is_ending
from callwatch.redaction.email_names import ANY_DOT, name_alone, name_start, says_nothing
from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.tokens import (
    ADDRESS,
    ALPHABET,
    AT,
    DOMAIN,
    DOT,
    ENDS,
    JOIN,
    LEAD_IN,
    LETTER,
    LISTED,
    NAME,
    NUMBER,
    PAIR,
    PROVIDER,
    SKIP,
    WEAK_AT,
    WEAK_DOT,
    Token,
)
from callwatch.redaction.vocabulary import Vocabulary, vocabulary
from callwatch.redaction.word_stream import WordStream, begins_line

EMAIL_PRIORITY: Final = 3
_ANY_AT: Final = AT | WEAK_AT | ADDRESS | PAIR
# An address goes on in the next utterance of the same side within this time.
_GOES_ON_S: Final = 12.0
_MOST_LED: Final = 3  # "and then at": words before an @ that begins an utterance
_FULL_STOP: Final = ("full", "stop")
# "At hotmail dot" "co dot uk": words of a domain that utterances part, where nobody asked for an address.
_MOST_PARTED: Final = 12
_SENTENCE: Final = 3  # words beside the numbers of a line that is no part of an address
# "my little shop", "n o r t h w i n d": words of a domain before its dot.
_DOMAIN_WORDS: Final = 10


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


def _stream(lines: Sequence[Line], channel: Channel) -> WordStream:
    stream = WordStream([], [], set())
    end_s = 0.0
    own = [line for line in lines if line.channel is channel]
    for i, line in enumerate(own):
        if i + 1 < len(own) and _is_aside(line) and _begins_with_at(own[i + 1]):
            end_s = line.end_s
            continue  # the name stands before it
        if line.start_s - end_s > _GOES_ON_S:
            stream.breaks.add(len(stream.tokens))
        for at, token in enumerate(line.tokens):
            behind = line.tokens[at + 1].core if at + 1 < len(line.tokens) else ""
            if (token.core, behind) == _FULL_STOP:
                continue  # its second word is the dot
            if at and (line.tokens[at - 1].core, token.core) == _FULL_STOP:
                token = token._replace(flags=(token.flags | DOT) & ~(LISTED | SKIP))  # noqa: PLW2901
            stream.tokens.append(token)
            stream.places.append((line.number, at))
        end_s = line.end_s
    return stream


def _is_aside(line: Line) -> bool:
    """ "Sorry, my son just walked in, he's 22": a sentence whose number is none of an address."""
    if line.flags & (JOIN | ANY_DOT | AT | ADDRESS | DOMAIN) or not line.groups:
        return False
    talk = sum(not token.flags & NUMBER for token in line.tokens)
    return talk >= _SENTENCE and all(is_told(line, group) for group in line.groups)


def _begins_with_at(line: Line) -> bool:
    """ "At gmail dot com", "and then snabela telia punkt se"."""
    for token in line.tokens[: _MOST_LED + 1]:
        if token.flags & (AT | WEAK_AT | PAIR):
            return True
        if not token.flags & (SKIP | LEAD_IN):
            return False
    return False


def _per_line(stream: WordStream, start: int, end: int) -> Iterator[Finding]:
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
    stream: WordStream, words: Vocabulary, waits: Sequence[bool]
) -> Iterator[tuple[int, int]]:
    """Ranges of the stream that hold an address, or the name of one; a name may lie within its address."""
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
            alone = name_alone(tokens, at, words)
            if alone is not None:
                yield alone  # what an @ after it adds to the name is another finding
                at = alone[1]
                continue
        if span is None or span[1] <= floor:
            at += 1
            continue
        yield max(span[0], floor), span[1]
        at = floor = span[1]


def _flags(tokens: Sequence[Token], at: int) -> int:
    return tokens[at].flags if at < len(tokens) else 0


def _core(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].core if at < len(tokens) else ""


def _written(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """An address with an @, white space in it or not: "anna.berg@ example.com"."""
    before, _, after = tokens[at].core.partition("@")
    start = at if before or at == 0 else at - 1
    end = at + 1 if after or at + 1 == len(tokens) else at + 2
    return start, end


def _spoken(
    stream: WordStream, at: int, floor: int, words: Vocabulary, awaited: bool
) -> tuple[int, int] | None:
    tokens = stream.tokens
    is_pair = (tokens[at].core, _core(tokens, at + 1)) in words.at_pairs
    is_strong = bool(tokens[at].flags & AT) or is_pair
    after = at + (2 if is_pair else 1)
    end = _domain_end(stream, after, is_strong=is_strong or awaited)
    if end is None and not is_strong and not awaited and at > floor:
        end = _parted_end(stream, at)
    if end is None and is_strong:
        end = min(len(tokens), after + 1)
        while end < len(tokens) and tokens[end - 1].flags & tokens[end].flags & LETTER:
            end += 1  # a host that is spelled and breaks off
    if end is None:
        return None
    is_sure = is_strong or awaited or (begins_line(stream, at) and _is_domain(tokens[after:end]))
    start = name_start(stream, at, floor, words, patient=is_sure, awaited=awaited)
    if start == at and not (is_strong or awaited or _ends_spelling(stream, at, floor)):
        return None
    if not is_strong and not awaited and tokens[at - 1].core in words.words["not_a_name"]:
        return None
    return start, end


def _parted_end(stream: WordStream, at: int) -> int | None:
    """Index after a domain over several utterances, where a name and an "at" stand before it."""
    tokens = stream.tokens
    before = tokens[at - 1]
    names = LETTER | ALPHABET | NUMBER | NAME
    links = any(token.flags & (JOIN | ANY_DOT) for token in tokens[max(0, at - 4) : at])
    if at in stream.breaks or not (before.flags & names or links):
        return None
    end = _domain_end(stream, at + 1, is_strong=True)
    if end is None or end - at > _MOST_PARTED:
        return None
    last = tokens[end - 1]
    dotted = any(token.flags & ANY_DOT for token in tokens[at + 1 : end - 1])
    is_known = is_ending(last.core) or (last.flags & LETTER and tokens[end - 2].flags & LETTER)
    return end if dotted and is_known else None


def _ends_spelling(stream: WordStream, at: int, floor: int) -> bool:
    """Whether an utterance begins with this @, and the one before ends with letters or figures."""
    line = stream.places[at][0]
    while at > floor and stream.places[at - 1][0] == line:
        at -= 1
        if not stream.tokens[at].flags & (SKIP | LEAD_IN):
            return False
    flags = stream.tokens[at - 1].flags if at > floor and at not in stream.breaks else 0
    return bool(flags & (LETTER | ALPHABET | NUMBER))


def _is_domain(tokens: Sequence[Token]) -> bool:
    """A dot and an ending that is known: "example dot org"."""
    return any(a.flags & ANY_DOT and is_ending(b.core) for a, b in pairwise(tokens))


def _domain_end(stream: WordStream, start: int, *, is_strong: bool) -> int | None:
    """Index after a domain that begins at `start`, None when there is none.

    After "dot" any word is an ending; after a word that means more ("point") a known one.
    """
    tokens = stream.tokens
    most = _DOMAIN_WORDS
    for at in range(start, len(tokens)):
        token = tokens[at]
        most -= not token.flags & (LETTER | ALPHABET)
        if most < 0:
            return None
        if at in stream.breaks or token.flags & (AT | WEAK_AT | ADDRESS):
            return None
        if stream.places[at][0] != stream.places[at - 1][0] and not (
            is_strong and (at == start or (tokens[at - 1].flags | token.flags) & ANY_DOT)
        ):
            return None  # another utterance, which does not go on with the domain
        if token.flags & DOMAIN:
            return _more_endings(tokens, at + 1)
        if token.flags & PROVIDER or (
            at > start and tokens[at - 1].core + token.core in SPLIT_PROVIDERS
        ):
            dotted = _core(tokens, at + 1) and tokens[at + 1].flags & ANY_DOT
            if not dotted:
                return at + 2 if is_ending(_core(tokens, at + 1)) else at + 1
        if at > start and token.flags & ANY_DOT and at + 1 < len(tokens):
            if token.core.isalpha() and not token.flags & WEAK_DOT and token.core not in DOT_WORDS:
                return _more_endings(tokens, at + 1)  # ".com" in one word
            last = _ending_end(tokens, at + 1)
            is_known = is_ending(tokens[at + 1].core)
            # "at this point in time"
            says = tokens[at - 1].flags & LISTED if is_strong else says_nothing(tokens[at - 1])
            is_talk = bool(token.flags & WEAK_DOT and says)
            if not is_talk and last is not None and (is_known or is_strong or token.flags & DOT):
                return _more_endings(tokens, last)
        if at > start and token.flags & DOT and at + 1 == len(tokens):
            return at + 1
        spells = is_strong and token.flags & (LETTER | ALPHABET)  # "O, Olof, L, Ludvig punkt se"
        if token.flags & ENDS and not spells and not (_flags(tokens, at + 1) & ANY_DOT):
            return None
    return None


def _ending_end(tokens: Sequence[Token], at: int) -> int | None:
    """Index after an ending at `at`: a word, or letters one by one; None when it is no word."""
    end = at
    while end < len(tokens) and end - at < 4 and tokens[end].flags & LETTER:
        end += 1
    if end > at + 1:
        return end
    core = tokens[at].core.replace("-", "")  # "U-K"
    return at + 1 if core.isalpha() and len(core) > 1 else None


def _more_endings(tokens: Sequence[Token], end: int) -> int:
    """Past "dot uk", "dot u k" or "dot U-K" after "dot co"."""
    while end + 1 < len(tokens) and tokens[end].flags & ANY_DOT:
        last = _ending_end(tokens, end + 1)
        if last is None or not is_ending("".join(t.core for t in tokens[end + 1 : last])):
            break
        end = last
    return end
