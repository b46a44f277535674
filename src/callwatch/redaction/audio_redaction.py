"""Which stretches of a call's sound may be kept on disk: what was understood, and is no secret.

    voice      ~~~~~ my card is ~~~ 4111 1111 1111 1111 ~~~ thank you ~~~~ (not understood) ~~~
    kept            |==========|                           |=========|
    never                       |---- both sides ----|

Silence is the rule, and words are the exception: sound in which no word was recognised (a missed
number, key tones, somebody else in the room) is not kept. Where digits gather, where something was
masked, and in the seconds after somebody named a secret ("your card number, please?"), both sides
are silent, because one side's voice may leak into the other's channel. No threads, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan, gaps, union
from callwatch.core.words import Utterance, Word
from callwatch.redaction.labels import EMAIL, holds_mask
from callwatch.redaction.lines import Line
from callwatch.redaction.tokens import ADDRESS, DOMAIN
from callwatch.redaction.vocabulary import Topic

# More than any number that is counted below: what was masked is a secret whatever its length.
_MASKED: Final = 1_000


@dataclass(frozen=True, slots=True)
class AudioRedactionConfig:
    """What is kept around and between words. Each default with its reason."""

    word_pad_s: float = 0.25  # soft onsets and final consonants lie outside a recogniser's times
    bridge_s: float = 1.0  # a speaker's breath between two words; a missed word is hardly longer
    secret_pad_s: float = 0.5  # recognisers' word times are wrong by up to this much
    near_s: float = 4.0  # a number is read in groups; misheard words stand between its digits
    most_digits: int = 2  # a count; three in one place may be a card's security code
    asked_s: float = 12.0  # after a secret was named: a code that is misheard looks like no number
    address_s: float = 4.0  # before "example.com": the name in an address is misheard most easily
    memory_s: float = 30.0  # a number read in slow groups is silenced to its last digit
    fade_s: float = 0.01  # no click where sound begins and ends


@dataclass(frozen=True, slots=True, order=True)
class _Number:
    span: TimeSpan
    digits: int


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one utterance tells: where its words are, its numbers, what it asks for."""

    end_s: float
    words: list[TimeSpan]
    numbers: list[_Number]
    asked: list[TimeSpan]


class AudioRedactor:
    """Grows with what is heard; asked, much later, what of a stretch may be kept."""

    def __init__(self, language: Language, config: AudioRedactionConfig | None = None) -> None:
        self._language = language
        self._config = config or AudioRedactionConfig()
        self._heard: dict[tuple[Channel, str], _Heard] = {}
        self._pauses: list[TimeSpan] = []
        self._paused_from_s: float | None = None

    def hear(self, utterance: Utterance) -> None:
        """A finished utterance, masked; one with the same channel and id takes its place."""
        words = utterance.words
        if not any(word.span.duration_s > 0 for word in words):
            return  # a recogniser without word times: nothing tells what to keep
        pad_s = self._config.word_pad_s
        self._heard[utterance.channel, utterance.id] = _Heard(
            max(word.span.end_s for word in words),
            [
                TimeSpan(max(0.0, word.span.start_s - pad_s), word.span.end_s + pad_s)
                for word in words
            ],
            self._numbers_in(utterance),
            self._asked_in(utterance),
        )

    def pause(self, at_s: float) -> None:
        """From here on nothing is kept."""
        self._paused_from_s = at_s

    def resume(self, span: TimeSpan) -> None:
        """The pause is over; this was it."""
        begun_s = span.start_s if self._paused_from_s is None else self._paused_from_s
        self._pauses.append(TimeSpan(min(begun_s, span.start_s), span.end_s))
        self._paused_from_s = None

    def forget_before(self, time_s: float) -> None:
        """Nobody will ask for anything before this any more."""
        oldest_s = time_s - self._config.memory_s
        keep_s = oldest_s - self._config.asked_s  # an answer may still be awaited
        self._heard = {key: one for key, one in self._heard.items() if one.end_s >= keep_s}
        self._pauses = [pause for pause in self._pauses if pause.end_s >= oldest_s]

    def gains(self, channel: Channel, start_s: float, count: int) -> FloatArray:
        """0 (silent) to 1 (kept) for each of `count` samples from `start_s` on."""
        end_s = start_s + count / CALL_RATE_HZ
        fade_s = self._config.fade_s
        out = np.zeros(count, dtype=np.float32)
        for span in self.spans(channel):
            if span.end_s <= start_s or span.start_s >= end_s:
                continue
            first = max(0, int((span.start_s - start_s) * CALL_RATE_HZ))
            last = min(count, int((span.end_s - start_s) * CALL_RATE_HZ) + 1)
            times_s = start_s + np.arange(first, last) / CALL_RATE_HZ
            edge_s = np.minimum(times_s - span.start_s, span.end_s - times_s)
            out[first:last] = np.maximum(out[first:last], np.clip(edge_s / fade_s, 0.0, 1.0))
        return out

    def spans(self, channel: Channel) -> list[TimeSpan]:
        """What may be kept of a side, as far as is known."""
        silent = self._silent()
        words = (one.words for (side, _), one in self._heard.items() if side is channel)
        understood = union((span for spans in words for span in spans), self._config.bridge_s)
        return [part for span in understood for part in gaps(silent, span)]

    def _silent(self) -> list[TimeSpan]:
        """Where neither side may be kept."""
        out = [*self._pauses, *(span for one in self._heard.values() for span in one.asked)]
        if self._paused_from_s is not None:
            out.append(TimeSpan(self._paused_from_s, float("inf")))
        group: list[_Number] = []
        for number in sorted(number for one in self._heard.values() for number in one.numbers):
            if group and number.span.start_s - _end_s(group) > self._config.near_s:
                out += self._secret(group)
                group = []
            group.append(number)
        return union(out + self._secret(group))

    def _secret(self, group: Sequence[_Number]) -> list[TimeSpan]:
        if sum(number.digits for number in group) <= self._config.most_digits:
            return []
        pad_s = self._config.secret_pad_s
        return [TimeSpan(max(0.0, group[0].span.start_s - pad_s), _end_s(group) + pad_s)]

    def _numbers_in(self, utterance: Utterance) -> list[_Number]:
        words = utterance.words
        found = [_Number(word.span, _MASKED) for word in words if holds_mask(word.text)]
        line = _line(utterance, self._language)
        for word, token in zip(words, line.tokens, strict=True):
            if EMAIL in word.text or token.flags & (ADDRESS | DOMAIN):
                start_s = max(0.0, word.span.start_s - self._config.address_s)
                found.append(_Number(TimeSpan(start_s, word.span.end_s), _MASKED))
        for group in line.groups:
            found.append(_Number(_around(words[group.start : group.end]), group.size))
        if found and _share_one_time(words):
            return [_Number(_around(words), max(number.digits for number in found))]
        return found

    def _asked_in(self, utterance: Utterance) -> list[TimeSpan]:
        """The seconds in which an answer may come to what the utterance names."""
        ends = [
            utterance.words[mention.end - 1].span.end_s
            for mention in _line(utterance, self._language).mentions
            if mention.topic is not Topic.ORDINARY and not mention.is_hint
        ]
        return [TimeSpan(end_s, end_s + self._config.asked_s) for end_s in ends]


def _line(utterance: Utterance, language: Language) -> Line:
    """The utterance for the recognisers of text; "[email]" asks for none."""
    words = ["-" if holds_mask(word.text) else word.text for word in utterance.words]
    span = utterance.span
    return Line(0, utterance.channel, words, (span.start_s, span.end_s), language)


def _end_s(group: Sequence[_Number]) -> float:
    return max(number.span.end_s for number in group)


def _around(words: Sequence[Word]) -> TimeSpan:
    return TimeSpan(min(w.span.start_s for w in words), max(w.span.end_s for w in words))


def _share_one_time(words: Sequence[Word]) -> bool:
    """Whether the recogniser gave the utterance's time to each of its words."""
    return len(words) > 1 and len({word.span for word in words}) == 1
