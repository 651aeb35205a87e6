"""A socket between a client and PostgreSQL that can lose the answer to a COMMIT."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class ConnectionProxy:
    """Hands bytes on; once `loses_next_commit` is set, the connection of the next COMMIT ends after it was done.

    With `stays_away` no other is made after that."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self.loses_next_commit = False
        self.stays_away = False
        self.lost = 0
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """End every connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.stays_away and self.lost:
                    client.close()
                    continue
                thread = threading.Thread(target=self._serve, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._target / SOCKET))
            back = threading.Thread(target=self._hand_back, args=(server, client))
            back.start()
            # PostgreSQL may have ended the connection.
            with suppress(OSError):
                self._hand_on(client, server)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join()

    def _hand_on(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65536):
            # With its end: a transaction begins as READ COMMITTED.
            if self.loses_next_commit and b"COMMIT\0" in data:
                self.loses_next_commit = False
                # The thread that hands back sees the end of both; the answer is read here.
                client.shutdown(socket.SHUT_WR)
                self.lost += 1
            server.sendall(data)

    def _hand_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def losing_commits(folder: Path, target: Path) -> Iterator[ConnectionProxy]:
    """Stand between clients of `folder` and the PostgreSQL whose socket is in `target`."""
    proxy = ConnectionProxy(folder, target)
    try:
        yield proxy
    finally:
        proxy.close()
