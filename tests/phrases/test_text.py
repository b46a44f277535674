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


def test_what_is_said_twice_in_a_row_stands_once() -> None:
    rewrites = {"gonna": ("going", "to"), "im": ("i", "am"), "uh": ()}
    text = "I'm gonna, uh, I'm gonna sue you you people"
    read = normalise(text, rewrites)
    assert [word.text for word in read.words] == ["i", "am", "going", "to", "sue", "you", "people"]
    start, end = read.offsets(0, len(read.words))
    assert text[start:end] == text
    again = [word.text for word in normalise("no. no. very very", {}).words]
    assert again == ["no", "no", "very"]
