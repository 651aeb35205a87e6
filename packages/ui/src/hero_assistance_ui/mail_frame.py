"""`GET /projects/{project}/mails/{mail_id}`: a mail as it was sent, as a document for a frame in the page.

The ticket server has made it harmless, and may be a stranger's: the policy lets nothing run, nothing be sent, and
nothing but the mail's own pictures load.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hero_assistance_sdk.errors import HeroError, NotFound, ProtocolViolation, Unauthenticated
from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_sdk.rpc.errors import CODES, RpcFailure
from hero_assistance_ui.errors import plain_words, status_of
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.page import style_source
from hero_assistance_ui.relays.asking import NO_STORE, ask
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream

METHOD = "mail.html"
NO_EMBEDDERS = Embedders()
# With it, the pictures of the web are loaded: their sender learns that the mail is looked at.
LOADS_PICTURES = "pictures"
_ID_DIGITS = 15
# Mails are written for white paper, in the dark theme too.
_STYLE = (
    "html{color-scheme:light;background:#fff}body{margin:0;padding:12px 14px;color:#1b1f24;overflow-wrap:anywhere;"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}img{max-width:100%;height:auto}"
    "table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:0 0 0 8px;padding-left:10px;"
    "border-left:3px solid #d0d7de;color:#57606a}a{color:#0b5cad}aside{margin-bottom:12px;padding:4px 10px;"
    "border-radius:6px;background:#eef1f4;color:#40474f;font-size:13px}"
)
_DOCUMENT = (
    '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>Mail</title>\n<style>{style}</style>\n</head>\n'
    "<body>\n{body}\n</body>\n</html>\n"
)


class MailFrame:
    """Answers with the document of one mail."""

    def __init__(
        self,
        identity: BrowserIdentity,
        upstream_of: Callable[[Request], Upstream],
        embedders: Callable[[], Embedders] = Embedders,
    ) -> None:
        self._identity = identity
        self._embedders = embedders
        self._upstream_of = upstream_of

    async def __call__(self, request: Request) -> Response:
        """Answer one request; a failure is a document with its words, which a frame shows."""
        loads_pictures = request.query_params.get(LOADS_PICTURES) == "1"
        try:
            body, status = await self._read(request, loads_pictures=loads_pictures), 200
        except HeroError as error:
            message, hint = plain_words(error)
            body, status = _escape(f"{message}. {hint}"), status_of(error)
        document = _DOCUMENT.format(style=_STYLE, body=body)
        headers = {
            "content-security-policy": make_policy(loads_pictures=loads_pictures, embedders=self._embedders()),
            **NO_STORE,
        }
        return HTMLResponse(document, status_code=status, headers=headers)

    async def _read(self, request: Request, *, loads_pictures: bool) -> str:
        params = {"mail_id": _mail_id(request), "loads_pictures": loads_pictures}
        call = Call(0, METHOD, params)
        upstream = self._upstream_of(request)
        status, answer = await ask(upstream, call, self._identity.headers(request))
        try:
            result = decode_answer(upstream.project.name, status, answer)
        except RpcFailure as refusal:
            if refusal.code == CODES[Unauthenticated]:
                raise
            # Who may not see mails is not told which there are.
            raise NotFound(refusal.message, hint="read the text of the message") from None
        return _html_of(result, upstream.project.name, loads_pictures=loads_pictures)


def make_policy(*, loads_pictures: bool, embedders: Embedders = NO_EMBEDDERS) -> str:
    """Return the policy of the document: a sandbox without scripts, forms and its origin; links open apart.

    The frames around it are the desk's page and those that the desk is shown in.
    """
    pictures = "img-src data: https: http:" if loads_pictures else "img-src data:"
    return "; ".join(
        (
            "sandbox allow-popups allow-popups-to-escape-sandbox",
            "default-src 'none'",
            pictures,
            f"style-src-elem {style_source(_STYLE)}",
            "style-src-attr 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
            embedders.frame_ancestors,
        )
    )


def _mail_id(request: Request) -> int:
    text = request.path_params["mail_id"]
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= _ID_DIGITS):
        raise NotFound("there is no such mail")
    return int(text)


def _html_of(result: Any, project: str, *, loads_pictures: bool) -> str:
    """Return the HTML of a result of the ticket server."""
    try:
        html, left_out = result["html"], int(result.get("web_pictures", 0))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProtocolViolation(f"what answers for {project} shows no mails") from None
    if not isinstance(html, str):
        raise ProtocolViolation(f"what answers for {project} shows no mails")
    return html if loads_pictures or left_out <= 0 else _say_left_out(left_out) + html


def _say_left_out(count: int) -> str:
    which = "1 picture of the web is" if count == 1 else f"{count} pictures of the web are"
    return f"<aside>{which} left out</aside>"


def _escape(text: str) -> str:
    return f"<p>{escape(text.strip())}</p>"
