"""Threats in what a customer said: rules first, then a classifier for wording that no rule foresaw.

Nothing here keeps state between utterances; one matcher may be used by one thread at a time.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.phrases.classifier import CATEGORIES, Classifier, Floats, load_classifier
from callwatch.phrases.features import Feature, FeatureReader
from callwatch.phrases.pack import Pack, load_pack
from callwatch.phrases.rules import Hit, RuleSet
from callwatch.phrases.text import NormText, NormWord, normalise

# Long monologues are read in windows: threats are short, and sums over many words drown them.
WINDOW_WORDS: Final = 40
WINDOW_STEP: Final = 28


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """When a match counts."""

    # The classifier, with a weak rule on its side: about as likely as not.
    classifier_min: float = 0.45
    # The same when not even a weak rule of the category found anything: talk about something else
    # altogether may look like a threat to sums of small weights.
    bare_min: float = 0.60
    # A strong rule is believed unless the classifier is nearly sure of the opposite.
    rule_veto: float = 0.03
    # What a strong rule is worth when the classifier agrees less than this.
    rule_score: float = 0.80


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """One threat. `start`/`end` are character offsets in the text that was given, `score` 0..1.

    `by_rule` false: no rule knows these words; the classifier judged by their likeness alone.
    """

    category: ThreatCategory
    text: str
    start: int
    end: int
    score: float
    evidence: str
    by_rule: bool = True


class PhraseMatcher:
    """Finds the eight categories of threats in utterances of one language."""

    def __init__(
        self, pack: Pack, classifier: Classifier | None, config: MatchConfig | None = None
    ) -> None:
        self.language = pack.language
        self._pack = pack
        self._rules = RuleSet(pack.rules.values(), pack.classes)
        self._guards = RuleSet(pack.guards.values(), pack.classes, reach=True)
        self._features = FeatureReader(pack)
        self._classifier = classifier
        self._config = config or MatchConfig()

    @classmethod
    def for_language(cls, language: Language, override_dir: Path | None = None) -> "PhraseMatcher":
        """The shipped pack and weights; `override_dir` may hold the organisation's own pack."""
        return cls(load_pack(language, override_dir), load_classifier(language))

    def match(self, text: str) -> list[PhraseMatch]:
        """Threats in one utterance, at most one a category, in the order of their place."""
        whole = normalise(text, self._pack.rewrites)
        best: dict[ThreatCategory, PhraseMatch] = {}
        for window in windows(whole):
            for match in self._match(window):
                if match.category not in best or match.score > best[match.category].score:
                    best[match.category] = match
        return sorted(best.values(), key=lambda match: (match.start, match.category))

    def features(self, text: NormText) -> list[Feature]:
        """What the classifier sees (for training)."""
        hits, guards = self._search(text)
        return self._features.read(text, hits, guards)

    def _search(self, text: NormText) -> tuple[list[Hit], list[Hit]]:
        guards = self._guards.search(text)
        hits = [
            hit
            for hit in self._rules.search(text)
            if not any(
                hit.rule.labels[0] in g.rule.labels and g.overlaps(hit.first, hit.last)
                for g in guards
            )
        ]
        return hits, guards

    def _match(self, text: NormText) -> list[PhraseMatch]:
        if not text.words:
            return []
        hits, guards = self._search(text)
        strong: dict[str, Hit] = {}
        hinted = {hit.rule.labels[0] for hit in hits}
        for hit in hits:
            if hit.rule.strong:
                strong.setdefault(hit.rule.labels[0], hit)
        if self._classifier is None:
            return [self._from_rule(text, hit, self._config.rule_score) for hit in strong.values()]
        features = self._features.read(text, hits, guards)
        logits = self._classifier.logits(features)
        out: list[PhraseMatch] = []
        for number, category in enumerate(CATEGORIES):
            sure = 1.0 / (1.0 + math.exp(-float(max(-30.0, min(30.0, logits[number])))))
            if category in strong:
                if sure >= self._config.rule_veto:
                    out.append(
                        self._from_rule(text, strong[category], max(sure, self._config.rule_score))
                    )
            elif sure >= (
                self._config.classifier_min if category in hinted else self._config.bare_min
            ):
                carriers = self._classifier.carriers(features, number, len(text.words))
                out.append(_from_words(text, category, sure, carriers))
        return out

    def _from_rule(self, text: NormText, hit: Hit, score: float) -> PhraseMatch:
        start, end = text.offsets(hit.first, hit.last)
        said = text.original[start:end]
        category = ThreatCategory(hit.rule.labels[0])
        return PhraseMatch(
            category, said, start, end, round(score, 3), f"Said '{said}' (rule {hit.rule.id})."
        )


def _from_words(
    text: NormText, category: ThreatCategory, sure: float, carriers: Floats
) -> PhraseMatch:
    first, last = heaviest_run([float(weight) for weight in carriers])
    start, end = text.offsets(first, last)
    said = text.original[start:end]
    evidence = f"Said '{said}', worded like a threat of this kind ({sure:.2f})."
    return PhraseMatch(category, said, start, end, round(sure, 3), evidence, by_rule=False)


def heaviest_run(weights: list[float]) -> tuple[int, int]:
    """The run [first, last) with the greatest sum; one word when all are below 0."""
    best, best_run = -math.inf, (0, len(weights))
    total, first = 0.0, 0
    for place, weight in enumerate(weights):
        if total <= 0.0:
            total, first = 0.0, place
        total += weight
        if total > best:
            best, best_run = total, (first, place + 1)
    return best_run


def windows(text: NormText) -> list[NormText]:
    """The text itself, or overlapping parts of WINDOW_WORDS words when it is longer."""
    if len(text.words) <= WINDOW_WORDS:
        return [text]
    out: list[NormText] = []
    for first in range(0, len(text.words) - (WINDOW_WORDS - WINDOW_STEP), WINDOW_STEP):
        last = min(first + WINDOW_WORDS, len(text.words))
        out.append(_part(text, first, last))
    return out


def _part(text: NormText, first: int, last: int) -> NormText:
    words: tuple[NormWord, ...] = text.words[first:last]
    begin = text.starts[first]
    end = text.starts[last] if last < len(text.starts) else len(text.line)
    line = "¶ " + text.line[begin:end]
    starts = tuple(start - begin + 2 for start in text.starts[first:last])
    return NormText(text.original, words, line if line.endswith("¶ ") else line + "¶ ", starts)
