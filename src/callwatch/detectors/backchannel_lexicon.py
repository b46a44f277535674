"""Listening words: what a listener says to show that they follow.

The words are data, one file per language in backchannels/.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from callwatch.core.channels import Language


@dataclass(frozen=True, slots=True)
class BackchannelLexicon:
    """`words` may stand anywhere in a listening phrase, `phrases` are fixed runs of words.

    `grabs` begin a grab for the floor, however short ("no but", "wait", "excuse me").
    """

    words: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    grabs: tuple[tuple[str, ...], ...]

    def is_listening(self, text: str) -> bool | None:
        """True: nothing but listening; False: there is content; None: no words at all."""
        words = _words(text)
        if not words:
            return None
        at = 0
        while at < len(words):
            length = self._phrase_at(words, at)
            if not length:
                return False
            at += length
        return True

    def content_words(self, text: str) -> int:
        """How many words are no listening words."""
        words = _words(text)
        at = count = 0
        while at < len(words):
            length = self._phrase_at(words, at)
            count += not length
            at += length or 1
        return count

    def is_barge_in(self, text: str) -> bool:
        """Whether the words begin with a grab for the floor."""
        words = tuple(_words(text))
        return any(words[: len(grab)] == grab for grab in self.grabs)

    def _phrase_at(self, words: list[str], at: int) -> int:
        longest = max(
            (len(p) for p in self.phrases if tuple(words[at : at + len(p)]) == p), default=0
        )
        return longest or int(words[at] in self.words)


@cache
def backchannel_lexicon(language: Language) -> BackchannelLexicon:
    """The listening words of a language."""
    source = files("callwatch.detectors").joinpath("backchannels", f"{language.value}.json")
    data = json.loads(source.read_text(encoding="utf-8"))
    return BackchannelLexicon(
        words=frozenset(data["words"]),
        phrases=tuple(tuple(_words(text)) for text in data["phrases"]),
        grabs=tuple(tuple(_words(text)) for text in data["grabs"]),
    )


def _words(text: str) -> list[str]:
    """Lower case words; hyphens join ("mm-hm" is "mmhm")."""
    plain = text.lower().replace("-", "").replace("’", "'")
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+", plain)
