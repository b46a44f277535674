from callwatch.core.spans import TimeSpan
from callwatch.core.words import Word
from callwatch.detectors.sentences import sentence_spans


def words(text: str, pause_before: int = 0) -> list[Word]:
    """A word every 0.3 s; a long pause before the word of that number."""
    return [
        Word(w, TimeSpan(at := 0.3 * i + (i >= pause_before > 0), at + 0.25))
        for i, w in enumerate(text.split())
    ]


def test_full_stops_and_question_marks_end_a_sentence() -> None:
    said = words('Will you hear me out now? She said "no, never in my life." I paid it last week.')
    assert sentence_spans(said) == [(0, 6), (6, 13), (13, 18)]


def test_without_punctuation_a_pause_ends_it() -> None:
    said = words("so i paid it last week and now they want it again", pause_before=6)
    assert sentence_spans(said) == [(0, 6), (6, 12)]


def test_a_short_sentence_is_read_with_each_neighbour_as_well() -> None:
    said = words("I want my money back. Or else. You will all regret it.")
    assert sentence_spans(said) == [(0, 5), (5, 7), (7, 12), (0, 7), (5, 12)]


def test_what_meets_at_a_seam_is_read_as_one_sentence_too() -> None:
    said = words("I am really not going to. Sue you over ten dollars.")
    assert sentence_spans(said, seam=6) == [(0, 6), (6, 11), (0, 11)]


def test_one_sentence_and_none() -> None:
    assert sentence_spans(words("just this")) == [(0, 2)]
    assert sentence_spans([]) == [(0, 0)]
