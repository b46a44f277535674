"""Runs a call with the overlay on screen, or without one where there is no display."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from callwatch.config import OverlayConfig
from callwatch.core.errors import CallwatchError, MissingPartError
from callwatch.core.events import Event

if TYPE_CHECKING:
    # The engine is loaded by whoever has a call; `callwatch doctor` only asks for a display.
    from callwatch.app.calls import CallFactory, CallOutcome, CallPlan, PreparedCall
    from callwatch.session.runner import CallRunner, Sink
    from callwatch_ui.settings import OverlaySettings


def can_show_overlay() -> bool:
    """Whether there is a display and Qt to draw on it."""
    try:
        from callwatch_ui.native.platforms import has_display
    except (ImportError, MissingPartError):
        return False
    return has_display()


class RunningCall:
    """The handle that the overlay holds of a call (callwatch_ui.desktop.overlay_session.CallHandle).

    Its methods may be called from any thread.
    """

    def __init__(self, call: "PreparedCall") -> None:
        self._call = call
        self._lock = threading.Lock()
        self._finishing = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._over = False
        self.outcome: CallOutcome | None = None

    def begin(self) -> None:
        """Start the call in a thread of its own."""
        self._call.runner.start(self._done)

    def stop(self, *, at_last_voice: bool = False) -> None:
        """End the call, or end it where the last voice did, and write its report.

        Harmless when it is over. Raises the CallwatchError that ended the call or that kept its
        report from being written.
        """
        if at_last_voice:
            self.end_at_last_voice()
        with self._finishing:  # stopped by a button and by the app's end at once: one report
            if self.outcome is not None:
                return
            try:
                self.outcome = self._call.finish(self._call.runner.end())
            except BaseException:
                self._call.abandon()
                raise

    def end_at_last_voice(self) -> None:
        """When this call ends, what came after its last voice is no part of it."""
        self._call.runner.end_at_last_voice()

    def pause(self) -> None:
        """Stop transcription (card payment)."""
        self._call.runner.request(lambda pipeline: pipeline.set_paused(True))

    def resume(self) -> None:
        """Go on with transcription."""
        self._call.runner.request(lambda pipeline: pipeline.set_paused(False))

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed a card."""
        self._call.runner.request(lambda pipeline: pipeline.dismiss(nudge_id))

    def not_useful(self, nudge_key: str) -> None:
        """The agent wants to see this kind less often."""
        self._call.runner.request(lambda pipeline: pipeline.mark_not_useful(nudge_key))

    def on_finished(self, callback: Callable[[], None]) -> None:
        """Call back once when the call is over; at once when it is."""
        with self._lock:
            if not self._over:
                self._callbacks.append(callback)
                return
        callback()

    def _done(self, _runner: "CallRunner") -> None:
        with self._lock:
            self._over = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class _Feedback:
    """What the agent thinks of the nudges, for the call that runs."""

    def __init__(self) -> None:
        self.call: RunningCall | None = None

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed this card."""
        if self.call is not None:
            self.call.dismiss(nudge_id)

    def not_useful(self, nudge_key: str) -> None:
        """The agent wants to see this kind less often."""
        if self.call is not None:
            self.call.not_useful(nudge_key)


def run_with_overlay(
    desk: "CallFactory", plan: "CallPlan", sinks: "tuple[Sink, ...]" = ()
) -> "CallOutcome":
    """The call with the overlay; returns when the call is over and its report is written.

    Raises the CallwatchError that ended the call.
    """
    from callwatch_ui.desktop.overlay_session import run_with_overlay as show

    feedback = _Feedback()

    def start(sink: Callable[[Event], None]) -> RunningCall:
        feedback.call = call = RunningCall(desk.open(plan, (sink, *sinks)))
        call.begin()
        return call

    show(start, desk.config.call.language, overlay_settings(desk.config.overlay), feedback)
    if feedback.call is None or feedback.call.outcome is None:
        raise CallwatchError("The overlay ended before the call did: its journal is in --out.")
    return feedback.call.outcome


def overlay_settings(config: OverlayConfig) -> "OverlaySettings":
    """The settings of the overlay, as its own package takes them."""
    from callwatch_ui.settings import OverlaySettings

    places = Path(platformdirs.user_state_dir("callwatch", appauthor=False)) / "places.json"
    return OverlaySettings(
        theme=config.theme,
        scale=config.scale,
        opacity=config.opacity,
        click_through=config.click_through,
        keep_open=config.keep_open,
        hide_from_sharing=config.hide_from_sharing,
        reduced_motion=config.reduced_motion or None,
        places_file=places,
    )


def save_pictures(out_dir: Path, desk: "CallFactory") -> list[Path]:
    """A picture of each state of the overlay.

    Raises MissingPartError when Qt is not there.
    """
    try:
        from callwatch_ui.overlay.screenshots import save_overlay_pictures
    except ImportError as exc:
        raise MissingPartError(
            f"The overlay's pictures need PyQt6 and its system libraries ({exc}): "
            "run `callwatch doctor` to see what to install."
        ) from exc
    theme = desk.config.overlay.theme
    return save_overlay_pictures(
        out_dir, desk.config.call.language, "light" if theme == "system" else theme
    )
