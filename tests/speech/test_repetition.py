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
