"""Why a match is one, in plain words: the rule that knows the words, or the known threats most like them.

`examples/<language>.txt` holds sentences that the judges learnt from, a category and a sentence a line.
"""

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.facts import Fact
from callwatch.phrases.pack import Pack, load_pack
from callwatch.phrases.text import normalise

EXAMPLE_DIR: Final = Path(__file__).parent / "examples"
_SHOWN: Final = 2
# What the customer says that they want or will do. A wish is a wish: a threat is named as one only
# where it is one.
DEMANDS: Final = {
    ThreatCategory.LEAVE: "says that they will leave",
    ThreatCategory.PUBLICITY: "says that they will tell others",
    ThreatCategory.MEDIA: "says that they will go to the press",
    ThreatCategory.MANAGER: "wants somebody above you",
    ThreatCategory.LEGAL: "speaks of legal steps",
    ThreatCategory.PHYSICAL: "threatens with violence",
    ThreatCategory.SELF_HARM: "may be in danger",
    ThreatCategory.INSULT: "insults a person",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A known threat, with its words as rules see them."""

    text: str
    words: frozenset[str]


class Explainer:
    """Reasons for the matches of one language."""

    def __init__(self, language: Language, override_dir: Path | None = None) -> None:
        """`override_dir`: the organisation's own packs, whose rules are told apart as such."""
        self._pack: Pack = load_pack(language, override_dir)
        self._examples = load_examples(language)
        known = [one.words for some in self._examples.values() for one in some]
        self._spread = Counter(word for words in known for word in words)
        self._count = max(1, len(known))

    def why(self, category: ThreatCategory, evidence: Fact, text: str) -> str:
        """One sentence; `text` is the whole utterance in which the match lies."""
        said = evidence.params.get("said", "")
        begin = f"The customer {DEMANDS[category]}: '{said}'."
        rule = evidence.params.get("rule")
        if rule is not None:
            known = self._pack.rules.get(str(rule))
            whose = "your own rule" if known is not None and known.own else "the rule"
            return f"{begin} {whose.capitalize()} {rule} knows these words."
        nearest = self.nearest(category, text)
        if not nearest:
            return f"{begin} No rule knows these words; they are worded like known threats."
        like = " and ".join(f"'{one}'" for one in nearest)
        return f"{begin} No rule knows these words; most like them are {like}."

    def nearest(self, category: ThreatCategory, text: str) -> list[str]:
        """The known threats of the category that share the most telling words with `text`."""
        words = _words(text, self._pack)
        ranked = sorted(
            (-self._likeness(words, one.words), one.text)
            for one in self._examples.get(category, ())
        )
        return [example for likeness, example in ranked[:_SHOWN] if likeness < 0.0]

    def _likeness(self, one: frozenset[str], other: frozenset[str]) -> float:
        """Shared words, rare ones for more, over the length of both (cosine)."""

        def weight(words: frozenset[str]) -> float:
            return sum(math.log(1 + self._count / (1 + self._spread[word])) for word in words)

        both = weight(one & other)
        return both / math.sqrt(max(1e-9, weight(one) * weight(other))) if both else 0.0


@lru_cache(maxsize=len(Language))
def load_examples(language: Language) -> dict[ThreatCategory, tuple[Example, ...]]:
    """The known threats of a language by category; none where the file is absent."""
    path = EXAMPLE_DIR / f"{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pack = load_pack(language)
    out: dict[ThreatCategory, list[Example]] = {}
    for line in lines:
        category, _, text = line.partition("\t")
        out.setdefault(ThreatCategory(category), []).append(Example(text, _words(text, pack)))
    return {category: tuple(some) for category, some in out.items()}


def _words(text: str, pack: Pack) -> frozenset[str]:
    return frozenset(word.text for word in normalise(text, pack.rewrites).words)
