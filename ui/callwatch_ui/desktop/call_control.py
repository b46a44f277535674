r"""Starts, pauses and ends calls for tray, overlay, hot-key and socket alike. GUI thread.

    idle --start--> running --pause--> paused --resume--> running
                       |  \--hold--> held --resume--> running
                       \--stop, transfer, or the call's own end--> idle

Starting and stopping run in one helper thread; everything else returns at once.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from callwatch.core.errors import CallwatchError
from callwatch.core.events import Event
from callwatch_ui.desktop.call_handle import CallHandle
from callwatch_ui.desktop.ipc import Answer, AppCommand, AppState
from callwatch_ui.native.event_bridge import connect_queued
from callwatch_ui.native.session_watch import Absence
from callwatch_ui.translator import Translator


class HoldableCall(CallHandle, Protocol):
    """A call that can be put on hold: silence is then no dead air."""

    def hold(self) -> None:
        """The caller waits."""

    def unhold(self) -> None:
        """The talk goes on."""

    def note_absence(self, absence: Absence, seconds: float) -> None:
        """The machine slept, or the screen was locked, in the call."""


# State in which each command may be given, and the state that it leads to.
MOVES: Final = {
    (AppState.IDLE, AppCommand.START): AppState.RUNNING,
    (AppState.RUNNING, AppCommand.STOP): AppState.IDLE,
    (AppState.HELD, AppCommand.STOP): AppState.IDLE,
    (AppState.PAUSED, AppCommand.STOP): AppState.IDLE,
    (AppState.RUNNING, AppCommand.TRANSFER): AppState.IDLE,
    (AppState.HELD, AppCommand.TRANSFER): AppState.IDLE,
    (AppState.PAUSED, AppCommand.TRANSFER): AppState.IDLE,
    (AppState.RUNNING, AppCommand.HOLD): AppState.HELD,
    (AppState.RUNNING, AppCommand.PAUSE): AppState.PAUSED,
    (AppState.HELD, AppCommand.PAUSE): AppState.PAUSED,
    (AppState.HELD, AppCommand.RESUME): AppState.RUNNING,
    (AppState.PAUSED, AppCommand.RESUME): AppState.RUNNING,
}


class CallControl(QObject):
    """`start(sink)` opens and begins a call; it may take its time and may raise CallwatchError.

    `ended`: a call is over and its report is written.
    """

    state_changed = pyqtSignal(object)
    failed = pyqtSignal(str)
    show_wanted = pyqtSignal()
    ended = pyqtSignal()
    _moved = pyqtSignal()
    _over = pyqtSignal()

    def __init__(
        self,
        start: Callable[[Callable[[Event], None]], HoldableCall],
        sink: Callable[[Event], None],
        words: Translator,
    ) -> None:
        super().__init__()
        self._start, self._sink, self._words = start, sink, words
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="callwatch-app")
        self._starting: Future[HoldableCall] | None = None
        self._stopping: Future[None] | None = None
        self._is_followed = False
        self.state = AppState.IDLE
        connect_queued(self._moved, self._look_after)
        connect_queued(self._over, self._ended_by_itself)

    def handle(self, command: AppCommand) -> Answer:
        """Do what was asked, or say why not."""
        if command is AppCommand.SHOW:
            self.show_wanted.emit()
        if command in (AppCommand.STATUS, AppCommand.SHOW):
            return self._answer(True)
        target = MOVES.get((self.state, command))
        if target is None:
            return self._answer(False)
        if command is AppCommand.START:
            if self._stopping is not None:
                return Answer(False, self.state, self._words("answer.busy"))
            self._begin()
        elif target is AppState.IDLE:
            self._end()
        else:
            self._publish_call(command)
        self._set(target)
        return self._answer(True)

    def end_by_itself(self) -> None:
        """Nobody has spoken for long: the call ended when the last voice did."""
        if self.state is not AppState.IDLE:
            self._end(at_last_voice=True)
            self._set(AppState.IDLE)

    def finish(self) -> None:
        """End the call, if there is one, and wait until its report is written; another may follow."""
        if self.state is not AppState.IDLE:
            self._end()
            self._set(AppState.IDLE)
        if self._stopping is not None:
            wait([self._stopping])

    def note_absence(self, absence: Absence, seconds: float) -> None:
        """The machine slept, or the screen was locked; the call that runs says so in its report."""
        if (call := self.call) is not None and self.state is not AppState.IDLE:
            call.note_absence(absence, seconds)

    def close(self) -> None:
        """End the call and wait until its report is written."""
        if self.state is not AppState.IDLE:
            self._end()
            self._set(AppState.IDLE)
        self._helper.shutdown(wait=True)
        self._look_after()

    @property
    def call(self) -> HoldableCall | None:
        """The call that runs, once it has begun."""
        starting = self._starting
        if starting is None or not starting.done() or starting.exception() is not None:
            return None
        return starting.result()

    def _begin(self) -> None:
        self._is_followed = False
        self._starting = self._helper.submit(self._start, self._sink)
        self._starting.add_done_callback(lambda _: self._moved.emit())

    def _end(self, *, at_last_voice: bool = False) -> None:
        starting = self._starting
        if starting is not None and self._stopping is None:
            self._stopping = self._helper.submit(_stop, starting, at_last_voice)
            self._stopping.add_done_callback(lambda _: self._moved.emit())

    def _publish_call(self, command: AppCommand) -> None:
        """A call whose devices are still being opened is told when they are."""
        call = self.call
        if call is None:
            return
        match command:
            case AppCommand.HOLD:
                call.hold()
            case AppCommand.PAUSE:
                call.pause()
            case _:
                (call.unhold if self.state is AppState.HELD else call.resume)()

    def _look_after(self) -> None:
        """A future is done: report what failed, and notice a call that ended by itself."""
        starting, stopping = self._starting, self._stopping
        if starting is not None and starting.done() and not self._is_followed:
            self._is_followed = True
            problem = starting.exception()
            if problem is None:
                call = starting.result()
                if self.state is AppState.PAUSED:
                    call.pause()
                elif self.state is AppState.HELD:
                    call.hold()
                call.on_finished(self._over.emit)
            else:
                self._starting = None
                self._fail(problem)
        if stopping is not None and stopping.done():
            self._starting = self._stopping = None
            problem = stopping.exception()
            if problem is not None:
                self._fail(problem)
            else:
                self.ended.emit()

    def _ended_by_itself(self) -> None:
        if self.state is not AppState.IDLE:
            self._end()
            self._set(AppState.IDLE)

    def _fail(self, problem: BaseException) -> None:
        self._set(AppState.IDLE)
        if not isinstance(problem, CallwatchError):
            raise problem
        self.failed.emit(str(problem))

    def _set(self, state: AppState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)

    def _answer(self, ok: bool) -> Answer:
        key = "now" if ok else "not_now"
        return Answer(
            ok, self.state, self._words(f"answer.{key}", state=self._words(f"state.{self.state}"))
        )


def _stop(starting: Future[HoldableCall], at_last_voice: bool) -> None:
    if starting.exception() is None:
        starting.result().stop(at_last_voice=at_last_voice)
