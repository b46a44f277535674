"""Faults put into a live call, one kind each: the call must end with its report, whole, and say what was wrong.

Each runs in a process of its own. What must be left: the report with the call's full length, the row in the history
unless the history itself is what fails, the journal with every event where a disk takes it, and where the table says
so a warning in the report, a sentence for the person, or a file where something was set aside.
"""

import errno
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import stat
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.reliability.work import BLOCK_S, CONFIG, PIECE_S, enter, make_piece
from callwatch.app import baseline, trusted_clock
from callwatch.app.calls import CallFactory, CallOutcome, CallPlan
from callwatch.app.folders import data_folder
from callwatch.app.recovery import finish_unfinished
from callwatch.app.unfinished import marks_folder
from callwatch.audio.files import open_recording
from callwatch.audio.recording_writer import KeptFile
from callwatch.audio.source import CallSource
from callwatch.audio.source_proxy import SourceProxy
from callwatch.config import Config, load_what_works
from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import DeviceLostError, OutputError, StoreError
from callwatch.core.events import Event
from callwatch.core.words import Utterance
from callwatch.detectors.control import ControlDetector
from callwatch.detectors.friendly_voice import FriendlyVoice
from callwatch.detectors.pace import PaceDetector
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.detectors.turn_taking import TurnTaking
from callwatch.report.journal import JOURNAL_NAME, read_journal
from callwatch.session.escalation import Escalation
from callwatch.session.meter import Meter
from callwatch.session.nudges import NudgePolicy
from callwatch.session.pipeline import Pipeline
from callwatch.speech.choose import RecognizerChoice
from callwatch.speech.protocol import SpeechChunk
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.quality.monitor import QualityMonitor
from callwatch.voice.vad.activity import VoiceActivity

_FORK: Final = multiprocessing.get_context("fork")
_WAIT_S: Final = 300.0
HALF_S: Final = 2.5
LENGTH_S: Final = PIECE_S[1] - PIECE_S[0]


@dataclass
class Call:
    """What a fault may change before the call, and what happens when it is half over."""

    home: Path
    config: Config
    sinks: list[Callable[[Event], None]]
    at_half: Callable[[], None] = lambda: None
    source: Callable[[CallSource], CallSource] = lambda source: source
    recognizer: Any = None
    held: Any = None  # what must live as long as the call

    @property
    def out(self) -> Path:
        """The call's folder."""
        return self.home / "out"


@dataclass(frozen=True)
class Fault:
    """`warns`: the code of a warning in the report. `says`: in the sentence for the person. `rows`: in the history."""

    name: str
    put: Callable[[Call], None]
    warns: str = ""
    says: str = ""
    rows: int = 1
    full_s: float = LENGTH_S
    journal: bool = True
    check: Callable[[Call, CallOutcome], str] = lambda _call, _outcome: ""


class _AtHalf(SourceProxy):
    """Calls back when half of the call was delivered."""

    def __init__(self, source: CallSource, at_half: Callable[[], None]) -> None:
        super().__init__(source)
        self._at_half = at_half

    def blocks(self) -> Iterator[CallBlock]:
        is_due = True
        for block in self._source.blocks():
            if is_due and block.end_s >= HALF_S:
                is_due = False
                self._at_half()
            yield block


class _Failing(SourceProxy):
    """Ends with an error after half of the call."""

    def __init__(self, source: CallSource, error: Exception) -> None:
        super().__init__(source)
        self._error = error

    def blocks(self) -> Iterator[CallBlock]:
        for block in self._source.blocks():
            if block.end_s > HALF_S + 1e-6:
                raise self._error
            yield block


class _Recognizer:
    """Raises what it is told to, or hangs."""

    name, model = "failing", None
    language: Language | None = Language.EN

    def __init__(self, error: BaseException | None) -> None:
        self._error = error

    def accept(self, chunk: SpeechChunk) -> list[Utterance]:  # noqa: ARG002
        if self._error is None:
            threading.Event().wait()
        assert self._error is not None
        raise self._error

    def reset(self, channel: Channel) -> None: ...

    def close(self) -> None: ...


def _raises(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def _part(kind: type, method: str) -> Callable[[Call], None]:
    return lambda call: setattr(
        call, "at_half", lambda: setattr(kind, method, _raises(ZeroDivisionError("fault")))
    )


def _disk(name: str, number: int) -> Callable[[Call], None]:
    """From half of the call on the journal's file takes nothing; all others do."""

    def put(call: Call) -> None:
        real = getattr(os, name)

        def fail(file: int, *args: Any) -> Any:
            if os.readlink(f"/proc/self/fd/{file}").endswith(JOURNAL_NAME):
                raise OSError(number, os.strerror(number))
            return real(file, *args)

        call.at_half = lambda: setattr(os, name, fail)

    return put


def _report_disk(call: Call) -> None:
    """The disk of the report is full when it is written."""
    real = os.fsync

    def full(file: int) -> None:
        if str(call.out) in os.readlink(f"/proc/self/fd/{file}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    call.at_half = lambda: setattr(os, "fsync", full)


def _put_history(
    content: bytes | None, *, locked: bool = False, newer: bool = False
) -> Callable[[Call], None]:
    def put(call: Call) -> None:
        path = data_folder() / "history.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content)
            return
        from callwatch.store.history import CallHistory

        CallHistory().close()
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        if newer:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.close()
        if locked:
            connection.execute("BEGIN EXCLUSIVE")
            call.held = connection

    return put


def _file(path: Callable[[Call], Path], content: bytes) -> Callable[[Call], None]:
    def put(call: Call) -> None:
        place = path(call)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    return put


def _clock(days: float) -> Callable[[Call], None]:
    """A stored call of today; then the clock jumps."""

    def put(call: Call) -> None:
        from tests.report.builders import rich_call

        from callwatch.store.history import CallHistory

        now = datetime.now(UTC)
        stored = rich_call("before")
        started = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        with CallHistory() as history:
            history.add(replace(stored, call=replace(stored.call, started_at=started)))
        trusted_clock.believed_now(data_folder(), now)
        real = trusted_clock.believed_now
        from callwatch.app import finishing

        def jumped(folder: Path) -> datetime | None:
            return real(folder, now + timedelta(days=days))

        setattr(finishing, "believed_now", jumped)  # noqa: B010
        del call

    return put


def _stop_and_go(call: Call) -> None:
    """SIGSTOP, and SIGCONT from somebody else a while later."""

    def stop() -> None:
        parent = os.getpid()
        if os.fork() == 0:
            threading.Event().wait(3.0)
            os.kill(parent, signal.SIGCONT)
            os._exit(0)
        os.kill(parent, signal.SIGSTOP)

    call.at_half = stop


def _few_files(call: Call) -> None:
    """No more files can be opened until the audio is over."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []

    def take() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            return

    def give(event: Event) -> None:
        if event.time_s >= LENGTH_S - 0.2 and held:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            while held:
                os.close(held.pop())

    call.at_half = take
    call.sinks.append(give)


def _private(call: Call, _outcome: CallOutcome) -> str:
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (call.out, *call.out.iterdir())]
    return "" if all(mode & 0o077 == 0 for mode in modes) else f"modes {modes}"


def _not_followed(call: Call, _outcome: CallOutcome) -> str:
    return "" if (call.home / "victim").read_text() == "mine" else "the link was followed"


def _link(call: Call) -> None:
    (call.home / "victim").write_text("mine")
    call.out.mkdir()
    (call.out / JOURNAL_NAME).symlink_to(call.home / "victim")


def _elsewhere(call: Call, outcome: CallOutcome) -> str:
    return "" if outcome.paths.json.parent != call.out else "not elsewhere"


def _history_whole(rows: int) -> Callable[[Call, CallOutcome], str]:
    def check(_call: Call, _outcome: CallOutcome) -> str:
        from callwatch.store.history import CallHistory

        with CallHistory() as history:
            found = len(history.list(100))
        return "" if found == rows else f"{found} rows instead of {rows}"

    return check


def _unmarked(_call: Call, _outcome: CallOutcome) -> str:
    finish_unfinished(CONFIG)
    left = list(marks_folder().glob("*"))
    return f"{len(left)} marks" if left else ""


def _with_audio(config: Config) -> Config:
    return replace(config, store=replace(config.store, keep_audio=True))


def _sink(error: BaseException) -> Callable[[Call], None]:
    return lambda call: call.sinks.append(_raises(error))


def _source(error: Exception) -> Callable[[Call], None]:
    return lambda call: setattr(call, "source", lambda source: _Failing(source, error))


def _engine(error: BaseException | None) -> Callable[[Call], None]:
    return lambda call: setattr(call, "recognizer", _Recognizer(error))


def _method(kind: type, method: str, error: BaseException) -> Callable[[Call], None]:
    return lambda _call: setattr(kind, method, _raises(error))


def _history_method(method: str) -> Callable[[Call], None]:
    def put(_call: Call) -> None:
        from callwatch.store.history import CallHistory

        setattr(CallHistory, method, _raises(StoreError("told to fail")))

    return put


def _umask(_call: Call) -> None:
    os.umask(0)


def _delete(path: Callable[[Call], Path]) -> Callable[[Call], None]:
    def put(call: Call) -> None:
        def delete() -> None:
            place = path(call)
            shutil.rmtree(place) if place.is_dir() else place.unlink()

        call.at_half = delete

    return put


def _audio_disk(call: Call) -> None:
    call.config = _with_audio(call.config)
    _method(KeptFile, "write", OutputError("No space left on device"))(call)


def _audio_place(call: Call) -> None:
    call.config = _with_audio(call.config)
    _file(lambda _: data_folder() / "audio", b"")(call)


def _config_file(content: str) -> Callable[[Call], None]:
    def put(call: Call) -> None:
        path = call.home / "settings.toml"
        path.write_text(content)
        os.environ["CALLWATCH_CONFIG"] = str(path)
        loaded, _ = load_what_works()
        call.config = replace(loaded.config, recognition=CONFIG.recognition)

    return put


FAILED: Final = "stage_failed"
PARTS: Final = (
    (VoiceActivity, "process"), (QualityMonitor, "process"), (EffortEstimator, "process"),
    (RaisedVoice, "process"), (FriendlyVoice, "process"), (TurnTaking, "process"),
    (PaceDetector, "tick"), (ControlDetector, "on_event"), (Escalation, "tick"),
    (NudgePolicy, "tick"), (Meter, "process"),
)  # fmt: skip
DISK: Final = "journal_not_written"
FAULTS: Final = (
    *(Fault(f"{kind.__name__} raises", _part(kind, method), FAILED) for kind, method in PARTS),
    Fault("the pipeline itself raises", _part(Pipeline, "process"), FAILED),
    Fault("memory runs out in a step", lambda call: setattr(
        call, "at_half", lambda: setattr(Pipeline, "process", _raises(MemoryError()))), FAILED),
    Fault("a sink raises", _sink(RuntimeError("fault")), FAILED),
    Fault("the terminal is gone", _sink(BrokenPipeError()), FAILED),
    Fault("the terminal gives EIO", _sink(OSError(errno.EIO, "I/O error")), FAILED),
    *(Fault(f"journal: write gives {errno.errorcode[n]}", _disk("write", n), DISK, journal=False)
      for n in (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)),
    *(Fault(f"journal: fsync gives {errno.errorcode[n]}", _disk("fsync", n)) for n in (errno.EIO, errno.ENOSPC)),
    Fault("the journal is deleted in the call", _delete(lambda c: c.out / JOURNAL_NAME)),
    Fault("the folder is deleted in the call", _delete(lambda c: c.out)),
    Fault("the data folder is deleted in the call", _delete(lambda _: data_folder())),
    Fault("the disk of the report is full", _report_disk, says="instead", journal=False, check=_elsewhere),
    Fault("a link at the journal's place", _link, check=_not_followed),
    Fault("umask 000", _umask, check=_private),
    Fault("the history is damaged", _put_history(b"no history at all" * 100), says="damaged", rows=0),
    Fault("the history is empty", _put_history(b"")),
    Fault("the history is of a newer version", _put_history(None, newer=True), says="newer", rows=0),
    Fault("the history is locked", _put_history(None, locked=True), says="in use", rows=0),
    Fault("the history refuses the call", _history_method("add"), says="told to fail", rows=0),
    Fault("the history refuses what it knows", _history_method("own_history"), says="told to fail", rows=0),
    Fault("retention fails", _history_method("delete_older_than"), says="told to fail"),
    Fault("the data folder is a file", _file(lambda _: data_folder(), b""), rows=0, says="cannot be"),
    Fault("the settings are no TOML", _config_file("[[[")),
    Fault("the settings hold what nobody knows", _config_file('schema = 2\n[nonsense]\nx = 1\n')),
    Fault("the settings hold impossible values", _config_file('schema = 2\n[store]\nretention_days = -5\n')),
    Fault("the baseline is damaged", _file(lambda _: baseline.baseline_path(""), b"{[")),
    Fault("the clock's evidence is damaged", _file(lambda _: data_folder() / "clock.json", b"[" * 5000)),
    Fault("a mark is damaged", _file(lambda _: marks_folder() / "x.json", b"\0" * 50), check=_unmarked),
    Fault("the clock jumps 60 days ahead", _clock(60), says="clock has jumped", check=_history_whole(2)),
    Fault("the clock jumps 60 days back", _clock(-60), check=_history_whole(2)),
    Fault("the device is lost for good", _source(DeviceLostError("gone")), "source_failed", full_s=HALF_S),
    Fault("the driver gives EIO", _source(OSError(errno.EIO, "I/O error")), "source_failed", full_s=HALF_S),
    *(Fault(f"the recogniser raises {type(e).__name__}", _engine(e))
      for e in (RuntimeError("x"), MemoryError(), KeyError("x"))),
    Fault("the recogniser hangs", _engine(None)),
    Fault("kept sound: the disk is full", _audio_disk, "source"),
    Fault("kept sound: its folder is a file", _audio_place, "source"),
    Fault("stopped for 3 s and continued", _stop_and_go),
    Fault("no more files can be opened", _few_files),
)  # fmt: skip


def try_faults(only: str | None = None) -> list[dict[str, Any]]:
    """Each fault once; what was left."""
    rows = []
    for fault in FAULTS:
        if only is not None and only not in fault.name:
            continue
        with tempfile.TemporaryDirectory(prefix="callwatch-bench-") as folder:
            wrong = _in_child(fault, Path(folder))
        rows.append(
            {"fault": fault.name, "left as it must be": not wrong, "wrong": "; ".join(wrong)[:90]}
        )
        print(rows[-1], flush=True)
    return rows


def _in_child(fault: Fault, home: Path) -> list[str]:
    def run() -> None:
        enter(home)
        try:
            wrong = _run(fault, home)
        except BaseException as error:  # noqa: BLE001  (this process ends here, and says why)
            traceback.print_exc()
            wrong = [f"{type(error).__name__}: {error}"]
        (home / "wrong.json").write_text(json.dumps(wrong))
        sys.stderr.flush()
        os._exit(0)

    process = _FORK.Process(target=run)
    process.start()
    process.join(_WAIT_S)
    if process.is_alive():
        process.kill()
        process.join()
        return ["it hangs"]
    found = home / "wrong.json"
    return json.loads(found.read_text()) if found.is_file() else [f"ended with {process.exitcode}"]


def _run(fault: Fault, home: Path) -> list[str]:
    make_piece(home / "call.wav")
    call = Call(home, CONFIG, [])
    fault.put(call)
    factory = CallFactory(call.config)
    if call.recognizer is not None:
        factory.choice = RecognizerChoice(lambda: call.recognizer, "failing", None, "")
    source = call.source(_AtHalf(open_recording(home / "call.wav", block_s=BLOCK_S), call.at_half))
    plan = CallPlan(source, "headset", call.out, live=True)
    events: list[Event] = []
    prepared = factory.open(plan, (events.append, *call.sinks))
    prepared.runner.start()
    while (summary := prepared.runner.join(1.0)) is None:
        pass
    outcome = prepared.finish(summary)
    return list(_wrong(fault, call, outcome, events))


def _wrong(fault: Fault, call: Call, outcome: CallOutcome, events: list[Event]) -> Iterator[str]:
    report = json.loads(outcome.paths.json.read_text("utf-8"))
    if abs(report["call"]["duration_s"] - fault.full_s) > 0.2:
        yield f"{report['call']['duration_s']} s instead of {fault.full_s}"
    codes = {fact["code"] for fact in report["input_quality"]["warning_facts"]}
    if fault.warns and fault.warns not in codes:
        yield f"warns of {sorted(codes)}"
    if fault.says not in (outcome.history_fault or ""):
        yield f"says {outcome.history_fault!r}"
    if not fault.says and outcome.history_fault:
        yield f"says {outcome.history_fault!r}"
    if fault.journal:
        kept = list(read_journal(outcome.journal))
        if lacks := [event for event in events if event not in kept]:
            yield f"the journal lacks {len(lacks)} of {len(events)} events, first {lacks[0]}"
    if fault.rows and not outcome.is_stored:
        yield "not in the history"
    if problem := fault.check(call, outcome):
        yield problem
