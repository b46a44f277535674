"""Hides numbers and addresses that must not be stored or shown (cards, identity, phone, e-mail).

    "my card is 4111 1111 1111 1111 thanks"  ->  "my card is [card] thanks"

`mask_text` looks at one text, `mask_dialogue` at a whole dialogue. `UtteranceMasker` follows a call:
what may still become a secret is hidden at once, and shown again when it was none.

    said        it's 4111   yes    1111    and 12 boxes
    put out     it's [number]   [card]   and 12 boxes
    revised     it's [card]

No thread of its own: use a masker from the thread that owns the call.
"""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Alternative, Utterance, Word
from callwatch.redaction.asked import Asked
from callwatch.redaction.dialogue import Mask, find_masks
from callwatch.redaction.labels import EMAIL
from callwatch.redaction.lines import Line

_LEADING: Final = re.compile(r"[\"'“‘«»„(]+")
_TRAILING: Final = re.compile(r"[.,;:!?\"'”’»)]+$")


@dataclass(frozen=True, slots=True)
class MaskerConfig:
    """How long the masker of a running call waits; the default with its reason."""

    # Three groups of a card, twelve seconds apart, tell what the first one was; and the sound of
    # the call, which is kept a minute behind, must know it by then.
    hold_s: float = 40.0


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of a dialogue that has no word times."""

    channel: Channel
    text: str
    start_s: float
    end_s: float


def mask_text(text: str, language: Language) -> str:
    """The text with every secret replaced by a label in brackets; white space is kept."""
    words = text.split()
    if not words:
        return text
    line = Line(0, Channel.CUSTOMER, words, (0.0, 0.0), language)
    return _masked_text(text, find_masks([line], Asked(language))[0])


def mask_dialogue(spoken: Sequence[SpokenLine], language: Language) -> list[str]:
    """The texts of a whole dialogue, masked, in the order in which they came."""
    order = sorted(range(len(spoken)), key=lambda i: spoken[i].start_s)
    lines: list[Line] = []
    for i in order:
        one = spoken[i]
        if words := one.text.split():
            lines.append(Line(len(lines), one.channel, words, (one.start_s, one.end_s), language))
        else:
            lines.append(Line(len(lines), one.channel, (), (one.start_s, one.end_s), language))
    out = [one.text for one in spoken]
    for i, masks in zip(order, find_masks(lines, Asked(language)), strict=True):
        if masks:
            out[i] = _masked_text(out[i], masks)
    return out


def mask_utterance(utterance: Utterance, language: Language) -> Utterance:
    """The utterance with secrets hidden: one word a secret, with the span of all its words."""
    line = _line(0, utterance, language)
    return _apply(utterance, find_masks([line], Asked(language))[0])


@dataclass(slots=True)
class _Heard:
    """A finished utterance as it was said, and what of it was hidden when it was last put out."""

    said: Utterance
    line: Line
    masks: Sequence[Mask] = ()
    is_settled: bool = False


class UtteranceMasker:
    """Masks the utterances of one call, both sides, partial and finished, as they come.

    Partial results do not change what is remembered. What was said is forgotten after twice
    `hold_s`.
    """

    def __init__(self, language: Language, config: MaskerConfig | None = None) -> None:
        self.language = language
        self._config = config or MaskerConfig()
        self._asked = Asked(language)  # as it stands before the first of the heard
        self._heard: list[_Heard] = []
        self._revised: dict[int, _Heard] = {}

    def mask(self, utterance: Utterance) -> Utterance:
        """The utterance as it may be stored and shown now; see `revisions` for what follows."""
        if not utterance.words:
            return utterance
        if not utterance.is_final:
            return _apply(utterance, self._masks_beside(_line(0, utterance, self.language)))
        alternatives = tuple(self._masked_reading(utterance, one) for one in utterance.alternatives)
        new = _Heard(utterance, _line(0, utterance, self.language))
        bisect.insort(self._heard, new, key=lambda heard: heard.line.start_s)
        self._look_again(new)
        masked = _apply(utterance, new.masks)
        return masked if new.masks else replace(masked, alternatives=alternatives)

    def understood(self, utterance: Utterance, masked: Utterance) -> Utterance:
        """What `mask` made of the utterance, with the words that are hidden for safety alone.

        For what listens for threats and steps, and keeps a match alone: after a question for an
        address any short answer is hidden until it turns out to be none. Numbers stay hidden.
        """
        if EMAIL not in masked.text:
            return masked
        heard = next((heard for heard in self._heard if heard.said is utterance), None)
        line = heard.line if heard is not None else _line(0, utterance, self.language)
        plain = _apply(utterance, self._masks_beside(line, open_names=False))
        return replace(plain, alternatives=())  # other readings are hidden with the names

    def revisions(self) -> list[Utterance]:
        """Utterances that were put out before and are to be replaced, by their channel and id."""
        revised, self._revised = self._revised, {}
        return [_apply(heard.said, heard.masks) for heard in revised.values()]

    def finish(self) -> list[Utterance]:
        """The call is over: the last revisions."""
        self._settle(float("inf"))
        return self.revisions()

    def _look_again(self, new: _Heard) -> None:
        """Hide what the new utterance makes a secret, and settle what is old enough."""
        for heard, masks in zip(self._heard, self._masks(eager=True), strict=True):
            if heard is new:
                heard.masks = masks
            elif not heard.is_settled and _hidden(masks) - _hidden(heard.masks):
                self._change(heard, masks)
        newest_s = max(heard.line.end_s for heard in self._heard)
        self._settle(newest_s - self._config.hold_s)
        self._forget(newest_s - 2 * self._config.hold_s)

    def _settle(self, before_s: float) -> None:
        """What is older can no longer become a secret: show what was hidden for safety alone."""
        if all(heard.is_settled or heard.line.end_s > before_s for heard in self._heard):
            return
        for heard, masks in zip(self._heard, self._masks(eager=False), strict=True):
            settles = not heard.is_settled and heard.line.end_s <= before_s
            hides_more = heard.is_settled and _hidden(masks) - _hidden(heard.masks)
            if hides_more or (settles and list(masks) != list(heard.masks)):
                self._change(heard, masks)
            heard.is_settled = heard.is_settled or settles

    def _forget(self, before_s: float) -> None:
        while self._heard and self._heard[0].is_settled and self._heard[0].line.end_s <= before_s:
            self._asked.observe(self._heard.pop(0).line)

    def _change(self, heard: _Heard, masks: Sequence[Mask]) -> None:
        heard.masks = masks
        self._revised[id(heard)] = heard

    def _masks(self, *, eager: bool) -> list[list[Mask]]:
        lines = [heard.line for heard in self._heard]
        for number, line in enumerate(lines):
            line.renumber(number)
        return find_masks(lines, self._asked.copy(), eager=eager)

    def _masks_beside(self, line: Line, *, open_names: bool = True) -> list[Mask]:
        """The masks of a line, which need not be among the heard."""
        lines = [heard.line for heard in self._heard]
        if line not in lines:
            lines.append(line)
        for number, one in enumerate(lines):
            one.renumber(number)
        masks = find_masks(lines, self._asked.copy(), eager=True, open_names=open_names)
        return masks[lines.index(line)]

    def _masked_reading(self, utterance: Utterance, reading: Alternative) -> Alternative:
        words = reading.text.split()
        if not words:
            return reading
        span_s = (utterance.span.start_s, utterance.span.end_s)
        line = Line(0, utterance.channel, words, span_s, self.language)
        return replace(reading, text=_masked_text(reading.text, self._masks_beside(line)))


def _line(number: int, utterance: Utterance, language: Language) -> Line:
    span = utterance.span
    return Line(
        number,
        utterance.channel,
        [word.text for word in utterance.words],
        (span.start_s, span.end_s),
        language,
        [(word.span.start_s, word.span.end_s) for word in utterance.words],
    )


def _hidden(masks: Sequence[Mask]) -> set[int]:
    return {i for mask in masks for i in range(mask.start, mask.end)}


def _masked_text(text: str, masks: Sequence[Mask]) -> str:
    if not masks:
        return text
    pieces = [(m.start(), m.group()) for m in re.finditer(r"\S+", text)]
    out: list[str] = []
    at = 0
    for mask in masks:
        first_at, first = pieces[mask.start]
        last_at, last = pieces[mask.end - 1]
        out += [text[at:first_at], _leading(first), mask.label, _trailing(last)]
        at = last_at + len(last)
    return "".join([*out, text[at:]])


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
    match = _LEADING.match(word)
    return match.group() if match else ""


def _trailing(word: str) -> str:
    match = _TRAILING.search(word)
    return match.group() if match else ""
