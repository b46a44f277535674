"""The app's end of the local socket; also what keeps a second app from starting. GUI thread."""

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QObject
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from callwatch.core.errors import CallwatchError
from callwatch_ui.desktop.ipc import (
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
        # Nothing else holds a client. Slots of its own that held it did so in a circle: when the
        # garbage collector took that between the connection and the line, the hook waited in vain.
        self._clients: list[QLocalSocket] = []

    @property
    def clients(self) -> int:
        """How many are connected now."""
        return len(self._clients)

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
        self._server.close()

    def _ready(self) -> None:
        client = self.sender()
        if isinstance(client, QLocalSocket):
            self._read(client)

    def _gone(self) -> None:
        client = self.sender()
        if isinstance(client, QLocalSocket) and client in self._clients:
            self._clients.remove(client)
            client.deleteLater()

    def _accept(self) -> None:
        while (client := self._server.nextPendingConnection()) is not None:
            client.readyRead.connect(self._ready)
            client.disconnected.connect(self._gone)
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
