"""The app's end of the local socket; also what keeps a second app from starting. GUI thread."""

import os
import socket
from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QObject
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from callwatch.core.errors import CallwatchError, OutputError
from callwatch_ui.desktop.ipc import (
    MAX_LINE_BYTES,
    TOO_LONG,
    Answer,
    AppBusyError,
    AppCommand,
    AppNotRunningError,
    AppState,
    command_of,
    send,
)
from callwatch_ui.desktop.private_socket import is_own_peer, socket_path

# A soft phone has one hook at a time; the oldest goes, so that silent clients keep no hook out.
CLIENTS: Final = 8
# Answers that a client leaves unread; one that sends and never reads would fill the memory.
MAX_UNREAD_BYTES: Final = 64 * 1024


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

        A socket that an app left behind when it died is taken over. Raises OutputError where none can be made,
        and what `send` and `socket_path` raise for a place that another user took.
        """
        place = path or socket_path()
        try:
            send(AppCommand.STATUS, place)
        except AppBusyError:
            return False
        except AppNotRunningError:
            QLocalServer.removeServer(place)
            if not self._server.listen(place):
                raise OutputError(
                    f"callwatch cannot listen at {place} ({self._server.errorString()}): "
                    "let this user write to its folder."
                ) from None
            return True
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
            client.setReadBufferSize(MAX_LINE_BYTES + 1)
            client.readyRead.connect(self._ready)
            client.disconnected.connect(self._gone)
            self._clients.append(client)
            if not _is_own(client):
                client.abort()
                continue
            if len(self._clients) > CLIENTS:
                self._clients[0].abort()
            if client.bytesAvailable():
                self._read(client)

    def _read(self, client: QLocalSocket) -> None:
        while client.canReadLine():
            answer = Answer(False, self._state(), "callwatch met a fault of its own.")
            # Whatever happens, nobody waits for an answer in vain.
            try:
                answer = self._answer(client.readLine(MAX_LINE_BYTES + 2))
            finally:
                client.write(answer.to_line())
                client.flush()
            if client.bytesToWrite() > MAX_UNREAD_BYTES:
                client.abort()
                return
        if client.bytesAvailable() > MAX_LINE_BYTES:
            client.write(Answer(False, self._state(), TOO_LONG).to_line())
            client.flush()
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


def _is_own(client: QLocalSocket) -> bool:
    descriptor = int(client.socketDescriptor())
    if descriptor < 0 or not hasattr(socket, "AF_UNIX"):
        return descriptor >= 0
    with socket.socket(fileno=os.dup(descriptor)) as link:
        return is_own_peer(link)
