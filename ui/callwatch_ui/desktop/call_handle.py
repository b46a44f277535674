"""What the window program knows of a running call: two protocols that the engine's side fills."""

from collections.abc import Callable
from typing import Protocol


class CallHandle(Protocol):
    """A call that runs in threads of its own. Every method may be called from any thread."""

    def stop(self, *, at_last_voice: bool = False) -> None:
        """End the call and wait until its report is written; harmless when it is over.

        `at_last_voice`: what came after the last voice was only waiting, and no part of the call.
        """

    def pause(self) -> None:
        """Write nothing down until `resume` (card payment)."""

    def resume(self) -> None:
        """Go on after `pause`."""

    def on_finished(self, callback: Callable[[], None]) -> None:
        """Call back once when the call is over (at once when it is), from any thread."""


class NudgeFeedback(Protocol):
    """What the agent thinks of the nudges."""

    def dismiss(self, nudge_id: str) -> None:
        """The agent closed this card."""

    def not_useful(self, nudge_key: str) -> None:
        """The agent wants to see this kind less often."""
