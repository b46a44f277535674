"""Puts one call together: source, pipeline, recogniser, journal, report, history."""

import copy
import shutil
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from callwatch.app.baseline import load_baselines, save_baseline
from callwatch.app.finishing import CallOutcome, FinishPlan, finish_call
from callwatch.app.kept_audio import KeptAudio, Taped
from callwatch.app.priority import run_at_low_priority
from callwatch.app.shared_recognizer import EnginePool, SharedRecognizer
from callwatch.app.unfinished import UnfinishedCall, UnfinishedMark
from callwatch.audio.recorded_at import rfc3339
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.channels import Channel
from callwatch.core.errors import CallwatchError, OutputError
from callwatch.core.events import Event
from callwatch.core.facts import Fact
from callwatch.core.files import PART, rename
from callwatch.core.log import logged, logger_of
from callwatch.core.owner_only import make_private_folder
from callwatch.core.summary import CallInfo, CallSummary
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import Pack
from callwatch.phrases.steps import StepMatcher
from callwatch.report.files import write_private
from callwatch.report.journal import JOURNAL_NAME, JournalWriter
from callwatch.report.journal_words import SealedWords, drop_sealed, drop_transcripts
from callwatch.report.revisions import settle_journal
from callwatch.report.write import REPORT_FILES
from callwatch.session.experimental import overridden
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.read_ahead import listened_ahead
from callwatch.session.recognition import InlineRecognition, RecognitionWorker
from callwatch.session.runner import CallRunner, Sink
from callwatch.speech.choose import RecognizerChoice, choose_recognizer
from callwatch.speech.protocol import Recognizer
from callwatch.speech.whisper import WhisperConfig

_log: Final = logger_of(__name__)

REPORT_NAMES = (*REPORT_FILES, JOURNAL_NAME)

__all__ = ["JOURNAL_NAME", "CallFactory", "CallOutcome", "CallPlan", "PreparedCall"]


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What is to be done with one call.

    `live`: the recogniser gets a thread of its own and may shed load; otherwise it runs in
    step with the audio and hears everything. `own_folder`: callwatch chose the folder, so its
    files are deleted with the call; a folder that a person named is theirs. `is_recording`:
    analysed from a file, and no call of the agent's own day. `call_id`, `started_at` (RFC 3339,
    UTC) and `agent_id` are those of a recording that has its own; else the id is new, the start is
    now, and the agent that of the settings.
    """

    source: CallSource
    source_name: str
    out_dir: Path
    live: bool
    in_history: bool = True
    own_folder: bool = False
    is_recording: bool = False
    call_id: str | None = None
    started_at: str | None = None
    agent_id: str | None = None


class CallFactory:
    """Runs calls with one configuration; a recogniser is loaded once and used for all of them.

    `beside_a_screen`: the recogniser computes with less priority than what must stay smooth.
    """

    def __init__(
        self,
        config: Config,
        whisper: WhisperConfig | None = None,
        *,
        beside_a_screen: bool = False,
    ) -> None:
        self.config = config
        self._beside_a_screen = beside_a_screen
        language = config.call.language
        self._whisper = whisper
        self.choice = _choice(config, whisper)
        self._engines: EnginePool | None = None
        if self.with_words:
            threats = PhraseMatcher.for_language(language, embeddings=config.recognition.embeddings)
            self._phrases = Phrases(threats, StepMatcher.for_language(language))
        else:
            # Where nobody listens to words, their rules need not be read nor be in memory.
            nothing = Pack(language)
            self._phrases = Phrases(PhraseMatcher(nothing, None), StepMatcher(nothing))

    @property
    def with_words(self) -> bool:
        """Whether a recogniser listens."""
        return self.choice.create is not None

    def try_reconfigure(self, config: Config) -> bool:
        """Use these settings for the next call; False when they need a desk of their own.

        They do when the language changed, or the recogniser, or what is installed for it.
        """
        known, choice = self.config, _choice(config, self._whisper)
        same = (config.call.language, config.recognition) == (
            known.call.language,
            known.recognition,
        )
        if not same or (choice.engine, choice.model) != (self.choice.engine, self.choice.model):
            return False
        self.config = config
        return True

    def load(self) -> None:
        """Load the recogniser, so that the first call need not wait for it.

        Raises ModelError when it cannot be loaded.
        """
        if (engines := self._pool()) is not None:
            engines.load()

    def _pool(self) -> EnginePool | None:
        """Where the recogniser is kept; None when the engine is `none`."""
        create = self.choice.create
        if self._engines is None and create is not None:
            self._engines = EnginePool(
                (lambda: run_at_low_priority(create)) if self._beside_a_screen else create
            )
        return self._engines

    def with_recognizer(self, recognizer: Recognizer) -> "CallFactory":
        """A desk with the same phrases and another recogniser, where words are heard at all."""
        out = copy.copy(self)
        if out.choice.create is not None:
            out.choice = replace(out.choice, create=lambda: recognizer)
        out._engines = None
        return out

    def open(self, plan: CallPlan, sinks: Sequence[Sink] = ()) -> "PreparedCall":
        """Make everything ready for a call; nothing runs yet.

        Raises OutputError when the folder of the report cannot be written.
        """
        return PreparedCall(self, plan, sinks)

    def analysis_config(self) -> PipelineConfig:
        """The thresholds of the analysis, with what the settings and the command line say."""
        config = self.config
        chosen = PipelineConfig(language=config.call.language, nudges=config.nudges.budget())
        return overridden(chosen, config.experimental)

    def new_pipeline(self, plan: CallPlan) -> Pipeline:
        """A pipeline for one call."""
        config = self.config
        info = CallInfo(
            id=plan.call_id or uuid.uuid4().hex[:12],
            agent_id=plan.agent_id or config.call.agent_id or None,
            started_at=plan.started_at or rfc3339(datetime.now(UTC)),
            duration_s=0.0,
            source=plan.source_name,
            language=config.call.language.value,
            engine=self.choice.engine,
            model=self.choice.model,
            is_recording=plan.is_recording,
        )
        remember = config.call.remember_baseline and plan.live
        baselines = load_baselines(config.call.agent_id) if remember else None
        return Pipeline(
            self.analysis_config(), info, self._phrases, baselines, with_words=self.with_words
        )

    def close(self) -> None:
        """Free the recogniser."""
        if self._engines is not None:
            self._engines.close()

    def new_recognition(
        self, live: bool, pipeline: Pipeline
    ) -> InlineRecognition | RecognitionWorker | None:
        """The recogniser's side of a call; None when the engine is `none`.

        Raises ModelError when the model cannot be loaded.
        """
        if (engines := self._pool()) is None:
            return None
        kept = SharedRecognizer(engines)
        if live:
            return RecognitionWorker(kept, clock=lambda: pipeline.audio_s)
        return InlineRecognition(kept)


def _choice(config: Config, whisper: WhisperConfig | None) -> RecognizerChoice:
    model = Path(config.recognition.model) if config.recognition.model else None
    return choose_recognizer(config.recognition.engine, model, config.call.language, whisper)


class PreparedCall:
    """One call that is ready to run."""

    def __init__(self, desk: CallFactory, plan: CallPlan, sinks: Sequence[Sink]) -> None:
        self._desk, self._plan = desk, plan
        self._made_dir = not plan.out_dir.exists()
        self._audio: KeptAudio | None = None
        # A live journal must survive a crash under its own name; a recording can be run again.
        name = JOURNAL_NAME if plan.live else f".{JOURNAL_NAME}{PART}"
        self._journal_path = plan.out_dir.absolute() / name
        self._is_journal_reported = False
        try:
            make_private_folder(plan.out_dir)
        except OSError as exc:
            raise OutputError(
                f"The folder {plan.out_dir} cannot be made ({exc.strerror}): choose another with --out."
            ) from exc
        self.pipeline = desk.new_pipeline(plan)
        self._mark = UnfinishedMark(self._unfinished())
        try:
            self._journal = JournalWriter(self._journal_path)
            recognition = desk.new_recognition(plan.live, self.pipeline)
            sinks = (self._journal_sink(), *sinks)
            source = listened_ahead(plan.source, self.pipeline, recognition)
            store = desk.config.store
            if store.keep_audio and plan.in_history:
                self._audio = KeptAudio(
                    desk.config, self.pipeline.call, with_words=recognition is not None
                )
                sinks, source = (*sinks, self._audio.on_event), Taped(source, self._audio)
            self.runner = CallRunner(
                source, self.pipeline, recognition, sinks,
                notices=self._notices, is_live=plan.live,
            )  # fmt: skip
        except BaseException:
            self.abandon(began=False)
            raise

    def run(self) -> CallOutcome:
        """Run it in this thread and write the report.

        On an error, or on Ctrl-C, a recording leaves nothing half-written behind.
        """
        try:
            return self.finish(self.runner.run())
        except BaseException:
            self.abandon()
            raise

    def finish(self, summary: CallSummary) -> CallOutcome:
        """Write the report and the history of a call that has run; the mark goes when both are there."""
        plan, config = self._plan, self._desk.config
        self._journal.close()
        with logged(_log, "the journal keeps words that were revised", CallwatchError):
            settle_journal(self._journal_path)
        if not config.store.keep_transcript:
            summary = replace(summary, utterances=())
        outcome = finish_call(summary, self._audio, plan.out_dir, config, FinishPlan(
            plan.in_history, can_be_elsewhere=plan.live, came_in_now=plan.started_at is not None,
            own_files=REPORT_NAMES if plan.own_folder else (),
        ))  # fmt: skip
        journal = plan.out_dir / JOURNAL_NAME
        if outcome.paths.json.parent != plan.out_dir:
            journal = self._rescue_journal(outcome.paths.json.with_name(JOURNAL_NAME))
        elif journal.absolute() != self._journal_path:
            rename(self._journal_path, journal)
        self._journal.release()
        if outcome.is_stored and _without_sealed({journal, self._journal_path}):
            self._mark.done()
        else:
            self._mark.release()
        if plan.live and config.call.remember_baseline:
            baseline = self.pipeline.baseline(Channel.AGENT)
            if baseline is not None:
                with logged(_log, "the baseline was not kept", OutputError):
                    save_baseline(config.call.agent_id, baseline)
        return replace(outcome, journal=journal)

    def abandon(self, *, began: bool = True) -> None:
        """Close and, for a recording, remove what was begun; no sound of it is kept.

        What a live call has written stays, to be finished by the next start.
        """
        # Ctrl-C may come while the journal is being made.
        made: JournalWriter | None = getattr(self, "_journal", None)
        if made is not None:
            made.close()
        if self._audio is not None:
            self._audio.discard()
        if self._plan.live and (began or made is None):  # an older journal may lie there
            self._mark.release() if began else self._mark.done()
            return
        with logged(_log, "the files of an abandoned call were not deleted", OSError):
            self._journal_path.unlink(missing_ok=True)
            if self._made_dir and not any(self._plan.out_dir.iterdir()):
                shutil.rmtree(self._plan.out_dir)
        self._mark.done()

    def _unfinished(self) -> UnfinishedCall | None:
        """What the next start needs to know to finish this call; None when nothing of it is kept."""
        plan = self._plan
        if not (plan.live or plan.in_history or plan.call_id):
            return None
        return UnfinishedCall(
            self.pipeline.call.id, str(plan.out_dir.absolute()), str(self._journal_path),
            plan.live, plan.own_folder, plan.in_history,
        )  # fmt: skip

    def _journal_sink(self) -> Sink:
        """The journal, as much of it as may be in clear; sealed words wait in it for the history."""
        store, plan = self._desk.config.store, self._plan
        if store.words_in_files:
            return self._journal
        if store.keep_transcript and plan.live and plan.in_history:
            # Loaded here: most calls are not encrypted.
            from callwatch.store.sealing import new_words_cipher

            with logged(_log, "a kill would cost this call its words", CallwatchError):
                return SealedWords(
                    self._journal.put, partial(new_words_cipher, self.pipeline.call.id)
                )
        return drop_transcripts(self._journal)

    def _notices(self) -> Sequence[Fact]:
        """What the runner cannot know: the disk takes nothing."""
        fault = self._journal.fault
        if fault is None or self._is_journal_reported:
            return ()
        self._is_journal_reported = True
        return (Fact("journal_not_written", {"reason": fault.strerror or str(fault)}),)

    def _rescue_journal(self, path: Path) -> Path:
        """All of the journal beside a report that is not where it belongs."""
        with logged(_log, "the journal was not written elsewhere", OutputError):
            write_private(path, self._journal.content())
            settle_journal(path)
        return path


def _without_sealed(journals: Iterable[Path]) -> bool:
    """Take the sealed words out of what journals a stored call has; no when the disk refuses."""
    try:
        for journal in journals:
            drop_sealed(journal)
    except OutputError:
        _log.warning("the journal keeps sealed words until the next start", exc_info=True)
        return False
    return True


def output_folders(out_dir: Path, stems: Sequence[str], reserved: Sequence[str] = ()) -> list[Path]:
    """One folder a call; equal stems get -2, -3, past those that are stems or reserved themselves."""
    taken, known, last = set(reserved), {*stems, *reserved}, dict[str, int]()
    out: list[Path] = []
    for stem in stems:
        name, number = stem, last.get(stem, 1)
        while name in taken or (number > 1 and name in known):
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        last[stem] = number
        out.append(out_dir / name)
    return out


def progress_sink(advance: Callable[[float, float | None], None], total_s: float | None) -> Sink:
    """A sink that reports how far the call has come, in seconds."""

    def sink(event: Event) -> None:
        advance(event.time_s, total_s)

    return sink
