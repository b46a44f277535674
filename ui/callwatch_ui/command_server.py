"""The app's end of the local socket; also what keeps a second app from starting. GUI thread."""

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from callwatch.core.errors import CallwatchError
from callwatch_ui.commands import (
    MAX_LINE_BYTES,
    Answer,
    AppBusyError,
    AppCommand,
    AppNotRunningError,
    AppState,
    command_of,
    send,
    socket_path,
)

CLIENTS: Final = 8
AGAIN_MS: Final = 100


class CommandServer(QObject):
    """Answers each line through `handle`; `state` gives the state for refused lines."""

    def __init__(
        self, handle: Callable[[AppCommand], Answer], state: Callable[[], AppState]
    ) -> None:
        super().__init__()
        self._handle = handle
        self._state = state
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(CLIENTS)
        self._server.newConnection.connect(self._accept)
        self._clients: list[QLocalSocket] = []
        # Back-to-back hooks have been seen to wait in vain for Qt's own notice: look again.
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self._again.start()

    def listen(self, path: str | None = None) -> bool:
        """Listen; False when another app of this user already answers there.

        A socket that an app left behind when it died is taken over.
        """
        place = path or socket_path()
        try:
            send(AppCommand.STATUS, place)
        except AppBusyError:
            return False
        except AppNotRunningError:
            QLocalServer.removeServer(place)
            return self._server.listen(place)
        return False

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._again.stop()
        self._server.close()

    def _look_again(self) -> None:
        if self._server.isListening():
            self._server.waitForNewConnection(0)
            self._accept()
        for client in list(self._clients):
            if client.waitForReadyRead(0) or client.canReadLine():
                self._read(client)

    def _forget(self, client: QLocalSocket) -> None:
        if client in self._clients:
            self._clients.remove(client)
            client.deleteLater()

    def _accept(self) -> None:
        while (client := self._server.nextPendingConnection()) is not None:
            client.readyRead.connect(lambda client=client: self._read(client))
            client.disconnected.connect(lambda client=client: self._forget(client))
            self._clients.append(client)
            if client.bytesAvailable():
                self._read(client)

    def _read(self, client: QLocalSocket) -> None:
        while client.canReadLine():
            answer = Answer(False, self._state(), "callwatch met a fault of its own.")
            # Whatever happens, nobody waits for an answer in vain.
            try:
                answer = self._answer(client.readLine(MAX_LINE_BYTES))
            finally:
                client.write(answer.to_line())
                client.flush()
        if client.bytesAvailable() > MAX_LINE_BYTES:
            client.abort()

    def _answer(self, line: bytes) -> Answer:
        try:
            command = command_of(line)
        except ValueError as exc:
            return Answer(False, self._state(), str(exc))
        try:
            return self._handle(command)
        except CallwatchError as exc:
            return Answer(False, self._state(), str(exc))
