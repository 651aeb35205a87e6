"""Serves the design page on loopback, with the policy of the page: what works there works here."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

PATH = "/design"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
    )
)


class DesignServer:
    """A server of one folder; a context manager that ends it."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        handler = functools.partial(_Handler, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    """The document is at `/design`, and what it loads below that."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].removeprefix(PATH).lstrip("/")
        return super().translate_path(f"/{name or 'design.html'}")

    def end_headers(self) -> None:
        self.send_header("content-security-policy", _POLICY)
        self.send_header("cache-control", "no-store")
        super().end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass
