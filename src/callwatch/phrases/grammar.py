"""The pattern language of phrase packs: parsed once, then compiled or used to make sentences.

    word  stem*  *end  *part*  *  ..  ...  (a|b c)  [a|b]  <class>  ^  $

`packs/README.md` describes it for writers.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callwatch.core.errors import ConfigError

_PIECE: Final = re.compile(r"\.{2,3}|[()\[\]|^$]|<[a-z0-9_]+>|[^\s()\[\]|<>^$]+")
_WORD: Final = re.compile(r"\*?[^\W_]+\*?$|\*$")
_GAP_WORDS: Final = {"..": 2, "...": 5}
# A class may use classes; deeper than this it is surely a circle.
_MAX_DEPTH: Final = 8

ANY_WORD: Final = r"[^ ¶]+ "


@dataclass(frozen=True, slots=True)
class Literal:
    """A word, a stem with an open end, or any word ("*")."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `words` words."""

    words: int


@dataclass(frozen=True, slots=True)
class Edge:
    """First ("^") or last ("$") place of a sentence."""

    sign: str


@dataclass(frozen=True, slots=True)
class ClassRef:
    """One of the entries of a word class."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the sequences; none of them at all when `optional`."""

    options: tuple["Sequence", ...]
    optional: bool


Node = Literal | Gap | Edge | ClassRef | Choice
Sequence = tuple[Node, ...]
Classes = Mapping[str, tuple[Sequence, ...]]
# How a word must look for a pattern to have a chance:
# ("=", word), ("^", start), ("$", end), ("~", part)
Anchor = tuple[str, str]


_QUOTED: Final = 80  # of a pattern that is wrong
_LONGEST: Final = 4_000  # the longest shipped one has some 800 characters
_MOST_CHOICES: Final = 100  # each may lie in the one before: the reader's stack holds some hundreds


def parse(pattern: str, *, prose: bool = False) -> Sequence:
    """The pattern as a sequence of nodes; ConfigError says what is wrong with it.

    With `prose` punctuation in words is kept, for sentences rather than rules.
    """
    shown = pattern[:_QUOTED]
    if len(pattern) > _LONGEST or pattern.count("(") + pattern.count("[") > _MOST_CHOICES:
        raise ConfigError(f"'{shown}' is too long or has too many choices: write several patterns")
    pieces = _PIECE.findall(pattern)
    if "".join(pieces) != "".join(pattern.split()):
        raise ConfigError(f"'{shown}' has a sign that the pattern language does not know")
    sequence, rest = _sequence(pieces, shown, prose)
    if rest:
        raise ConfigError(f"'{shown}' has a '{rest[0]}' without its partner")
    if not sequence:
        raise ConfigError("a pattern must not be empty: write at least one word")
    return sequence


def _sequence(pieces: list[str], pattern: str, prose: bool) -> tuple[Sequence, list[str]]:
    nodes: list[Node] = []
    while pieces and pieces[0] not in ("|", ")", "]"):
        piece, pieces = pieces[0], pieces[1:]
        if piece in ("(", "["):
            closing = ")" if piece == "(" else "]"
            options: list[Sequence] = []
            while True:
                option, pieces = _sequence(pieces, pattern, prose)
                options.append(option)
                if not pieces:
                    raise ConfigError(f"'{pattern}' opens a '{piece}' and does not close it")
                sign, pieces = pieces[0], pieces[1:]
                if sign == closing:
                    break
                if sign != "|":
                    raise ConfigError(f"'{pattern}' closes a '{piece}' with '{sign}'")
            if not prose and any(not option for option in options):
                raise ConfigError(
                    f"'{pattern}' has an empty choice: use [ ] for what may be left out"
                )
            nodes.append(Choice(tuple(options), optional=piece == "["))
        elif piece.startswith("<") and piece.endswith(">"):
            nodes.append(ClassRef(piece[1:-1]))
        elif prose:
            nodes.append(Literal(piece))
        elif piece in _GAP_WORDS:
            nodes.append(Gap(_GAP_WORDS[piece]))
        elif piece in ("^", "$"):
            nodes.append(Edge(piece))
        elif not _WORD.match(piece) or (
            piece != "*" and len(piece.strip("*")) < len(piece) and len(piece.strip("*")) < 2
        ):
            raise ConfigError(f"'{piece[:_QUOTED]}' is not a word: write words without punctuation")
        else:
            nodes.append(Literal(piece.lower()))
    return tuple(nodes), pieces


def to_regex(sequence: Sequence, classes: Classes, depth: int = 0) -> str:
    """A regular expression over `NormText.line`; unknown classes and circles raise ConfigError."""
    return "".join(_node_regex(node, classes, depth) for node in sequence)


def _node_regex(node: Node, classes: Classes, depth: int) -> str:
    match node:
        case Literal("*"):
            return ANY_WORD
        case Literal(text):
            body = re.escape(text.strip("*"))
            lead = r"[^ ¶]*" if text.startswith("*") else ""
            tail = r"[^ ¶]*" if text.endswith("*") else ""
            return f"{lead}{body}{tail} "
        case Gap(words):
            return rf"(?:{ANY_WORD}){{0,{words}}}?"
        case Edge("^"):
            return "(?<=¶ )"
        case Edge(_):
            return "(?=¶ )"
        case ClassRef(name):
            members = _members(name, classes, depth)
            return f"(?:{'|'.join(to_regex(one, classes, depth + 1) for one in members)})"
        case Choice(options, optional):
            body = "|".join(to_regex(option, classes, depth) for option in options)
            return f"(?:{body}){'?' if optional else ''}"


def _members(name: str, classes: Classes, depth: int) -> tuple[Sequence, ...]:
    if name not in classes:
        raise ConfigError(f"the word class <{name}> is not defined")
    if depth >= _MAX_DEPTH:
        raise ConfigError(f"the word class <{name}> leads back to itself")
    return classes[name]


def anchors(sequence: Sequence, classes: Classes, depth: int = 0) -> frozenset[Anchor] | None:
    """A set of which at least one must be found in a text that matches; None when there is none."""
    best: frozenset[Anchor] | None = None
    for node in sequence:
        found = _node_anchors(node, classes, depth)
        if found is not None and (best is None or _cost(found) < _cost(best)):
            best = found
    return best


def _node_anchors(node: Node, classes: Classes, depth: int) -> frozenset[Anchor] | None:
    match node:
        case Literal("*"):
            return None
        case Literal(text):
            signs = {(False, False): "=", (False, True): "^", (True, False): "$", (True, True): "~"}
            return frozenset({(signs[text.startswith("*"), text.endswith("*")], text.strip("*"))})
        case ClassRef(name):
            return _union(_members(name, classes, depth), classes, depth + 1)
        case Choice(options, False):
            return _union(options, classes, depth)
        case _:
            return None


def _union(options: tuple[Sequence, ...], classes: Classes, depth: int) -> frozenset[Anchor] | None:
    out: frozenset[Anchor] = frozenset()
    for option in options:
        found = anchors(option, classes, depth)
        if found is None:
            return None
        out |= found
    return out


def _cost(found: frozenset[Anchor]) -> float:
    """Short words are common words: prefer long ones, and few of them."""
    return sum(1.0 + 400.0 / (len(text) ** 3) for _, text in found)


def single_words(options: tuple[Sequence, ...]) -> list[Anchor]:
    """The one-word entries of a class, as anchors."""
    out: list[Anchor] = []
    for option in options:
        if len(option) != 1:
            continue
        if isinstance(option[0], Choice) and not option[0].optional:
            out += single_words(option[0].options)
        elif isinstance(option[0], Literal) and option[0].text != "*":
            out += sorted(_node_anchors(option[0], {}, 0) or ())
    return out


def expand(
    sequence: Sequence, classes: Classes, chance: random.Random, depth: int = 0
) -> list[str]:
    """One sentence of the pattern, drawn with `chance`, as words."""
    out: list[str] = []
    for node in sequence:
        match node:
            case Literal(text):
                out.append(text.replace("*", ""))
            case ClassRef(name):
                out += expand(
                    chance.choice(_members(name, classes, depth)), classes, chance, depth + 1
                )
            case Choice(options, optional):
                if not optional or chance.random() < 0.5:
                    out += expand(chance.choice(options), classes, chance, depth)
            case Gap() | Edge():
                pass
    return out
