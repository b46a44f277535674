"""The stored calls, as the app's window of calls asks for them. GUI thread."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwatch.app.folders import REPORTS, data_folder
from callwatch.config import Config
from callwatch.core.errors import StoreError
from callwatch.core.files import file_stem
from callwatch.core.log import logger_of
from callwatch_ui.windows.history_window import CallRow

if TYPE_CHECKING:
    from callwatch.app.desktop.listening import Listening
    from callwatch.store.history import CallHistory

_log: Final = logger_of(__name__)

# So many calls are in the window; a month of a busy agent's.
LISTED: Final = 1000


def _left_out(fault: StoreError) -> None:
    _log.warning("a call is not in the window, `callwatch doctor` names it", exc_info=fault)


class AppHistory:
    """The stored calls (callwatch_ui.windows.history_window.CallProvider)."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._listening: Listening | None = None

    def calls(self, limit: int = LISTED) -> list[CallRow]:
        """The newest first."""
        with self._open() as history:
            stored = history.list(limit, on_damaged=_left_out)
            audio = history.audio_of([call.figures.call_id for call in stored])
        return [
            CallRow(
                f.call_id, f.started_at, f.duration_s, f.talk_share_agent,
                f.interruptions_agent, f.threats, f.nudges_shown, audio.get(f.call_id),
                call.source if call.is_recording else "",
            )
            for call, f in ((call, call.figures) for call in stored)
        ]  # fmt: skip

    def report(self, call_id: str) -> Path:
        """The call's report, written again from the history."""
        with self._open() as history:
            summary = history.get(call_id)
            past = history.own_history(summary.call.agent_id, summary.call.started_at, call_id)
            # Loaded here, and the database below: most of the day nobody asks for a report.
            from callwatch.report.write import REPORT_FILES, write_report

            folder = data_folder() / REPORTS / file_stem(call_id)
            # Known before they are written: they go when the call is deleted.
            history.add_files(call_id, [folder / name for name in REPORT_FILES])
            return write_report(summary, folder, self._config().call.language, past).html

    def listen(self, call_id: str, sound: Path) -> bool:
        """Play encrypted sound, or stop it; False when a player of the system can play it."""
        # Loaded here, with the engine: most of the day nobody listens.
        from callwatch.app.desktop.listening import Listening
        from callwatch.app.kept_audio import is_sealed

        if not is_sealed(sound):
            return False
        self._listening = self._listening or Listening()
        self._listening.toggle(call_id, sound)
        return True

    def delete(self, call_id: str) -> None:
        """Delete a call for good: what is stored, and the report that was written to be looked at."""
        with self._open() as history:
            history.delete(call_id)
        shutil.rmtree(data_folder() / REPORTS / file_stem(call_id), ignore_errors=True)

    def delete_all(self) -> None:
        """Delete every call of this person for good."""
        with self._open() as history:
            history.purge()
        # Loaded here: it brings what masks sound.
        from callwatch.app.kept_audio import remove_unfinished_audio

        remove_unfinished_audio()
        shutil.rmtree(data_folder() / REPORTS, ignore_errors=True)

    def _open(self) -> "CallHistory":
        from callwatch.store.history import CallHistory

        config = self._config()
        return CallHistory(config.store.url or None, config.call.agent_id)
