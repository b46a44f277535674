"""Puts one call together: source, pipeline, recogniser, journal, report, history."""

import copy
import shutil
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callwatch.app.baseline import load_baselines, save_baseline
from callwatch.app.kept_audio import KeptAudio, Taped, tidy
from callwatch.app.priority import run_at_low_priority
from callwatch.audio.source import CallSource
from callwatch.config import Config
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.errors import CallwatchError, MissingPartError, OutputError, StoreError
from callwatch.core.events import (
    Event,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
)
from callwatch.core.figures import OwnHistory
from callwatch.core.log import logged, logger_of
from callwatch.core.summary import CallInfo, CallSummary
from callwatch.core.words import Utterance
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import load_pack
from callwatch.phrases.steps import StepMatcher
from callwatch.report.journal import JournalWriter
from callwatch.report.revisions import settle_journal
from callwatch.report.write import ReportPaths, write_report
from callwatch.session.experimental import overridden
from callwatch.session.pipeline import Phrases, Pipeline, PipelineConfig
from callwatch.session.recognition import InlineRecognition, RecognitionWorker
from callwatch.session.runner import CallRunner, Sink
from callwatch.speech.choose import RecognizerChoice, choose_recognizer
from callwatch.speech.protocol import Recognizer, SpeechChunk
from callwatch.speech.whisper import WhisperConfig

_log: Final = logger_of(__name__)

JOURNAL_NAME = "events.jsonl"
REPORT_NAMES = ("report.json", "report.html", JOURNAL_NAME)


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


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """A finished call and where its report is.

    `history_fault`: why the history does not hold the call, or holds calls for too long; the
    report is there all the same.
    """

    summary: CallSummary
    paths: ReportPaths
    journal: Path
    history_fault: str | None = None


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
        self._recognizer: Recognizer | None = None
        self._loading = threading.Lock()
        # Where nobody listens to words, their weights need not be in memory.
        threats = (
            PhraseMatcher.for_language(language, embeddings=config.recognition.embeddings)
            if self.with_words
            else PhraseMatcher(load_pack(language), None)
        )
        self._phrases = Phrases(threats, StepMatcher.for_language(language))

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
        with self._loading:  # wanted by the first call while the app's start still loads it
            create = self.choice.create
            if self._recognizer is None and create is not None:
                self._recognizer = (
                    run_at_low_priority(create) if self._beside_a_screen else create()
                )

    def with_recognizer(self, recognizer: Recognizer) -> "CallFactory":
        """A desk with the same phrases and another recogniser, where words are heard at all."""
        out = copy.copy(self)
        if out.choice.create is not None:
            out.choice = replace(out.choice, create=lambda: recognizer)
        out._recognizer = None
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
            started_at=plan.started_at or _now(),
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
        if self._recognizer is not None:
            self._recognizer.close()
            self._recognizer = None

    def new_recognition(
        self, live: bool, pipeline: Pipeline
    ) -> InlineRecognition | RecognitionWorker | None:
        """The recogniser's side of a call; None when the engine is `none`.

        Raises ModelError when the model cannot be loaded.
        """
        self.load()
        if self._recognizer is None:
            return None
        kept = SharedRecognizer(self._recognizer)
        if live:
            return RecognitionWorker(kept, clock=lambda: pipeline.audio_s)
        return InlineRecognition(kept)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _choice(config: Config, whisper: WhisperConfig | None) -> RecognizerChoice:
    model = Path(config.recognition.model) if config.recognition.model else None
    return choose_recognizer(config.recognition.engine, model, config.call.language, whisper)


class SharedRecognizer:
    """A recogniser that outlives its call: closing it only forgets the call."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.name, self.model = recognizer.name, recognizer.model
        self.language = recognizer.language

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:
        """See Recognizer."""
        return self._recognizer.accept(chunk)

    def reset(self, channel: Channel) -> None:
        """See Recognizer."""
        self._recognizer.reset(channel)

    def close(self) -> None:
        """Ready for the next call."""
        for channel in CHANNELS:
            self._recognizer.reset(channel)


class PreparedCall:
    """One call that is ready to run."""

    def __init__(self, desk: CallFactory, plan: CallPlan, sinks: Sequence[Sink]) -> None:
        self._desk, self._plan = desk, plan
        self._made_dir = not plan.out_dir.exists()
        self._is_remembered = False
        try:
            plan.out_dir.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise OutputError(
                f"The folder {plan.out_dir} cannot be made ({exc.strerror}): choose another with --out."
            ) from exc
        # A live journal must survive a crash under its own name; a recording can be run again.
        name = JOURNAL_NAME if plan.live else f".{JOURNAL_NAME}.part"
        self._journal_path = plan.out_dir / name
        self._journal = JournalWriter(self._journal_path)
        self._audio: KeptAudio | None = None
        try:
            self.pipeline = desk.new_pipeline(plan)
            recognition = desk.new_recognition(plan.live, self.pipeline)
            keep = desk.config.store.keep_transcript
            journal: Sink = self._journal if keep else drop_transcripts(self._journal)
            sinks, source = (journal, *sinks), plan.source
            if desk.config.store.keep_audio and plan.in_history:
                self._audio = KeptAudio(
                    desk.config, self.pipeline.call, with_words=recognition is not None
                )
                sinks, source = (*sinks, self._audio.on_event), Taped(source, self._audio)
            self.runner = CallRunner(source, self.pipeline, recognition, sinks)
        except BaseException:
            self.abandon()
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
        """Write the report and the history of a call that has run."""
        plan, config = self._plan, self._desk.config
        self._journal.close()
        with logged(_log, "the journal keeps words that were revised", CallwatchError):
            settle_journal(self._journal_path)
        if not config.store.keep_transcript:
            summary = replace(summary, utterances=())
        if self._audio is not None:
            summary = self._audio.close(summary)
        past, fault = self._remember(summary) if plan.in_history else (None, None)
        if fault is not None and not self._is_remembered:
            summary = self._without_audio(summary)
        paths = write_report(summary, plan.out_dir, config.call.language, past)
        journal = plan.out_dir / JOURNAL_NAME
        if journal != self._journal_path:
            self._journal_path.replace(journal)
        if plan.live and config.call.remember_baseline:
            baseline = self.pipeline.baseline(Channel.AGENT)
            if baseline is not None:
                save_baseline(config.call.agent_id, baseline)
        return CallOutcome(summary, paths, journal, fault)

    def _remember(self, summary: CallSummary) -> tuple[OwnHistory | None, str | None]:
        """Put the call into the history: the agent's past, and what went wrong.

        A history that cannot be written costs neither the report nor, when only old calls
        cannot be deleted, the call's place in it.
        """
        # Loaded here: analysing without a history needs no database.
        from callwatch.store.history import CallHistory

        plan, store, call = self._plan, self._desk.config.store, summary.call
        files = [plan.out_dir / name for name in REPORT_NAMES] if plan.own_folder else []
        if self._audio is not None and self._audio.path is not None:
            files.append(self._audio.path)
        past, fault = None, None
        try:
            with CallHistory(store.url or None, self._desk.config.call.agent_id) as history:
                try:
                    history.delete_older_than(store.retention_days, datetime.now(UTC))
                    tidy(history, store)
                except StoreError as exc:
                    fault = f"calls that are too old could not be deleted: {exc}"
                now = datetime.now(UTC)
                added_at = now if plan.started_at is not None else None
                history.add(summary, files, store.retention_days, added_at)
                self._is_remembered = True
                if self._audio is not None:
                    self._audio.publish()
                past = history.own_history(call.agent_id, call.started_at, call.id)
        except (StoreError, MissingPartError, OutputError) as exc:
            fault = f"the report is written, but {exc}"
        return past, fault

    def _without_audio(self, summary: CallSummary) -> CallSummary:
        """Sound goes with its call: what the history does not hold is not kept."""
        if self._audio is None:
            return summary
        self._audio.discard()
        return replace(summary, call=replace(summary.call, audio_kept_until=None))

    def abandon(self) -> None:
        """Close and, for a recording, remove what was begun; no sound of it is kept."""
        self._journal.close()
        if self._audio is not None:
            self._audio.discard()
        if self._plan.live:
            return
        with logged(_log, "the files of an abandoned call were not deleted", OSError):
            self._journal_path.unlink(missing_ok=True)
            if self._made_dir and not any(self._plan.out_dir.iterdir()):
                shutil.rmtree(self._plan.out_dir)


def drop_transcripts(sink: Sink) -> Sink:
    """The sink without what was said: for a journal when no transcript is to be kept."""

    def without_words(event: Event) -> None:
        if not isinstance(event, PartialTranscribed | UtteranceFinished | UtteranceRevised):
            sink(event)

    return without_words


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
