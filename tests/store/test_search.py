from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.report.builders import CUSTOMER, rich_call, utterance

from callwatch.core.summary import CallSummary
from callwatch.store.history import CallHistory
from callwatch.store.search import FOUND_END, FOUND_START, Term, terms_of


def saying(call_id: str, *lines: str) -> CallSummary:
    spoken = [utterance(n, CUSTOMER, 10.0 * n, 10.0 * n + 9, line) for n, line in enumerate(lines)]
    return replace(rich_call(call_id), utterances=tuple(spoken))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[CallHistory]:
    with CallHistory(str(tmp_path / "h.sqlite3")) as opened:
        opened.add(saying("a", "I want my money back", "this invoice is wrong"))
        opened.add(saying("b", "räkningen är fel", "jag vill ha pengarna på kontot nu"))
        opened.add(saying("c", "my invoice arrived late", "money is not the matter"))
        yield opened


def ids(history: CallHistory, query: str) -> list[str]:
    return [hit.call.figures.call_id for hit in history.search(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("invoice", ["c", "a"]),
        ("INVOICE wrong", ["a"]),
        ("wrong invoice money", ["a"]),
        ('"invoice is wrong"', ["a"]),
        ('"invoice wrong"', []),
        ("invo*", ["c", "a"]),
        ("invo", []),
        ("räkningen", ["b"]),
        ("rakningen", []),
        ("pa", []),
        ("på", ["b"]),
        ("", []),
        ("*", []),
        ('"', []),
        ("AND", []),
        ("money NOT invoice", ["c"]),
        ("money) OR (x", []),
        ("body:money", []),
        ("'; DROP TABLE calls; --", []),
        ("money-back", ["a"]),
        ("\x00money\x00", ["c", "a"]),
        ("😀", []),
    ],
)
def test_words_find_calls_and_no_query_is_an_error(
    history: CallHistory, query: str, expected: list[str]
) -> None:
    assert ids(history, query) == expected


def test_a_snippet_shows_where_the_words_stand(history: CallHistory) -> None:
    (hit,) = history.search("wrong")
    assert f"{FOUND_START}wrong{FOUND_END}" in hit.snippet


def test_the_found_calls_come_page_by_page(history: CallHistory) -> None:
    assert [h.call.figures.call_id for h in history.search("invoice", limit=1)] == ["c"]
    assert [h.call.figures.call_id for h in history.search("invoice", limit=1, offset=1)] == ["a"]


def test_the_index_follows_what_is_replaced_and_deleted(history: CallHistory) -> None:
    history.add(saying("a", "quite another matter"))
    assert ids(history, "invoice") == ["c"]
    assert ids(history, "another") == ["a"]
    history.delete("c")
    assert ids(history, "invoice") == []
    history.purge()
    assert ids(history, "another") == []


def test_a_query_is_cut_into_terms() -> None:
    assert terms_of('late* "my invoice" don\'t') == [
        Term(("late",), is_prefix=True),
        Term(("my", "invoice")),
        Term(("don", "t")),
    ]
