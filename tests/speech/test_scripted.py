import numpy as np
import pytest

from callwatch.core.channels import Channel, Language
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance


def chunk(segment: str, start_s: float, end_s: float, last: bool = False) -> SpeechChunk:
    samples = np.zeros(round((end_s - start_s) * 16_000), dtype=np.int16)
    return SpeechChunk(Channel.CUSTOMER, segment, samples, start_s, end_s + 0.1, last)


def test_words_come_when_they_have_been_said() -> None:
    script = [ScriptedUtterance(Channel.CUSTOMER, 1.0, 3.0, "I want your manager")]
    recognizer = ScriptedRecognizer(script, Language.EN)
    assert recognizer.accept(chunk("c-1", 0.8, 1.4)) == []
    [partial] = recognizer.accept(chunk("c-1", 1.4, 2.1))
    assert (partial.text, partial.is_final, partial.consumed_s) == ("I want", False, 2.2)
    [final] = recognizer.accept(chunk("c-1", 2.1, 3.1, last=True))
    assert (final.text, final.is_final, final.id) == ("I want your manager", True, partial.id)
    assert final.words[0].span.start_s == 1.0
    assert final.words[3].span.end_s == 3.0


def test_words_outside_the_voiced_audio_are_not_heard() -> None:
    script = [
        ScriptedUtterance(Channel.CUSTOMER, 0.0, 1.0, "not heard"),
        ScriptedUtterance(Channel.CUSTOMER, 2.0, 3.0, "but this"),
        ScriptedUtterance(Channel.AGENT, 2.0, 3.0, "other side"),
    ]
    recognizer = ScriptedRecognizer(script)
    [final] = recognizer.accept(chunk("c-1", 1.8, 3.1, last=True))
    assert final.text == "but this"


def test_reset_forgets_the_unfinished_utterance() -> None:
    recognizer = ScriptedRecognizer([ScriptedUtterance(Channel.CUSTOMER, 0, 2, "one two")])
    recognizer.accept(chunk("c-1", 0.0, 1.2))
    recognizer.reset(Channel.CUSTOMER)
    [final] = recognizer.accept(chunk("c-2", 1.2, 2.1, last=True))
    assert final.text == "two"


@pytest.mark.parametrize(("end_s", "text"), [(3.24, "one two"), (3.26, "one")])
def test_the_last_word_may_end_a_quarter_of_a_second_after_the_voice(
    end_s: float, text: str
) -> None:
    script = [
        ScriptedUtterance(Channel.CUSTOMER, 1.0, 2.0, "one"),
        ScriptedUtterance(Channel.CUSTOMER, 2.0, end_s, "two"),
    ]
    [final] = ScriptedRecognizer(script).accept(chunk("c-1", 0.8, 3.0, last=True))
    assert final.text == text
