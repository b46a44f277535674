"""How soon, and how well, the threatening lines of scripted calls are heard.

    python -m benchmarks.word_latency DIR... [--limit N]

DIR holds call_*.wav with call_*.json (events: kind, channel, start_s, end_s, text). Each line is
played from 12 s before it to 6 s after it through voice activity, feed and recogniser. A line
counts as known when at least 70 % of its words stand in a finished utterance, or in two
partial results in a row; the lag is stream time from the end of the line (compute time comes on
top). This is the part of the recogniser in the lag of a threat cue.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
import soxr

from benchmarks.speech import BLOCK, to_int16
from benchmarks.table import print_table, write_json
from benchmarks.wer import edits, normalised
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.words import Utterance
from callwatch.session.recognition import InlineRecognition
from callwatch.speech.choose import choose_recognizer
from callwatch.speech.protocol import Recognizer
from callwatch.speech.segmenter import SpeechSegmenter
from callwatch.voice.vad.activity import VoiceActivity

BEFORE_S, AFTER_S = 12.0, 6.0
KNOWN = 0.7


def excerpt(path: Path, start_s: float, end_s: float) -> Samples:
    """Both channels of a stretch at 16 kHz, (2, n)."""
    rate_hz = sf.info(str(path)).samplerate
    audio, _ = sf.read(
        str(path), start=round(start_s * rate_hz), stop=round(end_s * rate_hz), dtype="float32"
    )
    if rate_hz != CALL_RATE_HZ:
        audio = soxr.resample(audio, rate_hz, CALL_RATE_HZ)
    return to_int16(audio.T)


def hear(recognizer: Recognizer, both: Samples, at_s: float) -> list[Utterance]:
    """All utterances of the stretch, in the order in which they came."""
    voice, feed, recognition = VoiceActivity(), SpeechSegmenter(), InlineRecognition(recognizer)
    heard: list[Utterance] = []
    for start in range(0, both.shape[1], BLOCK):
        block = CallBlock(both[:, start : start + BLOCK], at_s + start / CALL_RATE_HZ)
        recognition.submit(feed.process(block, voice.process(block)))
        heard += recognition.poll()
    recognition.submit(feed.finish(at_s + both.shape[1] / CALL_RATE_HZ))
    return heard + recognition.finish()


def share(line: list[str], utterance: Utterance) -> float:
    """How much of the line stands in the utterance, in order."""
    words = normalised(utterance.text)
    best = 0.0
    for start in range(max(1, len(words) - len(line) // 2)):
        part = words[start : start + len(line)]
        best = max(best, 1 - edits(line, part) / len(line))
    return best


def known_at(line: list[str], utterances: list[Utterance]) -> tuple[float | None, float]:
    """When the line was known, and how much of it stands in the best finished utterance."""
    when: float | None = None
    in_a_row = 0
    best = 0.0
    for utterance in utterances:
        fit = share(line, utterance)
        if utterance.is_final:
            best = max(best, fit)
        in_a_row = in_a_row + 1 if fit >= KNOWN else 0
        if when is None and (in_a_row >= 2 or (in_a_row and utterance.is_final)):
            when = utterance.consumed_s
    return when, best


def threats(folders: list[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """(recording, event) of each threatening line."""
    out = []
    for folder in folders:
        for script in sorted(folder.glob("call_*.json")):
            events = json.loads(script.read_text(encoding="utf-8"))["events"]
            out += [(script.with_suffix(".wav"), e) for e in events if e["kind"] == "threat"]
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon scripted lines are heard.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/word_latency.json"))
    given = parser.parse_args()
    lines = threats(given.folders)[: given.limit]
    choice = choose_recognizer("auto", None, Language.EN)
    if not lines or choice.create is None:
        print(f"skipped: {len(lines)} lines; {choice.explanation}")
        return
    recognizer = choice.create()
    lags, fits = [], []
    for path, event in lines:
        start_s = max(0.0, event["start_s"] - BEFORE_S)
        both = excerpt(path, start_s, event["end_s"] + AFTER_S)
        utterances = [
            u for u in hear(recognizer, both, start_s) if u.channel is Channel(event["channel"])
        ]
        when, fit = known_at(normalised(event["text"]), utterances)
        fits.append(fit)
        if when is not None:
            lags.append(when - event["end_s"])
        else:
            print("not heard:", event["text"], "|", path.name)
    row = {
        "model": choice.model,
        "lines": len(lines),
        "known": len(lags),
        "lag median s": float(np.median(lags)),
        "lag p95 s": float(np.percentile(lags, 95)),
        "words right": float(np.mean(fits)),
    }
    print_table("Threatening lines through the recogniser", [row])
    write_json(given.json, [row])


if __name__ == "__main__":
    main()
