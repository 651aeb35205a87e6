"""A small reverse proxy with hero_router's habits: it strips a prefix, names it, and says who is signed in."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PREFIX = "/hero_assistance/ui"
_CHUNK = 64 * 1024


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


@dataclass
class Forwarded:
    """A request that went through, and how its answer was sent: `size` counts the bytes of the body."""

    path: str
    encoding: str | None = None
    size: int = 0


class _Handler(BaseHTTPRequestHandler):
    target: Path
    user: str | None
    log: list[Forwarded]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _forward(self) -> None:
        if not self.path.startswith(PREFIX):
            self.send_error(404)
            return
        forwarded = Forwarded(self.path)
        self.log.append(forwarded)
        length = int(self.headers.get("content-length") or 0)
        headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("x-hero")}
        headers |= {"X-Forwarded-Prefix": PREFIX, "X-Forwarded-Host": self.headers["host"], "Host": "localhost"}
        if self.user is not None:
            headers["X-Hero-User"] = self.user
        upstream = _UnixConnection(self.target)
        with suppress(OSError):
            upstream.request(self.command, self.path.removeprefix(PREFIX) or "/", self.rfile.read(length), headers)
            self._pass_on(upstream.getresponse(), forwarded)
        upstream.close()

    def _pass_on(self, answer: http.client.HTTPResponse, forwarded: Forwarded) -> None:
        forwarded.encoding = answer.getheader("content-encoding")
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.end_headers()
        # HTTP/1.0 towards the browser: the end of the connection is the end of the body.
        while chunk := answer.read1(_CHUNK):
            forwarded.size += len(chunk)
            self.wfile.write(chunk)

    do_GET = _forward  # noqa: N815
    do_POST = _forward  # noqa: N815


@contextmanager
def routed(target: Path, user: str | None = None, log: list[Forwarded] | None = None) -> Iterator[str]:
    """Serve the socket `target` below the prefix; yields the address of the router. Requests are added to `log`."""
    handler = type("Handler", (_Handler,), {"target": target, "user": user, "log": [] if log is None else log})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
