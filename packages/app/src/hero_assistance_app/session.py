"""Opens the page in one browser, with a link that is printed once.

Every program of this machine, and every page in the browser, can reach 127.0.0.1. So every answer needs the session's
cookie, and the link that sets it works once. A browser sends a cookie to every port of an address, but only to paths
below the cookie's own: the page's path is a secret too, so that no other program's port is sent the cookie.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_USED_UP = (
    "This browser has not opened the desk",
    "The link that <code>hero_assistance_app</code> printed works once, in one browser. To open the desk "
    "here, end the program with Ctrl-C, start it again and follow its new link.",
)
_OTHER_NAME = (
    "The desk is not served under this name",
    "Open it as 127.0.0.1 or localhost, with the port that <code>hero_assistance_app</code> printed.",
)
_OPENING = ("The desk is opening", '<a href="./">Open it</a>')
# A form of one token.
_FORM_LIMIT = 1024
# Where the link leads: the browser keeps the page's path for tabs that are opened at the address alone.
_ENTRY = "open"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SessionGuard:
    """Admits a browser with the cookie, sets the cookie for the first that brings the token, and refuses any other.

    The page is below `path`, which is in no link and no log; `app` sees it as its root path. `on_opened` is called
    when the token is used up.
    """

    def __init__(self, app: ASGIApp, port: int, on_opened: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._on_opened = on_opened
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.path = f"/{secrets.token_urlsafe(24)}"
        # Another port's page may set cookies for this one, of a name that it knows.
        self._cookie = f"hero_assistance_app_{secrets.token_hex(8)}"
        self._session = secrets.token_urlsafe(32)
        self.token = secrets.token_urlsafe(32)
        self._is_used = False
        self.address = f"http://127.0.0.1:{port}/"
        self.link = f"{self.address}?token={self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await (await self._choose(Request(scope, receive)))(scope, receive, send)

    async def _choose(self, request: Request) -> ASGIApp:
        """Return what answers a request."""
        if request.headers.get("host") not in self._hosts:
            # A foreign name that resolves to this machine would make a stranger's page "same origin".
            return _refuse(*_OTHER_NAME)
        if self._is_within(request) and self._is_known(request):
            return _show_entry() if request.scope["path"] == f"{self.path}/{_ENTRY}" else self._serve_below
        if request.scope["path"] == "/":
            if request.method == "GET" and self._takes_token(request.query_params.get("token", "")):
                return self._start_session(self._redirect())
            if request.method == "POST" and self._takes_token(await _read_token(request)):
                return self._start_session(self._lead())
        return _refuse(*_USED_UP)

    async def _serve_below(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "root_path": self.path}, receive, send)

    def _is_within(self, request: Request) -> bool:
        beginning = request.scope["path"][: len(self.path) + 1]
        return hmac.compare_digest(beginning.encode(), f"{self.path}/".encode())

    def _is_known(self, request: Request) -> bool:
        return hmac.compare_digest(request.cookies.get(self._cookie, "").encode(), self._session.encode())

    def _takes_token(self, given: str) -> bool:
        """Return whether it is the token, which is then used up."""
        if self._is_used or not hmac.compare_digest(given.encode(), self.token.encode()):
            return False
        self._is_used = True
        self._on_opened()
        return True

    def _redirect(self) -> Response:
        # Another address than the link's: the token is in no history, bookmark or screenshot.
        headers = {"referrer-policy": "no-referrer", "cache-control": "no-store"}
        return RedirectResponse(f"{self.path}/{_ENTRY}", status_code=303, headers=headers)

    def _lead(self) -> Response:
        # A browser that comes from a page of another origin would bring no strict cookie to where it is redirected.
        return _page("entering.html", status=200, path=f"{self.path}/{_ENTRY}")

    def _start_session(self, response: Response) -> Response:
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path=f"{self.path}/")
        return response


async def _read_token(request: Request) -> str:
    """Return the token of a form, the empty text of one that is too long or has none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_LIMIT:
            return ""
    (token, *others) = parse_qs(body.decode("ascii", "replace")).get("token", [""])
    return "" if others else token


def _show_entry() -> Response:
    """Return the page that keeps the path and goes on to the desk."""
    return _page("opening.html", status=200, title=_OPENING[0], text=_OPENING[1])


def _refuse(title: str, text: str) -> Response:
    """Return the page of a refused browser: what happened, and what to do.

    In a browser that has opened the desk at this very port, its script goes to where the desk is.
    """
    return _page("closed.html", status=403, title=title, text=text)


def _page(name: str, *, status: int, **words: str) -> Response:
    page = Template((files("hero_assistance_app") / name).read_text("utf-8"))
    body = page.substitute(words)
    policy = (
        "default-src 'none'",
        f"style-src {_digest(_STYLE, body)}",
        f"script-src {_digest(_SCRIPT, body)}",
        "frame-ancestors 'none'",
    )
    headers = {
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return HTMLResponse(body, status_code=status, headers=headers)


def _digest(part: re.Pattern[str], body: str) -> str:
    """Return the one content that a policy allows for a part of a page."""
    found = part.search(body)
    digest = hashlib.sha256(found[1].encode() if found else b"").digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
