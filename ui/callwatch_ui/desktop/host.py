"""What the desktop app needs from the engine."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from callwatch.core.channels import Language
from callwatch.core.events import Event
from callwatch.core.nudges import Nudge
from callwatch_ui.desktop.auto_watch import VoiceHost
from callwatch_ui.desktop.call_control import HoldableCall
from callwatch_ui.desktop.call_handle import NudgeFeedback
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.windows.history_window import CallProvider
from callwatch_ui.windows.recording_loader import Advance
from callwatch_ui.windows.settings_form import SettingsSource
from callwatch_ui.windows.setup_host import SetupHost, SetupResult


class DesktopHost(VoiceHost, Protocol):
    """What the app needs from the engine. All but `start` is called in the GUI thread."""

    @property
    def settings(self) -> SettingsSource:
        """The configuration."""

    @property
    def history(self) -> CallProvider:
        """The stored calls."""

    @property
    def setup(self) -> SetupHost:
        """Devices and recognisers for the first run."""

    @property
    def feedback(self) -> NudgeFeedback:
        """Where the agent's judgement goes."""

    @property
    def language(self) -> Language:
        """The language of the settings as they are now."""

    @property
    def needs_setup(self) -> bool:
        """Whether the first run is still to come."""

    @property
    def problem(self) -> str:
        """What the person must be told at the start; "" when all is well."""

    def warm_up(self) -> None:
        """Load what the first call will need; from a helper thread."""

    def recover(self) -> tuple[int, int]:
        """Finish calls that something cut short, from a helper thread.

        How many have their report now, and how many journals could not be read.
        """

    def start(self, sink: Callable[[Event], None]) -> HoldableCall:
        """Open the devices and begin a call; from a helper thread; raises CallwatchError."""

    def overlay_settings(self) -> OverlaySettings:
        """The overlay's settings as they are now."""

    def recording(self, path: Path, advance: Advance) -> tuple[Sequence[Event], float]:
        """The events of a call (a recording, or its events.jsonl), and its length.

        From a thread of its own; `advance(reached_s, total_s)` may raise to stop it. Raises
        CallwatchError.
        """

    def last_report(self) -> Path | None:
        """The report of the newest call; None before the first; raises CallwatchError."""

    def last_fault(self) -> str:
        """What went wrong after the last call although its report is written; "" when nothing."""

    def breather(self) -> Nudge | None:
        """What is offered after the last call, when it was a hard one."""

    def finish_setup(self, result: SetupResult) -> None:
        """Keep what the first run chose."""
