"""`GET /events`: checks who may read the stream, and where it starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.event_response import EventStreamResponse
from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.permissions import EVENT_STREAM
from hero_assistance_server.identity.permissions import Caller, permit
from hero_assistance_server.realtime.stream import EventStream
from hero_assistance_server.realtime.stream_quota import StreamQuota
from hero_assistance_server.users.model import User

# Before the first event there is 0; this is the number of none, and is answered with a reset.
_UNKNOWN = Seq(-1)
_DIGITS = len(str(2**63))


@dataclass(frozen=True, slots=True)
class EventsEndpoint:
    """An ASGI application that streams the events its caller may know of."""

    stream: EventStream
    quota: StreamQuota
    find_caller: Callable[[Request], Awaitable[Caller]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream events until the reader leaves or is cut off; answer an error when it may not read."""
        request = Request(scope)
        try:
            reader, credential = await self._find_reader(request)
            reservation = self.quota.reserve(reader.user_id)
        except HeroError as error:
            await failure_response(error)(scope, receive, send)
            return
        with reservation, self.stream.hub.subscription(reader, credential) as subscription:
            chunks = self.stream.chunks(subscription, asked_for(request))
            await EventStreamResponse(chunks, subscription.ended)(scope, receive, send)

    async def _find_reader(self, request: Request) -> tuple[User, str | None]:
        """Who reads, when they may, and the session or device by which they are known."""
        if self.stream.hub.closed:
            raise Unavailable("the server is stopping")
        caller = await self.find_caller(request)
        permit(caller, EVENT_STREAM)
        return caller.known(), caller.credential


def asked_for(request: Request) -> Seq | None:
    """The number after which the reader wants to go on: the header, else `?since=`, else `None`."""
    text = request.headers.get("last-event-id") or request.query_params.get("since")
    if not text:
        return None
    known = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return Seq(int(text)) if known else _UNKNOWN
