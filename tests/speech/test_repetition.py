import pytest

from callwatch.speech.repetition import loop_start, suspected_loop_start


@pytest.mark.parametrize(
    ("text", "sure", "suspected"),
    [
        ("please hold the line while I look", None, None),
        ("no no no", None, None),
        ("no no no no no", 1, 1),
        ("I want my money back. I want my money back.", None, 5),
        ("we call you back tomorrow we call you back tomorrow we call you back", 5, 5),
        ("one two three four one two", None, None),
        ("a b a b a b a b", 2, 2),
        ("Thanks. thanks, THANKS thanks!", 1, 1),
        ("", None, None),
    ],
)
def test_loops(text: str, sure: int | None, suspected: int | None) -> None:
    assert loop_start(text.split()) == sure
    assert suspected_loop_start(text.split()) == suspected


def test_a_loop_behind_sense_is_cut_where_it_begins_again() -> None:
    words = ["I", "want", "your", "boss", "your", "boss", "your", "boss", "your", "boss"]
    start = loop_start(words)
    assert start is not None
    assert " ".join(words[:start]) == "I want your boss"


def repeated(period: int, words: int) -> list[str]:
    """So many words of a stretch of `period` words that is said again and again."""
    return [f"w{i % period}" for i in range(words)]


@pytest.mark.parametrize(
    ("period", "words", "loops"),
    [(3, 11, False), (3, 12, True), (4, 10, False), (4, 11, True), (5, 12, False), (5, 13, True)],
)
def test_how_often_something_must_be_said_to_be_a_loop(
    period: int, words: int, loops: bool
) -> None:
    # Up to three words: four times. Four and more: 2.6 times.
    assert (loop_start(repeated(period, words)) is not None) is loops


@pytest.mark.parametrize(
    ("period", "words", "suspected"), [(1, 3, False), (1, 4, True), (4, 6, False), (4, 7, True)]
)
def test_three_words_of_a_second_copy_are_suspected(
    period: int, words: int, suspected: bool
) -> None:
    assert (suspected_loop_start(repeated(period, words)) is not None) is suspected
