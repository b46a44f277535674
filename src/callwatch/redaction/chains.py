"""Groups of digits joined to one number, across words, pauses, read-backs and both speakers.

    customer   it's 4111            1111            11 no sorry 1 1 1 1           1111
    agent                4111  right       1111                            okay
    chain      |-------------------------- [card] -----------------------------------|
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.groups import Group, Ordinary
from callwatch.redaction.labels import CARD, find_card, label_of
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
        if not group.label and (group.ordinary >= Ordinary.MOMENT or _is_count(group)):
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


def _is_count(group: Group) -> bool:
    """One digit among words: "two of them"."""
    return group.size == 1 and not (group.bare or group.joined)


def _decide(chain, content_between, language: Language, config: ChainConfig) -> None:  # type: ignore[no-untyped-def]
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
    far = [g for g in chain if g.label or (_is_loose(g) and g.size > 1 and (g.bare or g.size > 2))]
    if any(not g.label for g in far) and len(_joined(far)) >= config.far_digits:
        label = _label(far, language)
        for group in far:
            group.label = group.label or label


def _decide_near(near: list[Group], language: Language, config: ChainConfig) -> None:
    """Groups with next to nothing between them."""
    if all(g.label for g in near):
        return
    # What looks ordinary counts only between others.
    while near and not near[0].label and not _is_loose(near[0]):
        near = near[1:]
    while near and not near[-1].label and not _is_loose(near[-1]):
        near = near[:-1]
    if any(g.label for g in near) or len(_joined(near)) >= config.secret_digits:
        label = _label(near, language)
        for group in near:
            group.label = group.label or label


def _joined(groups: Sequence[Group]) -> str:
    """The digits in a row; what only repeats them (a read-back) counts once."""
    out = ""
    for group in groups:
        if group.size == 1 or group.digits not in out:
            out += group.digits
    return out


def _label(groups: Sequence[Group], language: Language) -> str:
    known = next((g.label for g in groups if g.label), "")
    found = label_of(_joined(groups), language)
    return found if found == CARD or not known else known


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
