"""One recording of an archive and what is known of it before it is heard."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from callwatch.app.analyze import AnalysisInput
from callwatch.audio.recorded_at import rfc3339
from callwatch.core.channels import Language
from callwatch.core.files import path_text


@dataclass(frozen=True, slots=True)
class CallDetails:
    """What a manifest or a file name says of a call; None and "" where it says nothing.

    `started_at` knows its zone; `agent_id` is a pseudonym.
    """

    started_at: datetime | None = None
    agent_id: str | None = None
    queue: str = ""
    language: Language | None = None

    def or_else(self, other: "CallDetails") -> "CallDetails":
        """These details, and those of `other` where these say nothing."""
        return CallDetails(
            self.started_at or other.started_at,
            self.agent_id or other.agent_id,
            self.queue or other.queue,
            self.language or other.language,
        )

    @property
    def started_text(self) -> str | None:
        """The start in RFC 3339, UTC, whole seconds."""
        return None if self.started_at is None else rfc3339(self.started_at)


@dataclass(frozen=True, slots=True)
class Recording:
    """A two-channel file, or the mono files of the agent and of the customer.

    files   one or two paths or addresses, as their source names them; between folders is a slash, on Windows too
    """

    files: tuple[str, ...]
    details: CallDetails = CallDetails()

    @property
    def name(self) -> str:
        """The first file's name, fit to be printed whatever its bytes are."""
        return path_text(self.files[0].rsplit("/", 1)[-1])

    @property
    def locator(self) -> str:
        """Where it lies: the paths or addresses, fit to be printed."""
        return " + ".join(path_text(file) for file in self.files)

    @property
    def stem(self) -> str:
        """The first file's name without its ending."""
        return Path(self.files[0]).stem

    def with_details(self, details: CallDetails) -> "Recording":
        """The same recording, of which this is known."""
        return replace(self, details=details)

    def local(self) -> AnalysisInput:
        """The files as an analysis takes them; for recordings on this machine."""
        first, *second = map(Path, self.files)
        started, agent = self.details.started_text, self.details.agent_id
        if second:
            return AnalysisInput(None, first, second[0], started, agent)
        return AnalysisInput(first, started_at=started, agent_id=agent)
