from callwatch.core.spans import TimeSpan
from callwatch.core.words import Word
from callwatch.phrases.words import words_under


def test_characters_lead_back_to_words() -> None:
    words = tuple(
        Word(text, TimeSpan(i, i + 1)) for i, text in enumerate(("see", "you", "in", "court"))
    )
    assert [word.text for word in words_under(words, 4, 10)] == ["you", "in"]
    assert [word.text for word in words_under(words, 5, 6)] == ["you"]
    assert words_under(words, 3, 4) == []
