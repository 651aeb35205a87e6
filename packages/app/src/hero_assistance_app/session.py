"""Opens the page in one browser, with a link that is printed once.

Every program of this machine, and every page in the browser, can reach 127.0.0.1. So every answer
needs the session's cookie, and the link that sets it works once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from importlib.resources import files
from string import Template

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


class SessionGuard:
    """Admits a browser with the cookie, sets the cookie for the first that brings the token, and refuses any other."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        # Cookies do not know ports: two apps of one person must not take each other's.
        self._cookie = f"hero_assistance_app_{port}"
        self._session = secrets.token_urlsafe(32)
        self._token: str | None = secrets.token_urlsafe(32)
        self.link = f"http://127.0.0.1:{port}/?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        if request.headers.get("host") not in self._hosts:
            # A foreign name that resolves to this machine would make a stranger's page "same origin".
            await _refuse(*_OTHER_NAME)(scope, receive, send)
        elif self._is_known(request) and "token" not in request.query_params:
            await self._app(scope, receive, send)
        elif self._is_known(request) or self._takes_token(request):
            await self._start_session()(scope, receive, send)
        else:
            await _refuse(*_USED_UP)(scope, receive, send)

    def _is_known(self, request: Request) -> bool:
        return hmac.compare_digest(request.cookies.get(self._cookie, "").encode(), self._session.encode())

    def _takes_token(self, request: Request) -> bool:
        """Return whether the request brings the token, which is then used up."""
        given = request.query_params.get("token", "")
        if request.method != "GET" or self._token is None:
            return False
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return False
        self._token = None
        return True

    def _start_session(self) -> Response:
        # The clean address: the token is in no history, bookmark or screenshot.
        response = RedirectResponse("/", status_code=303, headers={"referrer-policy": "no-referrer"})
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        return response


def _refuse(title: str, text: str) -> Response:
    """Return the page of a refused browser: what happened, and what to do."""
    page = Template((files("hero_assistance_app") / "closed.html").read_text("utf-8"))
    body = page.substitute(title=title, text=text)
    style = re.search(r"<style>(.*?)</style>", body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode() if style else b"").digest()).decode()
    headers = {
        "content-security-policy": f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return HTMLResponse(body, status_code=403, headers=headers)
