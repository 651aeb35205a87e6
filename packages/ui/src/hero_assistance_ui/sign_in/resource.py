"""Signing in by a mailed link or code, and out again."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hero_assistance_httpd.rpc_endpoint import read_bounded_body
from hero_assistance_sdk.errors import HeroError, NotFound
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_sdk.rpc.errors import CODES, InvalidParams, RpcFailure
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.guards import FORM, check_same_site, media_type_of
from hero_assistance_ui.notices import Form, Link, Notice, NoticePage, failure_notice
from hero_assistance_ui.preferences.languages import Languages, t
from hero_assistance_ui.prefix import prefix_of
from hero_assistance_ui.relays.asking import NO_STORE, relay_call
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.sign_in.params import (
    BODY_LIMIT,
    TOKEN_LIMIT,
    LinkRequest,
    Proof,
    parse_form_token,
    parse_json_body,
)
from hero_assistance_ui.sign_in.sessions import Sessions

# From `/sign-in/link`, and what else is one level below the page's root.
BASE = "../"
DESK = Link("./", t("Open the desk"))
_REQUEST = "auth.request_link"
_REDEEM = "auth.redeem"
_NEW_LINK = Link("sign-in", t("Ask for a new link"))

_USED_UP = Notice(t("This link is wrong, used, or too old"), (), _NEW_LINK, status=404)


class SignInResource:
    """Answers the requests of one listener."""

    def __init__(self, sessions: Sessions, notices: NoticePage, languages: Languages) -> None:
        self._sessions = sessions
        self._notices = notices
        self._languages = languages

    async def request_link(self, request: Request) -> Response:
        """Have a link and a code sent, in the language of the page; the answer is the same for every address."""
        check_same_site(request)
        self._sessions.check_offered(request)
        wanted = parse_json_body(LinkRequest, await read_bounded_body(request, BODY_LIMIT))
        upstream, origin = self._sessions.find(request), self._sessions.identity.origin(request)
        address = {"email": wanted.email}
        language = self._languages.choose(request)
        answer = await relay_call(upstream, Call(0, _REQUEST, {**address, "language": language.code}), origin)
        # A server of an older release refuses the param that it does not know.
        return await relay_call(upstream, Call(0, _REQUEST, address), origin) if _is_misfit(answer) else answer

    async def redeem(self, request: Request) -> Response:
        """Sign in by a token, or by an address and a code, in JSON; tells who the user is and keeps the session."""
        check_same_site(request)
        self._sessions.check_offered(request)
        proof = parse_json_body(Proof, await read_bounded_body(request, BODY_LIMIT))
        try:
            signed_in = await self._sessions.begin(request, _REDEEM, proof.params)
        except HeroError as error:
            return failure_response(error, 0)
        return self._sessions.answer(request, signed_in)

    async def redeem_form(self, request: Request) -> Response:
        """Sign in by the button of the link's page, and go on to the desk; JSON is answered as by `redeem`."""
        if media_type_of(request) != FORM:
            return await self.redeem(request)
        try:
            check_same_site(request, FORM)
            self._sessions.check_offered(request)
            token = parse_form_token(await read_bounded_body(request, BODY_LIMIT))
            signed_in = await self._sessions.begin(request, _REDEEM, Proof(token=token).params)
        except HeroError as error:
            notice = _USED_UP if _is_used_up(error) else failure_notice(error, _NEW_LINK)
            return await self._notices.answer(request, notice, base=BASE)
        response = redirect_home(request, self._sessions)
        self._sessions.keep(request, response, signed_in)
        return response

    async def show_link(self, request: Request) -> Response:
        """Show a button that redeems a link's token: mail scanners open links, and press no buttons."""
        token = request.query_params.get("token", "")
        refusal = self._sessions.refusal(request)
        if refusal is not None:
            notice = failure_notice(refusal, DESK)
        elif not 0 < len(token) <= TOKEN_LIMIT:
            said = t("Copy all of it from the mail, or ask for a new one.")
            notice = Notice(t("This link is not complete"), (said,), _NEW_LINK, status=400)
        else:
            form = Form("sign-in/redeem", t("Sign in"), (("token", token),))
            notice = Notice(
                t("Sign in on this device"), (t("The link works once, for the person it was sent to."),), form
            )
        return await self._notices.answer(request, notice, base=BASE)

    async def sign_out(self, request: Request) -> Response:
        """End the session of the browser."""
        check_same_site(request)
        self._sessions.check_offered(request)
        await read_bounded_body(request, BODY_LIMIT)
        return await self._sessions.end(request)


def _is_used_up(error: HeroError) -> bool:
    """Return whether the ticket server knows no link with this token."""
    return isinstance(error, RpcFailure) and error.code == CODES[NotFound]


def _is_misfit(answer: Response) -> bool:
    """Return whether a ticket server answered that it does not take the params."""
    try:
        decode_answer("the server", answer.status_code, bytes(answer.body))
    except RpcFailure as error:
        return error.code == CODES[InvalidParams]
    except HeroError:
        return False
    return False


def redirect_home(request: Request, sessions: Sessions) -> Response:
    """Return what leads to the desk; nothing of the request says where to, which could be another site."""
    target = f"{prefix_of(request, sessions.identity.trust)}/"
    return RedirectResponse(target, status_code=303, headers=NO_STORE)
