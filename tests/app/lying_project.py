"""A project's server that breaks the protocol: it answers each path with bytes that a test chooses, without an end."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.http_requests import read_request

HEAD = b"HTTP/1.1 200 OK\r\n"
STREAM = HEAD + b"content-type: text/event-stream\r\n\r\n"
JSON = HEAD + b"content-type: application/json\r\n"
METHODS = ("user.me", "ticket.list", "ticket.get", "message.list", "system.health", "user.list")
_SECONDS = 60.0
_PATH = re.compile(rb"[A-Z]+ (/[a-z.]*/?)")

# What is sent to a request: pieces, which may go on without an end.
Answer = Callable[[bytes], Iterable[bytes]]


def whole(body: bytes) -> bytes:
    """An honest answer with this body."""
    return JSON + b"content-length: %d\r\n\r\n" % len(body) + body


def document(_request: bytes) -> Iterable[bytes]:
    """The description of the methods, as far as a page reads it."""
    yield whole(json.dumps({"methods": [{"name": name, "x-page": True} for name in METHODS]}).encode())


def call_id(request: bytes) -> int:
    """The id of a call."""
    found: int = json.loads(request.partition(b"\r\n\r\n")[2])["id"]
    return found


def result(request: bytes, value: object) -> bytes:
    """An answer of JSON-RPC with this result."""
    return whole(json.dumps({"jsonrpc": "2.0", "id": call_id(request), "result": value}).encode())


@dataclass
class LyingProject:
    """Listens on a port of 127.0.0.1; after an answer the connection stays open, until `close` or `closes_after`."""

    stream: Answer = lambda _request: [STREAM]
    rpc: Answer = lambda request: [result(request, None)]
    document: Answer = document
    file: Answer = lambda _request: [whole(b"{}")]
    closes_after: bool = False
    requests: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._closed = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Close every connection."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def count(self, path: bytes) -> int:
        """How often a path was asked for."""
        return sum(_path(request) == path for request in self.requests)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_SECONDS)
            while (request := read_request(connection)) and not self._closed.is_set():
                self.requests.append(request)
                for piece in self._choose(request)(request):
                    connection.sendall(piece)
                    if self._closed.is_set():
                        return
                if self.closes_after:
                    return

    def _choose(self, request: bytes) -> Answer:
        path = _path(request)
        chosen = {b"/events": self.stream, b"/rpc": self.rpc, b"/openrpc.json": self.document}
        return chosen.get(path, self.file)


def _path(request: bytes) -> bytes:
    found = _PATH.match(request)
    return found[1] if found else b""
