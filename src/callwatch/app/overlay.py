"""Runs a call with the overlay on screen, or without one where there is no display."""

from collections.abc import Callable
from pathlib import Path

from callwatch.app.calls import CallDesk, CallOutcome, CallPlan
from callwatch.core.errors import CallwatchError, MissingPartError
from callwatch.core.events import Event
from callwatch.session.runner import CallRunner, Sink


def can_show_overlay() -> bool:
    """Whether there is a display and Qt to draw on it."""
    try:
        from callwatch_ui.launch import has_display
    except (ImportError, MissingPartError):
        return False
    return has_display()


class RunningCall:
    """The handle that the overlay holds of a call (callwatch_ui.launch.CallHandle)."""

    def __init__(self, runner: CallRunner) -> None:
        self._runner = runner

    def stop(self) -> None:
        """End the call."""
        self._runner.stop()

    def pause(self) -> None:
        """Stop transcription (card payment)."""
        self._runner.request(lambda pipeline: pipeline.set_paused(True))

    def resume(self) -> None:
        """Go on with transcription."""
        self._runner.request(lambda pipeline: pipeline.set_paused(False))

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed a card."""
        self._runner.request(lambda pipeline: pipeline.dismiss(nudge_id))

    def not_useful(self, key: str) -> None:
        """The agent found a nudge not useful."""
        self._runner.request(lambda pipeline: pipeline.mark_not_useful(key))


def run_with_overlay(desk: CallDesk, plan: CallPlan, sinks: tuple[Sink, ...] = ()) -> CallOutcome:
    """The call with the overlay; returns when the call is over.

    Raises the CallwatchError that ended the call.
    """
    from callwatch_ui.launch import run_with_overlay as show

    ended: list[CallRunner] = []
    opened = []

    def start(sink: Callable[[Event], None], on_finished: Callable[[], None]) -> RunningCall:
        call = desk.open(plan, (sink, *sinks))
        opened.append(call)

        def done(runner: CallRunner) -> None:
            ended.append(runner)
            on_finished()

        call.runner.start(done)
        return RunningCall(call.runner)

    show(start, desk.config.call.language, desk.config.overlay)
    if not opened:
        raise CallwatchError("The overlay ended before the call began: try again.")
    opened[0].runner.stop()
    summary = opened[0].runner.join()
    if summary is None:
        raise CallwatchError("The call did not end in time: its journal is in the output folder.")
    return opened[0].finish(summary)


def save_pictures(out_dir: Path, desk: CallDesk) -> list[Path]:
    """A picture of each state of the overlay.

    Raises MissingPartError when Qt is not there.
    """
    try:
        from callwatch_ui.pictures import save_overlay_pictures
    except ImportError as exc:
        raise MissingPartError(
            f"The overlay's pictures need PyQt6 and its system libraries ({exc}): "
            "run `callwatch doctor` to see what to install."
        ) from exc
    theme = desk.config.overlay.theme
    return save_overlay_pictures(
        out_dir, desk.config.call.language, "light" if theme == "system" else theme
    )
