"""Signing in by a passkey: what the browser is asked with, and what it answers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hero_assistance_httpd.rpc_endpoint import read_bounded_body
from hero_assistance_sdk.errors import HeroError
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.guards import check_same_site
from hero_assistance_ui.relays.asking import relay_call
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.sign_in.params import BODY_LIMIT, PASSKEY_BODY_LIMIT, Assertion, parse_json_body
from hero_assistance_ui.sign_in.sessions import Sessions


class PasskeyResource:
    """Answers the requests of one listener of this machine's ticket server."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def start(self, request: Request) -> Response:
        """Return what the browser is asked with."""
        check_same_site(request)
        self._sessions.check_offered(request)
        await read_bounded_body(request, BODY_LIMIT)
        call = Call(0, "auth.passkey_start", {})
        return await relay_call(self._sessions.find(request), call, self._sessions.identity.origin(request))

    async def finish(self, request: Request) -> Response:
        """Sign in by what the browser has signed; tells who the user is and keeps the session."""
        check_same_site(request)
        self._sessions.check_offered(request)
        signed = parse_json_body(Assertion, await read_bounded_body(request, PASSKEY_BODY_LIMIT))
        try:
            signed_in = await self._sessions.begin(request, "auth.passkey_finish", {"credential": signed.credential})
        except HeroError as error:
            return failure_response(error, 0)
        return self._sessions.answer(request, signed_in)
