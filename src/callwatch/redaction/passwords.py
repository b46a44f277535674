"""Passwords: one word of letters and figures ("my password is sunshine42"), or spelled."""

from collections.abc import Iterator, Sequence
from typing import Final

from callwatch.redaction.dictation import dictated
from callwatch.redaction.labels import CODE
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.papers import PAPER_PRIORITY
from callwatch.redaction.personal_questions import Part, find_answers
from callwatch.redaction.tokens import ALPHABET, COPULA, LETTER, NUMBER, SIGN, SKIP, Token
from callwatch.redaction.vocabulary import Topic

PASSWORD_NAMES: Final = ("password", "lösenord", "adgangskode", "kodeord", "passord")
# "is, uh, sunshine42": words between the name, its verb and the password.
_MOST_BETWEEN: Final = 2


# "And then a capital B": the password goes on within this time.
_ANSWER_S: Final = 12.0
# "712": so many figures are spelled; two may be anything.
_FEWEST_SIGNS: Final = 3
# "is", "mitt er": the verb stands close behind the name.
_VERB_REACH: Final = 2


def find_spelled_passwords(lines: Sequence[Line]) -> Iterator[Finding]:
    """Passwords that are asked for or announced, and spelled."""
    for line, start, end in find_answers(lines, Topic.PASSWORD, _ANSWER_S, _spelled):
        yield Finding(line, start, end, CODE, PAPER_PRIORITY)


def _spelled(line: Line, start: int, goes_on: bool) -> Part | None:
    verbs = line.tokens[start : start + _VERB_REACH]
    is_verb = bool(start) and line.tokens[start - 1].core.endswith("'s")  # "the password's x y z"
    if start and not (is_verb or any(token.flags & COPULA for token in verbs)):
        return None  # "my password does not work"
    span = dictated(line, start)
    if span is None:
        return None
    tokens = line.tokens[slice(*span)]
    if any(token.core.startswith(PASSWORD_NAMES) for token in tokens):
        return None  # the line announces it, which is another question
    letters = sum(bool(token.flags & (LETTER | ALPHABET | SIGN)) for token in tokens)
    digits = sum(group.size for group in line.groups if span[0] <= group.start < span[1])
    is_spelled = letters > 1 or letters + digits >= (1 if goes_on else _FEWEST_SIGNS)
    return Part(*span, is_last=False) if is_spelled else None


def find_passwords(line: Line) -> Iterator[Finding]:
    """Passwords of one line; a product's name ("my password for Windows11") has no verb before it."""
    for mention in line.mentions:
        if mention.topic is not Topic.CODE or not _names_password(line, mention.start, mention.end):
            continue
        verb = _after_fillers(line.tokens, mention.end)
        if verb >= len(line.tokens) or not line.tokens[verb].flags & COPULA:
            continue
        at = _after_fillers(line.tokens, verb + 1)
        if at < len(line.tokens) and _is_mixed(line.tokens[at]):
            yield Finding(line.number, at, at + 1, CODE, PAPER_PRIORITY)


def _names_password(line: Line, start: int, end: int) -> bool:
    return any(token.core.startswith(PASSWORD_NAMES) for token in line.tokens[start:end])


def _after_fillers(tokens: Sequence[Token], at: int) -> int:
    """Index of the first word that is no filler; at most `_MOST_BETWEEN` are passed."""
    last = min(len(tokens), at + _MOST_BETWEEN)
    while at < last and tokens[at].flags & SKIP and not tokens[at].flags & (COPULA | LETTER):
        at += 1
    # "mitt", "mine": whose it is, in languages that say it after the name.
    if at < last and not tokens[at].flags & (COPULA | NUMBER) and not _is_mixed(tokens[at]):
        is_verb_next = at + 1 < len(tokens) and tokens[at + 1].flags & COPULA
        at += bool(is_verb_next)
    return at


def _is_mixed(token: Token) -> bool:
    """Whether a word holds a letter and a figure."""
    return any(c.isdigit() for c in token.core) and any(c.isalpha() for c in token.core)
