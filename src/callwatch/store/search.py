"""Finding words in transcripts: SQLite FTS5, or PostgreSQL full text.

A query is plain words. All of them must be in the call, in any order; "words in quotes" must
follow each other; a word that ends in * may go on. Nothing else has a meaning, so no query is
ever an error.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

from callwatch.core.figures import StoredCall

# The found words in a snippet stand between these; they cannot come from a transcript.
FOUND_START, FOUND_END = "\x02", "\x03"
# Words around the found ones that a snippet shows.
SNIPPET_WORDS = 16

_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; the last may go on when `is_prefix`."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that a search found; in the snippet, FOUND_START and FOUND_END enclose the words."""

    call: StoredCall
    snippet: str


def terms_of(query: str) -> list[Term]:
    """The words of a query; empty when it holds none."""
    terms = []
    for quoted, plain in _TERM.findall(query.replace("\x00", " ")):
        words = tuple(_WORDS.findall(quoted or plain))
        if words:
            terms.append(Term(words, is_prefix=not quoted and plain.endswith("*")))
    return terms


def search_sqlite(
    connection: Connection, terms: list[Term], limit: int, offset: int
) -> list[tuple[int, str]]:
    """(call pk, snippet) of the calls found, the last added first."""
    match = " ".join(f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}' for term in terms)
    # The page is chosen first: only its snippets are made.
    query = text(
        "SELECT rowid, snippet(transcript_index, 0, :start, :end, '…', :words) "
        "FROM transcript_index WHERE transcript_index MATCH :match "
        "ORDER BY rowid DESC LIMIT :limit OFFSET :offset"
    )
    values = {"start": FOUND_START, "end": FOUND_END, "words": SNIPPET_WORDS, "match": match}
    rows = connection.execute(query, {**values, "limit": limit, "offset": offset})
    return [(int(pk), str(snippet)) for pk, snippet in rows]


def search_postgresql(
    connection: Connection, terms: list[Term], limit: int, offset: int, agent_id: str
) -> list[tuple[int, str]]:
    """(call pk, snippet) of this agent's calls found, the last added first."""
    match = " & ".join(
        "(" + " <-> ".join(term.words) + (":*" if term.is_prefix else "") + ")" for term in terms
    )
    query = text(
        "SELECT call_pk, ts_headline('simple', body, to_tsquery('simple', :match), :options) "
        "FROM (SELECT call_pk, body FROM transcripts "
        "JOIN calls ON calls.pk = call_pk AND calls.agent_id = :agent "
        "WHERE to_tsvector('simple', body) @@ to_tsquery('simple', :match) "
        "ORDER BY call_pk DESC LIMIT :limit OFFSET :offset) AS page ORDER BY call_pk DESC"
    )
    options = (
        f"StartSel={FOUND_START}, StopSel={FOUND_END}, MaxFragments=1, "
        f"MaxWords={SNIPPET_WORDS}, MinWords={SNIPPET_WORDS // 2}"
    )
    values: dict[str, str | int] = {"match": match, "options": options, "agent": agent_id}
    values |= {"limit": limit, "offset": offset}
    return [(int(pk), str(snippet)) for pk, snippet in connection.execute(query, values)]
