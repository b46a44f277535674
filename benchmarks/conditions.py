"""The same call must give the same answer, however it is captured.

    python -m benchmarks.conditions FOLDER ... [--limit N] [--skip NAME ...] [--no-effort] [--live]

FOLDER holds scripted call_*.wav with call_*.json (see README.md), of which only clean calls are
used, or conversations NAME/call.wav. Each is heard as it is and through each condition; with --live
also played into a real sound server (PulseAudio) and captured, two at a time, in real time.
Printed: which share of the cues of the clean call survive (not: are right), and how far talk share
and silence move.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from benchmarks.live_capture import captured
from benchmarks.scripted import calls_in, load, match
from benchmarks.synthesis import SPEECH_DBFS, automatic_gain, mu_law, telephone
from benchmarks.table import print_table, write_json
from benchmarks.turn_taking import Speech, cues_of, speech_of
from callwatch.core.arrays import DoubleArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import CueKind
from callwatch.core.events import CueOpened, CueWithdrawn, Event
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan, gaps, total_s
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.vad.activity import VoiceActivity

Row = dict[str, Any]
FRAME: Final = 160  # samples
KINDS: Final = (CueKind.INTERRUPTION, CueKind.BACKCHANNEL, CueKind.RAISED_VOICE)


def through(rate_hz: int, sound: DoubleArray) -> DoubleArray:
    """Captured at another rate."""
    return _resampled(soxr.resample(sound.T, CALL_RATE_HZ, rate_hz), rate_hz, sound)


def narrow(sound: DoubleArray) -> DoubleArray:
    """300-3400 Hz at 8 kHz, 8 bits of mu-law."""
    low = soxr.resample(telephone(sound).T, CALL_RATE_HZ, 8000)
    return _resampled(mu_law(low), 8000, sound)


def opus(sound: DoubleArray) -> DoubleArray:
    """What a low bit rate leaves: no sound above 6 kHz, noise under the voice at -25 dB of each frame."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(sound.shape[1], 1 / CALL_RATE_HZ)
    out = np.fft.irfft(spectrum * (hz < 6000), sound.shape[1])
    noise = np.random.default_rng(2).normal(0.0, 1.0, out.shape)
    power = np.stack([np.convolve(row**2, np.ones(FRAME) / FRAME, "same") for row in out])
    return np.asarray(out + noise * np.sqrt(power) * 10 ** (-25 / 20))


def noisy(snr_db: float, sound: DoubleArray) -> DoubleArray:
    """White noise so far below the usual level of scripted speech, on both channels."""
    level = 10 ** ((SPEECH_DBFS - snr_db) / 20)
    return sound + np.random.default_rng(1).normal(0.0, level, sound.shape)


def shifted(shift_ms: int, sound: DoubleArray) -> DoubleArray:
    """So much silence in front: the grids of all stages fall differently."""
    silence = np.zeros((2, round(shift_ms * CALL_RATE_HZ / 1000)))
    return np.concatenate((silence, sound), axis=1)


def louder(gain_db: tuple[float, float], sound: DoubleArray) -> DoubleArray:
    """Gain of agent and customer."""
    return np.asarray(sound * 10 ** (np.array(gain_db)[:, None] / 20), dtype=np.float64)


# Name -> what happens to the sound, seconds that it is late, samples of a block.
Condition = tuple[Callable[[DoubleArray], DoubleArray], float, int]
CONDITIONS: Final[dict[str, Condition]] = {
    "as it is": (lambda sound: sound, 0.0, CALL_RATE_HZ),
    "blocks of 10 ms": (lambda sound: sound, 0.0, 160),
    "blocks of 37.5 ms": (lambda sound: sound, 0.0, 600),
    "8 kHz": (partial(through, 8000), 0.0, CALL_RATE_HZ),
    "44.1 kHz": (partial(through, 44_100), 0.0, CALL_RATE_HZ),
    "48 kHz": (partial(through, 48_000), 0.0, CALL_RATE_HZ),
    **{f"{ms} ms late": (partial(shifted, ms), ms / 1000, CALL_RATE_HZ) for ms in (1, 5, 17, 50, 99)},
    "12 dB louder": (partial(louder, (12.0, 12.0)), 0.0, CALL_RATE_HZ),
    "12 dB weaker": (partial(louder, (-12.0, -12.0)), 0.0, CALL_RATE_HZ),
    "customer 15 dB weaker": (partial(louder, (0.0, -15.0)), 0.0, CALL_RATE_HZ),
    "telephone, mu-law": (narrow, 0.0, CALL_RATE_HZ),
    "low bit rate": (opus, 0.0, CALL_RATE_HZ),
    "noise 30 dB": (partial(noisy, 30.0), 0.0, CALL_RATE_HZ),
    "noise 15 dB": (partial(noisy, 15.0), 0.0, CALL_RATE_HZ),
    "automatic gain": (automatic_gain, 0.0, CALL_RATE_HZ),
}  # fmt: skip


def _resampled(sound: DoubleArray, rate_hz: int, like: DoubleArray) -> DoubleArray:
    """Back at the call's rate, (2, n) as long as `like`."""
    back = soxr.resample(sound, rate_hz, CALL_RATE_HZ).T
    out = np.zeros_like(like)
    count = min(out.shape[1], back.shape[1])
    out[:, :count] = back[:, :count]
    return out


def _samples(sound: DoubleArray) -> Samples:
    return np.round(np.clip(sound, -1.0, 0.99997) * 32768.0).astype(np.int16)


def talk_of(speech: Speech, duration_s: float) -> tuple[float, float]:
    """The agent's share of talk, and silence in seconds a minute."""
    talk = {channel: total_s(speech[channel]) for channel in CHANNELS}
    whole = TimeSpan(0.0, duration_s)
    silence = total_s(gaps([s for c in CHANNELS for s in speech[c]], whole))
    return talk[Channel.AGENT] / max(1e-9, sum(talk.values())), silence / duration_s * 60


def answers(samples: Samples, block: int, late_s: float, *, with_effort: bool) -> Row:
    """What callwatch says of one call; cue times less `late_s`."""
    duration_s = samples.shape[1] / CALL_RATE_HZ
    voice, effort, raised = VoiceActivity(), EffortEstimator(), RaisedVoice()
    frames: list[VoiceFrames] = []
    events: list[Event] = []
    for at in range(0, samples.shape[1], block):
        piece = CallBlock(samples[:, at : at + block], at / CALL_RATE_HZ)
        frames.append(voice.process(piece))
        if with_effort:
            events += raised.process(effort.process(piece, frames[-1]))
    frames.append(voice.finish())
    withdrawn = {event.id for event in events if isinstance(event, CueWithdrawn)}
    loud = [e.cue for e in events if isinstance(e, CueOpened) and e.id not in withdrawn]
    cues = cues_of(frames, duration_s) + [
        {"kind": cue.kind, "channel": str(cue.channel), "start_s": cue.span.start_s} for cue in loud
    ]
    for cue in cues:
        cue["start_s"] -= late_s
    share, silence = talk_of(speech_of(frames), duration_s)
    return {"cues": cues, "share": share, "silence": silence}


def compare(pairs: list[tuple[Row, Row]]) -> Row:
    """Agreement of (clean, other) answers."""
    row: Row = {}
    for kind in KINDS:
        hits = found = wanted = 0
        for clean, other in pairs:
            mine, theirs = (
                [cue for cue in answer["cues"] if cue["kind"] is kind] for answer in (clean, other)
            )
            hits += len(match(mine, theirs)[0])
            wanted, found = wanted + len(mine), found + len(theirs)
        name = str(kind).replace("_", " ")
        row |= (
            {
                f"{name}s": wanted,
                "survive": hits / wanted if wanted else None,
                "added": found - hits,
            }
            if kind is CueKind.INTERRUPTION
            else {
                f"{name}s": wanted,
                f"{name}s survive": hits / wanted if wanted else None,
                f"{name}s added": found - hits,
            }
        )
    moved = [100 * abs(other["share"] - clean["share"]) for clean, other in pairs]
    still = [abs(other["silence"] - clean["silence"]) for clean, other in pairs]
    return row | {
        "talk share moves, points": sum(moved) / len(moved),
        "at most": max(moved),
        "silence moves s/min": sum(still) / len(still),
    }


def rows_of(pairs: dict[str, list[tuple[Row, Row]]]) -> list[Row]:
    """One row a condition."""
    return [{"condition": name, "calls": len(both)} | compare(both) for name, both in pairs.items()]


def recordings(folders: list[Path]) -> Iterator[Path]:
    """Clean scripted calls, and conversations."""
    for path, truth in calls_in(folders):
        if truth["conditions"]["groups"] == ["clean"]:
            yield path
    for folder in folders:
        yield from sorted(folder.glob("*/call.wav"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", help="scripted calls, or conversations")
    parser.add_argument("--limit", type=int, help="so many calls at most")
    parser.add_argument("--skip", nargs="*", default=[], help="conditions that are left out")
    parser.add_argument("--no-effort", action="store_true", help="without raised voices")
    parser.add_argument("--live", action="store_true", help="through a real sound server, too")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/conditions.json"))
    args = parser.parse_args()
    ask = partial(answers, with_effort=not args.no_effort)
    wanted = {name: how for name, how in CONDITIONS.items() if name not in args.skip}
    pairs: dict[str, list[tuple[Row, Row]]] = {name: [] for name in wanted}
    calls: list[Samples] = []
    for path in list(recordings(args.folders))[: args.limit]:
        sound = load(path) / 32768.0
        # Room for 12 dB more: full scale is another matter.
        sound *= min(1.0, 0.24 / np.abs(sound).max())
        calls.append(_samples(sound))
        clean: Row | None = None
        for name, (change, late_s, block) in wanted.items():
            answer = ask(_samples(change(sound)), block, late_s)
            clean = clean or answer
            pairs[name].append((clean, answer))
        # What is known is kept when somebody stops it.
        write_json(args.json, rows_of(pairs))
    if args.live and calls:
        live = [ask(heard, CALL_RATE_HZ, late_s) for heard, late_s in captured(calls)]
        cleans = [clean for clean, _ in pairs["as it is"]]
        pairs["live, through PulseAudio"] = list(zip(cleans, live, strict=True))
    if not pairs["as it is"]:
        print("skipped: give folders of scripted calls with clean ones, or of conversations")
        return
    rows = rows_of(pairs)
    print_table("The same calls under other conditions, beside themselves", rows)
    write_json(args.json, rows)


if __name__ == "__main__":
    main()
