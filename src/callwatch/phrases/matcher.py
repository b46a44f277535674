"""Threats in what a customer said: rules, a classifier of wording, and a judge of meaning.

Nothing here keeps state between utterances; one matcher may be used by one thread at a time.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.facts import Fact
from callwatch.phrases.classifier import CATEGORIES, Classifier, load_classifier
from callwatch.phrases.embeddings import why_no_embeddings
from callwatch.phrases.features import Feature, FeatureReader
from callwatch.phrases.meaning import MeaningReader, load_meaning
from callwatch.phrases.pack import Pack, load_pack
from callwatch.phrases.rules import Hit, RuleSet
from callwatch.phrases.text import NormText, NormWord, normalise

# Long monologues are read in windows: threats are short, and sums over many words drown them.
WINDOW_WORDS: Final = 40
WINDOW_STEP: Final = 28
# Whom a hit is turned on is said so many words from it.
NEAR_WORDS: Final = 4
NUMBER: Final = {category.value: number for number, category in enumerate(CATEGORIES)}
# Words that only English has: where one is said in another language, people swear and threaten in
# English too.
_ENGLISH: Final = frozenset(
    {"you", "your", "u", "fuck", "fucking", "fucked", "hell", "shut", "ass", "asshole", "bastard"}
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How sure the judges must be, as a probability. Chosen for few false alarms first, on sentences
    and ordinary talk that no judge had learnt, all languages together."""

    # Without a strong rule: lower bounds find more threats that are told obliquely, and in ordinary
    # talk more that are none.
    likeness: float = 0.75
    # With a weak rule of an urgent category: its words are in much that people say every day.
    likeness_urgent: float = 0.90
    # A strong rule is believed unless the judges are nearly sure of the opposite.
    veto: float = 0.40
    # An urgent card interrupts somebody's work: its rule and the judges must agree.
    veto_urgent: float = 0.80
    # Less where the words are turned on the listener ("you") or, of self-harm, on the speaker.
    veto_direct: float = 0.50

    def veto_of(self, category: ThreatCategory, *, direct: bool) -> float:
        """What the judges must give a strong rule."""
        if not category.is_urgent:
            return self.veto
        return self.veto_direct if direct else self.veto_urgent

    def without_rule(self, category: ThreatCategory, *, hinted: bool) -> float:
        """What likeness must reach; no likeness is enough to tell of danger to life."""
        if not category.is_urgent:
            return self.likeness
        return self.likeness_urgent if hinted else math.inf


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """When a match counts. Shares were chosen by cross-validation over whole files."""

    bounds: Bounds = Bounds()
    # The log odds of wording and of meaning are added with these weights, then moved: the sum is
    # a probability again (fitted to sentences that neither judge had learnt).
    wording_weight: float = 0.52
    meaning_weight: float = 0.45
    shift: float = 0.28
    # What a strong rule is worth when the judges agree less than this.
    rule_score: float = 0.80
    # Without a strong rule the wording must lean to the category (log odds) whatever the meaning: of
    # what the meaning alone finds in ordinary talk most is none. Reading it is slow, and most lines
    # lean to nothing.
    least_wording: float = 0.5
    # In a long line many words that each weigh little add up to that: the wording must lean so far there.
    long_words: int = 20
    least_wording_long: float = 2.0
    # A strong rule and wording as sure as this (log odds): the meaning changes nothing, and is not read.
    settled_wording: float = 2.0
    # Without a rule it must be surer still.
    settled_likeness: float = 4.0
    # Reading a meaning costs as much CPU as a hundred readings of the wording: of a text without
    # end, only the windows whose wording is most like a threat.
    meaning_windows: int = 6


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
    evidence: Fact
    by_rule: bool = True


class PhraseMatcher:
    """Finds the eight categories of threats in utterances of one language."""

    def __init__(
        self,
        pack: Pack,
        classifier: Classifier | None,
        config: MatchConfig | None = None,
        meaning: MeaningReader | None = None,
    ) -> None:
        self.language = pack.language
        self._pack = pack
        self._rules = RuleSet(pack.rules.values(), pack.classes)
        self._guards = RuleSet(pack.guards.values(), pack.classes, reach=True)
        frames = pack.frames.values()
        self._frames = RuleSet((one for one in frames if not one.direct), pack.classes)
        self._direct = RuleSet((one for one in frames if one.direct), pack.classes)
        self._features = FeatureReader(pack)
        self._classifier = classifier
        self._config = config or MatchConfig()
        self._meaning = meaning
        self._english: PhraseMatcher | None = None

    @classmethod
    def for_language(
        cls, language: Language, override_dir: Path | None = None, *, embeddings: bool = False
    ) -> "PhraseMatcher":
        """The shipped pack and weights; `override_dir` may hold the organisation's own pack.

        `embeddings`: meanings are read too where this machine can (`why_no_embeddings`).
        """
        meaning = load_meaning() if embeddings and not why_no_embeddings() else None
        pack = load_pack(language, override_dir)
        matcher = cls(pack, load_classifier(language), None, meaning)
        if language is not Language.EN:
            # Rules alone: the classifier has learnt nothing of the words around them.
            matcher._english = cls(load_pack(Language.EN), None)
        return matcher

    def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
        """Threats in one utterance, at most one a category, in the order of their place.

        Not `thorough`: the meaning is not read, for texts that will be read again (a partial
        result comes several times a second).
        """
        read = [
            self._read(part) for part in windows(normalise(text, self._pack.rewrites)) if part.words
        ]
        if thorough and self._meaning is not None and self._classifier is not None:
            doubtful = [part for part in read if self._is_doubtful(part)]
            doubtful.sort(key=lambda part: part.likeness, reverse=True)
            for part in doubtful[: self._config.meaning_windows]:
                part.meaning = self._meaning.logits(part.said)
        best: dict[ThreatCategory, PhraseMatch] = {}
        for part in read:
            for match in self._judge(part):
                if match.category not in best or match.score > best[match.category].score:
                    best[match.category] = match
        for match in self._in_english(text, read):
            best.setdefault(match.category, match)
        return sorted(best.values(), key=lambda match: (match.start, match.category))

    def _in_english(self, text: str, read: list["_Reading"]) -> list[PhraseMatch]:
        """What a rule knows of English words in a call in another language."""
        if self._english is None:
            return []
        if not any(word.text in _ENGLISH for part in read for word in part.text.words):
            return []
        return self._english.match(text)

    def _is_doubtful(self, part: "_Reading") -> bool:
        """Whether the meaning may change the answer: most talk is plainly harmless by its words."""
        strong = {hit.rule.labels[0] for hit in part.hits if hit.rule.strong}
        if any(part.wording[NUMBER[one]] < self._config.settled_wording for one in strong):
            return True
        return any(
            category not in strong
            and part.wording[NUMBER[category]] < self._config.settled_likeness
            and self._may_count(part, category)
            for category in CATEGORIES
        )

    def _may_count(self, part: "_Reading", category: ThreatCategory) -> bool:
        """Whether likeness may be reported without a strong rule, if it is great enough."""
        config = self._config
        is_long = len(part.text.words) >= config.long_words
        least = config.least_wording_long if is_long else config.least_wording
        if part.wording[NUMBER[category]] < least or category in part.silenced:
            return False
        hinted = any(category == hit.rule.labels[0] for hit in part.hits)
        if math.isinf(config.bounds.without_rule(category, hinted=hinted)):
            return False
        return self._has_frame(part.text, category)

    def features(self, text: NormText) -> list[Feature]:
        """What the classifier sees (for training)."""
        hits, guards = self._search(text)
        return self._features.read(text, hits, guards)

    def likeness(self, text: str) -> float:
        """How much the wording is like a threat of any kind, in log odds (for training)."""
        parts = windows(normalise(text, self._pack.rewrites))
        return max((self._read(part).likeness for part in parts if part.words), default=-math.inf)

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

    def _read(self, text: NormText) -> "_Reading":
        hits, guards = self._search(text)
        silenced = frozenset(
            label for g in guards if g.rule.own or g.rule.quotes for label in g.rule.labels
        )
        if self._classifier is None:
            return _Reading(text, hits, silenced)
        features = self._features.read(text, hits, guards)
        return _Reading(text, hits, silenced, features, self._classifier.logits(features))

    def _judge(self, read: "_Reading") -> list[PhraseMatch]:
        strong: dict[str, Hit] = {}
        hinted = {hit.rule.labels[0] for hit in read.hits}
        for hit in sorted(read.hits, key=lambda hit: not hit.rule.own):
            if hit.rule.strong:
                strong.setdefault(hit.rule.labels[0], hit)
        if self._classifier is None:
            score = self._config.rule_score
            return [_from_rule(read.text, hit, score) for hit in strong.values()]
        bounds, sure = self._config.bounds, self._probabilities(read)
        out: list[PhraseMatch] = []
        for number, category in enumerate(CATEGORIES):
            if category in strong:
                hit = strong[category]
                direct = category.is_urgent and self._is_direct(read.text, hit)
                if hit.rule.own or sure[number] >= bounds.veto_of(category, direct=direct):
                    score = max(sure[number], self._config.rule_score)
                    out.append(_from_rule(read.text, hit, score))
                continue
            least = bounds.without_rule(category, hinted=category in hinted)
            if sure[number] >= least and self._may_count(read, category):
                out.append(self._from_judges(read, number, sure[number]))
        return out

    def _is_direct(self, text: NormText, hit: Hit) -> bool:
        """Whether the words at the hit are turned on the listener, or of self-harm on the speaker."""
        first, last = hit.first - NEAR_WORDS, hit.last + NEAR_WORDS
        return any(
            hit.rule.labels[0] in one.rule.labels and one.overlaps(first, last)
            for one in self._direct.search(text)
        )

    def _has_frame(self, text: NormText, category: ThreatCategory) -> bool:
        """Whether the words say who does what to whom, as far as the category needs it."""
        return any(category in hit.rule.labels for hit in self._frames.search(text))

    def _probabilities(self, read: "_Reading") -> list[float]:
        """Each category's probability."""
        odds, config = read.wording, self._config
        if read.meaning is not None:
            odds = config.wording_weight * odds + config.meaning_weight * read.meaning
            odds = odds + config.shift
        return [_probability(one) for one in odds]

    def _from_judges(self, read: "_Reading", number: int, sure: float) -> PhraseMatch:
        """A match that no strong rule made; the words are those that the judges went by."""
        assert self._classifier is not None
        text, meaning = read.text, read.meaning
        by_meaning = meaning is not None and meaning[number] > read.wording[number]
        what = "meaning" if by_meaning else "wording"
        weights = self._classifier.carriers(read.features, number, len(text.words))
        known = [float(weight) for weight in weights]
        run = heaviest_run(known) if max(known) > 0.0 else (0, len(known))
        start, end = text.offsets(*run)
        said = text.original[start:end]
        evidence = Fact("phrase", {"what": what, "said": said, "probability": sure})
        category = CATEGORIES[number]
        return PhraseMatch(category, said, start, end, round(sure, 3), evidence, by_rule=False)


@dataclass(slots=True)
class _Reading:
    """What was found in one window; `wording` and `meaning` are log odds (8,)."""

    text: NormText
    hits: list[Hit]
    # Categories that likeness says nothing of: an organisation's own guard speaks against them, or
    # somebody else's words are quoted.
    silenced: frozenset[str]
    features: list[Feature] = field(default_factory=list)
    wording: FloatArray = field(default_factory=lambda: np.zeros(len(CATEGORIES), dtype=np.float32))
    meaning: FloatArray | None = None

    @property
    def said(self) -> str:
        words = self.text.words
        return self.text.original[words[0].start : words[-1].end]

    @property
    def likeness(self) -> float:
        """How much the wording is like a threat of any kind."""
        return float(self.wording.max())


def _from_rule(text: NormText, hit: Hit, score: float) -> PhraseMatch:
    start, end = text.offsets(hit.first, hit.last)
    said = text.original[start:end]
    category = ThreatCategory(hit.rule.labels[0])
    evidence = Fact("phrase", {"what": "rule", "said": said, "rule": hit.rule.id})
    return PhraseMatch(category, said, start, end, round(score, 3), evidence)


def _probability(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, float(odds)))))


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
