"""What the dialogue is asking for: after "your card number, please?" short numbers are secrets too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.asides import is_counted
from callwatch.redaction.dictation import dictated
from callwatch.redaction.digit_group import Group, Ordinary
from callwatch.redaction.labels import (
    CARD,
    CODE,
    IDENTITY,
    NUMBER,
    PHONE,
    find_card,
    is_identity,
    is_phone,
    label_of,
)
from callwatch.redaction.lines import Line
from callwatch.redaction.mentions import Mention
from callwatch.redaction.number_formats import MARKED_FORMAT
from callwatch.redaction.tokens import CORRECTION, MONEY, MONTH
from callwatch.redaction.vocabulary import Topic

_LABELS: Final = {
    Topic.CARD: CARD,
    Topic.ACCOUNT: NUMBER,
    Topic.CODE: CODE,
    Topic.EXPIRY: CARD,
    Topic.IDENTITY: IDENTITY,
    Topic.PHONE: PHONE,
}
# An answer of so many digits is whole whatever its check digits say.
_WHOLE: Final = {
    Topic.CARD: 16,
    Topic.ACCOUNT: 24,
    Topic.CODE: 3,
    Topic.EXPIRY: 3,
    Topic.IDENTITY: 12,
    Topic.PHONE: 15,
}
_SSN: Final = 9  # a social security number, the longest that English calls name
_REMEMBERED: Final = 8  # numbers of some minutes of talk
_BIRTH: Final = 6  # digits of a date with its year
# The year of a delivery, of a contract; who calls was born before.
_RECENT: Final = re.compile(r"20(?:1[6-9]|[2-9]\d)")
_CARD_YEAR: Final = re.compile(r"(?:20)?[2-4]\d")
_MONTH_AND_YEAR: Final = re.compile(r"(?:0[1-9]|1[0-2])[2-4]\d")
# "well, that would be 4": a digit in so short an answer is one.
_FEW_WORDS: Final = 5
_MOST_COUNTED: Final = 5
# A case number that the other side repeats while a card is awaited; no four digits of a card are so long.
_REPEATED: Final = 5


@dataclass(frozen=True, slots=True)
class AskedConfig:
    """For how long a question stands. Each default with its reason."""

    answer_s: float = 25.0  # "wait, I'll find it": a few utterances
    card_s: float = 120.0  # when it expires is asked after its number, which takes a minute or two
    goes_on_s: float = 18.0  # "wait, it's on the other side": as long as lines of digits pause
    ordinary_s: float = 12.0  # the answer to "which order?" comes at once
    named_after: int = 4  # "123 is what it says on the back": words between number and name
    shortest: int = 3  # shorter numbers are counts where words stand around them


@dataclass(slots=True)
class Asked:
    """The question that is open, and what was answered so far; follows the lines in order."""

    language: Language
    config: AskedConfig = field(default_factory=AskedConfig)
    topic: Topic | None = None
    until_s: float = -1.0
    email_until_s: float = -1.0
    card_until_s: float = -1.0
    ordinary_until_s: float = -1.0
    ordinary: tuple[str, ...] = ()  # numbers of the last lines that were no secret
    named: tuple[str, float] = (
        "",
        -1.0,
    )  # the last number of an order, and until when it may be repeated
    digits: str = ""
    is_whole: bool = False

    def copy(self) -> "Asked":
        """The same, to go on from."""
        return replace(self)

    def observe(self, line: Line) -> None:
        """Label the groups of the line that answer a question or are named in it."""
        if not line.mentions and not line.groups:
            return
        for item in _in_order(line):
            if isinstance(item, Mention):
                self._name(item, line)
            else:
                self._answer(item, line)

    def go_on_with_email(self, line: Line) -> None:
        """An address is still being dictated in this line."""
        self.email_until_s = max(self.email_until_s, line.end_s + self.config.answer_s)

    def _name(self, mention: Mention, line: Line) -> None:
        if mention.topic is Topic.ORDINARY:
            if not any(group.named for group in line.groups):
                self.ordinary_until_s = line.end_s + self.config.ordinary_s
            return
        if mention.topic is Topic.EMAIL:
            self.email_until_s = line.end_s + self.config.answer_s
        if mention.topic is Topic.CARD:
            self.card_until_s = line.end_s + self.config.card_s
        asks_again = self.topic is mention.topic and line.start_s <= self.until_s
        is_within = mention.topic is Topic.CARD and self.topic in (Topic.CODE, Topic.EXPIRY)
        if is_within and self.until_s == line.end_s + self.config.answer_s:
            return  # "the code on the back of the card" asks for the code
        if not asks_again or self.is_whole:
            self.digits, self.is_whole = "", False
        self.topic = mention.topic
        if len(self.named[0]) < _REPEATED:
            self.named = ("", -1.0)  # what is said now answers the question
        self.until_s = line.end_s + self.config.answer_s
        self.ordinary_until_s = -1.0

    def _answer(self, group: Group, line: Line) -> None:
        if group.named:
            self.named = (group.digits, group.end_s + self.config.ordinary_s)
        elif self._repeats_an_order(group):
            group.named, group.ordinary = True, Ordinary.YES
        if group.size >= self.config.shortest:
            if group.ordinary >= Ordinary.PERHAPS and not (
                group.bare and group.ordinary is Ordinary.MOMENT
            ):
                self.ordinary = (*self.ordinary[-_REMEMBERED:], group.digits)
            elif group.digits in self.ordinary and (
                group.size >= _REPEATED or not self._waits(group)
            ):
                group.ordinary = Ordinary.YES  # the other side repeats it
                group.by_word = True
                group.by_form = False
        self._answered(group, line)
        if group.label and group.digits in self.ordinary:
            self.ordinary = tuple(digits for digits in self.ordinary if digits != group.digits)

    def _repeats_an_order(self, group: Group) -> bool:
        """ "Your case is 48-213." "48-213.": the other side says it after a moment."""
        digits, until_s = self.named
        is_long = group.size > self.config.shortest
        return is_long and group.digits == digits and group.start_s <= until_s

    def _waits(self, group: Group) -> bool:
        """Whether a question for a secret still waits for its answer."""
        return self.topic is not None and not self.is_whole and group.start_s <= self.until_s

    def _answered(self, group: Group, line: Line) -> None:
        if self._named_after(group, line):
            return
        topic = self.topic
        if topic is None or topic is Topic.EMAIL or group.start_s > self.until_s:
            return
        if self._is_other(group, line, topic) or not self._is_meant(group, line):
            return
        if group.digits not in self.digits:
            self.digits = (self.digits + group.digits)[-80:]
        if not any(token.flags & CORRECTION for token in line.tokens):
            self.is_whole = self.is_whole or self._whole(topic)
        label = _LABELS[topic]
        if label == NUMBER or find_card(self.digits):
            label = label_of(self.digits, self.language)
        group.label = label
        if label == CARD:
            self.card_until_s = group.end_s + self.config.card_s
        self.until_s = max(self.until_s, group.end_s + self.config.goes_on_s)

    def _is_other(self, group: Group, line: Line, topic: Topic) -> bool:
        """Whether it is plainly something else than what is asked for."""
        reads_out = group.by_form and not group.in_sentence and not group.named
        if topic is Topic.CARD and reads_out and not self.is_whole and not _is_counted_beside(line):
            return False  # "it's my wife's card really, it is 43.54"
        if topic is Topic.EXPIRY and _MONTH_AND_YEAR.fullmatch(group.digits) and not group.named:
            return False  # "04.32" is no amount here
        if group.ordinary in (Ordinary.MOMENT, Ordinary.DATE) and is_counted(line):
            return True  # "fourteen of them in 2022"
        if group.ordinary is Ordinary.MOMENT and group.bare and not self.is_whole:
            return False
        goes_on = group.joined and any(g.label and g.end <= group.start for g in line.groups)
        if group.ordinary is Ordinary.MOMENT and not self.is_whole and goes_on:
            return False  # "thirty ninety one, then twenty forty"
        if topic is Topic.EXPIRY and self._is_month_and_year(group, line):
            return False
        if group.ordinary in (Ordinary.MOMENT, Ordinary.DATE):
            says_no_more = group.bare or line.content == line.months
            written = not line.tokens[group.start].core.isalnum()  # "12/5", "17.05.1985"
            if topic is Topic.EXPIRY:
                return written or not says_no_more
            is_birth = group.size >= _BIRTH or (not written and len(line.groups) > 1)
            is_birth = is_birth and not _RECENT.search(group.digits)
            return topic is not Topic.IDENTITY or not (says_no_more and is_birth)
        if group.ordinary is Ordinary.YES:
            return group.named or self.is_whole or not self._is_brief(group, line)
        if group.start_s > self.ordinary_until_s or not group.bare:
            return False
        # The answer to "which order?"; a customer's own number is told by its check digits.
        digits = group.digits
        return not (
            is_phone(digits, self.language)
            or is_identity(digits, self.language)
            or find_card(digits)
        )

    def _is_month_and_year(self, group: Group, line: Line) -> bool:
        """ "It's June twenty six": the date on a card, when one was named or read out before."""
        follows = group.start > 0 and line.tokens[group.start - 1].flags & MONTH
        says_no_more = _content(line) == line.months and group.at_end and not self.is_whole
        is_year = bool(_CARD_YEAR.fullmatch(group.digits))
        return bool(follows) and says_no_more and is_year and group.start_s <= self.card_until_s

    def _is_meant(self, group: Group, line: Line) -> bool:
        """Whether a group counts as an answer, by its length and the words around it."""
        if self.topic is Topic.EXPIRY and self._is_month_and_year(group, line):
            return True
        if self.is_whole:
            # "Two of 40" is in a card's digits by accident.
            ends = group.at_end and group.size >= self.config.shortest
            is_alone = (ends or self._is_brief(group, line)) and not is_counted(line)
            is_alone = is_alone or group.nearly_bare
            again = group.size > (1 if is_alone else self.config.shortest)
            again = again and group.digits in self.digits
            corrected = any(token.flags & CORRECTION for token in line.tokens)
            same_breath = any(g.label and g is not group for g in line.groups)
            return (
                again
                or (group.bare and (group.size > 1 or corrected))
                or (corrected and same_breath)
            )
        is_alone = group.size <= _MOST_COUNTED and not group.joined
        is_count = group.size <= self.config.shortest and line.content > 1
        if (is_alone or is_count) and is_counted(line, group):
            return False  # "you took 129 pounds and it should have been 1500"
        is_short_answer = self.topic in (Topic.CODE, Topic.EXPIRY)
        spells = self.topic in (Topic.IDENTITY, Topic.ACCOUNT) and dictated(line) is not None
        if group.in_sentence and not (is_short_answer or spells):
            return False
        if group.size >= self.config.shortest:
            return True
        if group.size == 1:
            is_brief = self._is_brief(group, line) and group.ordinary is Ordinary.NO
            return group.bare or group.joined or is_brief
        return group.nearly_bare or group.joined or self._is_brief(group, line)

    @staticmethod
    def _is_brief(group: Group, line: Line) -> bool:
        """Few words, or the digits end them: "and it finishes eighty three"."""
        words = len(line.tokens) - sum(g.end - g.start for g in line.groups)
        if group.ordinary is Ordinary.NO:
            return words <= _FEW_WORDS
        says_no_more = group.end == len(line.tokens)
        marked = MARKED_FORMAT.fullmatch(line.tokens[group.start].core) and not line.flags & MONEY
        looks_so = group.ordinary is Ordinary.PERHAPS or bool(marked)
        return looks_so and says_no_more and words <= _FEW_WORDS

    def _whole(self, topic: Topic) -> bool:
        whole = _SSN if (topic, self.language) == (Topic.IDENTITY, Language.EN) else _WHOLE[topic]
        if len(self.digits) >= whole:
            return True
        match topic:
            case Topic.CARD:
                return find_card(self.digits) is not None
            case Topic.PHONE:
                return is_phone(self.digits, self.language)
            case Topic.IDENTITY:
                return is_identity(self.digits, self.language)
            case _:
                return False

    def _named_after(self, group: Group, line: Line) -> bool:
        """ "1234 is the PIN": the name stands behind the number."""
        if group.size < self.config.shortest or group.ordinary is not Ordinary.NO:
            return False
        for mention in line.mentions:
            ahead = mention.start - group.end
            if 0 <= ahead <= self.config.named_after and mention.topic in _LABELS:
                last = max(
                    (g.end for g in line.groups if g.end <= mention.start), default=group.end
                )
                if last == group.end and mention.topic is not Topic.PHONE:
                    group.label = _LABELS[mention.topic]
                    return True
        return False


def _content(line: Line) -> int:
    """Words of a line that say something, names of secrets apart ("it expires in June 26")."""
    content = line.content
    for mention in line.mentions:
        content -= line.content_in(mention.start, mention.end)
    return content


def _is_counted_beside(line: Line) -> bool:
    """Whether a number of the line is an amount or a count, by more than its written form."""
    return any(g.ordinary is Ordinary.YES and not g.named and not g.by_form for g in line.groups)


def _in_order(line: Line) -> Iterator[Mention | Group]:
    """Mentions and groups as they are said; a name over its own number comes first."""
    items: list[tuple[int, int, Mention | Group]] = [(m.start, 0, m) for m in line.mentions]
    items += [(group.start, 1, group) for group in line.groups]
    items.sort(key=lambda item: item[:2])
    return (item for _, _, item in items)
