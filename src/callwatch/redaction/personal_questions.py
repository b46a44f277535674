"""Questions for a date of birth or a home, and the lines that answer them.

agent     what is your date of birth?
customer  the fourteenth of March         answer
agent     fourteenth of March             read back
customer  eighty-two                      answer
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from callwatch.core.channels import Channel
from callwatch.redaction.lines import Line
from callwatch.redaction.tokens import ASKS, DAY, MONTH, NUMBER, SKIP, STREET
from callwatch.redaction.vocabulary import Topic, match_end, vocabulary

# "I repeat", "noted": words that say something beside what is read back.
_LITTLE: Final = 1


class Question(NamedTuple):
    """Something personal is asked for, or announced, in a line up to the word `end`.

    `place`: of the line in the row; `line`: its number.
    """

    topic: Topic
    place: int
    line: int
    end: int


class Part(NamedTuple):
    """The words [start, end) of a line that answer; `is_last`: nothing of the answer is missing."""

    start: int
    end: int
    is_last: bool


# Finds the answer in a line from a word on; with `goes_on` also the rest of one.
Finder = Callable[[Line, int, bool], Part | None]


class Reply(NamedTuple):
    """A line that may answer, from the word `start` on; `is_own`: of the side that asked."""

    line: Line
    start: int
    is_own: bool


def find_questions(lines: Sequence[Line], topic: Topic) -> Iterator[Question]:
    """The last question for `topic` in each line."""
    for place, line in enumerate(lines):
        if not line.flags & ASKS or any(m.topic is Topic.EMAIL for m in line.mentions):
            continue  # "which address shall I mail it to?" asks for no home
        end = 0
        cores = [token.core for token in line.tokens]
        for at, token in enumerate(line.tokens):
            if not token.flags & ASKS:
                continue
            for phrase in vocabulary(line.language).personal[token.core]:
                last = match_end(phrase, cores, at) if phrase.topic is topic else None
                end = max(end, last or 0)
        if end:
            yield Question(topic, place, line.number, end)


def find_answers(
    lines: Sequence[Line], topic: Topic, answer_s: float, finder: Finder
) -> Iterator[tuple[int, int, int]]:
    """Line, start and end of what answers each question for `topic`, and of what is read back.

    The answer comes within `answer_s` of the question, and goes on within `answer_s` of a part.
    """
    for question in find_questions(lines, topic):
        until_s = lines[question.place].end_s + answer_s
        said: set[str] = set()
        answerer: Channel | None = None
        is_whole = False
        for line, start, is_own in replies(lines, question):
            if line.start_s > until_s:
                break
            part = finder(line, start, bool(said) and not is_whole)
            if part is None:
                continue
            found = _telling(line, part)
            is_first = answerer is None and (line.number == question.line or not is_own)
            goes_on = line.channel is answerer and not is_whole
            if not (is_first or goes_on or _repeats(line, part, said)):
                continue
            answerer = answerer or line.channel
            is_whole = is_whole or part.is_last
            said |= found
            until_s = line.end_s + answer_s
            yield line.number, part.start, part.end


def _telling(line: Line, part: Part) -> set[str]:
    return {t.core for t in line.tokens[part.start : part.end] if not t.flags & SKIP or t.pieces}


def _repeats(line: Line, part: Part, said: set[str]) -> bool:
    """Whether a line says what was said, and next to nothing beside it."""
    tokens = line.tokens[part.start : part.end]
    numbers = [token for token in tokens if token.flags & NUMBER]
    if not any(token.core in said for token in tokens if not token.flags & SKIP or token.pieces):
        return False
    if any(token.core not in said for token in numbers) and not any(
        token.flags & (MONTH | DAY | STREET) for token in tokens
    ):
        return False
    return line.content_in(0, part.start) + line.content_in(part.end, len(line.tokens)) <= _LITTLE


def replies(lines: Sequence[Line], question: Question) -> Iterator[Reply]:
    """The rest of the question's own line, and the lines after it; the caller ends it in time."""
    asked = lines[question.place]
    if question.end < len(asked.tokens):
        yield Reply(asked, question.end, is_own=True)
    for line in lines[question.place + 1 :]:
        if line.tokens:
            yield Reply(line, 0, is_own=line.channel is asked.channel)
