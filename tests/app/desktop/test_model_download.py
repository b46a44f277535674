import threading
from pathlib import Path

import pytest
from tests.speech.models.test_library import ZIP, vosk
from tests.speech.server import Page, serving

from callwatch.app.desktop.model_download import ModelDownload
from callwatch.core.errors import NoRoomError
from callwatch.speech.models.download import FetchConfig
from callwatch.speech.models.library import ModelLibrary
from callwatch_ui.windows.setup_host import DownloadPhase, DownloadReport

CONFIG = FetchConfig(stall_s=5.0, attempts=2, pause_s=0.0)


class Watch:
    """What was reported; `pause_at` stops the download at that report."""

    def __init__(self) -> None:
        self.reports: list[DownloadReport] = []
        self.over = threading.Event()
        self.download: ModelDownload | None = None
        self.pauses = False

    def __call__(self, report: DownloadReport) -> None:
        self.reports.append(report)
        if self.pauses and self.download is not None:
            self.download.pause()
        if report.phase not in (DownloadPhase.RUNNING, DownloadPhase.CHECKING):
            self.over.set()

    @property
    def end(self) -> DownloadPhase:
        assert self.over.wait(60)
        return self.reports[-1].phase


def fetch(library: ModelLibrary, url: str, watch: Watch) -> ModelDownload:
    watch.download = ModelDownload(vosk(), watch, library, url)
    return watch.download.start()


def test_a_model_is_fetched_checked_and_installed(tmp_path: Path) -> None:
    library, watch = ModelLibrary(tmp_path, CONFIG), Watch()
    with serving({"x.zip": Page(ZIP)}) as server:
        fetch(library, server.url, watch)
        assert watch.end is DownloadPhase.DONE
    assert [r.phase for r in watch.reports] == ["running", "checking", "done"]
    assert watch.reports[-1].percent == 100
    assert library.is_installed("x")


def test_a_paused_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    library, watch, page = ModelLibrary(tmp_path, CONFIG), Watch(), Page(ZIP)
    watch.pauses = True
    with serving({"x.zip": page}) as server:
        fetch(library, server.url, watch).close()
        assert not library.is_installed("x")
        again = Watch()
        fetch(library, server.url, again)
        assert again.end is DownloadPhase.DONE
    assert library.is_installed("x")


@pytest.mark.parametrize(
    ("page", "end"),
    [
        (Page(ZIP, break_after=0), DownloadPhase.BROKEN_OFF),
        (Page(b"something else"), DownloadPhase.REFUSED),
        (Page(ZIP, errors=[404] * 9), DownloadPhase.REFUSED),
    ],
)
def test_each_failure_has_an_end_of_its_own(tmp_path: Path, page: Page, end: DownloadPhase) -> None:
    watch = Watch()
    with serving({"x.zip": page}) as server:
        fetch(ModelLibrary(tmp_path, CONFIG), server.url, watch)
        assert watch.end is end


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise NoRoomError("the disk is full")

    monkeypatch.setattr(ModelLibrary, "download", full)
    watch = Watch()
    fetch(ModelLibrary(tmp_path), "", watch)
    assert watch.end is DownloadPhase.NO_ROOM


def test_who_looks_on_later_is_told_where_it_is(tmp_path: Path) -> None:
    watch, later = Watch(), Watch()
    with serving({"x.zip": Page(ZIP)}) as server:
        download = fetch(ModelLibrary(tmp_path, CONFIG), server.url, watch)
        assert watch.end is DownloadPhase.DONE
    download.watch(later)
    assert later.reports == [DownloadReport(DownloadPhase.DONE, 100)]
