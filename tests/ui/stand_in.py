"""A ticket server of which a test decides every answer, on real Unix sockets; it keeps what it was asked."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from hero_assistance_sdk.paths import Paths

DOCUMENT = {"methods": [{"name": name, "x-page": True} for name in ("user.me", "ticket.list")]}


@dataclass
class Asked:
    """One call: its method, its params, and its headers in lower case."""

    method: str
    params: dict[str, Any]
    headers: dict[str, str]

    @property
    def identity(self) -> dict[str, str]:
        """The headers that say who is calling, but not where from."""
        names = ("x-hero-", "x-dev-", "x-picked-", "cookie")
        return {
            name: value
            for name, value in self.headers.items()
            if name.startswith(names) and name != "x-hero-assistance-page"
        }


@dataclass
class StandIn:
    """Answers each method with its result, or with the error that stands there as an exception's argument."""

    results: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, request: Any, headers: dict[str, str]) -> dict[str, Any]:
        """Return the answer of JSON-RPC, and keep the call."""
        self.asked.append(Asked(request["method"], request["params"], headers))
        found = self.results.get(request["method"], {"code": -32601, "message": "no such method"})
        kind = "error" if isinstance(found, dict) and "code" in found and "message" in found else "result"
        return {"jsonrpc": "2.0", "id": request["id"], kind: found}

    @property
    def acted(self) -> list[Asked]:
        """The calls that do something: the page asks for the name of the desk as well, when it is long ago."""
        return [asked for asked in self.asked if asked.method != "project.info"]

    def last(self, method: str) -> Asked:
        """Return the last call of a method."""
        return next(asked for asked in reversed(self.asked) if asked.method == method)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """Return no address: a Unix socket has none."""
        return ""

    def do_GET(self) -> None:
        """Answer with the description of the methods, or as healthy."""
        self._send(DOCUMENT if self.path == "/openrpc.json" else {"status": "ok"})

    def do_POST(self) -> None:
        """Answer a call."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._send(self.stand_in.answer(request, {name.lower(): value for name, value in self.headers.items()}))

    def _send(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def standing_in(paths: Paths) -> Iterator[StandIn]:
    """Serve `rpc.sock` in the place of a ticket server."""
    stand_in = StandIn()
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    path = Path(paths.socket("rpc"))
    path.parent.mkdir(parents=True, exist_ok=True)
    server = _Server(str(path), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        path.unlink()
