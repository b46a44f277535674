r"""Fetches a recogniser from the window: in a thread of its own, with progress, pause, and plain ends.

running --pause--> paused --download again--> running (goes on where it stopped)
   |--> checking --> done
   \--> broken_off | no_room | refused
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from callwatch.core.errors import BrokenOffError, ModelError, NoRoomError
from callwatch.core.log import logger_of
from callwatch.speech.models.catalogue import CatalogueModel
from callwatch.speech.models.library import ModelLibrary
from callwatch_ui.windows.setup_host import DownloadPhase, DownloadReport

_log: Final = logger_of(__name__)
JOIN_S: Final = 5.0

Sink = Callable[[DownloadReport], None]


class _PausedError(Exception):
    """The person wants no more of it for now."""


class ModelDownload:
    """One model on its way. `sink` is called from the thread that fetches."""

    def __init__(
        self, model: CatalogueModel, sink: Sink, library: ModelLibrary, mirror: str | None = None
    ) -> None:
        self.model = model
        self._library, self._mirror = library, mirror
        self._sink: Sink | None = sink
        self._pausing = threading.Event()
        self._done_bytes: dict[str, int] = {}
        self._last = DownloadReport(DownloadPhase.RUNNING, 0)
        self._thread = threading.Thread(target=self._run, name="callwatch-download", daemon=True)

    def start(self) -> "ModelDownload":
        """Begin."""
        self._thread.start()
        return self

    @property
    def is_running(self) -> bool:
        """Whether it still fetches or checks."""
        return self._thread.is_alive()

    def watch(self, sink: Sink) -> None:
        """Tell this one from now on, beginning with where it is."""
        self._sink = sink
        sink(self._last)

    def pause(self) -> None:
        """Stop; what has come is kept."""
        self._pausing.set()

    def forget(self) -> None:
        """Nobody looks at it any more; it goes on."""
        self._sink = None

    def close(self) -> None:
        """The app ends: stop, and wait a little for the last block."""
        self.forget()
        self.pause()
        self._thread.join(JOIN_S)

    def _run(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._tell(DownloadPhase.RUNNING)
        try:
            self._library.download(self.model, self._mirror, self._progress, self._wait, now)
        except _PausedError:
            self._tell(DownloadPhase.PAUSED)
        except BrokenOffError:
            self._tell(DownloadPhase.BROKEN_OFF)
        except NoRoomError:
            self._tell(DownloadPhase.NO_ROOM)
        except ModelError:
            _log.exception("a model was not installed")
            self._tell(DownloadPhase.REFUSED)
        else:
            self._tell(DownloadPhase.DONE)

    def _wait(self, seconds: float) -> None:
        if self._pausing.wait(seconds):
            raise _PausedError

    def _progress(self, file: str, at: int, total: int | None) -> None:
        if self._pausing.is_set():
            raise _PausedError
        self._done_bytes[file] = at
        is_last = file == self.model.files[-1].name and at == total
        self._tell(DownloadPhase.CHECKING if is_last else DownloadPhase.RUNNING)

    def _percent(self) -> int:
        done = sum(self._done_bytes.values()) / (self.model.size_mb * 1e6)
        return min(99, int(100 * done))  # sizes are rounded

    def _tell(self, phase: DownloadPhase) -> None:
        is_done = phase is DownloadPhase.DONE
        report = DownloadReport(phase, 100 if is_done else self._percent())
        sink = self._sink
        if report != self._last or not self._done_bytes:
            self._last = report
            if sink is not None:
                sink(report)
