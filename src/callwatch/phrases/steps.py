"""The steps of the method in what an agent said: acknowledgement, refocus, solution, and blaming.

Rules only: what agents say in these moments is short and learnt, and a wrong tick costs little.
"""

from dataclasses import dataclass
from pathlib import Path

from callwatch.core.channels import Language
from callwatch.core.cues import CueKind
from callwatch.core.facts import Fact
from callwatch.phrases.pack import Pack, load_pack
from callwatch.phrases.rules import RuleSet
from callwatch.phrases.text import normalise


@dataclass(frozen=True, slots=True)
class StepMatch:
    """One step. `start`/`end` are character offsets in the text that was given."""

    step: CueKind
    text: str
    start: int
    end: int
    evidence: Fact


class StepMatcher:
    """Finds the steps in utterances of one language."""

    def __init__(self, pack: Pack) -> None:
        self.language = pack.language
        self._rewrites = pack.rewrites
        self._rules = RuleSet(pack.steps.values(), pack.classes)

    @classmethod
    def for_language(cls, language: Language, override_dir: Path | None = None) -> "StepMatcher":
        """The steps of the shipped pack, with the organisation's own on top."""
        return cls(load_pack(language, override_dir))

    def match(self, text: str) -> list[StepMatch]:
        """At most one match a step, the first one, in the order of the text."""
        read = normalise(text, self._rewrites)
        found: dict[str, StepMatch] = {}
        for hit in self._rules.search(read):
            start, end = read.offsets(hit.first, hit.last)
            step = hit.rule.labels[0]
            if step not in found or start < found[step].start:
                said = text[start:end]
                evidence = Fact("phrase", {"what": "rule", "said": said, "rule": hit.rule.id})
                found[step] = StepMatch(CueKind(step), said, start, end, evidence)
        return sorted(found.values(), key=lambda match: match.start)
