import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.events import CueClosed, CueOpened, Event
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.method import MethodDetector
from callwatch.phrases.steps import StepMatcher

MATCHER = StepMatcher.for_language(Language.EN)


def heard(
    text: str,
    start_s: float = 5.0,
    *,
    final: bool = True,
    channel: Channel = Channel.AGENT,
    confidence: float = 0.9,
) -> Utterance:
    words = tuple(
        Word(word, TimeSpan(start_s + 0.3 * i, start_s + 0.3 * i + 0.25), confidence)
        for i, word in enumerate(text.split())
    )
    return Utterance(f"u{start_s}", channel, words, final, start_s + 0.3 * len(words))


def kinds(events: list[Event]) -> list[str]:
    return [event.cue.kind.value for event in events if isinstance(event, CueClosed)]


def test_a_step_opens_and_closes_at_once() -> None:
    utterance = heard("i am so sorry to hear that")
    opened, closed = MethodDetector(MATCHER).hear(utterance)
    assert isinstance(opened, CueOpened)
    assert isinstance(closed, CueClosed)
    assert opened.id == closed.id
    assert closed.cue.kind == "acknowledgement"
    assert closed.cue.channel is Channel.AGENT
    assert closed.cue.detected_s == utterance.consumed_s
    assert "sorry" in str(closed.cue.evidence.params["said"])


def test_the_customers_words_and_partials_are_not_judged() -> None:
    detector = MethodDetector(MATCHER)
    assert detector.hear(heard("i am so sorry to hear that", channel=Channel.CUSTOMER)) == []
    assert detector.hear(heard("i am so sorry to hear that", final=False)) == []


def test_blaming_counts_only_while_the_customer_is_upset() -> None:
    detector = MethodDetector(MATCHER)
    said = "yes but did you fill in the form"
    assert "blaming" not in kinds(detector.hear(heard(said, 5.0)))
    detector.set_upset(True)
    assert "blaming" in kinds(detector.hear(heard(said, 20.0)))
    detector.set_upset(False)
    assert "blaming" not in kinds(detector.hear(heard(said, 40.0)))


def test_the_same_step_in_more_words_is_one_step() -> None:
    detector = MethodDetector(MATCHER)
    assert kinds(detector.hear(heard("i am so sorry to hear that", 5.0))) == ["acknowledgement"]
    assert kinds(detector.hear(heard("i completely understand you", 8.0))) == []
    assert kinds(detector.hear(heard("i completely understand you", 30.0))) == ["acknowledgement"]


def test_guessed_words_are_not_believed() -> None:
    assert MethodDetector(MATCHER).hear(heard("i am so sorry to hear that", confidence=0.2)) == []


def test_several_steps_in_one_utterance() -> None:
    text = (
        "i am so sorry to hear that let us look at what we can do i will send you a new one today"
    )
    assert set(kinds(MethodDetector(MATCHER).hear(heard(text)))) == {
        "acknowledgement",
        "refocus",
        "solution",
    }


@pytest.mark.parametrize(("confidence", "believed"), [(0.44, False), (0.46, True)])
def test_how_sure_the_words_must_be(confidence: float, believed: bool) -> None:
    said = heard("i am so sorry to hear that", confidence=confidence)
    assert bool(kinds(MethodDetector(MATCHER).hear(said))) is believed


@pytest.mark.parametrize(("after_s", "again"), [(7.9, False), (8.1, True)])
def test_the_same_step_counts_again_after_eight_seconds(after_s: float, again: bool) -> None:
    detector, said = MethodDetector(MATCHER), "i am so sorry to hear that"
    (_, first) = detector.hear(heard(said, 5.0))
    assert isinstance(first, CueClosed)
    span = first.cue.span
    lead_s = span.start_s - 5.0  # what the utterance says before the step
    second = detector.hear(heard(said, span.end_s + after_s - lead_s))
    assert bool(kinds(second)) is again
