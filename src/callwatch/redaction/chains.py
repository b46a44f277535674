"""Groups of digits joined to one number, across words, pauses, read-backs and both speakers.

customer   it's 4111            1111            11 no sorry 1 1 1 1           1111
agent                4111  right       1111                            okay
chain      |-------------------------- [card] -----------------------------------|
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from callwatch.core.channels import CHANNELS, Language
from callwatch.redaction.asides import Between, find_asides
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.edges import draw_in_edges, label_rows
from callwatch.redaction.labels import (
    CARD,
    CARD_DIGITS,
    NUMBER,
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
    search_s: float = 18.0  # "wait, it's on the other side": lines of digits and nothing else
    # The shortest number that reaches a person has seven digits (a local telephone number); hardly
    # any amount, year or count has.
    secret_digits: int = 7
    # What stands between the groups of one number says little ("okay, and the next ones").
    most_content: int = 2
    # "hold on, somebody is at my desk": a sentence within a number that is being read out.
    most_interrupting: int = 6
    # Across whole sentences: more digits than three unexplained numbers of a talk have together.
    far_digits: int = 11
    # A number that was hidden is read out again later: so many of its digits are no accident.
    again_digits: int = 4
    again_explained: int = (
        6  # "416.337" looks like an amount; by accident it is in no hidden number
    )
    again_in_parts: int = (
        5  # said in several groups: one more, because counts stand beside each other
    )


_DEFAULT: Final = ChainConfig()
# A card of single digits, each read back.
_MOST_GROUPS: Final = 2 * CARD_DIGITS.stop
_REMEMBERED: Final = 40  # digits that a read-back repeats: a card's, corrected


def link_groups(lines: Sequence[Line], language: Language, config: ChainConfig = _DEFAULT) -> None:
    """Label the groups that make a secret together; those labelled already draw others in."""
    groups = [g for line in lines for g in line.groups]
    if not groups:
        return
    first = lines[0].number
    before = [0]
    for line in lines:
        before.append(before[-1] + (0 if line.says_little else line.content))

    def content_between(a: Group, b: Group) -> int:
        ahead, behind = lines[a.line - first], lines[b.line - first]
        if ahead is behind:
            return 0 if ahead.says_little else ahead.content_in(a.end, b.start)
        content = before[b.line - first] - before[a.line - first + 1]
        if not ahead.says_little:
            content += ahead.content_in(a.end, len(ahead.words))
        return content if behind.says_little else content + behind.content_in(0, b.start)

    chain: list[Group] = []
    in_time = sorted(groups, key=lambda g: g.start_s)
    in_time = [g for g in in_time if g.label or not (_is_explained(g) or _is_count(g))]
    asides = find_asides(in_time, lines, content_between)
    end_s = 0.0
    for group in in_time:
        if chain and group.start_s - end_s > _pause(chain[-1], group, config):
            _decide(chain, content_between, language, config)
            chain = []
        end_s = group.end_s
        if group not in asides:
            chain.append(group)
    _decide(chain, content_between, language, config)
    _find_charged(groups, content_between, language, config)
    for group in groups:
        plus = _begins_plus(group, lines, first)
        if not group.label and _is_long(group, config):
            group.label = label_of(group.digits, language, begins_plus=plus)
    label_rows(lines, config.search_s, config.far_digits)
    draw_in_edges(lines, config.link_s)
    _find_again(groups, config)


def _find_charged(
    groups: Sequence[Group], content_between: Between, language: Language, config: ChainConfig
) -> None:
    """ "You charged it on 4571 and then 1234": prices whose digits in a row are a card's."""
    if not any(g.by_price and not g.label for g in groups):
        return
    said = [g for g in groups if g.by_word or _is_year(g) or not (_is_explained(g) or _is_count(g))]
    chain: list[Group] = []
    for group in sorted(said, key=lambda g: g.start_s):
        before = chain[-1] if chain else group
        is_apart = group.start_s - before.end_s > config.link_s
        # A number that is known stands for itself: what is ordinary beside it stays so.
        is_found = group.label not in {"", NUMBER}
        if is_found or is_apart or content_between(before, group) > config.most_interrupting:
            if any(one.by_price for one in chain):
                _label_cards(chain, language)
            chain = []
        if not is_found:
            chain.append(group)
    if any(one.by_price for one in chain):
        _label_cards(chain, language)


def _label_cards(chain: Sequence[Group], language: Language) -> None:
    for card in _cards(chain):
        _label(card, language)


def _pause(before: Group, group: Group, config: ChainConfig) -> float:
    """For how long a reader pauses at most: longer where nothing else is said."""
    is_alone = before.nearly_bare and group.nearly_bare and before.channel is group.channel
    return config.search_s if is_alone else config.link_s


def _begins_plus(group: Group, lines: Sequence[Line], first: int) -> bool:
    return lines[group.line - first].tokens[group.start].core.startswith("+")


def _is_long(group: Group, config: ChainConfig) -> bool:
    """A number that is a secret by its length, or a card whatever is said of it."""
    if _is_loose(group):
        return group.size >= config.secret_digits
    return group.size in CARD_DIGITS and find_card(group.digits) is not None


def _may_be_read(group: Group) -> bool:
    return _is_loose(group) or (group.by_form and not group.named)


def _is_loose(group: Group) -> bool:
    return group.ordinary is Ordinary.NO


def _is_explained(group: Group) -> bool:
    return (
        group.in_sentence
        or group.ordinary >= Ordinary.DATE
        or (group.ordinary is Ordinary.MOMENT and not group.bare)
    )


def _is_year(group: Group) -> bool:
    return group.size == 4 and group.ordinary in {Ordinary.MOMENT, Ordinary.DATE}


def _is_count(group: Group) -> bool:
    """One digit among words: "two of them"."""
    return group.size == 1 and not (group.nearly_bare or group.joined or group.brief)


def _decide(
    chain: list[Group], content_between: Between, language: Language, config: ChainConfig
) -> None:
    """Label what belongs together in groups that follow each other within seconds."""
    if len(chain) < 2:
        return
    near: list[Group] = []
    for group in chain:
        if near and content_between(near[-1], group) > _most_between(near[-1], group, config):
            _decide_near(near, language, config)
            near = []
        near.append(group)
    _decide_near(near, language, config)
    far = [g for g in chain if not g.label and _may_be_read(g) and g.size > 1]
    far = [g for g in far if g.nearly_bare or g.size > 2]
    if len(_joined(far)) >= config.far_digits:
        _label(far, language)
    _label_cards(chain, language)
    for before, group in pairwise(chain):
        is_bare = group.nearly_bare or group.brief
        if before.label and not group.label and is_bare and _is_loose(group):
            group.label = before.label  # bare digits right after a secret go on with it


def _most_between(before: Group, group: Group, config: ChainConfig) -> int:
    """Words that may stand between two groups: more where one speaker was interrupted in a number."""
    goes_on = before.channel is group.channel and before.at_end and group.nearly_bare
    return config.most_interrupting if goes_on else config.most_content


def _decide_near(near: list[Group], language: Language, config: ChainConfig) -> None:
    """Groups with next to nothing between them."""
    if all(g.label for g in near):
        return
    if not any(g.label for g in near):
        whole = _joined(near)
        if is_identity(whole, language) or (whole[0] == "0" and is_phone(whole, language)):
            _label(near, language)
            return
    sure = [i for i, g in enumerate(near) if g.label or _is_long(g, config)]
    if sure:
        # What is said among the groups of a hidden number, or alone beside them, belongs to it.
        first, last = sure[0], sure[-1]
        while first and _leads_on(near[first - 1], near[first]):
            first -= 1
        own = [
            g
            for i, g in enumerate(near)
            if first <= i <= last or ((g.nearly_bare or g.joined) and _is_loose(g))
        ]
        _label(own, language)
        near = [g for g in near if not g.label]
    # What looks ordinary counts only between others.
    while near and not _is_loose(near[0]) and not _opens(near):
        near = near[1:]
    while near and not _is_loose(near[-1]):
        near = near[:-1]
    if len(_joined(near)) >= config.secret_digits:
        _label(near, language)


def _opens(near: Sequence[Group]) -> bool:
    """Whether a number begins in a sentence: "have him ring 639" and, in the next line, "38 56"."""
    group = near[0]
    if group.ordinary is not Ordinary.PERHAPS or not group.at_end or len(near) < 2:
        return False
    follows = near[1]
    return follows.channel is group.channel and follows.bare and _is_loose(follows)


def _leads_on(group: Group, following: Group) -> bool:
    """Whether the next one may go on with it: "it declines, listen, 516292", "1263 no sorry 1264"."""
    if not (group.at_end or group.joined) or not _is_loose(group):
        return False
    goes_on = following.nearly_bare and following.channel is group.channel
    return group.size > 2 or group.nearly_bare or goes_on


def _cards(chain: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """Groups in a row whose digits, said once, are a card's: whatever stands between them.

    What comes twice may be said again, or be two groups of the card: "5555 and 5555".
    """
    if sum(g.size for g in chain) < CARD_DIGITS.start or all(g.label for g in chain):
        return
    yield from _cards_of(chain, _Joined)
    if len({g.digits for g in chain}) == len(chain):
        return
    yield from _cards_of(chain, partial(_Joined, may_repeat=True))
    for channel in CHANNELS:
        own = [i for i, g in enumerate(chain) if g.channel is channel]
        for card in _cards_of([chain[i] for i in own], partial(_Joined, may_repeat=True)):
            yield chain[chain.index(card[0]) : chain.index(card[-1]) + 1]


def _cards_of(chain: Sequence[Group], joined: "Callable[[], _Joined]") -> Iterator[Sequence[Group]]:
    for first, group in enumerate(chain):
        if group.digits[0] not in "23456" or not _may_be_an_edge(group):
            continue
        whole = joined()
        for last in range(first, min(len(chain), first + _MOST_GROUPS)):
            whole.add(chain[last])
            if len(whole.digits) >= CARD_DIGITS.stop:
                break
            if not _may_be_an_edge(chain[last]):
                continue
            if len(whole.digits) in CARD_DIGITS and find_card(whole.digits) == (
                0,
                len(whole.digits),
            ):
                yield chain[first : last + 1]


def _may_be_an_edge(group: Group) -> bool:
    """Whether a card may begin or end with it; "and get 31" is in a card's way by accident alone."""
    return bool(group.label) or group.nearly_bare or group.joined or group.size > 2


class _Joined:
    """The digits of groups in a row; what only repeats them (a read-back) counts once.

    `may_repeat`: the same speaker's count as often as they are said.
    """

    def __init__(self, *, may_repeat: bool = False) -> None:
        self.digits = ""
        self._may_repeat = may_repeat
        self._last: Group | None = None

    def add(self, group: Group) -> None:
        """The next group."""
        last, self._last = self._last, group
        if last is None:
            repeats = False
        elif group.channel is last.channel:
            repeats = group.digits == last.digits and group.size > 2 and not self._may_repeat
        elif group.size == 1:
            repeats = group.digits == last.digits
        else:
            repeats = group.digits in self.digits[-_REMEMBERED:]
        if not repeats:
            self.digits += group.digits


def _joined(groups: Sequence[Group]) -> str:
    whole = _Joined()
    for group in groups:
        whole.add(group)
    return whole.digits


def _label(groups: Sequence[Group], language: Language) -> None:
    """Give the groups one label; those that have one keep it."""
    known = next((g.label for g in groups if g.label), "")
    found = label_of(_joined(groups), language)
    label = found if found == CARD or not known else known
    for group in groups:
        group.label = group.label or label


def _find_again(groups: Sequence[Group], config: ChainConfig) -> None:
    """Hide digits of a hidden number wherever else they are said, in one group or in several."""
    size = config.again_digits
    hidden: dict[str, str] = {}  # the first digits of every place in a hidden number, and its label
    row, label = "", ""
    for group in groups:
        if group.label != label:
            row, label = "", group.label
        if label:
            fresh = max(0, len(row) - size + 1)
            row += group.digits
            for at in range(fresh, len(row) - size + 1):
                hidden.setdefault(row[at : at + size], label)
    if not hidden:
        return
    run: list[Group] = []
    for group in groups:
        if group.label or _is_explained(group):
            run = []
            is_long = group.size >= config.again_explained and not group.named
            if not group.label and is_long and _is_part(group.digits, hidden, size):
                group.label = hidden[group.digits[:size]]
            continue
        run.append(group)
        if group.size >= size and _is_part(group.digits, hidden, size):
            group.label = hidden[group.digits[:size]]
        for first in range(max(0, len(run) - size), len(run) - 1):
            digits = "".join(g.digits for g in run[first:])
            if len(digits) >= config.again_in_parts and _is_part(digits, hidden, size):
                for one in run[first:]:
                    one.label = one.label or hidden[digits[:size]]
                break


def _is_part(digits: str, hidden: Mapping[str, str], size: int) -> bool:
    """Whether the digits stand in hidden numbers, by the places of so many digits each."""
    return all(digits[at : at + size] in hidden for at in range(len(digits) - size + 1))
