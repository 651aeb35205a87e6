"""Signing in and out: asks the ticket server for links, redeems them, and keeps the session in the browser's cookie.

A stranger's ticket server knows a device by its address: it is asked for itself alone, is told of no session, and
none that it sends is kept.
"""

from __future__ import annotations

import platform
from collections.abc import Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hero_assistance_httpd.rpc_endpoint import bounded_body
from hero_assistance_sdk.errors import Conflict, HeroError, ProtocolViolation
from hero_assistance_sdk.rpc.client import decoded
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.guards import FORM, check_same_site, media_type_of
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.notices import Form, Link, Notice, NoticePage, failure_notice
from hero_assistance_ui.prefix import prefix_of
from hero_assistance_ui.relays.asking import NO_STORE, ask, relay_call
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream
from hero_assistance_ui.sign_in.browser_names import describe_browser
from hero_assistance_ui.sign_in.params import (
    BODY_LIMIT,
    TOKEN_LIMIT,
    LinkRequest,
    Proof,
    SignedIn,
    parse_form_token,
    parse_json_body,
)

# From `/sign-in/link` and `/sign-in/redeem` to the page's root.
_BASE = "../"
_APP = "hero_assistance_app"
_NEW_LINK = Link("sign-in", "Ask for a new link")
_DESK = Link("./", "Open the desk")


class SignInResource:
    """Answers the requests of one listener; `find` returns the ticket server that a request is about."""

    def __init__(self, identity: BrowserIdentity, find: Callable[[Request], Upstream], notices: NoticePage) -> None:
        self._identity = identity
        self._find = find
        self._notices = notices

    async def request_link(self, request: Request) -> Response:
        """Have a link and a code sent; the answer is the same for every address."""
        check_same_site(request)
        self._check_offered(request)
        wanted = parse_json_body(LinkRequest, await bounded_body(request, BODY_LIMIT))
        call = Call(0, "auth.request_link", {"email": wanted.email})
        return await relay_call(self._find(request), call, self._identity.origin(request))

    async def redeem(self, request: Request) -> Response:
        """Sign in by a token, or by an address and a code, in JSON; tells who the user is and keeps the session."""
        check_same_site(request)
        self._check_offered(request)
        proof = parse_json_body(Proof, await bounded_body(request, BODY_LIMIT))
        try:
            signed_in = await self._redeem(request, proof)
        except HeroError as error:
            return failure_response(error, 0)
        content = {"jsonrpc": "2.0", "id": 0, "result": {"user": signed_in.user}}
        return self._keep(request, JSONResponse(content, headers=NO_STORE), signed_in)

    async def redeem_form(self, request: Request) -> Response:
        """Sign in by the button of the link's page, and go on to the desk; JSON is answered as by `redeem`."""
        if media_type_of(request) != FORM:
            return await self.redeem(request)
        try:
            check_same_site(request, FORM)
            self._check_offered(request)
            token = parse_form_token(await bounded_body(request, BODY_LIMIT))
            signed_in = await self._redeem(request, Proof(token=token))
        except HeroError as error:
            return self._notices.answer(failure_notice(error, _NEW_LINK), base=_BASE)
        # Nothing of the request says where to: an address in it could be another site's.
        target = f"{prefix_of(request, self._identity.trust)}/"
        return self._keep(request, RedirectResponse(target, status_code=303, headers=NO_STORE), signed_in)

    async def show_link(self, request: Request) -> Response:
        """Show a button that redeems a link's token: mail scanners open links, and press no buttons."""
        token = request.query_params.get("token", "")
        if not self._identity.offers_sign_in(request):
            notice = failure_notice(self._refusal(), _DESK)
        elif not 0 < len(token) <= TOKEN_LIMIT:
            said = "Copy all of it from the mail, or ask for a new one."
            notice = Notice("This link is not complete", (said,), _NEW_LINK, status=400)
        else:
            form = Form("sign-in/redeem", "Sign in", (("token", token),))
            notice = Notice("Sign in on this device", ("The link works once, for the person it was sent to.",), form)
        return self._notices.answer(notice, base=_BASE)

    async def sign_out(self, request: Request) -> Response:
        """End the session, here and at the ticket server; the browser forgets it even where the server is down."""
        check_same_site(request)
        self._check_offered(request)
        await bounded_body(request, BODY_LIMIT)
        call = Call(0, "auth.sign_out", {})
        response = await relay_call(self._find(request), call, self._identity.session_headers(request))
        if self._identity.is_local:
            self._identity.cookie.remove(request, response)
        return response

    async def _redeem(self, request: Request, proof: Proof) -> SignedIn:
        """Return who signed in; the session that the browser has had until now ends."""
        upstream = self._find(request)
        params = {**proof.params, "device_name": self._device_name(request)}
        headers = self._identity.session_headers(request)
        status, body = await ask(upstream, Call(0, "auth.redeem", params), headers)
        result = decoded(upstream.project.name, status, body)
        try:
            signed_in = SignedIn.model_validate(result)
        except ValidationError:
            raise ProtocolViolation(f"{upstream.project.name} does not say who signed in") from None
        if self._identity.is_local and (signed_in.session is None or signed_in.expires_at is None):
            raise ProtocolViolation(f"{upstream.project.name} made no session")
        return signed_in

    def _keep(self, request: Request, response: Response, signed_in: SignedIn) -> Response:
        """Have the browser keep the session, if it is of this machine's ticket server."""
        if self._identity.is_local and signed_in.session is not None and signed_in.expires_at is not None:
            self._identity.cookie.set(request, response, signed_in.session, signed_in.expires_at)
        return response

    def _check_offered(self, request: Request) -> None:
        if not self._identity.offers_sign_in(request):
            raise self._refusal()

    def _refusal(self) -> HeroError:
        if self._identity.is_dev:
            return Conflict(
                "This desk runs in dev mode: nobody signs in", hint="Pick a demo user at the top of the page."
            )
        return Conflict(
            "The server in front of this desk says who you are", hint="Sign in and out there; this desk follows it."
        )

    def _device_name(self, request: Request) -> str:
        """Return what the session is called; the name of this machine is told to no stranger."""
        if self._identity.is_local:
            return describe_browser(request.headers.get("user-agent", ""))
        return f"{_APP} on {platform.system()}"
