"""Tells the program's English sentences in the language of the report.

Evidence, warnings and reasons are stored as English sentences. The table [said] of the English
texts holds their patterns; the same key of another language tells the same. What fits no pattern,
such as a sentence of another program in an imported report, is shown as it is.

    "no answer 3.4 s after the customer stopped"
      -> said.slow, seconds = 3.4
      -> "inget svar 3,4 s efter att kunden slutat tala"
"""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.cues import Cue, CueKind
from callwatch.report.wording import Wording
from callwatch.texts.catalogue import load_texts

_NUMBERS: Final = {"seconds", "held", "n", "share", "total", "minutes", "sure"}
_WORDS: Final = {"who", "other", "again", "side", "pace", "event", "language", "level", "after"}
_SENTENCES: Final = {"sentence", "reason"}
# Their length is known only when they are over; the sentence was made when they began.
_LENGTHS: Final = {CueKind.MONOLOGUE: 0, CueKind.DEAD_AIR: 0, CueKind.SLOW_RESPONSE: 1}
_LENGTH_KEYS: Final = {CueKind.SLOW_RESPONSE: "slow"}
_RULE_NAME: Final = re.compile(r" \((?:rule|regel) [\w.-]+\)")
_PARTS: Final = ("said.pitch", "said.level", "said.high")


def evidence_of(cue: Cue, wording: Wording) -> str:
    """How a cue was noticed, as a sentence after another."""
    told = without_rule(_evidence(cue, wording))
    return told[:1].upper() + told[1:]


def without_rule(sentence: str) -> str:
    """The sentence without a rule's name, which is for those who mend phrases: report.json has it."""
    return _RULE_NAME.sub("", sentence)


def _evidence(cue: Cue, wording: Wording) -> str:
    if cue.kind in _LENGTHS and cue.value is not None:
        key = _LENGTH_KEYS.get(cue.kind, cue.kind.value)
        seconds = wording.number(cue.value, _LENGTHS[cue.kind])
        return wording.t(f"said.{key}", seconds=seconds)
    return retold(cue.evidence, wording)


def retold(sentence: str, wording: Wording) -> str:
    """The sentence in the wording's language; as it is when it is unknown."""
    if wording.language is Language.EN:
        return sentence
    for key, pattern in _patterns().items():
        found = pattern.fullmatch(sentence)
        if found is not None:
            values = {name: _value(name, text, wording) for name, text in found.groupdict().items()}
            told = wording.texts[key].format(**values)
            return told[:1].upper() + told[1:] if sentence[:1].isupper() else told
    return sentence


def _value(name: str, text: str, wording: Wording) -> str:
    if name in _NUMBERS:
        return text.replace(".", wording.texts["page.decimal"])
    if name in _WORDS:
        return wording.texts[_words()[text]]
    if name in _SENTENCES:
        return retold(text, wording)
    if name == "parts":
        return wording.listing([retold(part, wording) for part in re.split(", | and ", text)])
    return text


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    english = load_texts("report", Language.EN)
    return {
        key: re.compile(_pattern(text), re.DOTALL)
        for key, text in english.items()
        if key.startswith("said.")
    }


def _pattern(template: str) -> str:
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P<{name}>{_group(name)})")
    return "".join(parts)


def _group(name: str) -> str:
    if name in _NUMBERS:
        return r"-?\d+(?:\.\d+)?"
    if name in _WORDS:
        return "|".join(sorted(map(re.escape, _words()), key=len, reverse=True))
    if name == "parts":
        english = load_texts("report", Language.EN)
        part = "|".join(re.sub(r"\(\?P<n>", "(?:", _pattern(english[key])) for key in _PARTS)
        return rf"(?:{part})(?:(?:, | and )(?:{part}))*"
    return ".+?"


@cache
def _words() -> Mapping[str, str]:
    """English word -> key of its text."""
    english = load_texts("report", Language.EN)
    return {text: key for key, text in english.items() if key.startswith(("said_word.", "level."))}
