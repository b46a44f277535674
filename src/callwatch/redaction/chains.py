"""Groups of digits joined to one number, across words, pauses, read-backs and both speakers.

    customer   it's 4111            1111            11 no sorry 1 1 1 1           1111
    agent                4111  right       1111                            okay
    chain      |-------------------------- [card] -----------------------------------|
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.groups import Group, Ordinary
from callwatch.redaction.labels import (
    CARD,
    CARD_DIGITS,
    find_card,
    is_identity,
    is_phone,
    label_of,
)
from callwatch.redaction.lines import Line


@dataclass(frozen=True, slots=True)
class ChainConfig:
    """What makes groups of digits one number. Each default with its reason."""

    link_s: float = 12.0  # a number read from a card pauses between its groups
    # The shortest number that reaches a person has seven digits (a local telephone number); hardly
    # any amount, year or count has.
    secret_digits: int = 7
    # What stands between the groups of one number says little ("okay, and the next ones").
    most_content: int = 2
    # Across whole sentences: more digits than three unexplained numbers of a talk have together.
    far_digits: int = 11
    # A number that was hidden is read out again later: so many of its digits are no accident.
    again_digits: int = 4


_DEFAULT: Final = ChainConfig()
# How many words that say something stand between two groups.
Between = Callable[[Group, Group], int]


def link_groups(
    lines: Sequence[Line], language: Language, config: ChainConfig = _DEFAULT
) -> None:
    """Label the groups that make a secret together; those labelled already draw others in."""
    groups = [g for line in lines for g in line.groups]
    if not groups:
        return
    first = lines[0].number
    before = [0]
    for line in lines:
        before.append(before[-1] + line.content)

    def content_between(a: Group, b: Group) -> int:
        if a.line == b.line:
            return lines[a.line - first].content_in(a.end, b.start)
        ahead, behind = lines[a.line - first], lines[b.line - first]
        return (
            ahead.content_in(a.end, len(ahead.words))
            + behind.content_in(0, b.start)
            + before[b.line - first]
            - before[a.line - first + 1]
        )

    for group in groups:
        if group.size >= config.secret_digits and not group.label and _is_loose(group):
            group.label = label_of(group.digits, language, begins_plus=_begins_plus(group, lines, first))
        elif group.ordinary >= Ordinary.MOMENT and not group.label and group.size >= 13:
            group.label = label_of(group.digits, language) if find_card(group.digits) else ""
    chain: list[Group] = []
    for group in sorted(groups, key=lambda g: g.start_s):
        if not group.label and (_is_explained(group) or _is_count(group)):
            continue
        if chain and group.start_s - chain[-1].end_s > config.link_s:
            _decide(chain, content_between, language, config)
            chain = []
        chain.append(group)
    _decide(chain, content_between, language, config)
    _find_again(groups, config)


def _begins_plus(group: Group, lines: Sequence[Line], first: int) -> bool:
    return lines[group.line - first].tokens[group.start].core.startswith("+")


def _is_loose(group: Group) -> bool:
    return group.ordinary is Ordinary.NO


def _is_explained(group: Group) -> bool:
    return group.ordinary >= Ordinary.DATE or (
        group.ordinary is Ordinary.MOMENT and not group.bare
    )


def _is_count(group: Group) -> bool:
    """One digit among words: "two of them"."""
    return group.size == 1 and not (group.nearly_bare or group.joined)


def _decide(
    chain: list[Group], content_between: Between, language: Language, config: ChainConfig
) -> None:
    """Label what belongs together in groups that follow each other within seconds."""
    if len(chain) < 2:
        return
    near: list[Group] = []
    for group in chain:
        if near and content_between(near[-1], group) > config.most_content:
            _decide_near(near, language, config)
            near = []
        near.append(group)
    _decide_near(near, language, config)
    far = [g for g in chain if not g.label and _is_loose(g) and g.size > 1]
    far = [g for g in far if g.nearly_bare or g.size > 2]
    if len(_joined(far)) >= config.far_digits:
        _label(far, language)
    for card in _cards(chain):
        _label(card, language)


def _decide_near(near: list[Group], language: Language, config: ChainConfig) -> None:
    """Groups with next to nothing between them."""
    if all(g.label for g in near):
        return
    if not any(g.label for g in near):
        whole = _joined(near)
        if is_identity(whole, language) or (whole[0] == "0" and is_phone(whole, language)):
            _label(near, language)
            return
    labelled = [i for i, g in enumerate(near) if g.label]
    if labelled:
        # What is said among the groups of a hidden number, or alone beside them, belongs to it.
        first, last = labelled[0], labelled[-1]
        own = [g for i, g in enumerate(near) if first <= i <= last or (g.nearly_bare and _is_loose(g))]
        _label(own, language)
        near = [g for g in near if not g.label]
    # What looks ordinary counts only between others.
    while near and not _is_loose(near[0]):
        near = near[1:]
    while near and not _is_loose(near[-1]):
        near = near[:-1]
    if len(_joined(near)) >= config.secret_digits:
        _label(near, language)


def _cards(chain: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """Groups in a row whose digits, said once, are a card's: whatever stands between them."""
    if sum(g.size for g in chain) < CARD_DIGITS.start or all(g.label for g in chain):
        return
    for first, group in enumerate(chain):
        if group.digits[0] not in "23456":
            continue
        for last in range(first + 1, len(chain)):
            digits = _joined(chain[first : last + 1])
            if len(digits) >= CARD_DIGITS.stop:
                break
            if len(digits) in CARD_DIGITS and find_card(digits) == (0, len(digits)):
                yield chain[first : last + 1]


def _joined(groups: Sequence[Group]) -> str:
    """The digits in a row; what only repeats them (a read-back) counts once."""
    out = ""
    before: Group | None = None
    for group in groups:
        repeats = before is not None and (
            group.digits == before.digits
            if group.channel is before.channel or group.size == 1
            else group.digits in out
        )
        if not repeats:
            out += group.digits
        before = group
    return out


def _label(groups: Sequence[Group], language: Language) -> None:
    """Give the groups one label; those that have one keep it."""
    known = next((g.label for g in groups if g.label), "")
    found = label_of(_joined(groups), language)
    label = found if found == CARD or not known else known
    for group in groups:
        group.label = group.label or label


def _find_again(groups: Sequence[Group], config: ChainConfig) -> None:
    """Hide digits of a hidden number wherever else they are said."""
    hidden: list[tuple[str, str]] = []
    for group in groups:
        if group.label:
            if hidden and hidden[-1][1] == group.label:
                hidden[-1] = (hidden[-1][0] + group.digits, group.label)
            else:
                hidden.append((group.digits, group.label))
    for group in groups:
        if group.label or group.size < config.again_digits or group.ordinary >= Ordinary.MOMENT:
            continue
        for digits, label in hidden:
            if group.digits in digits:
                group.label = label
                break
