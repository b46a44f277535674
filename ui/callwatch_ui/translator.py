"""The app's texts in one language. No Qt in here."""

from dataclasses import dataclass

from callwatch.core.channels import Language
from callwatch.core.cues import CueKind
from callwatch.core.escalation import EscalationLevel
from callwatch.texts.catalogue import load_texts


@dataclass(slots=True)
class Translator:
    """The texts of `app.<language>.toml`; all parts of the app hold one, whose language may change."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """One text with its fields filled in; an unknown key raises KeyError."""
        return load_texts("app", self.language)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in load_texts("app", self.language)

    def level(self, level: EscalationLevel) -> str:
        """Word for an escalation level."""
        return self(f"level.{level}")

    def step(self, step: CueKind) -> str:
        """Word for a step of the method."""
        return self(f"step.{step}")
