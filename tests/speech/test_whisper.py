import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import soxr
from tests.alike import assert_alike

from callwatch.app.analyze import WHISPER as ANALYSIS
from callwatch.core.audio import Samples
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import ModelError
from callwatch.core.words import Alternative, Utterance
from callwatch.speech.choose import choose_recognizer
from callwatch.speech.models.installed import installed_models
from callwatch.speech.protocol import RecognitionError, Recognizer, SpeechChunk
from callwatch.speech.whisper import WhisperConfig, WhisperRecognizer
from callwatch.speech.whisper_engine import FULL_WINDOW_S, Decoded, DecodeRequest, HeardWord


class FakeEngine:
    """Says what it is told to, and remembers what it was asked."""

    def __init__(self, *texts: str, broke_off: bool = False, no_speech: float = 0.0) -> None:
        self.texts = list(texts)
        self.broke_off = broke_off
        self.no_speech = no_speech
        self.asked: list[tuple[float, float]] = []
        self.ways: list[tuple[float, float, int]] = []
        self.together: list[int] = []
        self.alternatives: tuple[Alternative, ...] = ()

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Decoded]:
        self.together.append(len(requests))
        return [self._decode(request) for request in requests]

    def _decode(self, request: DecodeRequest) -> Decoded:
        self.asked.append((request.duration_s, request.window_s))
        self.ways.append((request.window_s, request.pad_s, request.beam))
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        words = tuple(
            HeardWord(word, 0.2 * i, 0.2 * i + 0.2, 0.9) for i, word in enumerate(text.split())
        )
        return Decoded(words, -0.2, self.no_speech, self.broke_off, self.alternatives)


def whisper(engine: FakeEngine, config: WhisperConfig | None = None) -> WhisperRecognizer:
    return WhisperRecognizer(Path("model"), Language.EN, config, engine=engine)


def pieces(
    length_s: float, channel: Channel = Channel.CUSTOMER, name: str = "s-1", at: float = 10.0
) -> Iterator[SpeechChunk]:
    """Chunks of a quarter of a second; the last one ends the segment."""
    count = round(length_s / 0.25)
    for i in range(count):
        start_s = at + 0.25 * i
        samples = np.zeros(4000, dtype=np.int16)
        yield SpeechChunk(channel, name, samples, start_s, start_s + 0.3, i == count - 1)


def run(recognizer: Recognizer, chunks: Iterable[SpeechChunk]) -> list[Utterance]:
    return [u for chunk in chunks for u in recognizer.accept(chunk)]


def test_partials_on_the_way_and_the_finished_utterance_at_the_end() -> None:
    engine = FakeEngine("I will", "I will leave", "I will leave you")
    out = run(whisper(engine), pieces(2.5))
    assert [(u.text, u.is_final) for u in out] == [
        ("I will", False),
        ("I will leave", False),
        ("I will leave you", True),
    ]
    assert {u.id for u in out} == {"s-1"}
    assert out[-1].words[1].span.start_s == pytest.approx(10.2)
    assert out[-1].consumed_s == pytest.approx(12.55)
    assert [length_s for length_s, _ in engine.asked] == [1.5, 2.25, 2.5]


@pytest.mark.parametrize(
    ("channel", "decoded_s"), [(Channel.CUSTOMER, [4.0, 8.0, 9.0]), (Channel.AGENT, [9.0])]
)
def test_a_recording_has_partials_of_the_customer_now_and_then(
    channel: Channel, decoded_s: list[float]
) -> None:
    engine = FakeEngine("I will leave")
    run(whisper(engine, ANALYSIS), pieces(9.0, channel))
    assert [length_s for length_s, _ in engine.asked] == decoded_s


def test_the_agent_gets_fewer_partials() -> None:
    engine = FakeEngine("yes")
    run(whisper(engine), pieces(4.0, Channel.AGENT))
    assert len(engine.asked) == 1 + 2


def test_partials_are_greedy_and_short_and_the_end_is_searched() -> None:
    engine = FakeEngine("yes")
    run(whisper(engine), pieces(2.0))
    assert engine.ways == [(7.0, 1.0, 1), (10.0, 1.0, 5)]


@pytest.mark.parametrize(("length_s", "words"), [(0.31, True), (0.29, False)])
def test_the_shortest_segment(length_s: float, *, words: bool) -> None:
    samples = np.zeros(round(16_000 * length_s), dtype=np.int16)
    chunk = SpeechChunk(Channel.AGENT, "a", samples, 0.0, length_s, True)
    assert bool(whisper(FakeEngine("yes")).accept(chunk)) is words


def test_a_segment_is_cut_before_the_model_is_full() -> None:
    engine = FakeEngine("word")
    run(whisper(engine), pieces(31.0, Channel.AGENT))
    assert [length_s for length_s, window_s in engine.asked if window_s == 10.0] == [29.0, 2.0]


def test_one_thread_is_left_to_the_call() -> None:
    assert WhisperConfig().threads == 1


def test_a_joined_chunk_leads_to_one_decode() -> None:
    engine = FakeEngine("a b c")
    samples = np.zeros(16_000 * 6, dtype=np.int16)
    out = whisper(engine).accept(SpeechChunk(Channel.AGENT, "a", samples, 0.0, 6.0, True))
    assert len(out) == len(engine.asked) == 1


def test_other_readings_come_with_the_finished_utterance_only() -> None:
    others = (Alternative("i will heave", 0.3),)
    engine = FakeEngine("I will leave")
    engine.alternatives = others
    out = run(whisper(engine), pieces(2.0))
    assert [(u.is_final, u.alternatives) for u in out] == [(False, ()), (True, others)]


@pytest.mark.parametrize(
    ("length_s", "second_s"), [(3.0, 15.0), (8.99, 15.0), (9.01, FULL_WINDOW_S)]
)
def test_a_loop_is_decoded_again_in_a_longer_window(length_s: float, second_s: float) -> None:
    """Ten seconds hold nine of audio and one of silence."""
    looped = "we call you back we call you back"
    engine = FakeEngine(looped, "we call you back")
    samples = np.zeros(round(16_000 * length_s), dtype=np.int16)
    out = whisper(engine).accept(SpeechChunk(Channel.AGENT, "a", samples, 0.0, length_s, True))
    assert out[0].text == "we call you back"
    assert [window_s for _, window_s in engine.asked] == [10.0, second_s]


def test_a_partial_is_cut_where_it_begins_to_loop() -> None:
    engine = FakeEngine("we call you back we call you back")
    chunks = list(pieces(2.0))[:6]
    [partial] = run(whisper(engine), chunks)
    assert partial.text == "we call you back"
    assert len(engine.asked) == 1


def test_a_partial_that_came_to_nothing_is_withdrawn() -> None:
    engine = FakeEngine("I will", "")
    out = run(whisper(engine), pieces(2.0))
    assert [(u.text, u.is_final) for u in out] == [("I will", False), ("", True)]


def test_what_is_not_believed_is_not_told() -> None:
    assert run(whisper(FakeEngine("Thank you.", no_speech=0.9)), pieces(3.0)) == []
    assert run(whisper(FakeEngine("hello there")), list(pieces(0.25))) == []


def test_reset_forgets_and_endless_segments_are_cut() -> None:
    engine = FakeEngine("word")
    recognizer = whisper(engine)
    run(recognizer, list(pieces(2.0))[:-1])
    recognizer.reset(Channel.CUSTOMER)
    engine.asked.clear()
    run(recognizer, list(pieces(70.0, Channel.AGENT)))
    assert max(length_s for length_s, _ in engine.asked) <= 30.0
    recognizer.close()


def segments(*lengths_s: float) -> list[SpeechChunk]:
    """Whole segments of the agent in chunks, each with a sound of its own, one after the other."""
    chunks: list[SpeechChunk] = []
    for number, length_s in enumerate(lengths_s):
        made = pieces(length_s, Channel.AGENT, f"a-{number}", at=20.0 * number)
        chunks += [replace(chunk, samples=chunk.samples + np.int16(number + 1)) for chunk in made]
    return chunks


def test_foreseen_segments_are_decoded_together_and_come_as_if_alone() -> None:
    chunks = segments(*(1.0 + 0.25 * number for number in range(9)), 20.0)
    alone, together = FakeEngine("yes"), FakeEngine("yes")
    recognizer = whisper(together, ANALYSIS)
    for chunk in chunks:
        recognizer.foresee(chunk)
    assert together.together == []
    given = [recognizer.accept(chunk) for chunk in chunks]
    other = whisper(alone, ANALYSIS)
    assert given == [other.accept(chunk) for chunk in chunks]
    assert alone.together == [1] * 10
    # Eight at most; the ninth is left alone, and so is what needs a longer window.
    assert together.together == [8, 1, 1]


def test_partials_are_foreseen_apart_from_finished_segments() -> None:
    chunks = [*pieces(9.0, name="c-1"), *pieces(9.0, name="c-2", at=30.0)]
    chunks = [replace(c, samples=c.samples + np.int16(i)) for i, c in enumerate(chunks)]
    engine = FakeEngine("I will leave")
    recognizer = whisper(engine, ANALYSIS)
    for chunk in chunks:
        recognizer.foresee(chunk)
    run(recognizer, chunks)
    # Of 4 s, 8 s and 9 s in both.
    assert engine.together == [2, 2, 2]
    assert sorted(way[2] for way in engine.ways) == [1, 1, 1, 1, 5, 5]


def test_what_came_otherwise_than_foreseen_is_decoded_as_it_came() -> None:
    engine = FakeEngine("yes")
    recognizer = whisper(engine, ANALYSIS)
    [chunk] = segments(0.25)
    chunk = replace(chunk, samples=np.resize(chunk.samples, 32_000))
    recognizer.foresee(chunk)
    recognizer.accept(replace(chunk, samples=chunk.samples[:20_000]))
    assert engine.asked == [(1.25, 10.0)]


def test_a_segment_that_cannot_be_decoded_costs_no_other_one() -> None:
    """Decoded together they fail together: then each is tried alone."""

    class Failing(FakeEngine):
        def _decode(self, request: DecodeRequest) -> Decoded:
            if request.duration_s == 2.0:
                raise RecognitionError("it fails")
            return super()._decode(request)

    chunks = segments(1.0, 2.0, 3.0)
    engine = Failing("yes")
    recognizer = whisper(engine, ANALYSIS)
    for chunk in chunks:
        recognizer.foresee(chunk)
    assert len(run(recognizer, chunks[:4])) == 1
    with pytest.raises(RecognitionError):
        run(recognizer, chunks[4:12])
    recognizer.reset(Channel.AGENT)
    assert len(run(recognizer, chunks[12:])) == 1
    assert engine.together == [3, 1, 1, 1]


def test_after_a_reset_nothing_is_foreseen() -> None:
    chunks = segments(1.0, 2.0)
    engine = FakeEngine("yes")
    recognizer = whisper(engine, ANALYSIS)
    for chunk in chunks:
        recognizer.foresee(chunk)
    recognizer.reset(Channel.CUSTOMER)
    run(recognizer, chunks)
    assert engine.together == [1, 1]


@pytest.fixture(scope="module")
def tiny() -> WhisperRecognizer:
    """The English model that comes as a package."""
    choice = choose_recognizer("whisper", None, Language.EN)
    assert choice.create is not None
    recognizer = choice.create()
    assert isinstance(recognizer, WhisperRecognizer)
    return recognizer


def demo_customer(start_s: float, end_s: float) -> Samples:
    """A stretch of the customer in the bundled call."""
    audio, rate_hz = sf.read(str(resources.files("callwatch.demo").joinpath("call.flac")))
    part = audio[round(start_s * rate_hz) : round(end_s * rate_hz), 1]
    samples: Samples = (soxr.resample(part, rate_hz, 16_000) * 32767).astype(np.int16)
    return samples


def test_the_real_model_hears_real_words_on_the_call_clock(tiny: Recognizer) -> None:
    truth = json.loads(resources.files("callwatch.demo").joinpath("call.json").read_text("utf-8"))
    line = next(line for line in truth["lines"] if line["channel"] == "customer")
    start_s, end_s = line["start_s"], line["end_s"]
    samples = demo_customer(start_s - 0.2, end_s + 0.2)
    chunk = SpeechChunk(Channel.CUSTOMER, "c", samples, start_s - 0.2, end_s + 0.5, True)
    [heard] = tiny.accept(chunk)
    expected = [w.strip(".,!?'").lower() for w in line["text"].split()]
    got = [w.text.strip(".,!?'").lower() for w in heard.words]
    assert len(set(expected) & set(got)) >= 0.7 * len(set(expected))
    assert heard.words[0].span.start_s == pytest.approx(start_s, abs=0.6)
    assert heard.words[-1].span.end_s == pytest.approx(end_s, abs=0.6)
    assert all(0.0 <= w.confidence <= 1.0 for w in heard.words)
    spans = [w.span for w in heard.words]
    assert spans == sorted(spans)


def test_the_real_model_hears_the_same_in_several_segments_at_once(tiny: WhisperRecognizer) -> None:
    truth = json.loads(resources.files("callwatch.demo").joinpath("call.json").read_text("utf-8"))
    lines = [line for line in truth["lines"] if line["channel"] == "customer"][:4]
    chunks = [
        SpeechChunk(
            Channel.CUSTOMER, f"c-{i}", demo_customer(line["start_s"], line["end_s"]),
            line["start_s"], line["end_s"], True,
        )
        for i, line in enumerate(lines)
    ]  # fmt: skip
    alone = run(tiny, chunks)
    for chunk in chunks:
        tiny.foresee(chunk)
    assert len(alone) == len(lines)
    assert_alike(alone, run(tiny, chunks))


def test_fast_speech_is_heard_to_its_end(tiny: Recognizer) -> None:
    truth = json.loads(resources.files("callwatch.demo").joinpath("call.json").read_text("utf-8"))
    lines = [line for line in truth["lines"] if line["channel"] == "customer"][:3]
    said = [demo_customer(line["start_s"], line["end_s"]) for line in lines]
    samples = np.concatenate(said)  # 47 words in 12 s: more than four tokens a second
    chunk = SpeechChunk(Channel.CUSTOMER, "c", samples, 0.0, 13.0, True)
    [heard] = tiny.accept(chunk)
    assert heard.span.end_s == pytest.approx(chunk.end_s, abs=0.7)
    last = lines[-1]["text"].split()[-1].strip(".,!?").lower()
    assert heard.words[-1].text.strip(".,!?").lower() == last


@pytest.mark.parametrize("kind", ["silence", "noise", "hum"])
def test_the_real_model_writes_nothing_into_what_is_no_speech(kind: str, tiny: Recognizer) -> None:
    rng = np.random.default_rng(5)
    t = np.arange(16_000 * 4) / 16_000
    sounds = {
        "silence": np.zeros(len(t)),
        "noise": rng.normal(size=len(t)) * 600,
        "hum": 2000 * np.sin(2 * np.pi * 440 * t) * (np.sin(2 * np.pi * 1.5 * t) > 0),
    }
    samples = sounds[kind].astype(np.int16)
    assert tiny.accept(SpeechChunk(Channel.AGENT, kind, samples, 0.0, 4.0, True)) == []


def test_an_english_model_refuses_another_language() -> None:
    model = next(m for m in installed_models() if m.name == "whisper-tiny.en")
    with pytest.raises(ModelError, match="knows English only"):
        WhisperRecognizer(model.path, Language.DA)


@pytest.mark.parametrize(
    ("channel", "more_s", "partials"),
    [
        (Channel.CUSTOMER, 0.74, [1.5]),
        (Channel.CUSTOMER, 0.76, [1.5, 2.26]),
        (Channel.AGENT, 1.49, [1.5]),
        (Channel.AGENT, 1.51, [1.5, 3.01]),
    ],
)
def test_how_much_more_is_waited_for_before_the_next_partial(
    channel: Channel, more_s: float, partials: list[float]
) -> None:
    engine = FakeEngine("yes")
    recognizer = whisper(engine)
    for start_s, length_s in ((0.0, 1.5), (1.5, more_s)):
        samples = np.zeros(round(16_000 * length_s), dtype=np.int16)
        recognizer.accept(SpeechChunk(channel, "s", samples, start_s, start_s + length_s))
    assert [length_s for length_s, _ in engine.asked] == pytest.approx(partials)


@pytest.mark.parametrize(("length_s", "partials"), [(1.49, 0), (1.51, 1)])
def test_the_first_partial_comes_after_a_second_and_a_half(length_s: float, partials: int) -> None:
    engine = FakeEngine("yes")
    samples = np.zeros(round(16_000 * length_s), dtype=np.int16)
    whisper(engine).accept(SpeechChunk(Channel.CUSTOMER, "s", samples, 0.0, length_s))
    assert len(engine.asked) == partials
