"""Mutes mails by the address that is in each of them (RFC 8058): one POST, which mail programs send by themselves.

The token says whose mails and of what; it is the whole permission. So the POST is taken from every site, and no
session or name goes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hero_assistance_httpd.rpc_endpoint import read_bounded_body
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.notices import Form, Notice, NoticePage, failure_notice
from hero_assistance_ui.preferences.languages import t
from hero_assistance_ui.relays.asking import ask
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream
from hero_assistance_ui.sign_in.params import BODY_LIMIT, TOKEN_LIMIT

# From `/unsubscribe` to the page's root.
_BASE = "./"
_INCOMPLETE = Notice(t("This link is not complete"), (t("Copy all of it from the mail."),), status=400)
_DONE = Notice(
    t("You get no more of these mails"),
    (t("Nothing else has changed: you find every answer on the page of the desk."),),
)


class UnsubscribeResource:
    """Answers `/unsubscribe`: GET shows a button, POST mutes."""

    def __init__(self, identity: BrowserIdentity, find: Callable[[Request], Upstream], notices: NoticePage) -> None:
        self._identity = identity
        self._find = find
        self._notices = notices

    async def __call__(self, request: Request) -> Response:
        """Answer a request; a failure is a page too, with its status."""
        token = request.query_params.get("token", "")
        if not 0 < len(token) <= TOKEN_LIMIT:
            return await self._notices.answer(request, _INCOMPLETE, base=_BASE)
        if request.method != "POST":
            form = Form(f"unsubscribe?{urlencode({'token': token})}", t("No more of these mails"))
            asked = Notice(t("Do you want no more of these mails?"), (t("Press the button, and they end."),), form)
            return await self._notices.answer(request, asked, base=_BASE)
        try:
            # `List-Unsubscribe=One-Click`, or nothing: the token alone counts.
            await read_bounded_body(request, BODY_LIMIT)
            await self._mute(request, token)
        except HeroError as error:
            return await self._notices.answer(request, failure_notice(error), base=_BASE)
        return await self._notices.answer(request, _DONE, base=_BASE)

    async def _mute(self, request: Request, token: str) -> None:
        upstream = self._find(request)
        call = Call(0, "notification.unsubscribe", {"token": token})
        status, body = await ask(upstream, call, self._identity.origin(request))
        decode_answer(upstream.project.name, status, body)
