"""The engine of a worker: what `analyze` does to a recording, without files.

Threads: one task at a time uses an engine; a worker has one thread.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from callwatch import __version__
from callwatch.app.analyze import BLOCK_S, WHISPER, WORDLESS_BLOCK_S, AnalysisInput
from callwatch.app.archive.recording import CallDetails
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.audio.files import open_recording
from callwatch.audio.recorded_at import began_at, rfc3339
from callwatch.config import Config
from callwatch.core.channels import Channel, Language
from callwatch.core.summary import CallSummary
from callwatch.session.read_ahead import listened_ahead
from callwatch.session.runner import CallRunner


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What decides the figures of a call."""

    config: Config
    channels: tuple[Channel, Channel] = (Channel.AGENT, Channel.CUSTOMER)

    def key(self) -> str:
        """A name for it: another one when the same recording could give other figures.

        Raises ModelError when the recogniser that is asked for is not there.
        """
        config = self.config
        choice = Engine(self).desk(config.call.language).choice
        said = {
            "version": __version__,
            "engine": choice.engine,
            "model": choice.model,
            "language": config.call.language.value,
            "channels": [channel.value for channel in self.channels],
            "transcript": config.store.words_in_files,
            "nudges": asdict(config.nudges),
            "experimental": repr(config.experimental),
        }
        return hashlib.sha256(
            json.dumps(said, sort_keys=True, default=_plain).encode()
        ).hexdigest()[:32]


class Engine:
    """Measures recordings; the recogniser of each language is loaded once."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.desk = cache(self._desk)

    def _desk(self, language: Language) -> CallFactory:
        config = self.settings.config
        return CallFactory(replace(config, call=replace(config.call, language=language)), WHISPER)

    def measure(
        self,
        item: AnalysisInput,
        name: str,
        call_id: str,
        details: CallDetails,
        written_at: datetime | None = None,
    ) -> CallSummary:
        """The summary of one recording, as `analyze` has it; InputError when it cannot be used.

        `written_at`: when its file was finished, where the file here is a copy.
        """
        config = self.settings.config
        desk = self.desk(details.language or config.call.language)
        source = open_recording(
            item.path,
            agent_file=item.agent_file,
            customer_file=item.customer_file,
            channels=self.settings.channels,
            block_s=BLOCK_S if desk.with_words else WORDLESS_BLOCK_S,
        )
        with source:
            plan = CallPlan(
                source,
                name,
                Path(),
                live=False,
                call_id=call_id,
                is_recording=True,
                started_at=details.started_text
                or rfc3339(began_at(item.main_path, source.duration_s, written_at)),
                agent_id=details.agent_id,
            )
            pipeline = desk.new_pipeline(plan)
            recognition = desk.new_recognition(False, pipeline)
            heard = listened_ahead(source, pipeline, recognition)
            summary = CallRunner(heard, pipeline, recognition).run()
        return summary if config.store.words_in_files else replace(summary, utterances=())


def _plain(value: object) -> object:
    """Sets in one order, whichever process asks."""
    return sorted(map(str, value)) if isinstance(value, frozenset | set) else str(value)
