"""The pieces of work that are killed: each runs in a process of its own, in a home of its own.

A work is `prepare(home)`, `run(home, note)` and `check(home, notes)`. `note(text)` tells the parent what has happened,
in case the process dies; `check` runs in the parent after the next start has recovered, and gives what is wrong.
"""

import io
import json
import os
import wave
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import soundfile
from tests.report.builders import rich_call

from callwatch.app.analyze import Analysis, AnalysisInput, analyze_calls
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.desktop import host as desktop
from callwatch.app.recovery import finish_unfinished
from callwatch.app.unfinished import UNFINISHED
from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.config import Config, LoadedConfig, RecognitionConfig
from callwatch.core.channels import Channel, Language
from callwatch.core.events import Event
from callwatch.core.files import PART
from callwatch.report.event_codec import event_to_document
from callwatch.report.journal import JOURNAL_NAME, decode_line
from callwatch.speech.models.catalogue import CatalogueModel, ModelFile, catalogue_model
from callwatch.speech.models.installed import inspect_model
from callwatch.speech.models.library import ModelLibrary
from callwatch.store.history import CallHistory
from callwatch.texts.catalogue import AREAS, load_texts

Note = Callable[[str], None]
CONFIG = replace(Config(), recognition=RecognitionConfig(engine="none"))
# An interruption and a raised voice of the demo call: many events in a few seconds.
PIECE_S = (10.9, 16.0)
BLOCK_S = 0.1
STORED = 6


def load_all() -> None:
    """What each process would read once more: it is forked from one that has it."""
    for name in (
        "alembic.command",
        "alembic.autogenerate",
        "sqlalchemy.dialects.sqlite",
        "webrtcvad",
        "callwatch.demo",
    ):
        import_module(name)
    for area in AREAS:
        load_texts(area, Language.EN)


def make_piece(path: Path, span_s: tuple[float, float] = PIECE_S) -> None:
    """Some seconds of the demo call, as a recording."""
    demo = resources.files("callwatch.demo").joinpath("call.flac")
    samples, rate_hz = soundfile.read(str(demo), dtype="int16")
    part = samples[round(span_s[0] * rate_hz) : round(span_s[1] * rate_hz)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(part.astype("<i2").tobytes())


def recover(home: Path, config: Config = CONFIG) -> dict[str, Any]:
    """What the next start does, and what is there then."""
    found = finish_unfinished(config)
    with CallHistory() as history:
        calls = [call.figures.call_id for call in history.list(1000)]
        stored = {call: history.get(call).call.duration_s for call in calls}
    data = home / "data" / "callwatch"
    return {
        "reports": [str(path) for path in found.reports],
        "set_aside": [str(path) for path in found.set_aside],
        "calls": stored,
        "marks": len(list((data / UNFINISHED).glob("*"))),
        "has_report": (home / "out" / "call" / "report.html").is_file(),
        "parts": [str(path) for path in home.rglob(f"*{PART}")],
    }


@dataclass(frozen=True, slots=True)
class Work:
    """See above. `make` makes its sound, `recover` is the next start and says what is there then."""

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path, Note], None]
    check: Callable[[Path, list[str]], list[str]]
    make: Callable[[Path], None] = make_piece
    recover: Callable[[Path], dict[str, Any]] = recover


def noting(note: Note) -> Callable[[Event], None]:
    """A sink behind the journal: what it is given the journal has had before."""

    def sink(event: Event) -> None:
        note(json.dumps(event_to_document(event)))

    return sink


def nothing(_home: Path) -> None: ...


def _live(home: Path, note: Note, *, in_history: bool) -> None:
    """A live call, as fast as the machine allows."""
    source = open_recording(home / "call.wav", block_s=BLOCK_S)
    plan = CallPlan(source, "headset", home / "out", live=True, in_history=in_history)
    with source:
        CallFactory(CONFIG).open(plan, (noting(note),)).run()
    note("whole")


def app_call(
    config: Config, source: CallSource, note: Note, factory: CallFactory | None = None
) -> None:
    """A call of the app's engine: its folder, its retention, its stop."""
    host = desktop.AppHost(LoadedConfig(config))
    if factory is not None:
        vars(host.engine)["factory_for"] = lambda _: factory
    host.recover()
    ended = _Ended(source)
    host._open_devices = lambda *_: ended  # type: ignore[method-assign,assignment]
    call = host.start(noting(note))
    ended.wait()
    call.stop()
    note("whole")


class _Ended:
    """A source that says when all of it was heard."""

    def __init__(self, source: CallSource) -> None:
        import threading

        self._source, self._over = source, threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def __enter__(self) -> "CallSource":
        return self  # type: ignore[return-value]

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def blocks(self) -> Any:
        """The blocks of the source."""
        yield from self._source.blocks()
        self._over.set()

    def wait(self) -> None:
        """Until all was heard."""
        self._over.wait()


def _app(home: Path, note: Note) -> None:
    app_call(CONFIG, open_recording(home / "call.wav", block_s=BLOCK_S), note)


def _analyze(home: Path, note: Note) -> None:
    with Analysis(CONFIG) as analysis:
        sides = (Channel.AGENT, Channel.CUSTOMER)
        (item,) = analyze_calls(
            analysis, [AnalysisInput(home / "call.wav")], home / "out", sides, in_history=True
        )
        item.run(lambda *_: None)
    note("whole")


def call_is_there(home: Path, notes: list[str], *, in_history: bool = True) -> list[str]:
    """The call that was cut short has its report, with every event, and its row, once."""
    after = json.loads((home / "after.json").read_text("utf-8"))
    wrong = _left_over(after)
    events = [json.loads(note) for note in notes if note.startswith("{")]
    if not events:
        return wrong
    journals = list(home.rglob(JOURNAL_NAME))
    if len(journals) != 1:
        return [*wrong, f"{len(journals)} journals"]
    lines = [decode_line(line) for line in journals[0].read_bytes().splitlines()]
    kept = [line for line in lines if line is not None]
    times = [event["time_s"] for event in events]
    lost = [event for event in events if event not in kept]
    old = [event for event in lost if event["time_s"] < max(times) - 1.0]
    if old and "utterance" not in {event["type"] for event in old}:
        wrong.append(f"{len(old)} events older than a second lost")
    if not (journals[0].parent / "report.json").is_file():
        wrong.append("no report")
    if len(after["calls"]) != int(in_history):
        wrong.append(f"{len(after['calls'])} rows")
    if any(line is None for line in lines):
        wrong.append("a torn line in the middle")
    return wrong


def _left_over(after: dict[str, Any]) -> list[str]:
    names = ("set_aside", "parts")
    wrong = [f"{name}: {after[name]}" for name in names if after[name]]
    return wrong + ([f"{after['marks']} marks"] if after["marks"] else [])


def _analysis_is_whole(home: Path, _notes: list[str]) -> list[str]:
    """Report and row, or neither; and a second time leaves one of each."""
    after = json.loads((home / "after.json").read_text("utf-8"))
    wrong = _left_over(after)
    has_report = after["has_report"]
    if len(after["calls"]) != int(has_report):
        wrong.append(f"report {has_report}, {len(after['calls'])} rows")
    again = json.loads((home / "again.json").read_text("utf-8"))
    if len(again["calls"]) != 1:
        wrong.append(f"{len(again['calls'])} rows after a second analysis")
    return wrong + _left_over(again)


def _fill(home: Path) -> None:
    """Some stored calls with files."""
    with CallHistory() as history:
        for i in range(STORED):
            folder = home / "calls" / str(i)
            folder.mkdir(parents=True)
            files = [folder / name for name in ("report.json", "report.html", JOURNAL_NAME)]
            for path in files:
                path.write_text("words of the call")
            history.add(_summary(f"call-{i}"), files)


def _summary(call_id: str) -> Any:
    return rich_call(call_id)


def _purge(_home: Path, note: Note) -> None:
    with CallHistory() as history:
        history.purge()
    note("whole")


def _purge_is_whole(home: Path, _notes: list[str]) -> list[str]:
    """All calls with all their files, or nothing at all."""
    after = json.loads((home / "after.json").read_text("utf-8"))
    files = [path for path in (home / "calls").rglob("*") if path.is_file()]
    rows = len(after["calls"])
    wrong = _left_over(after)
    if rows not in (0, STORED) or len(files) != 3 * rows:
        wrong.append(f"{rows} rows with {len(files)} files")
    database = b"".join(
        path.read_bytes() for path in (home / "data" / "callwatch").glob("history*")
    )
    if rows == 0 and b"customer" in database and b"understand" in database:
        wrong.append("words of deleted calls in the database")
    return wrong


def _model() -> tuple[CatalogueModel, bytes]:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as pack:
        files = {
            "am/final.mdl": b"am" * 50_000,
            "graph/HCLG.fst": b"x" * 200_000,
            "conf/mfcc.conf": b"",
        }
        for name, body in files.items():
            pack.writestr(zipfile.ZipInfo(f"vosk-model-x/{name}"), body)
    data = whole.getvalue()
    file = ModelFile("x.zip", len(data), sha256(data).hexdigest(), None)
    return replace(catalogue_model("vosk-small-en"), name="x", size_mb=1, files=(file,)), data


def _mirror(home: Path) -> None:
    (home / "mirror").mkdir()
    (home / "mirror" / "x.zip").write_bytes(_model()[1])


def _download(home: Path, note: Note) -> None:
    library = ModelLibrary(home / "models")
    library.download(
        _model()[0], str(home / "mirror"), lambda *_: None, lambda _: None, "2026-01-01"
    )
    note("whole")


def _model_is_whole(home: Path, _notes: list[str]) -> list[str]:
    """After a second download there is the model, whole, and nothing else."""
    wrong = []
    library = ModelLibrary(home / "models")
    if library.verify(inspect_model(home / "models" / "x")).problems:
        wrong.append("the model is damaged")
    left = [path.name for path in (home / "models" / ".partial").iterdir()]
    return wrong + ([f"left over: {left}"] if left else [])


def environment(home: Path) -> dict[str, str]:
    """A home for one piece of work."""
    names = {"DATA": "data", "STATE": "state", "CONFIG": "config", "CACHE": "cache"}
    found = {f"XDG_{name}_HOME": str(home / folder) for name, folder in names.items()}
    return found | {"HOME": str(home), "CALLWATCH_CONFIG": str(home / "none.toml")}


def enter(home: Path) -> None:
    """From now on this process lives there."""
    os.environ.update(environment(home))


WORKS = (
    Work("replay", nothing, lambda h, n: _live(h, n, in_history=False),
         lambda h, n: call_is_there(h, n, in_history=False)),
    Work("live", nothing, lambda h, n: _live(h, n, in_history=True), call_is_there),
    Work("app", nothing, _app, call_is_there),
    Work("analyze", nothing, _analyze, _analysis_is_whole),
    Work("purge", _fill, _purge, _purge_is_whole),
    Work("download", _mirror, _download, _model_is_whole),
)  # fmt: skip
# What is done once more after the recovery.
AGAIN = {"analyze", "download"}
