"""What masking listens for in each language: one TOML file a language, read by text and sound alike.

`vocabulary/en.toml` and its siblings hold the words; `common.toml` those that are the same
everywhere. A word may end or begin with `*`; in a phrase, `...` stands for up to five words.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any, Final, Protocol

from callwatch.core.channels import Language

# "the number that the driver can call you on": so many words may stand for "...".
_LONGEST_GAP: Final = 5
_GAP: Final = "..."


class Topic(Enum):
    """What a phrase asks for, announces or names."""

    CARD = "card"
    ACCOUNT = "account"
    CODE = "code"
    EXPIRY = "expiry"
    IDENTITY = "identity"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH = "birth"
    HOME = "home"
    PASSWORD = "password"
    ORDINARY = "ordinary"  # an order, a case: its number is nobody's secret


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row (`patterns`), and what they are about; a hint does not name it outright."""

    topic: Topic
    patterns: tuple[str, ...]
    is_hint: bool = False


def fits(word: str, pattern: str) -> bool:
    """Whether a word is the pattern's, with its `*` at the end or the beginning."""
    if pattern[-1] == "*":
        return word.startswith(pattern[:-1])
    return word.endswith(pattern[1:]) if pattern[0] == "*" else word == pattern


def match_end(phrase: Phrase, words: Sequence[str], start: int) -> int | None:
    """Index after the phrase when it begins at `start` (whose word is known to fit); else None."""
    at = start + 1
    patterns = phrase.patterns
    i = 1
    while i < len(patterns):
        if patterns[i] == _GAP:
            wanted = patterns[i + 1]
            ahead = range(at, min(len(words), at + _LONGEST_GAP + 1))
            found = next((j for j in ahead if fits(words[j], wanted)), None)
            if found is None:
                return None
            at, i = found + 1, i + 2
        elif at < len(words) and fits(words[at], patterns[i]):
            at, i = at + 1, i + 1
        else:
            return None
    return at


class WordSet:
    """A set of words and patterns; asks for a word it does not hold cost a few comparisons."""

    def __init__(self, entries: Iterable[str]) -> None:
        patterns = [entry for entry in entries if "*" in entry]
        self._words = frozenset(entry for entry in entries if "*" not in entry)
        self._begins = tuple(p[:-1] for p in patterns if p[-1] == "*")
        self._ends = tuple(p[1:] for p in patterns if p[0] == "*")

    def __contains__(self, word: str) -> bool:
        return word in self._words or word.startswith(self._begins) or word.endswith(self._ends)


class Before:
    """Phrases that stand right before a number and say what it is ("klokken", "at number")."""

    def __init__(self, entries: Iterable[str]) -> None:
        phrases = [tuple(entry.split()) for entry in entries]
        self._open = [p for p in phrases if "*" in p[-1]]
        self._tails: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            self._tails.setdefault(phrase[-1], []).append(phrase[:-1])

    def tails(self, word: str) -> tuple[tuple[str, ...], ...]:
        """For a word that ends such phrases: the words before it in each."""
        found = self._tails.get(word, ())
        return (*found, *(p[:-1] for p in self._open if fits(word, p[-1])))


class _HasCore(Protocol):
    @property
    def core(self) -> str: ...


class Rows:
    """Rows of whole words ("all one word"), looked up where they begin or end; the longest counts."""

    def __init__(self, rows: Iterable[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._by_last: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for row in sorted(rows, key=len, reverse=True):
            self._by_first[row[0]].append(row)
            self._by_last[row[-1]].append(row)

    def ending(self, tokens: Sequence[_HasCore], end: int) -> int:
        """Length of the row that ends right before `end`; 0 for none."""
        for row in self._by_last.get(tokens[end - 1].core, ()) if end > 0 else ():
            if _are(tokens, end - len(row), row):
                return len(row)
        return 0

    def beginning(self, tokens: Sequence[_HasCore], at: int, end: int) -> int:
        """Length of the row that begins at `at` and ends by `end`; 0 for none."""
        for row in self._by_first.get(tokens[at].core, ()) if at < end else ():
            if at + len(row) <= end and _are(tokens, at, row):
                return len(row)
        return 0


def _are(tokens: Sequence[_HasCore], at: int, row: Sequence[str]) -> bool:
    return at >= 0 and all(tokens[at + i].core == word for i, word in enumerate(row))


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language together with the common ones."""

    language: Language
    numbers: Mapping[str, Any]
    phrases: Mapping[str, tuple[Phrase, ...]]  # by their first word, where that is a whole word
    open_phrases: tuple[Phrase, ...]  # those whose first word is a pattern
    personal: Mapping[
        str, tuple[Phrase, ...]
    ]  # what asks for a birth date or a home; by first word
    words: Mapping[str, WordSet]
    before: Mapping[str, Before]
    one_word: Rows
    as_in: Rows
    at_pairs: frozenset[tuple[str, ...]]
    join_pairs: frozenset[tuple[str, ...]]

    def phrases_from(self, word: str) -> tuple[Phrase, ...]:
        """The phrases that may begin with this word."""
        begin = tuple(p for p in self.open_phrases if fits(word, p.patterns[0]))
        return (*self.phrases.get(word, ()), *begin)


_PERSONAL: Final = ("ordinals", "streets")
# What a number answers, and what other words answer as well.
_PERSONAL_TOPICS: Final = (Topic.BIRTH, Topic.HOME, Topic.PASSWORD)
_NUMBERED: Final = tuple(topic for topic in Topic if topic not in _PERSONAL_TOPICS)
_TALK: Final = ("fillers", "listening", "corrections", "lead", "positions")
_ORDINARY: Final = ("copulas", "money", "units", "price", "months", "date_words")
_BEFORE: Final = (
    "labels",
    "reading_before",
    "time_before",
    "time_weak",
    "year_before",
    "age_before",
)
_EMAIL: Final = (
    "at",
    "weak_at",
    "dot",
    "weak_dot",
    "join",
    "providers",
    "endings",
    "lead_in",
    "not_a_name",
)


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The vocabulary of a language."""
    own, common = _read(language.value), _read("common")

    def entries(section: str, name: str) -> list[str]:
        return [*common.get(section, {}).get(name, ()), *own.get(section, {}).get(name, ())]

    phrases = [
        Phrase(topic, tuple(entry.split()), is_hint=name.endswith("_hints"))
        for topic in _NUMBERED
        for name in (topic.value, f"{topic.value}_hints")
        for entry in entries("secrets", name)
    ]
    phrases += [
        Phrase(Topic.ORDINARY, tuple(entry.split())) for entry in entries("ordinary", "before")
    ]
    by_word: dict[str, tuple[Phrase, ...]] = {}
    for phrase in phrases:
        by_word[phrase.patterns[0]] = (*by_word.get(phrase.patterns[0], ()), phrase)
    personal: dict[str, tuple[Phrase, ...]] = {}
    for topic in _PERSONAL_TOPICS:
        for entry in entries("personal", topic.value):
            phrase = Phrase(topic, tuple(entry.split()))
            personal[phrase.patterns[0]] = (*personal.get(phrase.patterns[0], ()), phrase)
    words = {name: WordSet(entries("talk", name)) for name in _TALK}
    words |= {name: WordSet(entries("personal", name)) for name in _PERSONAL}
    words |= {name: WordSet(entries("ordinary", name)) for name in _ORDINARY}
    words |= {name: WordSet(entries("email", name)) for name in _EMAIL}
    words["at_first"] = WordSet([pair.split()[0] for pair in entries("email", "at_pairs")])
    words |= {"alphabet": WordSet(entries("spelling", "alphabet"))}
    words |= {"signs": WordSet(entries("spelling", "signs"))}
    return Vocabulary(
        language=language,
        numbers={**own["numbers"], "weak": entries("numbers", "weak")},
        phrases=by_word,
        open_phrases=tuple(p for p in phrases if "*" in p.patterns[0]),
        personal=personal,
        words=words,
        before={name: Before(entries("ordinary", name)) for name in _BEFORE},
        one_word=Rows(_split(entries("email", "one_word"))),
        as_in=Rows(_split(entries("email", "as_in"))),
        at_pairs=frozenset(_split(entries("email", "at_pairs"))),
        join_pairs=frozenset(_split(entries("email", "join_pairs"))),
    )


def _split(entries: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Phrases as rows of words, the longest first."""
    return tuple(sorted((tuple(entry.split()) for entry in entries), key=len, reverse=True))


def _read(name: str) -> Mapping[str, Any]:
    data = resources.files(__package__).joinpath("vocabulary", f"{name}.toml").read_bytes()
    return tomllib.loads(data.decode("utf-8"))
