"""The name of an address that is dictated over several lines after it was asked for.

agent     and your email?
customer  it's hans                  [email]
agent     hans                       [email]
customer  p e t e r, then bang       [email]
customer  at example dot dk          [email]

The @ comes last, often lines after the name: once it is heard, what its speaker dictated since the
question belongs to it, and so does what the other side repeats of it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.dictation import dictated
from callwatch.redaction.digit_group import Ordinary
from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.tokens import (
    ADDRESS,
    ALPHABET,
    AT,
    DOT,
    FILLER,
    JOIN,
    LETTER,
    NUMBER,
    PAIR,
    WEAK_AT,
    WEAK_DOT,
)
from callwatch.redaction.vocabulary import Topic

_ANY_AT: Final = AT | WEAK_AT | ADDRESS | PAIR
_DOTS: Final = DOT | WEAK_DOT
_SIGNS: Final = LETTER | ALPHABET | NUMBER | JOIN | DOT | WEAK_DOT | FILLER | _ANY_AT
# A name that is spelled and read back takes a minute at most.
_DICTATED_S: Final = 60.0
# "Wait, somebody is at the door": so long a pause, and the dictation goes on.
_PAUSE_S: Final = 25.0
# "Okay, go on then": more is said of something else.
_LITTLE: Final = 2
# Once the address is known, one word alone is a first name as often as not, which stays.
_FEWEST: Final = 2


def find_answers(lines: Sequence[Line], found: Sequence[Finding]) -> Iterator[Finding]:
    """The dictated lines before each address in `found`; `lines` are numbered in a row."""
    if not found:
        return
    first = lines[0].number
    for finding in found:
        line = lines[finding.line - first]
        tokens = line.tokens[finding.start : finding.end]
        if any(token.flags & _ANY_AT for token in tokens):
            yield from _around(lines, line.number - first, finding)


def _around(lines: Sequence[Line], place: int, found: Finding) -> Iterator[Finding]:
    """What was dictated between the question and the address, and what is repeated of it."""
    address = lines[place]
    begin, behind, is_asked = _question(lines, place, found)
    names = {token.core for token in address.tokens[found.start : found.end]}
    for at in range(place if is_asked else place - 1, begin - 1, -1):
        line = lines[at]
        if line.channel is not address.channel or not line.tokens:
            if not is_asked and line.content > _LITTLE:
                begin = at
                break  # something else is talked about before
            continue
        start = behind if at == begin else 0
        span = dictated(line, start, found.start if at == place else None)
        if span is not None and (is_asked or not _says_what(line)):
            names.update(token.core for token in line.tokens[span[0] : span[1]])
            yield Finding(line.number, *span, EMAIL, 0)
        elif not is_asked and line.content:
            begin = at
            break  # not asked for: what stands right before the @ alone
    rest = dictated(address, found.end)
    if rest is not None and any(t.flags & _DOTS for t in address.tokens[slice(*rest)]):
        yield Finding(address.number, found.end, rest[1], EMAIL, 0)  # a host that is spelled
    yield from _repeated(lines, begin, place, names)


def _says_what(line: Line) -> bool:
    """Whether a number of the line looks like anything but a part of a name."""
    return any(group.ordinary is not Ordinary.NO for group in line.groups)


def _repeated(lines: Sequence[Line], begin: int, place: int, names: set[str]) -> Iterator[Finding]:
    """What the other side repeats: lines that hold letters and names of the address alone."""
    address = lines[place]
    for line in lines[begin:]:
        if line.start_s - address.end_s > _PAUSE_S:
            return
        if line.channel is address.channel:
            continue
        span = dictated(line)
        if span is None:
            continue
        tokens = line.tokens[span[0] : span[1]]
        tells = [t for t in tokens if t.core in names and not t.flags & NUMBER]
        if line.start_s > address.end_s and (not tells or len(tokens) < _FEWEST):
            continue
        if all(token.flags & _SIGNS or token.core in names for token in tokens) and any(
            token.core in names for token in tokens
        ):
            yield Finding(line.number, *span, EMAIL, 0)


def _question(lines: Sequence[Line], place: int, found: Finding) -> tuple[int, int, bool]:
    """The line where the dictation begins, the word in it, and whether it was asked for there."""
    address = lines[place]
    start_s, begin = address.start_s, place
    for at in range(place, -1, -1):
        line = lines[at]
        if address.start_s - line.end_s > _DICTATED_S or start_s - line.end_s > _PAUSE_S:
            break
        start_s, begin = min(start_s, line.start_s), at
        for mention in reversed(line.mentions):
            if mention.topic is Topic.EMAIL and not (at == place and mention.end > found.start):
                return at, mention.end if line.channel is address.channel else 0, True
    return begin, 0, False
