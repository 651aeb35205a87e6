"""Makes and ends sessions: asks the ticket server who signs in, and has the browser keep what it answers.

A stranger's ticket server knows a device by its address: it is asked for itself alone, is told of no session, and
none that it sends is kept.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hero_assistance_sdk.errors import Conflict, HeroError, ProtocolViolation
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.preferences.languages import t
from hero_assistance_ui.relays.asking import NO_STORE, ask, relay_call
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream
from hero_assistance_ui.sign_in.browser_names import describe_browser
from hero_assistance_ui.sign_in.params import SignedIn

_APP = "hero_assistance_app"


class Sessions:
    """The sessions of one listener; `find` returns the ticket server that a request is about."""

    def __init__(self, identity: BrowserIdentity, find: Callable[[Request], Upstream]) -> None:
        self.identity = identity
        self.find = find

    def refusal(self, request: Request) -> HeroError | None:
        """Return why users do not sign in here, if so."""
        if self.identity.offers_sign_in(request):
            return None
        if self.identity.is_dev:
            return Conflict(
                t("This desk runs in dev mode: nobody signs in"), hint=t("Pick a demo user at the top of the page.")
            )
        return Conflict(
            t("The server in front of this desk says who you are"),
            hint=t("Sign in and out there; this desk follows it."),
        )

    def check_offered(self, request: Request) -> None:
        """Raise `Conflict` where users do not sign in."""
        refusal = self.refusal(request)
        if refusal is not None:
            raise refusal

    async def begin(self, request: Request, method: str, params: Mapping[str, str]) -> SignedIn:
        """Return whom a method signs in; the session that the browser has had until now ends."""
        upstream = self.find(request)
        call = Call(0, method, {**params, "device_name": self._device_name(request)})
        status, body = await ask(upstream, call, self.identity.session_headers(request))
        result = decode_answer(upstream.project.name, status, body)
        try:
            signed_in = SignedIn.model_validate(result)
        except ValidationError:
            raise ProtocolViolation(f"{upstream.project.name} does not say who signed in") from None
        if self.identity.is_local and (signed_in.session is None or signed_in.expires_at is None):
            raise ProtocolViolation(f"{upstream.project.name} made no session")
        return signed_in

    def answer(self, request: Request, signed_in: SignedIn) -> Response:
        """Return who signed in, as JSON, with the session."""
        content = {"jsonrpc": "2.0", "id": 0, "result": {"user": signed_in.user}}
        response = JSONResponse(content, headers=NO_STORE)
        self.keep(request, response, signed_in)
        return response

    def keep(self, request: Request, response: Response, signed_in: SignedIn, *, is_secure: bool | None = None) -> None:
        """Have the browser keep the session, if it is of this machine's ticket server."""
        if self.identity.is_local and signed_in.session is not None and signed_in.expires_at is not None:
            life_s = signed_in.expires_at // 1000 - int(time.time())
            self.identity.cookie.set(request, response, signed_in.session, life_s, is_secure=is_secure)

    async def end(self, request: Request) -> Response:
        """End the session, here and at the ticket server; the browser forgets it even where the server is down."""
        call = Call(0, "auth.sign_out", {})
        response = await relay_call(self.find(request), call, self.identity.session_headers(request))
        if self.identity.is_local:
            self.identity.cookie.remove(request, response)
        return response

    def _device_name(self, request: Request) -> str:
        """Return what the session is called; the name of this machine is told to no stranger."""
        if self.identity.is_local:
            return describe_browser(request.headers.get("user-agent", ""))
        return f"{_APP} on {platform.system()}"
