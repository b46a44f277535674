"""Swapped channels: the customer's channel greets as an agent does."""

import json
import re
from dataclasses import dataclass
from importlib.resources import files

from callwatch.core.channels import Channel, Language
from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.core.words import Utterance


@dataclass(frozen=True, slots=True)
class SwappedConfig:
    """Where greetings are looked for."""

    # Agents greet in their first sentence; later the same words may be quoted.
    first_s: float = 45.0


class SwappedChannelDetector:
    """Listens to the first words of both sides."""

    def __init__(self, language: Language, config: SwappedConfig | None = None) -> None:
        self._config = config or SwappedConfig()
        text = (
            files("callwatch.voice.quality").joinpath("greetings.json").read_text(encoding="utf-8")
        )
        phrases = "|".join(re.escape(phrase) for phrase in json.loads(text)[language.value])
        self._pattern = re.compile(rf"\b(?:{phrases})\b")
        self._is_done = False

    def hear(self, utterance: Utterance) -> list[InputWarning]:
        """A note when the wrong side greets; at most one in a call."""
        if self._is_done or utterance.span.start_s > self._config.first_s:
            return []
        plain = " ".join(re.findall(r"[\w']+", utterance.text.lower().replace("’", "'")))
        if not self._pattern.search(plain):
            return []
        self._is_done = True
        if utterance.channel is Channel.AGENT:
            return []
        return [InputWarning(utterance.consumed_s, None, Fact("swapped_channels"))]
