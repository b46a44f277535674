"""Method cues from what the agent says: acknowledgement, refocus, solution, and blaming.

Only finished utterances are judged, and only the agent's. Blaming counts while the customer is
upset (`set_upset`): "did you fill in the form?" is an honest question in a calm call. What is
judged is the wording, never a mood. Threads: one calls all methods, in the order of the call.
"""

from dataclasses import dataclass
from typing import Protocol

from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, Event
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.phrases.steps import StepMatch
from callwatch.phrases.words import words_under


class Steps(Protocol):
    """What finds steps in a text; `StepMatcher` does."""

    def match(self, text: str) -> list[StepMatch]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class MethodConfig:
    """When a step counts."""

    # Mean confidence of the words of a step: below this the recogniser was guessing.
    min_confidence: float = 0.45
    # The same step again so soon is the same step in more words.
    repeat_after_s: float = 8.0


class MethodDetector:
    """Utterances of the agent in, cues of the method out."""

    def __init__(self, matcher: Steps, config: MethodConfig | None = None) -> None:
        self._matcher = matcher
        self._config = config or MethodConfig()
        self._upset = False
        self._last_s: dict[CueKind, float] = {}
        self._count = 0

    def set_upset(self, upset: bool) -> None:
        """Whether the customer is upset now (raised voice, a threat, a heated call)."""
        self._upset = upset

    def hear(self, utterance: Utterance) -> list[Event]:
        """Events of one utterance: each step opens and closes at once."""
        if utterance.channel is not Channel.AGENT or not utterance.is_final:
            return []
        out: list[Event] = []
        for match in self._matcher.match(utterance.text):
            if match.step is CueKind.BLAMING and not self._upset:
                continue
            words = words_under(utterance.words, match.start, match.end)
            if not words:
                continue
            heard = sum(min(1.0, max(0.0, word.confidence)) for word in words) / len(words)
            span = TimeSpan(words[0].span.start_s, max(word.span.end_s for word in words))
            if heard < self._config.min_confidence or self._is_repeat(match.step, span):
                continue
            self._last_s[match.step] = span.end_s
            self._count += 1
            cue_id = f"method-{self._count}"
            cue = Cue(
                match.step,
                Channel.AGENT,
                span,
                utterance.consumed_s,
                round(heard, 3),
                match.evidence,
                utterance_id=utterance.id,
            )
            out += [
                CueOpened(utterance.consumed_s, cue_id, cue),
                CueClosed(utterance.consumed_s, cue_id, cue),
            ]
        return out

    def _is_repeat(self, step: CueKind, span: TimeSpan) -> bool:
        return (
            step in self._last_s and span.start_s - self._last_s[step] < self._config.repeat_after_s
        )
