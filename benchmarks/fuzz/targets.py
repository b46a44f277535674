"""What is fed, and what it may say: a CallwatchError in one sentence, or nothing."""

import io
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.fuzz import seeds
from callwatch.app.report import report_of_journal
from callwatch.audio.files import open_recording
from callwatch.audio.sealed_recording import read_sealed
from callwatch.audio.wavsize import riff_chunks
from callwatch.cli.redact import redact
from callwatch.config import load_config, load_what_works
from callwatch.core.channels import CHANNELS, Language
from callwatch.core.errors import CallwatchError
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.document import from_document, to_document
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.pack import check_classes, read_pack
from callwatch.redaction.redactor import UtteranceMasker, mask_text
from callwatch.report.event_codec import event_from_document
from callwatch.report.journal import decode_line, read_journal
from callwatch.report.journal_words import SEALED, SealedWordsReader
from callwatch.session.summary_builder import summarize
from callwatch.speech.models.unpack import unpack
from callwatch_ui.desktop.ipc import Answer, command_of

LANGUAGES: Final = tuple(Language)
_LONGEST_UTTERANCE: Final = 2_000  # nobody says more in one go, and longer ones only cost cases
_BREATH: Final = 80
# No sentence for a person is longer; a settings file with several mistakes has a line for each.
_LONGEST_SENTENCE: Final = 1_500


class BadSentenceError(AssertionError):
    """A refusal that is no sentence for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    """`feed(data, folder)` reads the data, in a folder of its own where it needs files."""

    make_seeds: Callable[[], Sequence[bytes]]
    feed: Callable[[bytes, Path], object]
    may_raise: tuple[type[Exception], ...] = (CallwatchError,)

    def run(self, data: bytes, folder: Path) -> bool:
        """Feed it; whether it was refused. Raises what is no refusal in one sentence."""
        try:
            self.feed(data, folder)
        except self.may_raise as refusal:
            _check_sentence(refusal)
            return True
        return False


def _check_sentence(refusal: Exception) -> None:
    if not isinstance(refusal, CallwatchError):
        return  # ValueError within a room: its caller makes the sentence
    for text in str(refusal).split("\n"):
        if not text.strip() or "Traceback" in text or len(text) > _LONGEST_SENTENCE:
            raise BadSentenceError(f"no sentence: {text[:300]!r}")


def _sound(data: bytes, folder: Path) -> None:
    path = folder / "call.wav"
    path.write_bytes(data)
    with open_recording(path) as source:
        for number, _ in enumerate(source.blocks()):
            if number > 200:
                break


def _journal(data: bytes, folder: Path) -> None:
    path = folder / "events.jsonl"
    path.write_bytes(data)
    try:
        json.dumps(to_document(summarize(read_journal(path, SealedWordsReader(seeds.cipher)))))
    except ValueError as exc:
        if "CallStarted" not in str(exc):  # what the commands say in a sentence of their own
            raise


def _journal_line(data: bytes, _: Path) -> None:
    document = decode_line(data)
    if document is not None and document.get("type") == SEALED:
        SealedWordsReader(seeds.cipher)(document)
    elif document is not None:
        event_from_document(document)


def _sound_header(data: bytes, _: Path) -> None:
    for number, _chunk in enumerate(riff_chunks(io.BytesIO(data))):
        if number > len(data):
            raise BadSentenceError("a header without an end")


def _sealed_sound(data: bytes, folder: Path) -> None:
    path = folder / "call.flac.sealed"
    path.write_bytes(data)
    for _ in read_sealed(path, seeds.cipher):
        pass


def _mask_line(data: bytes, _: Path) -> None:
    """What one says in a breath."""
    mask_text(data.decode("utf-8", "replace")[:_BREATH], LANGUAGES[len(data) % 4])


def _report(data: bytes, folder: Path) -> None:
    path = folder / "events.jsonl"
    path.write_bytes(data)
    report_of_journal(path, folder / "out")


def _document(data: bytes, _: Path) -> None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    from_document(value)


def _pack(data: bytes, folder: Path) -> None:
    path = folder / "en.toml"
    path.write_bytes(data)
    pack = read_pack(path)
    check_classes(pack, str(path))


def _settings(data: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(data)
    load_what_works(path)
    load_config(path, folder / "none.toml")


def _request(data: bytes, _: Path) -> None:
    command_of(data)


def _answer(data: bytes, _: Path) -> None:
    Answer.from_line(data).to_line()


def _archive(data: bytes, folder: Path) -> None:
    path = folder / "m.zip"
    path.write_bytes(data)
    target = folder / "out"
    try:
        unpack(path, target)
    finally:
        left = [
            p
            for p in folder.rglob("*")
            if p.is_symlink() or (p.is_file() and target not in p.parents)
        ]
        shutil.rmtree(target, ignore_errors=True)
        if left != [path]:
            raise BadSentenceError(f"an archive left {left}")


def _match(data: bytes, _: Path) -> None:
    text = (
        data.decode("utf-8", "surrogatepass" if len(data) % 2 else "replace")
        if _is_text(data)
        else ""
    )
    text = text[:_LONGEST_UTTERANCE]
    for found in _matcher(LANGUAGES[len(data) % 4]).match(text):
        if text[found.start : found.end] == "":
            raise BadSentenceError(f"an empty match in {text!r}")


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return len(data) % 2 == 0
    return True


@cache
def _matcher(language: Language) -> PhraseMatcher:
    return PhraseMatcher.for_language(language, embeddings=False)


def _mask(data: bytes, _: Path) -> None:
    mask_text(data.decode("utf-8", "replace"), LANGUAGES[len(data) % 4])


def _mask_call(data: bytes, _: Path) -> None:
    """A call that is masked as it goes: nothing is lost, and partial results do not stay."""
    masker = UtteranceMasker(LANGUAGES[len(data) % 4])
    for i, line in enumerate(data.decode("utf-8", "replace").split("\n")[:12]):
        words = tuple(
            Word(text, TimeSpan(2.0 * i + 0.01 * k, 2.0 * i + 0.01 * k + 0.01))
            for k, text in enumerate(line.split())
        )
        masker.mask(Utterance(str(i), CHANNELS[i % 2], words, len(data) % 3 != i % 3, 2.0 * i + 1))
        masker.revisions()
    masker.finish()


def _redact(data: bytes, _: Path) -> None:
    """`callwatch redact` on these bytes."""
    before = sys.stdin, sys.stdout
    sys.stdin, sys.stdout = io.TextIOWrapper(io.BytesIO(data)), io.TextIOWrapper(io.BytesIO())
    try:
        redact(LANGUAGES[len(data) % 4])
    finally:
        sys.stdin, sys.stdout = before


TARGETS: Final[Mapping[str, Target]] = {
    "sound": Target(seeds.sounds, _sound),
    "journal": Target(seeds.journals, _journal),
    "journal line": Target(seeds.journal_lines, _journal_line),
    "sound header": Target(seeds.headers, _sound_header),
    "sealed sound": Target(seeds.sealed_sounds, _sealed_sound),
    "mask line": Target(seeds.texts, _mask_line),
    "report": Target(seeds.journals, _report),
    "document": Target(seeds.reports, _document),
    "pack": Target(seeds.packs, _pack),
    "settings": Target(seeds.settings, _settings),
    "request": Target(seeds.requests, _request, (ValueError,)),
    "answer": Target(seeds.requests, _answer, (ValueError, KeyError)),
    "archive": Target(seeds.archives, _archive),
    "match": Target(seeds.texts, _match),
    "mask": Target(seeds.texts, _mask),
    "masked call": Target(seeds.texts, _mask_call),
    "redact": Target(seeds.lines, _redact),
}
