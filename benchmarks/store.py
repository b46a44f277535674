"""The history with many calls: pages, trends, search, inserts. `python -m benchmarks.store`.

Makes a history of synthetic calls in a temporary folder (100,000 unless told otherwise), each with
a transcript of its own, then measures CPU seconds and wall seconds of each kind of work, median of
several. The calls are put in by the database's own bulk insert, which takes a few minutes; the
inserts that are measured go through the public way.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from tests.report.builders import long_call

from benchmarks.table import print_table, write_json
from callwatch.core.summary import CallSummary
from callwatch.document import from_document, to_document
from callwatch.store.database import writing
from callwatch.store.history import CallFilter, CallHistory
from callwatch.store.models import Call, NudgeOutcome, StoredDocument, Transcript
from callwatch.store.rows import call_values, pack, spoken_text

START = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
# A five-minute call has about 700 words; rare words make the index as large as a real one.
CALL_HOURS, CALL_WORDS = 5 / 60, 700
CHUNK = 1000


def main() -> None:
    """Build, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=Path("bench-out/store.json"))
    parser.add_argument("--history", default=None, help="keep the history here, or reuse it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = options.history or str(Path(folder) / "history.sqlite3")
        with CallHistory(address) as history:
            have = len(history.list(limit=options.calls))
            if have < options.calls:
                fill(history, have, options.calls)
            rows = measure(history, options.calls)
    print_table(f"History of {options.calls} calls", rows)
    write_json(options.out, rows)
    sys.exit(0 if all(row["ok"] for row in rows) else 1)


def fill(history: CallHistory, first: int, last: int) -> None:
    """Put the calls in, in chunks."""
    rng = random.Random(first)
    base = long_call(CALL_HOURS, CALL_WORDS)
    body, columns = pack(base), call_values(base)
    common = spoken_text(base).split()
    for at in range(first, last, CHUNK):
        calls, words = [], []
        for number in range(at, min(at + CHUNK, last)):
            start = START + timedelta(minutes=11 * number)
            calls.append({**columns, **varied(rng, number, start)})
            # Each call says its words in its own order, with some that few others say.
            spoken = rng.sample(common, len(common)) + [
                f"w{rng.randrange(200_000)}" for _ in range(30)
            ]
            words.append(" ".join(spoken))
        with writing(history._engine) as connection:
            connection.execute(insert(Call), [{"pk": at + n + 1, **c} for n, c in enumerate(calls)])
            keys = range(at + 1, at + 1 + len(calls))
            connection.execute(insert(StoredDocument), [{"call_pk": k, "body": body} for k in keys])
            connection.execute(
                insert(Transcript),
                [{"call_pk": k, "body": text} for k, text in zip(keys, words, strict=True)],
            )
            connection.execute(insert(NudgeOutcome), [outcome(rng, k) for k in keys for _ in "ab"])
        print(f"\r{at + len(calls)} calls", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def outcome(rng: random.Random, call_pk: int) -> dict[str, Any]:
    """One due nudge; one in ten withheld."""
    return {
        "call_pk": call_pk,
        "key": "let_them_finish",
        "was_shown": rng.random() < 0.9,
        "agent_interrupts": rng.random() < 0.2,
        "customer_raises": rng.random() < 0.2,
        "agent_share": rng.random(),
    }


def varied(rng: random.Random, number: int, start: datetime) -> dict[str, Any]:
    """The columns in which one call differs from the next."""
    return {
        "call_id": f"call-{number}",
        "agent_id": f"agent-{number % 40}",
        "started_at": start.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "week": (start.date() - timedelta(days=start.weekday())).isoformat(),
        "talk_share_agent": rng.gauss(0.5, 0.08),
        "interruptions_agent": rng.randrange(5),
        "response_latency_agent_s": rng.uniform(0.1, 1.5),
        "threats": int(rng.random() < 0.1),
        "follow_up_on": start.date() if number % 50 == 0 else None,
    }


def measure(history: CallHistory, calls: int) -> list[dict[str, Any]]:
    """One row for each kind of work, with its limit."""
    middle = calls // 2

    def fresh(number: int) -> CallSummary:
        document = to_document(long_call(CALL_HOURS, CALL_WORDS))
        document["call"]["id"] = f"new-{time.monotonic_ns()}-{number}"
        return from_document(document)

    new = iter([fresh(number) for number in range(20)])
    later = START + timedelta(minutes=11 * calls)
    work: list[tuple[str, float, Callable[[], object]]] = [
        ("first page of the list", 0.050, lambda: history.list(20)),
        ("page in the middle", 0.050, lambda: history.list(20, middle)),
        ("last page", 0.050, lambda: history.list(20, calls - 20)),
        ("follow-ups", 0.050, lambda: history.list(20, 0, CallFilter(follow_up=True))),
        ("one agent's page", 0.050, lambda: history.list(20, 0, CallFilter(agent_id="agent-7"))),
        (
            "own history of a report",
            0.050,
            lambda: history.own_history("agent-7", later.isoformat()),
        ),
        ("trends of one agent", 0.300, lambda: history.trends("agent-7")),
        ("trends of the group", 0.300, history.group_trends),
        ("trends of the group, 26 weeks", 0.300, lambda: history.group_trends(26, later)),
        ("search, a word of every call", 0.100, lambda: history.search("invoice")),
        ("search, a rare word", 0.100, lambda: history.search("w4711")),
        ("search, two words", 0.100, lambda: history.search("refund w471*")),
        ("search, a phrase", 0.100, lambda: history.search('"router cable"')),
        ("search, no such word", 0.100, lambda: history.search("zeppelin")),
        ("open one call", 0.050, lambda: history.get(f"call-{middle}")),
        ("insert a call", 0.020, lambda: history.add(next(new))),
    ]
    return [timed(name, limit, job) for name, limit, job in work]


def timed(
    name: str, limit_s: float, job: Callable[[], object], repeats: int = 11
) -> dict[str, Any]:
    """Median CPU and wall time, ms."""
    cpu, wall = [], []
    for _ in range(repeats):
        start_cpu, start = time.process_time(), time.perf_counter()
        job()
        cpu.append(time.process_time() - start_cpu)
        wall.append(time.perf_counter() - start)
    middle = statistics.median(cpu)
    return {
        "work": name,
        "cpu_ms": round(1000 * middle, 2),
        "wall_ms": round(1000 * statistics.median(wall), 2),
        "limit_ms": 1000 * limit_s,
        "ok": middle <= limit_s,
    }


if __name__ == "__main__":
    main()
