"""What callwatch costs: CPU seconds and memory of whole processes, median of three.

    python -m benchmarks.cost [--engine none|whisper] [--live] [RECORDING...]

Without recordings the bundled demo call is used, played `--loops` times after itself so that the
start-up of the process weighs as little as in a real call. CPU seconds do not depend on how busy
the machine is as much as wall time does; the number of the recogniser's threads is in the output.

`times_silero` compares machines: beside each run the plain voice model goes over both channels in one
batch, chunk by chunk, and its CPU seconds are the unit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.scripted import load
from benchmarks.silero_onnx import Silero
from benchmarks.table import print_table, write_json
from callwatch.voice.framing import CHUNK
from callwatch.voice.vad.silero import CONTEXT


def looped_demo(folder: Path, loops: int) -> Path:
    """The demo call, `loops` times."""
    audio, rate_hz = sf.read(str(resources.files("callwatch.demo").joinpath("call.flac")))
    path = folder / "demo.wav"
    sf.write(path, np.tile(audio, (loops, 1)), rate_hz, subtype="PCM_16")
    return path


def run_once(command: list[str], home: Path) -> dict[str, float]:
    """Run a callwatch command; its CPU seconds (user and system) and peak memory."""
    program = (
        "import os, resource, subprocess, sys, json\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "use = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([use.ru_utime + use.ru_stime, use.ru_maxrss / 1000]))\n"
    )
    environment = dict(os.environ, XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home))
    environment.pop("DISPLAY", None)
    # An installed program has its modules compiled: compiling is not part of what a call costs.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", program, *command],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    cpu_s, memory_mb = json.loads(done.stdout)
    return {"cpu_s": cpu_s, "memory_mb": memory_mb}


def silero_s(recording: Path) -> float:
    """CPU seconds of plain Silero over both channels of a recording, 32 ms at a time."""
    sound = load(recording) / np.float32(32768.0)
    sound = np.concatenate((np.zeros((2, CONTEXT), np.float32), sound), axis=1, dtype=np.float32)
    model, before = Silero(), time.process_time()
    for at in range(0, sound.shape[1] - CONTEXT - CHUNK, CHUNK):
        model.predict(slice(0, 2), sound[:, at : at + CONTEXT + CHUNK].astype(np.float32))
    return time.process_time() - before


def measure(recording: Path, engine: str, live: bool, repeats: int) -> dict[str, Any]:
    """One row of the table."""
    info = sf.info(str(recording))
    with tempfile.TemporaryDirectory() as folder:
        verb = ["replay", "--no-overlay"] if live else ["analyze", "--no-history"]
        command = [sys.executable, "-m", "callwatch.cli.main", *verb, str(recording)]
        command += ["--engine", engine, "--out", str(Path(folder) / "out")]
        run_once([*command[:4], "--help"], Path(folder))  # compiles what is not compiled yet
        units, runs = [], []
        for _ in range(repeats):
            units.append(silero_s(recording))
            runs.append(run_once(command, Path(folder)))
    cpu_s = statistics.median(run["cpu_s"] for run in runs)
    return {
        "recording": recording.stem,
        "audio_s": round(info.duration, 1),
        "engine": engine,
        "mode": "live" if live else "analyze",
        "cpu_s": round(cpu_s, 2),
        "times_silero": round(cpu_s / statistics.median(units), 2),
        "times_real_time": round(info.duration / cpu_s, 1),
        "core_share_pct": round(100 * cpu_s / info.duration, 1),
        "memory_mb": round(max(run["memory_mb"] for run in runs), 1),
    }


def main() -> None:
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--engine", action="append", choices=["none", "whisper", "vosk"])
    parser.add_argument("--live", action="store_true", help="replay in real time instead")
    parser.add_argument("--loops", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, default=Path("benchmarks-out/cost.json"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recordings = args.recordings or [looped_demo(Path(folder), args.loops)]
        rows = [
            measure(recording, engine, args.live, args.repeats)
            for engine in args.engine or ["none", "whisper"]
            for recording in recordings
        ]
    print_table("Cost of whole processes, CPU seconds, median", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
