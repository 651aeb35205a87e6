"""Signing in by an OpenID provider: sends the browser there, and takes what comes back with it.

What comes back counts only together with the cookie of the browser that was sent away: the ticket server made both.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hero_assistance_httpd.rpc_endpoint import read_bounded_body
from hero_assistance_sdk.errors import HeroError, ProtocolViolation
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.guards import check_same_site
from hero_assistance_ui.notices import Link, Notice, NoticePage, failure_notice
from hero_assistance_ui.preferences.languages import t
from hero_assistance_ui.relays.asking import NO_STORE, ask
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.sign_in.cookies import HANDSHAKE, BrowserCookie
from hero_assistance_ui.sign_in.params import BODY_LIMIT
from hero_assistance_ui.sign_in.resource import BASE, DESK, redirect_home
from hero_assistance_ui.sign_in.sessions import Sessions

# Somebody who types a password and finds their telephone for its second half takes a few minutes.
HANDSHAKE_S = 600
_CODE_LIMIT = 4096
_STATE_LIMIT = 100
_AGAIN = Link("sign-in", t("Back to signing in"))
_ELSEWHERE = t("This sign-in did not begin in this browser")
_BEGIN_AGAIN = t("Begin it again here: it counts for ten minutes, in the browser in which it began.")
# RFC 6749, section 4.1.2.1, and OpenID Connect Core, section 3.1.2.6. What a provider says beyond its code is shown
# to no one: anybody can write it into a link.
_CANCELLED = (
    t("The sign-in was stopped at the provider"),
    t("Nothing has changed. Begin again, or sign in another way."),
)
_BUSY = (t("The provider cannot sign anybody in now"), t("Try again in a few minutes, or sign in another way."))
_REFUSED = (t("The provider refused this sign-in"), t("Sign in another way, and tell the people who run this desk."))
_ERRORS = {
    "access_denied": _CANCELLED,
    "login_required": _CANCELLED,
    "interaction_required": _CANCELLED,
    "consent_required": _CANCELLED,
    "account_selection_required": _CANCELLED,
    "temporarily_unavailable": _BUSY,
    "server_error": _BUSY,
}


class _Departure(BaseModel):
    """The result of `auth.oidc_start`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    url: str
    cookie: str


class OidcResource:
    """Answers the requests of one listener of this machine's ticket server."""

    def __init__(self, sessions: Sessions, notices: NoticePage) -> None:
        self._sessions = sessions
        self._notices = notices
        self._cookie = BrowserCookie(sessions.identity.trust, HANDSHAKE)

    async def start(self, request: Request) -> Response:
        """Tell the page where to send the browser, and bind the sign-in to the browser by a cookie."""
        check_same_site(request)
        self._sessions.check_offered(request)
        await read_bounded_body(request, BODY_LIMIT)
        try:
            departure = await self._depart(request)
        except HeroError as error:
            return failure_response(error, 0)
        content = {"jsonrpc": "2.0", "id": 0, "result": {"url": departure.url}}
        response = JSONResponse(content, headers=NO_STORE)
        self._cookie.set(request, response, departure.cookie, HANDSHAKE_S)
        return response

    async def finish(self, request: Request) -> Response:
        """Sign in whom the provider sent back, and go on to the desk; what went wrong is a page."""
        params = {name: request.query_params.get(name, "") for name in ("code", "state")}
        params["cookie"] = self._cookie.read(request) or ""
        notice = self._find_fault(request, params)
        if notice is None and request.method == "HEAD":
            # The code works once: it is for the browser that follows the address.
            notice = Notice(t("Signing in"), ())
        if notice is not None:
            return await self._notices.answer(request, notice, base=BASE)
        return await self._finish(request, params)

    def _find_fault(self, request: Request, params: dict[str, str]) -> Notice | None:
        """Return what is wrong with a request, as far as that is known without the ticket server."""
        refusal = self._sessions.refusal(request)
        if refusal is not None:
            return failure_notice(refusal, DESK)
        if "error" in request.query_params:
            title, said = _ERRORS.get(request.query_params["error"], _REFUSED)
            return Notice(title, (said,), _AGAIN, status=403)
        limits = {"code": _CODE_LIMIT, "state": _STATE_LIMIT, "cookie": _STATE_LIMIT}
        if not all(0 < len(params[name]) <= limit for name, limit in limits.items()):
            return Notice(_ELSEWHERE, (_BEGIN_AGAIN,), _AGAIN, status=403)
        return None

    async def _finish(self, request: Request, params: dict[str, str]) -> Response:
        try:
            signed_in = await self._sessions.begin(request, "auth.oidc_finish", params)
        except HeroError as error:
            return await self._notices.answer(request, failure_notice(error, _AGAIN), base=BASE)
        response = redirect_home(request, self._sessions)
        # No `Origin` comes with this request; the cookie that began the sign-in tells whether there is TLS.
        is_secure = self._cookie.was_set_securely(request)
        self._sessions.keep(request, response, signed_in, is_secure=is_secure)
        self._cookie.remove(request, response)
        return response

    async def _depart(self, request: Request) -> _Departure:
        upstream = self._sessions.find(request)
        call = Call(0, "auth.oidc_start", {})
        status, body = await ask(upstream, call, self._sessions.identity.origin(request))
        result: Any = decode_answer(upstream.project.name, status, body)
        try:
            departure = _Departure.model_validate(result)
        except ValidationError:
            raise ProtocolViolation(f"{upstream.project.name} does not say where to sign in") from None
        if not departure.url.startswith(("https://", "http://")):
            raise ProtocolViolation(f"{upstream.project.name} names no address to sign in at")
        return departure
