"""The network in numpy says what the package's model says, chunk by chunk, whatever comes at once."""

import numpy as np
import pytest
from benchmarks.silero_onnx import Silero
from tests.voice.voices import voice

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.voice.framing import CHUNK, level_dbfs
from callwatch.voice.vad.agc import AutomaticGainControl, GainConfig
from callwatch.voice.vad.silero import CONTEXT
from callwatch.voice.vad.silero_weights import SileroWeights
from callwatch.voice.vad.speech_probability import SpeechProbability

CHUNKS = 90
# A made voice is no voice to the model, so that little of it must do to move the gain.
GAIN = GainConfig(min_probability=0.2)


def speech(level: float) -> FloatArray:
    """Two sides that speak in turns, over a little noise."""
    rng = np.random.default_rng(5)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(CHUNKS * CHUNK) / 16000)
    spoken = voice(160, CHUNKS * CHUNK / 16000) * syllables
    spoken = level * spoken / np.abs(spoken).max()
    turns = (np.arange(CHUNKS * CHUNK) // 9000) % 2
    noise = rng.normal(0, 1e-4, (2, CHUNKS * CHUNK))
    return (np.stack([spoken * turns, spoken * (1 - turns)]) + noise).astype(np.float32)


def by_the_model(sound: FloatArray, heard: BoolArray) -> FloatArray:
    """One chunk at a time through onnxruntime, with the same gain."""
    model, gains = Silero(), [AutomaticGainControl(GAIN) for _ in range(2)]
    known = np.concatenate((np.zeros((2, CONTEXT), np.float32), sound), axis=1)
    levels = level_dbfs(sound.reshape(2, -1, CHUNK))
    out = np.zeros(heard.shape, np.float32)
    for k in range(heard.shape[1]):
        for row in np.flatnonzero(heard[:, k]).tolist():
            piece = known[row : row + 1, k * CHUNK : (k + 1) * CHUNK + CONTEXT]
            factor = np.float32(gains[row].factor)
            out[row, k] = model.predict(slice(row, row + 1), piece * factor)[0]
            gains[row].update(float(out[row, k]), float(levels[row, k]))
    return out


ALWAYS = np.ones((2, CHUNKS), np.bool_)
SOMETIMES = np.random.default_rng(3).random((2, CHUNKS)) < 0.7


@pytest.mark.parametrize("level", [0.5, 0.01], ids=["loud", "quiet, with gain"])
@pytest.mark.parametrize("heard", [ALWAYS, SOMETIMES], ids=["always", "sometimes"])
@pytest.mark.parametrize("sizes", [[CHUNKS], [1] * CHUNKS, [7, 1, 40, 42], [0, 64, 26]])
def test_the_same_as_the_model(level: float, heard: BoolArray, sizes: list[int]) -> None:
    sound, at = speech(level), 0
    network, parts = SpeechProbability(GAIN), []
    for size in sizes:
        piece = sound[:, at * CHUNK : (at + size) * CHUNK]
        parts.append(network.process(piece, heard[:, at : at + size]))
        at += size
    found, expected = np.concatenate(parts, axis=1), by_the_model(sound, heard)
    assert expected.max() > GAIN.min_probability, "some of it moves the gain"
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)
    assert not found[~heard].any()


def test_nobody_listens() -> None:
    network = SpeechProbability(GAIN)
    assert not network.process(speech(0.5), np.zeros((2, CHUNKS), np.bool_)).any()


def test_the_encoder_runs_sixty_four_chunks_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing moves the gain."""
    real, counts = SileroWeights.encoded, []

    def noted(self: SileroWeights, spectra: FloatArray, gain: FloatArray) -> FloatArray:
        counts.append(len(spectra))
        return real(self, spectra, gain)

    monkeypatch.setattr(SileroWeights, "encoded", noted)
    one_side = np.array([[True], [False]]).repeat(150, axis=1)
    SpeechProbability(GAIN).process(np.zeros((2, 150 * CHUNK), np.float32), one_side)
    assert counts == [64, 64, 22]
