"""Which stretches of a call's sound may be kept on disk: what was understood, and is no secret.

    voice      ~~~~~ my card is ~~~ 4111 1111 1111 1111 ~~~ thank you ~~~~ (not understood) ~~~
    kept            |==========|                           |=========|
    never                       |---- both sides ----|

Silence is the rule, and words are the exception: sound in which no word was recognised (a missed
number, key tones, somebody else in the room) is not kept. Where digits gather, where something was
masked, and in the seconds after somebody named a secret ("your card number, please?"), both sides
are silent, because one side's voice may leak into the other's channel. No threads, no clock.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.spans import TimeSpan, gaps, union
from callwatch.core.words import Utterance, Word
from callwatch.redaction.digit_runs import EMAIL, find_runs
from callwatch.redaction.redactor import holds_mask
from callwatch.redaction.tokens import tokenize
from callwatch.redaction.trigger_phrases import find_mentions

# What a recogniser makes of an address that was read aloud.
_ADDRESS: Final = re.compile(
    r"@|\w\.(?:com|net|org|edu|info|eu|io|uk|ie|nu|se|dk|no|fi|de)\b", re.I
)
# Names of numbers and addresses that reach a person; of secrets see find_mentions.
_CONTACT: Final = re.compile(
    r"\b(?:(?:tele)?phone number|mobile number|cell number|e-?mail(?: address)?|mail address|"
    r"telefonnummer|telefonnumret|telefonnummeret|mobilnummer|mobilnumret|mobilnummeret|"
    r"e-?post(?:adress|adresse|adressen)?|mejl(?:adress|adressen)?|mail(?:adress|adresse|adressen))\b"
)
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


class AudioRedactor:
    """Grows with what is heard; asked, much later, what of a stretch may be kept."""

    def __init__(self, language: Language, config: AudioRedactionConfig | None = None) -> None:
        self._language = language
        self._config = config or AudioRedactionConfig()
        self._words: dict[Channel, list[TimeSpan]] = {channel: [] for channel in CHANNELS}
        self._numbers: list[_Number] = []
        self._asked: list[TimeSpan] = []
        self._pauses: list[TimeSpan] = []
        self._paused_from_s: float | None = None

    def hear(self, utterance: Utterance) -> None:
        """A finished utterance, masked."""
        words = utterance.words
        if not any(word.span.duration_s > 0 for word in words):
            return  # a recogniser without word times: nothing tells what to keep
        pad_s = self._config.word_pad_s
        self._words[utterance.channel] += [
            TimeSpan(max(0.0, word.span.start_s - pad_s), word.span.end_s + pad_s) for word in words
        ]
        self._numbers += self._numbers_in(utterance)
        self._asked += self._asked_in(utterance)

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
        for channel, spans in self._words.items():
            self._words[channel] = [span for span in spans if span.end_s >= oldest_s]
        self._numbers = [number for number in self._numbers if number.span.end_s >= oldest_s]
        self._asked = [span for span in self._asked if span.end_s >= oldest_s]
        self._pauses = [pause for pause in self._pauses if pause.end_s >= oldest_s]

    def gains(self, channel: Channel, start_s: float, count: int) -> npt.NDArray[np.float32]:
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
        understood = union(self._words[channel], self._config.bridge_s)
        return [part for span in understood for part in gaps(silent, span)]

    def _silent(self) -> list[TimeSpan]:
        """Where neither side may be kept."""
        out = [*self._pauses, *self._asked]
        if self._paused_from_s is not None:
            out.append(TimeSpan(self._paused_from_s, float("inf")))
        group: list[_Number] = []
        for number in sorted(self._numbers):
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
        for word in words:
            if EMAIL in word.text or _ADDRESS.search(word.text):
                start_s = max(0.0, word.span.start_s - self._config.address_s)
                found.append(_Number(TimeSpan(start_s, word.span.end_s), _MASKED))
        for run in find_runs(
            tokenize([word.text for word in words], self._language), self._language
        ):
            found.append(_Number(_around(words[run.start : run.end]), len(run.digits)))
        if found and _share_one_time(words):
            return [_Number(_around(words), max(number.digits for number in found))]
        return found

    def _asked_in(self, utterance: Utterance) -> list[TimeSpan]:
        """The seconds in which an answer may come to what the utterance names."""
        words = utterance.words
        texts = [
            "-" if holds_mask(word.text) else word.text for word in words
        ]  # "[email]" asks none
        cores = [token.core for token in tokenize(texts, self._language)]
        ends = [mention.end for mention in find_mentions(cores)]
        line = " ".join(cores)
        ends += [line[: found.end()].count(" ") + 1 for found in _CONTACT.finditer(line)]
        return [
            TimeSpan(words[end - 1].span.end_s, words[end - 1].span.end_s + self._config.asked_s)
            for end in ends
        ]


def _end_s(group: Sequence[_Number]) -> float:
    return max(number.span.end_s for number in group)


def _around(words: Sequence[Word]) -> TimeSpan:
    return TimeSpan(min(w.span.start_s for w in words), max(w.span.end_s for w in words))


def _share_one_time(words: Sequence[Word]) -> bool:
    """Whether the recogniser gave the utterance's time to each of its words."""
    return len(words) > 1 and len({word.span for word in words}) == 1
