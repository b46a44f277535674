"""From characters of an utterance back to its timed words."""

from callwatch.core.words import Word


def words_under(words: tuple[Word, ...], start: int, end: int) -> list[Word]:
    """The words of `" ".join(...)` that the characters [start, end) touch."""
    out: list[Word] = []
    at = 0
    for word in words:
        if at < end and at + len(word.text) > start:
            out.append(word)
        at += len(word.text) + 1
    return out
