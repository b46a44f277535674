"""Hides numbers and addresses that must not be stored or shown (cards, identity, phone, e-mail).

    "my card is 4111 1111 1111 1111 thanks"  ->  "my card is [card] thanks"

`mask_text` and `mask_utterance` look at one utterance. `UtteranceMasker` follows a whole call: it
remembers digits that go on in the next utterance of the same side, and secrets that one side asked
the other for. `DigitRunMasker` is for text that is still being spoken. No thread of its own: use a
masker from the thread that owns the call.
"""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.redaction.digit_runs import (
    EMAIL,
    IBAN,
    LABELS,
    NUMBER,
    Run,
    find_runs,
    is_amount,
    is_birth_date,
    is_harmless,
    is_long,
    is_spoken_year,
    label_of,
)
from callwatch.redaction.email_addresses import find_emails, find_names, names_email
from callwatch.redaction.iban import country_start, find_ibans
from callwatch.redaction.tokens import LONG_RUN, Token, TokenKind, tokenize
from callwatch.redaction.trigger_phrases import (
    SHORTEST_SECRET,
    find_mentions,
    secret_at,
)

# A digit-by-digit number that breaks off at the end of an utterance may go on in the next one:
# four digits are more than a count said digit by digit. While somebody speaks, the next word is not
# known: then any four digits at the end are hidden, so that at most three of a card are ever seen.
_OPEN_TAIL: Final = 4
# A number read from a card pauses between its groups; after this long it is another number.
_CARRY_S: Final = 12.0
# A question for a secret is answered within a few utterances ("wait, I'll find it").
_ASKED_S: Final = 25.0
# Enough to recognise the longest number (34 characters of an IBAN).
_CARRY_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Mask:
    """Words [start, end) are replaced by `label`."""

    start: int
    end: int
    label: str


class Tail(Enum):
    """How a run of digits at the very end of an utterance is looked at."""

    CLOSED = "closed"  # nothing follows: seven digits, as everywhere
    MAY_GO_ON = "may_go_on"  # the next utterance may continue it
    SPEAKING = "speaking"  # a partial result: the next word may be another digit


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What was said before: digits that the utterance may continue, and a secret asked for."""

    carried: str = ""
    asked: str | None = None
    tail: Tail = Tail.CLOSED
    awaits_email: bool = False


_ALONE: Final = DialogueContext()


def mask_text(text: str, language: Language) -> str:
    """The text with every secret replaced by a label in brackets; white space is kept."""
    pieces = [(m.start(), m.group()) for m in re.finditer(r"\S+", text)]
    words = [word for _, word in pieces]
    out: list[str] = []
    at = 0
    for mask in find_masks(words, language, _ALONE):
        first_at, first = pieces[mask.start]
        last_at, last = pieces[mask.end - 1]
        out += [text[at:first_at], _leading(first), mask.label, _trailing(last)]
        at = last_at + len(last)
    return "".join([*out, text[at:]])


def holds_mask(word: str) -> bool:
    """Whether a word stands for something that was masked."""
    return any(label in word for label in LABELS)


def mask_utterance(utterance: Utterance, language: Language) -> Utterance:
    """The utterance with secrets hidden: one word a secret, with the span of all its words."""
    return _apply(utterance, find_masks(_texts(utterance), language, _ALONE))


class DigitRunMasker:
    """Masks text that is still being spoken: a run of digits at its end is hidden at once."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def mask(self, utterance: Utterance, before: DialogueContext = _ALONE) -> Utterance:
        """A partial result with secrets, and what may become one, hidden."""
        around = replace(before, tail=Tail.SPEAKING)
        return _apply(utterance, find_masks(_texts(utterance), self._language, around))


@dataclass(slots=True)
class _Memory:
    carried: str = ""
    until_s: float = -1.0


@dataclass(slots=True)
class UtteranceMasker:
    """Masks the utterances of one call, both sides, partial and finished, in order.

    Partial results do not change what is remembered.
    """

    language: Language
    _memory: dict[Channel, _Memory] = field(default_factory=dict)
    _asked: str | None = None
    _asked_until_s: float = -1.0
    _email_until_s: float = -1.0

    def mask(self, utterance: Utterance) -> Utterance:
        """The utterance as it may be stored and shown."""
        around = self._surroundings(utterance)
        if not utterance.is_final:
            return DigitRunMasker(self.language).mask(utterance, around)
        words = _texts(utterance)
        masked = _apply(utterance, find_masks(words, self.language, around))
        self._remember(utterance, words, around)
        others = tuple(
            replace(one, text=mask_text(one.text, self.language)) for one in masked.alternatives
        )
        return replace(masked, alternatives=others)

    def _surroundings(self, utterance: Utterance) -> DialogueContext:
        start_s = utterance.span.start_s
        memory = self._memory.get(utterance.channel, _Memory())
        return DialogueContext(
            carried=memory.carried if start_s <= memory.until_s else "",
            asked=self._asked if start_s <= self._asked_until_s else None,
            tail=Tail.MAY_GO_ON,
            awaits_email=start_s <= self._email_until_s,
        )

    def _remember(self, utterance: Utterance, words: list[str], around: DialogueContext) -> None:
        if not words:
            return
        tokens = tokenize(words, self.language)
        end_s = utterance.span.end_s
        mentions = find_mentions([token.core for token in tokens])
        if mentions:
            self._asked, self._asked_until_s = mentions[-1].label, end_s + _ASKED_S
        if names_email(tokens):
            self._email_until_s = end_s + _ASKED_S
        runs = find_runs(tokens, self.language)
        memory = self._memory.setdefault(utterance.channel, _Memory())
        if runs and _only_fillers(tokens, runs[-1].end, len(tokens)):
            whole = _only_fillers(tokens, 0, runs[0].start) and len(runs) == 1
            digits = (around.carried if whole else "") + runs[-1].digits
            memory.carried, memory.until_s = digits[-_CARRY_DIGITS:], end_s + _CARRY_S
        elif not _only_fillers(tokens, 0, len(tokens)):
            memory.carried = ""


def find_masks(words: Sequence[str], language: Language, around: DialogueContext) -> list[Mask]:
    """Which of the words must be hidden, in order and disjoint."""
    tokens = tokenize(words, language)
    masks = [Mask(start, end, EMAIL) for start, end in find_emails(words, tokens)]
    if around.awaits_email or (around.tail is not Tail.CLOSED and names_email(tokens)):
        masks += _free([Mask(start, end, EMAIL) for start, end in find_names(tokens)], masks)
    masks += _free([Mask(start, end, IBAN) for start, end in find_ibans(words)], masks)
    if any(token.kind is TokenKind.NUMBER for token in tokens):
        mentions = find_mentions([token.core for token in tokens])
        runs = find_runs(tokens, language)
        found = []
        for run in runs:
            named = secret_at(run.start, run.end, mentions) or around.asked
            label = _label(run, tokens, language, around)
            if label in (None, NUMBER):
                label = _short_secret(run, tokens, language, named) or label
            if label is not None:
                start = country_start(words, run)
                found.append(
                    Mask(run.start, run.end, label) if start is None else Mask(start, run.end, IBAN)
                )
        masks += _free(found, masks)
    return sorted(masks, key=lambda mask: mask.start)


def _label(
    run: Run, tokens: Sequence[Token], language: Language, around: DialogueContext
) -> str | None:
    """The label of a run that is long by itself or with what came before; else None."""
    if is_harmless(run, tokens, language):
        return None
    first = tokens[run.start].core
    goes_on = bool(around.carried) and _only_fillers(tokens, 0, run.start)
    if goes_on and len(around.carried) + len(run.digits) >= LONG_RUN and not is_amount(run, tokens):
        return label_of(around.carried + run.digits, language)
    if is_long(run):
        return label_of(run.digits, language, begins_plus=first.startswith("+"))
    if around.tail is not Tail.CLOSED and _only_fillers(tokens, run.end, len(tokens)):
        return _tail_label(run, tokens, language, around.tail)
    return None


def _tail_label(run: Run, tokens: Sequence[Token], language: Language, tail: Tail) -> str | None:
    """The label of a run under seven digits that ends its utterance and may be unfinished."""
    if len(run.digits) < _OPEN_TAIL:
        return None
    if tail is not Tail.SPEAKING and is_spoken_year(run, tokens):
        return None
    numbers = sum(token.kind is TokenKind.NUMBER for token in tokens[run.start : run.end])
    one_by_one = numbers >= 2 and numbers * 3 >= len(run.digits)
    if tail is Tail.SPEAKING or one_by_one or is_birth_date(run.digits):
        return label_of(run.digits, language)
    return None


def _short_secret(
    run: Run, tokens: Sequence[Token], language: Language, label: str | None
) -> str | None:
    if label is None or len(run.digits) < SHORTEST_SECRET:
        return None
    return None if is_harmless(run, tokens, language) or is_amount(run, tokens) else label


def _free(found: Sequence[Mask], taken: Sequence[Mask]) -> list[Mask]:
    """The masks that do not touch one already taken, widened ones cut to what is free."""
    starts = sorted((mask.start, mask.end) for mask in taken)
    out: list[Mask] = []
    for mask in found:
        start, end = mask.start, mask.end
        for other_start, other_end in starts[: bisect.bisect_left(starts, (end, 0))]:
            if other_end > start and other_start <= start:
                start = min(end, other_end)
            elif start < other_start < end:
                end = other_start
        if start < end:
            out.append(Mask(start, end, mask.label))
    return out


def _only_fillers(tokens: Sequence[Token], start: int, end: int) -> bool:
    return all(token.kind is TokenKind.FILLER for token in tokens[start:end])


def _texts(utterance: Utterance) -> list[str]:
    return [word.text for word in utterance.words]


def _apply(utterance: Utterance, masks: Sequence[Mask]) -> Utterance:
    if not masks:
        return utterance
    words: list[Word] = []
    at = 0
    for mask in masks:
        hidden = utterance.words[mask.start : mask.end]
        span = TimeSpan(
            min(word.span.start_s for word in hidden), max(word.span.end_s for word in hidden)
        )
        label = _leading(hidden[0].text) + mask.label + _trailing(hidden[-1].text)
        words += utterance.words[at : mask.start]
        words.append(Word(label, span, min(word.confidence for word in hidden)))
        at = mask.end
    return utterance.with_words((*words, *utterance.words[at:]))


def _leading(word: str) -> str:
    match = re.match(r"[\"'“‘«»„(]+", word)
    return match.group() if match else ""


def _trailing(word: str) -> str:
    match = re.search(r"[.,;:!?\"'”’»)]+$", word)
    return match.group() if match else ""
