"""The good inputs from which hostile ones are made. All are made here: no file is kept."""

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import soundfile as sf

from callwatch.audio.sealed_recording import CHUNK_S, SALT_BYTES, SealedFile
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueClosed,
    CueOpened,
    Event,
    MeterUpdated,
    UtteranceFinished,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, ChannelQuality, InputQuality, Performance
from callwatch.core.words import Utterance, Word
from callwatch.document import to_document
from callwatch.phrases.pack import PACK_DIR
from callwatch.report.event_codec import event_to_document
from callwatch.report.journal_words import SealedWords
from callwatch.session.summary_builder import summarize
from callwatch.store.sealing import CallCipher

KEY: Final = bytes(range(32))
TEXTS: Final = (
    "it's 4571 7786 4387 0886 thanks", "my mail is anna dot berg at example dot com", "I'll go to the papers",
    "personnumret är 811228-9874", "jeg vil tale med din chef", "fødselsnummer 15 10 86 950 88",
    "four double one so triple two oh oh", "£1,200.50 by 12/05/2026 at 14:30", "jag ska stämma er", "",
    "Straße ﬁ İ ǅ ٣٤٥ ４５７１ ² ½ Ⅷ", "a" * 300, "@ . @ at dot at", "[card] [phone] [number]",
)  # fmt: skip


def sounds() -> list[bytes]:
    """Short recordings in every container that can be read."""
    wave = (np.random.default_rng(1).normal(0, 0.05, (1600, 2))).astype(np.float32)
    out = []
    for kind, subtype in (("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "ULAW"), ("FLAC", "PCM_16"),
                          ("OGG", "VORBIS"), ("AIFF", "PCM_16"), ("W64", "PCM_16")):  # fmt: skip
        file = io.BytesIO()
        sf.write(file, wave, 16_000, format=kind, subtype=subtype)
        out.append(file.getvalue())
    mono = io.BytesIO()
    sf.write(mono, wave[:, 0], 8_000, format="WAV")
    return [*out, mono.getvalue()]


def journals() -> list[bytes]:
    """The journal of a call with some of every kind of event, and pieces of it."""
    agent, customer = Channel.AGENT, Channel.CUSTOMER
    info = CallInfo("abc", None, "2026-01-02T03:04:05Z", 0.0, "call.wav", "en", "none", None)
    cue = Cue(
        CueKind.INTERRUPTION,
        agent,
        TimeSpan(4.0, 5.0),
        5.2,
        0.7,
        Fact("overlap", {"overlap_s": 0.8, "held_s": 4.2}),
    )
    words = (Word("hello", TimeSpan(1.0, 1.4), 0.9), Word("there", TimeSpan(1.5, 1.9), 0.8))
    utterance = Utterance("u1", customer, words, True, 2.0)
    events: list[Event] = [
        CallStarted(0.0, info),
        VoiceStarted(1.0, customer, 0.9),
        UtteranceFinished(2.0, utterance),
        VoiceStopped(3.0, customer, TimeSpan(0.9, 2.8)),
        CueOpened(5.2, "c1", cue),
        CueClosed(5.3, "c1", cue),
        MeterUpdated(6.0, {agent: 1.0, customer: 1.9}, {agent: -30.0, customer: -28.0}),
        CallEnded(
            8.0,
            8.0,
            True,
            InputQuality({agent: ChannelQuality(), customer: ChannelQuality(-25.0, -60.0)}),
            Performance(0.1, 8.0, 0.5, 100.0),
        ),
    ]
    documents = [event_to_document(event) for event in events]
    SealedWords(lambda sealed: documents.insert(3, dict(sealed)), cipher)(events[2])
    lines = [json.dumps(document).encode() for document in documents]
    whole = b"\n".join(lines) + b"\n"
    return [whole, b"\n".join(lines[:-1]) + b"\n", lines[0] + b"\n", whole[: len(whole) // 2]]


def journal_lines() -> list[bytes]:
    """The lines of that journal one by one."""
    return [line for line in journals()[0].split(b"\n") if line]


def headers() -> list[bytes]:
    """The beginnings of RIFF files."""
    return [sound[:200] for sound in sounds() if sound.startswith(b"RIFF")]


def cipher(salt: bytes) -> CallCipher:
    """That of an encrypted call."""
    return CallCipher(KEY, salt, b"fuzz", "call")


def sealed_sounds() -> list[bytes]:
    """An encrypted recording of two chunks, and pieces of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "call.flac.sealed"
        file = SealedFile(path, bytes(SALT_BYTES), cipher(bytes(SALT_BYTES)))
        quiet = np.zeros((2, int(CHUNK_S) * 16_000), dtype=np.int16)
        for _ in range(2):
            file.write(quiet)
        file.close()
        whole = file.publish().read_bytes()
    return [whole, whole[: len(whole) // 2], whole[:40]]


def reports() -> list[bytes]:
    """report.json of the journal's call."""
    from callwatch.report.journal import read_journal

    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.write_bytes(journals()[0])
        summary = summarize(read_journal(path))
    return [json.dumps(to_document(summary)).encode()]


def packs() -> list[bytes]:
    """Small phrase packs, and the head of a shipped one."""
    small = b"""schema = "callwatch.phrases/1"
language = "en"
disable = ["x"]
[rewrites]
gonna = "going to"
[classes]
me = ["me", "us"]
[[rules]]
id = "a"
category = "legal"
any = ["see <me> in court", "(sue|sued) you"]
unless = ["not"]
strength = "weak"
[[guards]]
id = "g"
categories = ["all"]
any = ["if i"]
[[steps]]
id = "s"
step = "solution"
any = ["i understand"]
"""
    shipped = (PACK_DIR / f"{Language.EN}.toml").read_bytes()
    return [small, small, shipped[:6000]]


def settings() -> list[bytes]:
    """Settings of both schemas."""
    return [
        b'''schema = 2
[call]
language = "sv"
agent_id = "a1"
[store]
retention_days = 30
keep_audio = false
url = ""
[nudges]
switched_off = ["breather"]
min_gap_s = 60.0
[overlay]
theme = "dark"
scale = 1.5
''',
        b'[analysis.nudges]\nmin_gap_s = 30.0\n[app]\nauto_calls = true\nboth_within_s = 3.0\n',
    ]  # fmt: skip


def requests() -> list[bytes]:
    """Lines of the local socket, both ways."""
    return [
        b'{"command": "start"}\n', b'{"command": "status"}\n',
        b'{"ok": true, "state": "running", "message": "Listening."}\n',
    ]  # fmt: skip


def archives() -> list[bytes]:
    """Archives of a small model, stored and packed, and one with a comment."""
    out = []
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", kind) as pack:
            pack.comment = b"a model"
            pack.writestr("m/am/final.mdl", bytes(range(256)))
            pack.writestr("m/README", b"hello\n" * 20)
        out.append(file.getvalue())
    return out


def lines() -> list[bytes]:
    """Dialogues for `callwatch redact`."""
    return [
        b"".join(
            json.dumps({"channel": side, "text": text, "start_s": i * 2.0, "end_s": i * 2.0 + 1.5}).encode() + b"\n"
            for i, (side, text) in enumerate(zip(("agent", "customer") * 7, TEXTS, strict=False))
        )
    ]  # fmt: skip


def texts() -> list[bytes]:
    """What somebody says."""
    return [text.encode() for text in TEXTS]
