"""Voice activity on labelled clips and on sound that is no speech, beside its two parts alone.

    CALLWATCH_DATA=DIR python -m benchmarks.vad [--json FILE]

DIR/audio/vad/clip_NN.flac with clip_NN.csv: name, then start, end, 1 (speech) or 0, repeated.
DIR/audio/nonspeech: hold music, tones, noise. Nothing is tuned on these clips.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from benchmarks.scripted import hear, load
from benchmarks.silero_onnx import Silero
from benchmarks.synthesis import telephone
from benchmarks.table import data_dir, print_table, write_json
from callwatch.core.arrays import BoolArray
from callwatch.core.audio import CALL_RATE_HZ, Samples
from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStopped
from callwatch.voice.framing import CHUNK, FRAME
from callwatch.voice.vad.silero import CONTEXT
from callwatch.voice.vad.webrtc_gate import WebRtcGate

Row = dict[str, Any]


def labels(path: Path, count: int) -> BoolArray:
    """Truth per 10 ms frame."""
    cells = path.read_text(encoding="utf-8").strip().split(",")[1:]
    out = np.zeros(count, dtype=np.bool_)
    for start, end, speech in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
        if speech == "1":
            out[round(float(start) * 100) : round(float(end) * 100)] = True
    return out


def narrow(samples: Samples) -> Samples:
    """The telephone band, by way of 8 kHz."""
    sound = telephone(samples[0] / 32768.0)
    sound = soxr.resample(soxr.resample(sound, CALL_RATE_HZ, 8000), 8000, CALL_RATE_HZ)
    out = np.zeros((2, max(len(sound), samples.shape[1])))
    out[0, : len(sound)] = sound
    return np.round(np.clip(out, -1, 0.99997) * 32768).astype(np.int16)[:, : samples.shape[1]]


def own(samples: Samples) -> BoolArray:
    """callwatch: the spans that it tells."""
    out = np.zeros(samples.shape[1] // FRAME, dtype=np.bool_)
    for part in hear(samples):
        for event in part.transitions:
            if isinstance(event, VoiceStopped) and event.channel is Channel.AGENT:
                out[round(event.span.start_s * 100) : round(event.span.end_s * 100)] = True
    return out


def silero(samples: Samples) -> BoolArray:
    """Plain Silero at 0.5."""
    model, count = Silero(), samples.shape[1] // CHUNK
    sound = np.concatenate((np.zeros(CONTEXT), samples[0] / 32768.0)).astype(np.float32)
    opinions = np.array(
        [
            model.predict(slice(1), sound[None, k * CHUNK : (k + 1) * CHUNK + CONTEXT])[0]
            for k in range(count)
        ]
    )
    middle = np.arange(samples.shape[1] // FRAME) * FRAME + FRAME // 2
    return np.asarray(opinions[np.minimum(middle // CHUNK, count - 1)] > 0.5)


def webrtc(samples: Samples) -> BoolArray:
    """Plain webrtcvad, aggressiveness 2."""
    count = samples.shape[1] // FRAME
    return WebRtcGate(2).process(samples[0, : count * FRAME], np.ones(count, dtype=np.bool_))


SYSTEMS = {"callwatch": own, "plain Silero": silero, "plain webrtcvad": webrtc}


def clips(folder: Path) -> list[Row]:
    """Frame accuracy over all clips."""
    rows: list[Row] = []
    for name, system in SYSTEMS.items():
        row: Row = {"system": name}
        for band in ("wide", "telephone"):
            right = total = 0
            for path in sorted(folder.glob("*.flac")):
                samples = load(path) if band == "wide" else narrow(load(path))
                said = system(samples)
                right += int((said == labels(path.with_suffix(".csv"), len(said))).sum())
                total += len(said)
            row[f"accuracy {band}"] = right / total if total else None
        rows.append(row)
    return rows


def sounds(folder: Path) -> list[Row]:
    """Share of sound without speech that is called speech, in per cent."""
    return [
        {"sound": path.stem}
        | {f"{name} %": 100 * float(system(load(path)).mean()) for name, system in SYSTEMS.items()}
        for path in sorted(folder.glob("*.flac"))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/vad.json"))
    args = parser.parse_args()
    audio = data_dir() / "audio"
    accuracy, wrong = clips(audio / "vad"), sounds(audio / "nonspeech")
    print_table("Voice activity: frame accuracy on labelled clips", accuracy)
    print_table("Sound that is no speech: called speech", wrong)
    write_json(args.json, [*accuracy, *wrong])


if __name__ == "__main__":
    main()
