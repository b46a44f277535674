"""Whether the call is being brought to its end: somebody has said goodbye.

Only at the end of what was said, and with little before it: "I said goodbye to my old phone" and
"jeg vil ha det" are no goodbyes. A turn that goes on after it takes it back. Called by the analysis
thread.
"""

import json
import re
from importlib.resources import files
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.events import Event, FloorReleased, PartialTranscribed, UtteranceFinished

# "All right, thank you very much then, goodbye": with more words before it, it may be told of.
MOST_WORDS_BEFORE: Final = 6
# A turn that lasts this long after it is no farewell: the talk goes on.
GOES_ON_S: Final = 6.0


class GoodbyeDetector:
    """Events of the call in; `is_said`."""

    def __init__(self, language: Language) -> None:
        data = files("callwatch.session").joinpath("goodbyes.json").read_text(encoding="utf-8")
        phrases = json.loads(data)[language.value]
        self._at_the_end = [phrase.split() for phrase in phrases["at_the_end"]]
        self._alone = [phrase.split() for phrase in phrases["alone"]]
        self._said_s: float | None = None

    @property
    def is_said(self) -> bool:
        """Whether goodbye was said and the talk has not gone on since."""
        return self._said_s is not None

    def on_event(self, event: Event) -> bool:
        """Take one event of the call; True when goodbye has just been said."""
        match event:
            case UtteranceFinished(utterance=said) | PartialTranscribed(utterance=said):
                if self.ends_with_goodbye(said.text):
                    was_said, self._said_s = self.is_said, said.span.end_s
                    return not was_said
            case FloorReleased(span=span) if self._said_s is not None:
                if span.end_s - max(span.start_s, self._said_s) >= GOES_ON_S:
                    self._said_s = None
            case _:
                pass
        return False

    def ends_with_goodbye(self, text: str) -> bool:
        """Whether the last thing that is said in `text` is a goodbye."""
        sentence = re.split(r"[.!?;:]", text.strip(" .,!?;:"))[-1]
        words, clause = _words(sentence), _words(sentence.rpartition(",")[2])
        return clause in self._alone or any(
            words[-len(phrase) :] == phrase and len(words) - len(phrase) <= MOST_WORDS_BEFORE
            for phrase in self._at_the_end
        )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("'", "").replace("’", ""))
