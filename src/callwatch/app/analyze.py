"""Recordings in, reports out, as fast as the machine allows."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callwatch.app.calls import CallFactory, CallOutcome, CallPlan, output_folders, progress_sink
from callwatch.audio.files import open_recording
from callwatch.audio.recorded_at import began_at, rfc3339
from callwatch.config import Config
from callwatch.core.channels import Channel
from callwatch.core.closing import ClosedByWith
from callwatch.core.files import path_text
from callwatch.speech.whisper import WhisperConfig

# The longer the blocks, the less they cost: each stage stays in the processor's cache for longer
# (2 s instead of 0.5 s save a sixth). No cue depends on it, and notes on the input come when a
# block ends. So do words on the call clock: a call in which words are heard has shorter ones.
BLOCK_S = 0.5
WORDLESS_BLOCK_S = 2.0
# Nobody waits for a partial result of a recording. The customer's are decoded every 4 s, so that a threat in a
# long turn is known soon after it, at a fifth of what those of a live call cost: as many threats are found, and
# as few false ones. Without any they are fewer, and come after long turns. The agent's are not decoded at all.
WHISPER = WhisperConfig(
    first_interim_s=4.0, customer_interim_every_s=4.0, agent_interim_every_s=math.inf
)


@dataclass(frozen=True, slots=True)
class AnalysisInput:
    """A two-channel recording, or two mono ones.

    `started_at` (RFC 3339, UTC) and `agent_id` where more is known than the file itself says.
    """

    path: Path | None = None
    agent_file: Path | None = None
    customer_file: Path | None = None
    started_at: str | None = None
    agent_id: str | None = None

    @property
    def main_path(self) -> Path:
        """The file that names the report."""
        path = self.path or self.agent_file
        if path is None:
            raise ValueError("an analysis needs a recording")
        return path


class Analysis(ClosedByWith):
    """One configuration for many recordings."""

    def __init__(self, config: Config) -> None:
        self.desk = CallFactory(config, WHISPER)

    @property
    def explanation(self) -> str:
        """Which recogniser was chosen, and why."""
        return self.desk.choice.explanation

    def close(self) -> None:
        """Free the recogniser."""
        self.desk.close()


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A recording that waits for its analysis; opening it may fail with an InputError."""

    desk: CallFactory
    item: AnalysisInput
    folder: Path
    channels: tuple[Channel, Channel]
    in_history: bool

    @property
    def name(self) -> str:
        """What the progress bar says."""
        return path_text(self.item.main_path.name)

    def run(self, advance: Callable[[float, float | None], None]) -> CallOutcome:
        """Analyse it and write its report; `advance(reached_s, total_s)` is called with the progress."""
        source = open_recording(
            self.item.path,
            agent_file=self.item.agent_file,
            customer_file=self.item.customer_file,
            channels=self.channels,
            block_s=BLOCK_S if self.desk.with_words else WORDLESS_BLOCK_S,
        )
        with source:
            plan = CallPlan(
                source,
                self.name,
                self.folder,
                live=False,
                in_history=self.in_history,
                is_recording=True,
                call_id=self._content_id(),
                started_at=self.item.started_at
                or rfc3339(began_at(self.item.main_path, source.duration_s)),
                agent_id=self.item.agent_id,
            )
            return self.desk.open(plan, (progress_sink(advance, source.duration_s),)).run()

    def _content_id(self) -> str:
        agent = self.item.agent_id or self.desk.config.call.agent_id or None
        digests = []
        for path in (self.item.path, self.item.agent_file, self.item.customer_file):
            if path is not None:
                with path.open("rb") as file:
                    digests.append(hashlib.file_digest(file, "sha256").digest())
        return content_id(digests, agent, self.channels)


def content_id(
    digests: Sequence[bytes], agent_id: str | None, channels: tuple[Channel, Channel]
) -> str:
    """The id of a recording's call, by the SHA-256 of its one or two files.

    The same for the same sound of the same agent: measured again, it is counted once.
    """
    known = hashlib.sha256(f"{agent_id or ''}\0{channels[0].value}\0".encode())
    for digest in digests:
        known.update(digest)
    return known.hexdigest()[:16]


def analyze_calls(
    analysis: Analysis,
    items: Sequence[AnalysisInput],
    out_dir: Path,
    channels: tuple[Channel, Channel],
    *,
    in_history: bool,
    reserved: Sequence[str] = (),
) -> Iterator[PendingCall]:
    """The recordings, each with its folder; `reserved` are names that no folder gets."""
    folders = output_folders(out_dir, [item.main_path.stem for item in items], reserved)
    for item, folder in zip(items, folders, strict=True):
        yield PendingCall(analysis.desk, item, folder, channels, in_history)
