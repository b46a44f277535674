"""Calls whose sound is kept, to be killed: encrypted (`sealed`, also in the app's own engine) and in clear
(`kept`).

The beginning of the demo call, in which a card number is read out. Its words come from its script, in step with
the sound, whatever else the machine does; sound waits for its words for 12 s, not for a minute, so that a short call
is mostly on the disk. The transcript has every utterance that was a second old.
"""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Final

import keyring
import numpy as np
import soundfile
from tests.keyrings import Memory

from benchmarks.reliability.work import (
    CONFIG,
    Note,
    Work,
    app_call,
    call_is_there,
    make_piece,
    nothing,
    noting,
    recover,
)
from callwatch.app import calls, kept_audio
from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.folders import CALLS, data_folder
from callwatch.app.kept_audio import audio_folder, sound_blocks, tidy
from callwatch.audio.files import open_recording
from callwatch.audio.sealed_recording import CHUNK_S
from callwatch.audio.source_proxy import SourceProxy
from callwatch.config import Config
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import Channel
from callwatch.session.audio_keeper import AudioKeeper, KeeperConfig
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch.store.history import CallHistory

LENGTH_S: Final = 40.0
BLOCK_S: Final = 0.5
_KEEPER: Final = KeeperConfig(wait_s=12.0)
CARD: Final = "it is four one one one one one one one one one one one one one one one"
_CARD_LINE, _PLAIN_LINE = 5, 8
_AS_SAID = 0.8
_BEFORE_DIGITS: Final = 2 / 18  # of the words of CARD
# Behind the call by what waits for its words, and by the chunk that is not full.
_BEHIND_S: Final = _KEEPER.wait_s + _KEEPER.write_s + CHUNK_S + BLOCK_S
_SOUND_MARKS: Final = (b"fLaC", b"RIFF", b"OggS")
_WINDOW: Final = 16
# Sealed words: four letters of base64 may be a mark of sound by chance.
_BASE64: Final = re.compile(rb'"body":"[A-Za-z0-9+/=]*"')


def own_key() -> None:
    """A keyring with a key in it, for this process and those forked from it: not that of the machine."""
    memory = Memory()
    memory.get_password = lambda *_: "c2VhbGVkIGNhbGxzIG9mIGEgYmVuY2htYXJrIG9ubHk="  # type: ignore[method-assign]
    keyring.set_keyring(memory)


def make_beginning(path: Path) -> None:
    """The beginning of the demo call, as a recording."""
    make_piece(path, (0.0, LENGTH_S))


def _lines() -> list[dict[str, Any]]:
    text = resources.files("callwatch.demo").joinpath("call.json").read_text("utf-8")
    return list(json.loads(text)["lines"])


def _script() -> list[ScriptedUtterance]:
    return [
        ScriptedUtterance(
            Channel(line["channel"]), line["start_s"], line["end_s"],
            CARD if i == _CARD_LINE else line["text"],
        )
        for i, line in enumerate(_lines())
    ]  # fmt: skip


def _stretch(line: int, from_share: float) -> slice:
    """Where a line of the demo call is said, in samples, from a share of it on."""
    said = _lines()[line]
    start_s = said["start_s"] + from_share * (said["end_s"] - said["start_s"])
    return slice(round(start_s * CALL_RATE_HZ), round(said["end_s"] * CALL_RATE_HZ))


class _Noted(SourceProxy):
    """Says how much of the call was taken, block by block."""

    def __init__(self, source: Any, note: Note) -> None:
        super().__init__(source)
        self._note = note

    def blocks(self) -> Any:
        """A block counts when the next is asked for."""
        for block in self._source.blocks():
            yield block
            self._note(f"heard {block.end_s}")


def _factory(config: Config) -> CallFactory:
    factory = CallFactory(replace(config, recognition=replace(config.recognition, engine="none")))
    script = ScriptedRecognizer(_script())
    factory.choice = replace(factory.choice, create=lambda: script, engine="scripted")
    in_thread = factory.new_recognition
    # An hour takes seconds here: in step with the sound, words are not late.
    vars(factory)["new_recognition"] = lambda _live, pipeline: in_thread(False, pipeline)
    # A live call has nothing that could be listened to ahead.
    vars(calls)["listened_ahead"] = lambda source, *_: source
    vars(kept_audio)["AudioKeeper"] = partial(AudioKeeper, config=_KEEPER)
    return factory


def _app_call(config: Config, home: Path, note: Note) -> None:
    source = _Noted(open_recording(home / "call.wav", block_s=BLOCK_S), note)
    app_call(config, source, note, _factory(config))


def _call(config: Config, home: Path, note: Note) -> None:
    factory = _factory(config)
    with open_recording(home / "call.wav", block_s=BLOCK_S) as recording:
        plan = CallPlan(
            _Noted(recording, note), "headset", home / "out", live=True, own_folder=True
        )
        factory.open(plan, (noting(note),)).run()
    note("whole")


def _recover(config: Config, home: Path) -> dict[str, Any]:
    """The next start, what it kept, and what is left when the retention time is over."""
    traces = _traces(home) if config.store.encrypt else []
    out = recover(home, config)
    traces += _traces(home) if config.store.encrypt else []
    with CallHistory() as history:
        ids = [call.figures.call_id for call in history.list(10)]
        paths = history.audio_of(ids)
        days = [history.get(call_id).call.audio_kept_until for call_id in ids]
        kept = {call_id: _read(path, call_id) for call_id, path in paths.items()}
        said = [utterance for call_id in ids for utterance in history.get(call_id).utterances]
        out |= {
            "said": [[one.channel.value, one.id, one.text] for one in said],
            "clear": traces,
            "said_to_be_kept": sum(day is not None for day in days),
            "sounds": len(_sounds(config)),
            "kept_s": [sound.shape[1] / CALL_RATE_HZ for sound in kept.values()],
            "odd": [word for sound in kept.values() for word in _odd(sound, home)],
        }
        if ids:
            shutil.copytree(_folder(home), home / "found")  # for the check, before its time is over
        later = datetime.now(UTC) + timedelta(days=config.store.retention_days + 1)
        history.delete_older_than(config.store.retention_days, later)
        tidy(history, config.store)
        out["rows_left"] = len(history.list(10))
    reports = [path for path in _folder(home).rglob("*") if path.is_file()] if ids else []
    out["files_left"] = [str(path) for path in (*_sounds(config), *reports)]
    return out


def _folder(home: Path) -> Path:
    """Where the call's files are: those of the app lie in its data folder."""
    return home / "out" if (home / "out").exists() else data_folder() / CALLS


def _sounds(config: Config) -> list[Path]:
    folder = audio_folder(config.store)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _read(path: Path, call_id: str) -> Samples:
    return np.concatenate(list(sound_blocks(path, call_id)), axis=1)


def _odd(kept: Samples, home: Path) -> list[str]:
    """What is wrong with kept sound: masked where a card was read, and elsewhere as it was said."""
    said, _ = soundfile.read(home / "call.wav", dtype="int16", always_2d=True)
    said = said.T
    out = ["longer than the call"] if kept.shape[1] > said.shape[1] else []
    said = said[:, : kept.shape[1]]
    if (np.abs(kept.astype(int)) > np.abs(said.astype(int))).any():
        out.append("louder than what was said, or another place of it")
    if kept[:, _stretch(_CARD_LINE, _BEFORE_DIGITS)].any():
        out.append("a card number can be heard")
    plain = _stretch(_PLAIN_LINE, 0.3)
    as_said = kept[1, plain] == said[1, plain]
    if plain.stop <= kept.shape[1] and as_said.mean() < _AS_SAID:
        out.append(f"an ordinary sentence is missing: {as_said.mean():.2f}")
    return out


def _traces(home: Path) -> list[str]:
    """Files with sound or words of the call in clear."""
    wave = (home / "call.wav").read_bytes()[44:]
    step = 4 * CALL_RATE_HZ // 2
    windows = [wave[at : at + 4 * _WINDOW] for at in range(0, len(wave), step)]
    known = [one for one in windows if len(set(one)) > _WINDOW]
    # What a cue rests on is quoted in the report, as without a transcript: these lines carry none.
    words = [
        line["text"].lower().rstrip(".").encode() for line in (_lines()[i] for i in (3, 13, 16))
    ]
    digits = CARD.split(maxsplit=2)[2].encode()
    out = []
    for path in (*home.rglob("*"), *data_folder().rglob("*")):
        if not path.is_file() or path.parent == home:
            continue
        body = _BASE64.sub(b"", path.read_bytes())
        low = body.lower()
        if any(mark in body for mark in _SOUND_MARKS) or any(one in body for one in known):
            out.append(f"sound in {path.name}")
        if any(text in low for text in (*words, digits)):
            out.append(f"words in {path.name}")
    return out


def _sound_is_there(home: Path, notes: list[str], *, sealed: bool) -> list[str]:
    """The call as any other, and its sound up to the last chunk that was due, once, until its time is over."""
    after = json.loads((home / "after.json").read_text("utf-8"))
    wrong = _words_lost(notes, after["said"])
    if sealed:  # no journal shows them
        notes = [note for note in notes if not _is_spoken(note)]
    wrong += call_is_there(home, notes)
    heard_s = max((float(note.split()[1]) for note in notes if note.startswith("heard")), default=0)
    due_s = LENGTH_S if "whole" in notes else heard_s - _BEHIND_S
    kept_s = sum(after["kept_s"])
    if (sealed or "whole" in notes) and kept_s < due_s - BLOCK_S:
        wrong.append(f"{kept_s:.1f} s of sound, {due_s:.1f} s due")
    if not sealed and kept_s and kept_s < LENGTH_S - BLOCK_S:
        wrong.append(f"{kept_s:.1f} s of sound in clear are neither all nor nothing")
    files = len(after["kept_s"])
    if not (files == after["sounds"] == after["said_to_be_kept"] <= 1):
        wrong.append(
            f"{after['sounds']} files, {files} of the history, {after['said_to_be_kept']} said to be kept"
        )
    wrong += [
        f"{name}: {after[name]}"
        for name in ("clear", "odd", "rows_left", "files_left")
        if after[name]
    ]
    return wrong


def _is_spoken(note: str) -> bool:
    return note.startswith("{") and json.loads(note)["type"] in _SPOKEN


def _words_lost(notes: list[str], said: list[list[str]]) -> list[str]:
    """Utterances that were in the journal for a second and are not in the transcript, in no form of theirs."""
    events = [json.loads(note) for note in notes if note.startswith("{")]
    last_s = max((event["time_s"] for event in events), default=0.0)
    forms: dict[tuple[str, str], list[str]] = {}
    due = set()
    for event in events:
        if event["type"] in _FINISHED:
            key = event["channel"], event["id"]
            text = " ".join(word["text"] for word in event["payload"]["words"])
            if event["time_s"] < last_s - 1.0:  # what came before a form that is due is not left
                forms[key] = []
                due.add(key)
            forms.setdefault(key, []).append(text)
    found = {(channel, identity): text for channel, identity, text in said}
    return [
        f"the transcript has {found.get(key)!r} in place of {forms[key]}"
        for key in sorted(due)
        if found.get(key) not in forms[key]
    ]


_FINISHED: Final = ("utterance", "utterance_revised")
_SPOKEN: Final = (*_FINISHED, "partial")
_KEPT: Final = replace(CONFIG, store=replace(CONFIG.store, keep_audio=True))
_SEALED: Final = replace(_KEPT, store=replace(_KEPT.store, encrypt=True))
KEPT_WORKS: Final = tuple(
    Work(
        name, nothing, partial(call, config), partial(_sound_is_there, sealed=config is _SEALED),
        make_beginning, partial(_recover, config),
    )
    for name, call, config in (
        ("sealed", _call, _SEALED), ("kept", _call, _KEPT), ("sealed app", _app_call, _SEALED),
    )
)  # fmt: skip
