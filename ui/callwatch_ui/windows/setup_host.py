"""What the first run needs from the engine, as plain values. No Qt in here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callwatch.core.channels import Channel, Language
from callwatch_ui.windows.mic_check import LevelReading


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: a stable name ("": what the system uses) and what a person reads."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SetupResult:
    """What was chosen."""

    language: Language
    agent_device: str
    customer_device: str
    engine: str
    auto_calls: bool = True


@dataclass(frozen=True, slots=True)
class Recogniser:
    """What would hear the words of a language: `found` is here already, `offer` can be fetched.

    Both: the words are heard, and what is offered reads what they mean. Both empty: this
    installation cannot hear words in that language.
    """

    found: str = ""
    offer: str = ""
    size_mb: int = 0
    licence: str = ""
    site: str = ""


class DownloadPhase(StrEnum):
    """How far a download is; each has its sentence in the texts."""

    RUNNING = "running"
    CHECKING = "checking"
    PAUSED = "paused"
    DONE = "done"
    BROKEN_OFF = "broken_off"
    NO_ROOM = "no_room"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DownloadReport:
    """A download at one moment; `percent` 0..100."""

    phase: DownloadPhase
    percent: int


class Download(Protocol):
    """A download that goes on in a thread of its own."""

    def pause(self) -> None:
        """Stop; what has come is kept, and the next download goes on from there."""

    def forget(self) -> None:
        """Nobody looks at it any more; it goes on."""


class Listening(Protocol):
    """Open devices."""

    def close(self) -> None:
        """Let go of them."""


class SetupHost(Protocol):
    """What the first run needs from the engine."""

    @property
    def keeps_audio(self) -> bool:
        """Whether the organisation has the sound of calls kept."""

    def devices(self, side: Channel) -> Sequence[Choice]:
        """What may be that side: microphones, or what is played. The system's own choice first."""

    def current(self) -> tuple[str, str]:
        """The agent's and the customer's device in the settings; "" for none."""

    def recogniser(self, language: Language) -> Recogniser:
        """What hears the words of that language, or could."""

    def download(self, name: str, sink: Callable[[DownloadReport], None]) -> Download:
        """Fetch this recogniser, or look on while it is fetched; `sink` is called from any thread."""

    def listen(self, agent: str, customer: str, sink: Callable[[LevelReading], None]) -> Listening:
        """Open both and tell levels some ten times a second; raises InputError."""

    def play_tone(self, customer: str) -> None:
        """Begin to play a soft tone where the customer's voice is played; returns at once."""

    def preview(self, language: Language) -> None:
        """Play twenty seconds of the demo call under the overlay, with its sound."""

    def close(self) -> None:
        """The app ends."""
