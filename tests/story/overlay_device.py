"""A device of the overlay: it calls over TCP from an address of its own, and follows the event stream."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.trust.namespace_devices import Caller
from tests.ui.daemons import eventually

EVENT_S = 20.0


class Stream:
    """The events of one stream, read by a thread until the server ends it."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.events: list[dict[str, Any]] = []
        self.has_ended = threading.Event()
        connection.connect()
        self._socket: socket.socket = connection.sock
        connection.request("GET", "/events")
        self._answer = connection.getresponse()
        assert self._answer.status == 200
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """Wait for an event of this kind whose message or ticket has these values."""
        return eventually(lambda: self._find(kind, wanted), f"{kind} with {wanted}: {self.events}", EVENT_S)

    def close(self) -> None:
        """End the stream from this side."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(EVENT_S)

    def _find(self, kind: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
        for event in list(self.events):
            record = (event.get("message") or {}) if kind.startswith("message") else (event.get("ticket") or {})
            if event.get("kind") == kind and all(record.get(name) == value for name, value in wanted.items()):
                return event
        return None

    def _read(self) -> None:
        kind = ""
        try:
            for line in self._answer:
                if line.startswith(b"event: "):
                    kind = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    self.events.append({**json.loads(line[6:]), "kind": kind})
        except (OSError, http.client.HTTPException, ValueError):
            pass
        self.has_ended.set()


class Device(Caller):
    """A person's device."""

    @contextmanager
    def follow(self) -> Iterator[Stream]:
        """Follow what happens while the context is open."""
        connection = self.connection()
        stream = Stream(connection)
        try:
            yield stream
        finally:
            stream.close()
            connection.close()
