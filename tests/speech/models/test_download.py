from pathlib import Path

import numpy as np
import pytest
from tests.speech.server import Page, serving

from callwatch.core.errors import ModelError
from callwatch.speech.models.download import FetchConfig, Transfer, fetch

BODY = np.random.default_rng(7).bytes(300_000)
CONFIG = FetchConfig(stall_s=5.0, attempts=3, pause_s=0.0)


class Watch:
    """Remembers the progress and the pauses."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int | None]] = []
        self.pauses: list[float] = []

    def progress(self, at: int, total: int | None) -> None:
        self.seen.append((at, total))


def get(page: Page, part: Path, watch: Watch | None = None, limit: int = 400_000) -> Path:
    watch = watch or Watch()
    with serving({"model.bin": page}) as server:
        fetch(
            Transfer(server.url + "model.bin", part, limit, watch.progress),
            watch.pauses.append,
            CONFIG,
        )
    return part


def test_a_whole_file_with_progress(tmp_path: Path) -> None:
    watch = Watch()
    part = get(Page(BODY), tmp_path / "part", watch)
    assert part.read_bytes() == BODY
    assert watch.seen[-1] == (300_000, 300_000)
    assert [p.name for p in tmp_path.iterdir()] == ["part"]


def test_a_connection_that_breaks_again_and_again_is_continued(tmp_path: Path) -> None:
    page = Page(BODY, break_after=40_000)
    part = get(page, tmp_path / "part")
    assert part.read_bytes() == BODY
    assert len(page.requests) == 8
    assert page.requests[1]["Range"] == "bytes=40000-"
    assert page.requests[1]["If-Range"] == '"one"'


def test_it_goes_on_where_another_run_stopped(tmp_path: Path) -> None:
    page = Page(BODY, break_after=100_000, breaks=1, errors=[])
    part = tmp_path / "part"
    with serving({"model.bin": page}) as server:
        transfer = Transfer(server.url + "model.bin", part, 400_000, Watch().progress)

        def interrupted(seconds: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fetch(transfer, interrupted, CONFIG)
        assert part.stat().st_size == 100_000
        fetch(transfer, Watch().pauses.append, CONFIG)
    assert part.read_bytes() == BODY
    assert page.requests[-1]["Range"] == "bytes=100000-"


def test_a_server_that_cannot_continue_begins_anew(tmp_path: Path) -> None:
    page = Page(BODY, break_after=100_000, breaks=1, ignores_range=True)
    assert get(page, tmp_path / "part").read_bytes() == BODY


def test_without_a_validator_nothing_is_continued(tmp_path: Path) -> None:
    page = Page(BODY, etag=None, break_after=100_000, breaks=1)
    assert get(page, tmp_path / "part").read_bytes() == BODY
    assert "Range" not in page.requests[1]


def test_a_file_that_changed_meanwhile_is_not_mixed(tmp_path: Path) -> None:
    part = tmp_path / "part"
    page = Page(BODY[::-1], break_after=100_000, breaks=1)
    with serving({"model.bin": page}) as server:
        transfer = Transfer(server.url + "model.bin", part, 400_000, Watch().progress)

        def changes(seconds: float) -> None:
            page.body, page.etag = BODY, '"two"'

        fetch(transfer, changes, CONFIG)
    assert part.read_bytes() == BODY


def test_a_part_beyond_the_end_is_thrown_away(tmp_path: Path) -> None:
    part = tmp_path / "part"
    page = Page(BODY, break_after=200_000, breaks=1)
    with serving({"model.bin": page}) as server:
        transfer = Transfer(server.url + "model.bin", part, 400_000, Watch().progress)

        def shrinks(seconds: float) -> None:
            page.body = BODY[:150_000]

        fetch(transfer, shrinks, CONFIG)
    assert part.read_bytes() == BODY[:150_000]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (Page(BODY, claimed_length=350_000), "broke off 3 times in a row"),
        (Page(BODY, claimed_length=999_999_999), "larger than"),
        (Page(BODY, endless=True), "larger than"),
        (Page(BODY, errors=[404]), "answers 404"),
        (Page(BODY, errors=[503] * 9), "answers 503"),
        (Page(BODY, redirect="ftp://127.0.0.1/model.bin"), "broke off"),
        (Page(BODY, redirect="file:///etc/passwd"), "302"),
        (Page(BODY, break_after=0), "broke off 3 times in a row"),
    ],
)
def test_what_cannot_work_is_one_sentence(page: Page, says: str, tmp_path: Path) -> None:
    if page.redirect and page.redirect.startswith("ftp"):
        page.redirect = "http://127.0.0.1:9/model.bin"  # nobody listens on the discard port
    with pytest.raises(ModelError, match=says):
        get(page, tmp_path / "part")


def test_a_false_range_is_not_appended(tmp_path: Path) -> None:
    page = Page(BODY, break_after=100_000, breaks=1, wrong_range=True)
    assert get(page, tmp_path / "part").read_bytes() == BODY


def test_a_stall_is_given_up(tmp_path: Path) -> None:
    config = FetchConfig(stall_s=0.05, attempts=2, pause_s=1.0)
    watch = Watch()
    with serving({"model.bin": Page(BODY, stalls=True)}) as server:
        transfer = Transfer(server.url + "model.bin", tmp_path / "part", 10**6, watch.progress)
        with pytest.raises(ModelError, match="timed out"):
            fetch(transfer, watch.pauses.append, config)
    assert watch.pauses == [1.0]


def test_a_busy_server_gets_another_chance(tmp_path: Path) -> None:
    page = Page(BODY, errors=[503, 429])
    assert get(page, tmp_path / "part").read_bytes() == BODY


def test_a_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(BODY)
    with serving({"http://models.invalid/model.bin": page}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        transfer = Transfer(
            "http://models.invalid/model.bin", tmp_path / "part", 10**6, Watch().progress
        )
        fetch(transfer, Watch().pauses.append, CONFIG)
    assert (tmp_path / "part").read_bytes() == BODY


def test_only_http_is_fetched(tmp_path: Path) -> None:
    transfer = Transfer("file:///etc/passwd", tmp_path / "part", 10**6, Watch().progress)
    with pytest.raises(ModelError, match="use https"):
        fetch(transfer, Watch().pauses.append, CONFIG)


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    with pytest.raises(ModelError, match="cannot be written"):
        get(Page(BODY), tmp_path / "part")


def test_a_dead_server_is_asked_five_times_with_longer_and_longer_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts: list[float] = []

    class Dead:
        """Opens nothing."""

        def open(self, request: object, timeout: float) -> None:
            timeouts.append(timeout)
            raise TimeoutError("timed out")

    monkeypatch.setattr("urllib.request.build_opener", lambda *_: Dead())
    watch = Watch()
    transfer = Transfer("http://models.invalid/model.bin", tmp_path / "part", 9, watch.progress)
    with pytest.raises(ModelError, match="broke off 5 times in a row"):
        fetch(transfer, watch.pauses.append, FetchConfig())
    assert watch.pauses == [2.0, 4.0, 6.0, 8.0]
    assert timeouts == [30.0, 30.0, 30.0, 30.0, 30.0]
