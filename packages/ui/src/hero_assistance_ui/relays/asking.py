"""One call to a ticket server, with what its answer is checked for."""

from __future__ import annotations

from starlette.responses import Response

from hero_assistance_httpd.rpc_endpoint import JsonAnswer
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.project.next_address import may_repeat
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.foreign_projects.answers import check_answer
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.compression import compress
from hero_assistance_ui.relays.upstream import RawHeaders, Upstream

NO_STORE = {"cache-control": "no-store"}


async def ask(upstream: Upstream, call: Call, headers: RawHeaders) -> tuple[int, bytes]:
    """Return HTTP status and body of the answer; raises `HeroError` for one that is none, or does not come."""
    async with upstream.attempt():
        status, body = await upstream.call(call.encode(), headers, may_repeat=may_repeat(call.method, call.params))
        if upstream.project.is_foreign:
            check_answer(upstream.project.name, call.id, status, body)
    return status, body


async def relay_call(upstream: Upstream, call: Call, headers: RawHeaders, accepted: str = "") -> Response:
    """Return the ticket server's answer for the browser, byte for byte.

    `accepted` is the browser's `Accept-Encoding`; without it, as for answers that hold a secret, nothing is compressed.
    """
    try:
        status, body = await ask(upstream, call, headers)
    except HeroError as error:
        return failure_response(error, call.id)
    sent, encoded = await compress(body, accepted)
    return JsonAnswer(sent, status_code=status, headers={**NO_STORE, **encoded})
