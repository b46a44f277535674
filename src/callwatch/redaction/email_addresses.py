"""E-mail addresses, written or spoken, in a row of words.

anna.berg@example.com                       written
anna dot berg at example dot com            en
anna punkt berg snabel-a example punkt se   sv
anna punktum berg snabel a firma punktum dk da
anna punktum berg krøllalfa firma punktum no nb
"""

import re
from collections.abc import Sequence
from typing import Final

from callwatch.redaction.tokens import Token

WRITTEN: Final = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", re.UNICODE)

# Said for @ and for nothing else. The second part of the pairs may stand apart ("snabel a").
_STRONG_AT: Final = frozenset(
    [
        "snabel-a",
        "snabela",
        "snabbela",
        "snabelaet",
        "snabelen",
        "krøllalfa",
        "krøllalfaen",
        "krøllalfategn",
        "krøll-alfa",
        "alfakrøll",
        "krølalfa",
        "kröllalfa",
        "alfakrull",
        "alfategn",
        "alfa-tegn",
    ]
)
_STRONG_PAIRS: Final = frozenset(
    [("snabel", "a"), ("snabbel", "a"), ("krøll", "alfa"), ("krøl", "alfa"), ("at", "sign")]
)
_WEAK_AT: Final = frozenset(["at", "ät", "ætt", "att"])
_DOT: Final = frozenset(["dot", "punkt", "prick", "punktum", "prik", "prikk", "punktom", "point"])
_JOIN: Final = frozenset(
    [
        "underscore",
        "understreck",
        "understreg",
        "understrek",
        "understrekning",
        "bundstreg",
        "dash",
        "hyphen",
        "bindestreck",
        "bindestreg",
        "bindestrek",
        "streg",
        "streck",
        "strek",
        "minus",
    ]
)
_DOMAIN_END: Final = frozenset(
    [
        "com",
        "net",
        "org",
        "edu",
        "gov",
        "info",
        "biz",
        "eu",
        "io",
        "co",
        "uk",
        "us",
        "ie",
        "nu",
        "se",
        "dk",
        "no",
        "fi",
        "is",
        "de",
        "name",
        "me",
        "online",
        "nett",
        "komm",
        "dotcom",
    ]
)
_WRITTEN_DOMAIN: Final = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|edu|info|eu|io|co\.uk|uk|ie|nu|se|dk|no|fi|is|de)"
)
# "look at example.com" gives a place, not an address.
_NOT_A_NAME: Final = frozenset(
    [
        "look",
        "me",
        "us",
        "is",
        "are",
        "was",
        "it",
        "them",
        "him",
        "her",
        "this",
        "that",
        "site",
        "website",
        "page",
        "shop",
        "support",
        "online",
        "here",
        "available",
        "order",
        "ordered",
        "bought",
        "signed",
        "logged",
        "login",
        "log",
        "in",
        "up",
        "out",
        "on",
        "and",
        "or",
        "you",
        "looked",
        "looking",
        "visit",
        "find",
        "found",
        "email",
        "mail",
        "address",
        "reach",
        "contact",
    ]
)
# Said before an address, in any of the languages.
_LEAD_IN: Final = (
    "is it's its to my the on at and mail email e-mail address er det är den til till på og och "
    "min mit mitt mailen mejl mejlen mejladressen mailadressen adressen adresse epost eposten "
    "e-post e-posten heter hedder så som med fra från via bare bara bruk skriv send sender skicka"
)
_NOT_A_FIRST_NAME: Final = frozenset(_LEAD_IN.split())
# A domain is at most four words, said one by one ("my little shop dot co dot uk").
_DOMAIN_WORDS: Final = 4
# A name before @ is at most this many words, joined by dots, dashes or spelled.
_NAME_WORDS: Final = 24


def find_emails(words: Sequence[str], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Word ranges [start, end) that hold an address; disjoint, in order."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        span: tuple[int, int] | None = None
        if WRITTEN.search(words[at]):
            span = (at, at + 1)
        elif "@" in words[at]:
            span = _torn(words, at, floor=found[-1][1] if found else 0)
        else:
            width = _at_width(tokens, at)
            if width:
                span = _spoken(tokens, at, width, floor=found[-1][1] if found else 0)
        if span is None:
            at += 1
        else:
            found.append(span)
            at = span[1]
    return found


_MENTION: Final = re.compile(r"e-?mail\w*|mail(?:en|adress\w*)?|mejl\w*|e-?post\w*|epostadress\w*")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def names_email(tokens: Sequence[Token]) -> bool:
    """Whether the words ask for an address or announce one."""
    return any(_MENTION.fullmatch(token.core) for token in tokens)


def find_names(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Names joined by a spoken dot or dash ("anna dot berg"): addresses that break off before the @.

    Only where an address is awaited: elsewhere "Volvo dash cam" is no secret.
    """
    found: list[tuple[int, int]] = []
    at = 1
    while at + 1 < len(tokens):
        end = at
        while end + 1 < len(tokens) and _joins(tokens, end):
            end += 2
        if end > at:
            found.append((at - 1, end))
        at = max(end, at) + 1
    return found


def _joins(tokens: Sequence[Token], at: int) -> bool:
    beside = (tokens[at - 1].core, tokens[at + 1].core)
    return _is_joiner(tokens[at]) and all(_LETTERS.fullmatch(core) for core in beside)


def _torn(words: Sequence[str], at: int, floor: int) -> tuple[int, int] | None:
    """An address with white space in it: "anna.berg@ example.com", "anna @example.com"."""
    before, _, after = words[at].partition("@")
    start = at if before.strip("\"'(<") else at - 1
    end = at + 1 if after.strip("\"')>.,;:!?") else at + 2
    is_whole = floor <= start and end <= len(words)
    return (start, end) if is_whole and end - start > 1 else None


def _at_width(tokens: Sequence[Token], at: int) -> int:
    """How many words say @ here: 0, 1 or 2."""
    following = tokens[at + 1].core if at + 1 < len(tokens) else ""
    if (tokens[at].core, following) in _STRONG_PAIRS:
        return 2
    return 1 if tokens[at].core in _STRONG_AT or tokens[at].core in _WEAK_AT else 0


def _spoken(tokens: Sequence[Token], at: int, width: int, floor: int) -> tuple[int, int] | None:
    is_strong = width == 2 or tokens[at].core in _STRONG_AT
    end = _domain_end(tokens, at + width)
    if end is None and is_strong:
        end = min(len(tokens), at + width + 1)
    if end is None or (at <= floor and not is_strong):
        return None
    start = _name_start(tokens, at, floor, is_strong)
    if not is_strong and (start == at or tokens[at - 1].core in _NOT_A_NAME):
        return None
    return start, end


def _name_start(tokens: Sequence[Token], at: int, floor: int, is_strong: bool) -> int:
    """Index of the first word of the name that ends before `at`."""
    start = at
    while start > floor and at - start < _NAME_WORDS:
        word = tokens[start - 1]
        joined = start < at and _is_joiner(tokens[start])
        spelled = len(word.core) == 1 and (start == at or len(tokens[start].core) == 1)
        numbered = bool(word.pieces) or (start < at and bool(tokens[start].pieces))
        if start == at or joined or _is_joiner(word) or spelled or numbered:
            start -= 1
        else:
            break
    while start < at and _is_joiner(tokens[start]):
        start += 1
    if at - start == 1 and is_strong and start > floor and _is_first_name(tokens[start - 1]):
        start -= 1
    return start


def _is_first_name(token: Token) -> bool:
    """A word that may belong to the name before @, said without a dot ("kari nordmann @")."""
    return len(token.core) > 1 and not token.ends_clause and token.core not in _NOT_A_FIRST_NAME


def _is_joiner(token: Token) -> bool:
    return token.core in _DOT or token.core in _JOIN


def _domain_end(tokens: Sequence[Token], start: int) -> int | None:
    """Index after a domain that begins at `start`, None when there is none."""
    if start < len(tokens) and _WRITTEN_DOMAIN.fullmatch(tokens[start].core):
        return start + 1
    for at in range(start, min(len(tokens), start + 2 * _DOMAIN_WORDS)):
        core = tokens[at].core
        if core in _DOT and at > start and at + 1 < len(tokens):
            last = at + 1
            if tokens[last].core not in _DOMAIN_END:
                continue
            while (
                last + 2 < len(tokens)
                and tokens[last + 1].core in _DOT
                and tokens[last + 2].core in _DOMAIN_END
            ):
                last += 2
            return last + 1
        if core.startswith(".") and core[1:] in _DOMAIN_END and at > start:
            return at + 1
    return None
