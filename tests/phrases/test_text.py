import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from callwatch.phrases.text import normalise

REWRITES = {"dont": ("do", "not"), "uh": ()}


def test_words_keep_their_places() -> None:
    text = "I DON’T, uh, know!"
    read = normalise(text, REWRITES)
    assert [word.text for word in read.words] == ["i", "do", "not", "know"]
    assert text[slice(*read.offsets(1, 4))] == "DON’T, uh, know"
    assert read.line == "¶ i do not know ¶ "


def test_decomposed_letters_are_one_word() -> None:
    text = unicodedata.normalize("NFD", "gå på möte")
    assert [word.text for word in normalise(text, {}).words] == ["gå", "på", "möte"]


@given(st.text(max_size=200))
def test_any_text_is_read_without_loss_of_place(text: str) -> None:
    read = normalise(text, REWRITES)
    for word, start in zip(read.words, read.starts, strict=True):
        assert 0 <= word.start < word.end <= len(text)
        assert read.line[start : start + len(word.text)] == word.text
