"""A date of birth that is asked for or announced: "the fourteenth of March eighty-two"."""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.labels import IDENTITY
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.number_formats import DATE_FORMAT, YEAR_FORMAT
from callwatch.redaction.papers import PAPER_PRIORITY
from callwatch.redaction.personal_questions import Part, find_answers
from callwatch.redaction.tokens import DATE_WORD, DAY, GLUE, MONEY, MONTH, NUMBER, SKIP, UNIT, Token
from callwatch.redaction.vocabulary import Topic

# "One moment, let me think": the answer comes, or goes on, within this time.
_ANSWER_S: Final = 12.0
# "14 3", "fourteenth March": a number alone may be anything; a third one is the year.
_FEWEST_PARTS: Final = 2
_DIGITS: Final = 6  # "140382" in one word


def find_birth_dates(lines: Sequence[Line]) -> Iterator[Finding]:
    """The words of birth dates, and what is read back of them."""
    for line, start, end in find_answers(lines, Topic.BIRTH, _ANSWER_S, _date):
        yield Finding(line, start, end, IDENTITY, PAPER_PRIORITY)


def _date(line: Line, start: int, goes_on: bool) -> Part | None:
    """The words of the first date from `start` on; a part of one where it `goes_on`."""
    tokens = line.tokens
    while start < len(tokens) and not tokens[start].flags & (NUMBER | MONTH | DAY):
        start += 1
    end = at = start
    while at < len(tokens) and (is_part := _is_part(tokens, at)) is not None:
        at += 1
        end = at if is_part else end
    behind = tokens[end].flags if end < len(tokens) else 0
    is_named = any(group.named for group in line.groups if start <= group.start < end)
    if start == end or behind & (UNIT | MONEY) or is_named:
        return None
    part = tokens[start:end]
    if not any(token.flags & (NUMBER | DAY) for token in part):
        return None
    groups = [group for group in line.groups if start <= group.start < end]
    count = sum(bool(token.flags & (MONTH | DAY)) and not token.flags & NUMBER for token in part)
    count += sum(1 if YEAR_FORMAT.fullmatch(g.digits) else g.parts for g in groups)
    digits = sum(group.size for group in groups)
    if not (count >= _FEWEST_PARTS or digits >= _DIGITS or _is_written(part)):
        return (
            Part(start, end, is_last=True) if goes_on and _stands_alone(line, start, end) else None
        )
    return Part(start, end, is_last=count > _FEWEST_PARTS or digits >= _DIGITS)


def _is_part(tokens: Sequence[Token], at: int) -> bool | None:
    """True for a number or a month, False for what may stand between them, None for the end."""
    flags = tokens[at].flags
    if flags & (NUMBER | MONTH | DAY):
        return True
    return False if flags & (DATE_WORD | GLUE | SKIP) else None


def _is_written(part: Sequence[Token]) -> bool:
    return any(DATE_FORMAT.fullmatch(token.core) for token in part)


def _stands_alone(line: Line, start: int, end: int) -> bool:
    return not line.content_in(0, start) + line.content_in(end, len(line.tokens))
