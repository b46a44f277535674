"""An archive through a real scheduler and real workers, some of which are killed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.alike import assert_alike
from tests.app.archive.cluster import ready, short_calls, started
from tests.integration.commands import callwatch

from callwatch.app.analyze import content_id
from callwatch.app.archive.batch import BatchCounts, BatchPlan, run_batch
from callwatch.app.archive.cluster import opened_client
from callwatch.app.archive.engine import EngineSettings
from callwatch.config import Config, RecognitionConfig
from callwatch.core.errors import InputError, StoreError
from callwatch.store.archive import ArchiveRow, ArchiveStore
from callwatch.store.history import CallHistory

pytestmark = [
    pytest.mark.slow,
    # What Dask leaves open when a process at the other end is killed.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
CALLS = 10
SETTINGS = EngineSettings(replace(Config(), recognition=RecognitionConfig(engine="none")))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    paths = short_calls(folder, CALLS)
    (folder / "twin.wav").write_bytes(paths[0].read_bytes())
    (folder / "bad.wav").write_text("no sound")
    return folder


def plan_of(*sources: Path, **more: Any) -> BatchPlan:
    return BatchPlan(tuple(map(str, sources)), SETTINGS, **more)


def quiet(counts: BatchCounts) -> None:
    """Nobody looks."""


def stored(url: str) -> dict[str, dict[str, Any]]:
    """Source name to what the history says of the call, without its cost."""
    from callwatch.document import to_document

    with CallHistory(url) as history:
        found = [to_document(summary) for summary in history.export_all()]
    for document in found:
        del document["performance"]
    sources = [document["call"]["source"] for document in found]
    assert len(set(sources)) == len(sources), "a call is there twice"
    return dict(zip(sources, found, strict=True))


@pytest.fixture(scope="module")
def expected(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `analyze` says of the same recordings."""
    out = tmp_path_factory.mktemp("reports")
    callwatch("analyze", archive, "--out", out, "--engine", "none", "--no-history")
    found = {}
    for path in out.glob("*/report.json"):
        document = json.loads(path.read_text("utf-8"))
        del document["performance"]
        found[document["call"]["source"]] = document
    assert len(found) == CALLS + 1
    return found


def assert_same(found: dict[str, dict[str, Any]], expected: dict[str, dict[str, Any]]) -> None:
    """Each call once, with the figures of `analyze`; one of the twins stands for both."""
    assert len(found) == CALLS
    for source, document in found.items():
        other = expected[source]
        document["call"]["started_at"] = other["call"]["started_at"] = (
            "" if "twin" in source else (other["call"]["started_at"])
        )
        assert_alike(document, other)


@pytest.mark.posix  # a Dask cluster
def test_a_worker_that_is_killed_costs_no_call_and_doubles_none(
    archive: Path, expected: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    url = str(tmp_path / "history.sqlite3")
    with started(tmp_path) as cluster:
        ready(cluster.address, 2)

        def kill_one(counts: BatchCounts) -> None:
            if counts.files == 2 and len(cluster.workers) == 2:
                cluster.kill(cluster.workers[0])
                cluster.add_worker()

        with ArchiveStore(url) as store, opened_client(cluster.address, None) as client:
            counts = run_batch(plan_of(archive), store, client, kill_one)
            assert counts.measured + counts.skipped == CALLS + 1
            (fault,) = counts.faults
            assert "bad.wav" in fault
            assert_same(stored(url), expected)
            again = run_batch(plan_of(archive), store, client, quiet)
        assert (again.measured, again.skipped, len(again.faults)) == (0, CALLS + 1, 1)


@pytest.mark.posix  # a Dask cluster
def test_a_scheduler_that_is_gone_is_said_and_the_next_time_goes_on(
    archive: Path, expected: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    url = str(tmp_path / "history.sqlite3")
    with ArchiveStore(url) as store, started(tmp_path, workers=1) as cluster:
        ready(cluster.address, 1)

        def kill_it(counts: BatchCounts) -> None:
            if counts.files == 3 and cluster.scheduler.poll() is None:
                cluster.kill(cluster.scheduler)

        with (
            pytest.raises(InputError, match="the scheduler is gone"),
            opened_client(cluster.address, None) as client,
        ):
            run_batch(plan_of(archive), store, client, kill_it)
    before = len(stored(url))
    assert 0 < before < CALLS
    with (
        started(tmp_path, workers=1) as cluster,
        ArchiveStore(url) as store,
        opened_client(cluster.address, None) as client,
    ):
        counts = run_batch(plan_of(archive), store, client, quiet)
    assert counts.measured == CALLS - before
    assert_same(stored(url), expected)


@pytest.mark.posix  # a Dask cluster
def test_a_cluster_of_ones_own_listens_on_this_machine_alone() -> None:
    with opened_client(None, 1) as client:
        client.wait_for_workers(1)
        me = psutil.Process()
        sockets = [
            socket
            for process in (me, *me.children(recursive=True))
            for socket in process.net_connections("inet")
            if socket.status == psutil.CONN_LISTEN
        ]
    assert sockets
    assert {socket.laddr.ip for socket in sockets} == {"127.0.0.1"}


@pytest.mark.posix  # a Dask cluster
def test_nobody_at_the_address_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwatch.app.archive.cluster._CONNECT_S", 0.5)
    with (
        pytest.raises(InputError, match="no scheduler answers"),
        opened_client("tcp://127.0.0.1:9", None),
    ):
        raise AssertionError("nobody answers there")


@pytest.mark.posix  # a Dask cluster
def test_a_list_with_missing_files_and_two_sides_through_the_command(
    archive: Path, tmp_path: Path
) -> None:
    import soundfile as sf

    audio, rate_hz = sf.read(archive / "20260301-100100.wav")
    for row, side in enumerate(("agent", "customer")):
        sf.write(tmp_path / f"x-{side}.wav", audio[:, row], rate_hz)
    listed = tmp_path / "list.csv"
    listed.write_text(
        "file,agent_file,customer_file,started_at,queue,language,agent\n"
        ",x-agent.wav,x-customer.wav,2026-02-03T10:00:00Z,billing,sv,agent-7\n"
        "nowhere.wav,,,,,,\n",
        "utf-8",
    )
    url = tmp_path / "history.sqlite3"
    done = callwatch("batch", "--manifest", listed, "--out", url, "--engine", "none",
                     "--workers", "1", "--json")  # fmt: skip
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["measured"], said["skipped"]) == (1, 0)
    assert "nowhere.wav does not exist" in said["faults"][0]
    with CallHistory(str(url)) as history:
        (call,) = history.list()
    assert call.source == "x-agent.wav"
    assert call.figures.agent_id == "agent-7"
    assert call.figures.started_at == "2026-02-03T10:00:00.000Z"
    assert call.figures.language == "sv"


def test_a_database_that_is_gone_for_a_while_loses_and_doubles_nothing(tmp_path: Path) -> None:
    from callwatch.app.archive.batch import _Writer

    written: list[str] = []
    waited: list[float] = []

    class Flaky:
        """Refuses three times."""

        def write(self, rows: list[ArchiveRow], engine_key: str) -> None:
            if len(waited) < 3:
                raise StoreError("gone")
            written.extend(row.locator for row in rows)

    writer = _Writer(Flaky(), "key", waited.append)  # type: ignore[arg-type]
    for number in range(3):
        writer.add(ArchiveRow(f"{number}.wav", "", f"{number}"))
    writer.flush()
    writer.flush()
    assert written == ["0.wav", "1.wav", "2.wav"]
    assert waited == sorted(waited)


def test_a_database_that_stays_away_ends_the_work(tmp_path: Path) -> None:
    from callwatch.app.archive.batch import _Writer

    class Gone:
        """Never comes back."""

        def write(self, rows: list[ArchiveRow], engine_key: str) -> None:
            raise StoreError("gone for good")

    waited: list[float] = []
    writer = _Writer(Gone(), "key", waited.append)  # type: ignore[arg-type]
    writer.add(ArchiveRow("a.wav", "", "a"))
    with pytest.raises(StoreError, match="gone for good"):
        writer.flush()
    assert sum(waited) > 60


def test_another_engine_is_another_key() -> None:
    config = SETTINGS.config
    other = replace(config, store=replace(config.store, keep_transcript=False))
    assert SETTINGS.key() == EngineSettings(config).key()
    assert SETTINGS.key() != EngineSettings(other).key()
    ids = [content_id([b"1"], who, SETTINGS.channels) for who in ("a", "b", None)]
    assert len(set(ids)) == 3
    assert content_id([b"1"], "a", SETTINGS.channels[::-1]) != ids[0]
