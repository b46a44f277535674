"""Passwords within a sentence, and those that are a word with figures.

customer  I changed it, the password is capital h a r r i s 118, and it won't let me in     [code]
customer  I keep typing banana 57 hash, that is my password                                 [code]
agent     which password did you set?
customer  well, banana                                                                     [code]
customer  57 hash                                                                          [code]
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from callwatch.core.channels import Language
from callwatch.redaction.digit_group import Group
from callwatch.redaction.labels import CODE
from callwatch.redaction.lines import Finding, Line
from callwatch.redaction.papers import PAPER_PRIORITY
from callwatch.redaction.passwords import PASSWORD_NAMES
from callwatch.redaction.personal_questions import Question, find_questions
from callwatch.redaction.tokens import (
    ALPHABET,
    ASKS,
    COPULA,
    COUNTED,
    ENDS,
    FILLER,
    GLUE,
    LEAD_IN,
    LETTER,
    LISTED,
    MONEY,
    NUMBER,
    SIGN,
    SKIP,
    UNIT,
    Token,
)
from callwatch.redaction.vocabulary import Topic, vocabulary

# "Let me think", "and then": the password comes, or goes on, within this time.
_ANSWER_S: Final = 12.0
# "My password for the page is", "that was my old": words between its name and the verb.
_VERB_REACH: Final = 2
_SHORTEST_WORD: Final = 2
_FEWEST_FIGURES: Final = 3
# "And it won't let me in, that is my password": words between a password and its name.
_NAMED_REACH: Final = 14
_MOST_WORDS: Final = 60  # of a password that is spelled, and of what is said after it
# "Which one?" "I don't know that one": words beside a password that is one word.
_MOST_TALK: Final = 4
_SIGNS: Final = LETTER | ALPHABET | NUMBER | SIGN | COUNTED


class _Run(NamedTuple):
    """The words [start, end) of a line that may be a password; `goes_on`: nothing else follows in the line."""

    start: int
    end: int
    letters: int
    figures: int
    signs: int
    words: int
    cases: int
    goes_on: bool

    @property
    def is_told(self) -> bool:
        """Whether it is a password in any sentence that announces one."""
        if self.letters > 1 or (
            self.letters + self.words and self.figures + self.signs + self.cases
        ):
            return True
        return self.figures >= _FEWEST_FIGURES


def find_said_passwords(lines: Sequence[Line]) -> Iterator[Finding]:
    """Passwords that are asked for, announced, or named right after they were said."""
    if not any(line.flags & ASKS for line in lines):
        return
    for question in find_questions(lines, Topic.PASSWORD):
        named = list(_named_after(lines, question))
        yield from named or _answers(lines, question)


def _finding(line: Line, run: _Run) -> Finding:
    return Finding(line.number, run.start, run.end, CODE, PAPER_PRIORITY)


def _answers(lines: Sequence[Line], question: Question) -> Iterator[Finding]:
    asker = lines[question.place]
    tells = _tells(asker, question.end)
    answerer = None
    until_s = asker.end_s + _ANSWER_S
    if tells is not None and tells < len(asker.tokens):
        run = _run(asker, tells)
        begins = run is not None and run.goes_on and (run.letters or run.cases)
        if run is None and any(not token.flags & SKIP for token in asker.tokens[tells:]):
            return
        if run is not None and not (run.is_told or begins):
            return
        if run is not None:
            yield _finding(asker, run)
            if not run.goes_on:
                return
        answerer = asker.channel
    elif tells is not None:
        answerer = asker.channel
    is_begun = tells is not None and tells < len(asker.tokens)
    is_whole = False
    for line in lines[question.place + 1 :]:
        if line.start_s > until_s:
            return
        if not line.tokens or (line.channel is asker.channel and answerer is not line.channel):
            continue
        if answerer is not None and line.channel is not answerer:
            if line.flags & ASKS:
                return
            continue
        run = _run(line, _past_talk(line), may_be_short=True)
        if run is None or not (run.is_told or is_begun or _is_alone(line, run)):
            if is_begun and line.content:
                return
            continue
        if is_begun and not (run.letters or run.figures or run.signs or run.cases):
            return
        if is_whole and run.words and not run.goes_on:
            return  # "my son has 18", after it
        is_whole = bool(run.letters + run.figures + run.words)
        yield _finding(line, run)
        answerer, is_begun = line.channel, True
        until_s = line.end_s + _ANSWER_S
        if not run.goes_on:
            return


def _tells(line: Line, at: int) -> int | None:
    """Where the password begins behind its name in the line; None when the line asks for it."""
    tokens = line.tokens
    if at and tokens[at - 1].core.endswith("'s"):
        return at
    last = min(len(tokens), at + _VERB_REACH)
    for place in range(at, last):
        token = tokens[place]
        if token.flags & COPULA or token.core in _TO:
            return place + 1
        if token.flags & (ENDS | _SIGNS) and not token.flags & LETTER:
            return None
    return len(tokens) if at == len(tokens) and _is_begun(tokens, at) else None


_TO: Final = ("to", "till", "til")
_CHANGED: Final = (
    "changed",
    "bytte",
    "bytt",
    "ändrade",
    "skiftede",
    "ændrede",
    "byttet",
    "endret",
    "skiftet",
    "reset",
)


def _is_begun(tokens: Sequence[Token], at: int) -> bool:
    """ "I changed the password": what it was changed to may follow in the next line."""
    return any(token.core in _CHANGED for token in tokens[:at])


def _past_talk(line: Line) -> int:
    """Index of the first word that says something: past "ja altså det er"."""
    tokens, at = line.tokens, 0
    words = vocabulary(line.language)
    while at < len(tokens):
        token = tokens[at]
        is_talk = token.flags & (LISTED | LEAD_IN | FILLER | COPULA)
        if not is_talk or token.flags & (NUMBER | SIGN | ALPHABET):
            break
        if words.one_word.beginning(tokens, at, len(tokens)):
            break
        beside = tokens[at + 1].flags if at + 1 < len(tokens) else 0
        if token.flags & LETTER and beside & (LETTER | ALPHABET):
            break
        at += 1
    return at


def _run(line: Line, at: int, *, may_be_short: bool = False) -> _Run | None:
    """Letters, figures and signs in a row from a word on, with one word at their head."""
    tokens, words = line.tokens, vocabulary(line.language)
    start = at
    letters = figures = signs = plain = cases = 0
    end = at
    while at < len(tokens):
        token = tokens[at]
        case = words.one_word.beginning(tokens, at, len(tokens))
        link = words.as_in.beginning(tokens, at + 1, len(tokens) - 1) if at + 2 < len(tokens) else 0
        if token.flags & LETTER and link and _is_word_for(token, tokens[at + 1 + link]):
            letters, at = letters + 1, at + 2 + link
        elif token.flags & NUMBER and not _is_counted(tokens, at):
            figures, at = figures + sum(max(1, len(p.digits)) for p in token.pieces), at + 1
        elif token.flags & COUNTED and figures:
            at += 1
        elif token.flags & SIGN:
            signs, at = signs + 1, at + 1
        elif case:
            cases, at = cases + 1, at + case
            continue  # "small" ends no password
        elif (token.flags & ALPHABET and (letters or plain or _is_spelled_on(tokens, at))) or (
            token.flags & LETTER and not _is_article(tokens, at)
        ):
            letters, at = letters + 1, at + 1
        elif (
            figures
            and token.flags & GLUE
            and at + 1 < len(tokens)
            and tokens[at + 1].flags & NUMBER
        ):
            at += 1
            continue
        elif plain <= letters + 1 and not figures and _is_plain(token):
            plain, at = plain + 1, at + 1  # a word, or one that a list of words for letters lacks
        elif token.flags & FILLER and at > start:
            at += 1
            continue
        else:
            break
        end = at
    if end == start and cases:
        end = at  # "capital", and the letter in the next line
    if end == start:
        return None
    if not cases and any(start <= g.start < end and _is_labelled(tokens, g) for g in line.groups):
        return None  # "Windows 11", "the invoice 418"
    rest = sum(not token.flags & SKIP for token in tokens[end:])
    if not may_be_short and not (letters or figures or signs or cases):
        return None
    return _Run(start, end, letters, figures, signs, plain, cases, goes_on=not rest)


def _is_labelled(tokens: Sequence[Token], group: Group) -> bool:
    before = tokens[group.start - 1] if group.start else None
    is_label = before is not None and ("labels", ()) in before.before and not before.flags & LISTED
    return group.named or is_label


def _is_word_for(letter: Token, word: Token) -> bool:
    return word.core.startswith(letter.core)


def _is_counted(tokens: Sequence[Token], at: int) -> bool:
    """ "118 times": a count."""
    after = tokens[at + 1].flags if at + 1 < len(tokens) else 0
    return bool(after & (UNIT | MONEY)) and not after & COUNTED and not tokens[at].flags & ENDS


def _is_spelled_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether another letter, or its word, follows."""
    return at + 1 < len(tokens) and bool(tokens[at + 1].flags & (LETTER | ALPHABET))


def _is_article(tokens: Sequence[Token], at: int) -> bool:
    """ "a problem", "i går": a letter that is a word, with no letter beside it."""
    token = tokens[at]
    beside = [tokens[i].flags for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
    return token.core in "aiåoø" and not any(f & (LETTER | ALPHABET | NUMBER) for f in beside)


def _is_plain(token: Token) -> bool:
    """A word that may be a password: no word of talk."""
    is_talk = token.flags & (LISTED | LEAD_IN | COPULA | FILLER | GLUE)
    is_name = token.core.startswith(PASSWORD_NAMES)
    return token.core.isalpha() and len(token.core) >= _SHORTEST_WORD and not (is_talk or is_name)


def _is_alone(line: Line, run: _Run) -> bool:
    """Whether an answer is one word and nothing else: "well, banana"."""
    talk = len(line.tokens) - (run.end - run.start)
    return run.goes_on and talk <= _MOST_TALK and not line.content_in(0, run.start)


def _named_after(lines: Sequence[Line], question: Question) -> Iterator[Finding]:
    """ "I keep typing banana 57, that is my password": what is typed, where its name follows."""
    line = lines[question.place]
    typed = _typed(line.language)
    row: list[tuple[Line, int]] = [(line, at) for at in range(question.end - 1)]
    for before in reversed(lines[: question.place]):
        if before.channel is line.channel:
            if line.start_s - before.end_s > _ANSWER_S:
                break
            row = [(before, at) for at in range(len(before.tokens))] + row
            if len(row) > _MOST_WORDS:
                break
    begins = [i for i, (one, at) in enumerate(row) if one.tokens[at].core in typed]
    if not begins:
        return
    at = begins[-1] + 1
    found: list[tuple[Line, _Run]] = []
    while at < len(row):
        one, place = row[at]
        run = _run(one, place, may_be_short=True)
        if run is None:
            break
        found.append((one, run))
        at += run.end - run.start
        if not run.goes_on:
            break
        while at < len(row) and row[at][0] is one:
            at += 1
    if len(row) - at <= _NAMED_REACH and any(run.is_told for _, run in found):
        yield from (_finding(one, run) for one, run in found)


def _typed(language: Language) -> frozenset[str]:
    return _TYPED[language]


_TYPED: Final = {
    Language.EN: frozenset(
        (
            "typing",
            "type",
            "typed",
            "enter",
            "entering",
            "entered",
            "set",
            "put",
            "use",
            "using",
            "used",
            "writing",
        )
    ),
    Language.SV: frozenset(
        ("skriver", "skrev", "skriva", "matar", "knappar", "satte", "använder", "angav")
    ),
    Language.DA: frozenset(
        ("skriver", "skrev", "skrive", "taster", "indtaster", "satte", "bruger", "brugte", "valgte")
    ),
    Language.NB: frozenset(
        ("skriver", "skrev", "skrive", "taster", "satte", "bruker", "brukte", "valgte")
    ),
}
