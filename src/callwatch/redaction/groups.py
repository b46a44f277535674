"""Groups of digits in an utterance: where they are.

A group is a row of number words or figures with nothing between. What it is, is decided over the
whole dialogue (see dialogue.py), after what its own line says about it (surroundings.py).
"""

from collections.abc import Collection, Sequence

from callwatch.core.channels import Language
from callwatch.redaction.digit_group import Group, gap_between
from callwatch.redaction.mentions import Mention
from callwatch.redaction.number_words import (
    COUNTS,
    NumberToken,
    NumberTokenKind,
    read_numbers,
)
from callwatch.redaction.surroundings import look_around
from callwatch.redaction.tokens import (
    COUNTED,
    ENDS,
    FILLER,
    GLUE,
    LISTENING,
    MONTH,
    NUMBER,
    ORDINAL,
    SKIP,
    WEAK,
    Token,
)
from callwatch.redaction.vocabulary import vocabulary


def find_groups(
    line: int, tokens: Sequence[Token], mentions: Sequence[Mention], language: Language
) -> list[Group]:
    """The groups of a line in order, each with what is ordinary about it."""
    taken = {i for m in mentions if m.whole for i in range(m.start, m.end)}
    groups: list[Group] = []
    at, count = 0, len(tokens)
    while at < count:
        if not tokens[at].flags & NUMBER or at in taken or _counts_a_noun(tokens, at):
            at += 1
            continue
        end = at + 1
        while end < count and end not in taken and (step := _step(tokens, end)):
            end += step
        part = tokens[at:end]
        said = _numbers(part, language)
        if any(said) and not all(_is_scale(t) for t in part):
            weak = all(t.flags & (WEAK | GLUE | FILLER) for t in part)
            groups.append(Group(line, at, end, "".join(said), weak=weak))
            groups[-1].parts = len(said)
        at = end
    groups = _without_articles(groups, tokens, language)
    if groups:
        look_around(groups, tokens, mentions)
    return groups


def _counts_a_noun(tokens: Sequence[Token], at: int) -> bool:
    """ "Tredje blokk", "tredje våningen": an ordinal before what it counts is no digit."""
    if not tokens[at].flags & ORDINAL or tokens[at].flags & ENDS or at + 1 >= len(tokens):
        return False
    return not tokens[at + 1].flags & (NUMBER | MONTH | SKIP)


def _is_scale(token: Token) -> bool:
    """A "thousand" alone: "tusen takk"."""
    return bool(token.pieces) and all(p.kind is NumberTokenKind.SCALE for p in token.pieces)


def _step(tokens: Sequence[Token], at: int) -> int:
    """How many words on the group goes: 1 for a number, 2 over a dash or an "and" in a number."""
    token = tokens[at]
    if token.flags & NUMBER:
        return 1
    if token.flags & COUNTED:
        return _counted_step(tokens, at)
    if at + 1 >= len(tokens) or not tokens[at + 1].flags & NUMBER:
        return 0
    if token.flags & GLUE and tokens[at - 1].pieces and tokens[at + 1].pieces:
        before, after = tokens[at - 1].pieces[-1].kind, tokens[at + 1].pieces[0].kind
        is_inside = before is NumberTokenKind.SCALE or (
            before is NumberTokenKind.UNIT and after is NumberTokenKind.TEN
        )
        return 2 if is_inside else 0
    return 0 if token.core.strip("-–—/") else 2


def _counted_step(tokens: Sequence[Token], at: int) -> int:
    """Past "eights" after "two", past "times zero" after "three"."""
    before = tokens[at - 1].pieces
    if not before or before[-1].kind is not NumberTokenKind.UNIT or before[-1].value not in COUNTS:
        return 0
    if tokens[at].pieces[0].kind is NumberTokenKind.PLURAL:
        return 1
    after = tokens[at + 1].pieces[:1] if at + 1 < len(tokens) else ()
    is_digit = any(
        p.kind in (NumberTokenKind.UNIT, NumberTokenKind.PLURAL) or len(p.digits) == 1
        for p in after
    )
    return 2 if is_digit else 0


def _numbers(tokens: Sequence[Token], language: Language) -> list[str]:
    if len(tokens) == 1 and len(tokens[0].pieces) == 1 and tokens[0].pieces[0].digits:
        return [tokens[0].pieces[0].digits]
    glue = (NumberToken(NumberTokenKind.GLUE),)
    pieces = [p for t in tokens for p in (glue if t.flags & GLUE else t.pieces)]
    return read_numbers(pieces, language)


def _is_pronoun(group: Group, tokens: Sequence[Token], after: Collection[str]) -> bool:
    """ "The wrong one", but "right, one", and "right one one one" is read out."""
    before = tokens[group.start - 1] if group.start else None
    return before is not None and not before.flags & ENDS and before.core in after


def _without_articles(
    groups: list[Group], tokens: Sequence[Token], language: Language
) -> list[Group]:
    """Without articles before a word: "en" is a digit beside digits, or when nothing follows."""
    if not any(group.weak for group in groups):
        return groups
    out = []
    pronoun_after = vocabulary(language).numbers.get("pronoun_after", ())
    for i, group in enumerate(groups):
        if group.weak and group.size == 1 and _is_pronoun(group, tokens, pronoun_after):
            continue
        beside = (i > 0 and gap_between(groups[i - 1], group, tokens) <= 1) or (
            i + 1 < len(groups) and gap_between(group, groups[i + 1], tokens) <= 1
        )
        is_last = group.end == len(tokens) or tokens[group.end].flags & (FILLER | LISTENING)
        if not group.weak or group.size > 1 or beside or is_last:
            out.append(group)
    return out
