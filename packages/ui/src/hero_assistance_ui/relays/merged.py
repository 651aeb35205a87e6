"""The event streams of several projects as one: a browser opens six connections to one address, however many it shows.

Every event carries the id of its project; its `id` line is the place in all of the streams, so that a client which
comes back with it misses nothing. Each project is followed by a task of its own: one that is down delays no other, and
what one sends is checked before it is passed on: one that breaks the protocol is set aside, and tried again later.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

import anyio
import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.event_response import begin_stream
from hero_assistance_sdk.errors import Forbidden, HeroError, ProtocolViolation, Unauthenticated, Unreachable
from hero_assistance_sdk.event_client import backoff
from hero_assistance_sdk.foreign.event_reader import EventReader
from hero_assistance_sdk.foreign.event_stream import check_stream, read_events
from hero_assistance_sdk.foreign.http_client import HEAD_TIMEOUT_S
from hero_assistance_sdk.foreign.json_checks import quote
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.errors import InternalError, InvalidRequest, error_object
from hero_assistance_sdk.sse import PING_S, encode
from hero_assistance_sdk.wire import Reset, Wire
from hero_assistance_ui.relays.streams import EVENT_STREAM, OpenStreams, wait_until_browser_leaves
from hero_assistance_ui.relays.upstream import SILENCE_TIMEOUT_S, RawHeaders, Upstream

# What a project's own stream cannot say: that it flows, that it does not, and that it will not for this reader.
OPEN, LOST, REFUSED = "stream.open", "stream.lost", "stream.refused"
PING = "ping"
# A stream that lived so long has worked: its end is no reason to wait longer for the next.
_STEADY_S = 10.0
# The largest number of an event has as many digits.
_LONGEST_NUMBER = 16
_log = get_log("streams")
_UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}


def parse_positions(query: str) -> dict[str, str]:
    """Read `project=since&project=since`; raises `InvalidRequest` for a `since` that is not a number."""
    found = dict(parse_qsl(query, keep_blank_values=True))
    for project, since in found.items():
        if since and not (since.isascii() and since.isdigit() and len(since) <= _LONGEST_NUMBER):
            raise InvalidRequest(f"the place in the stream of {project} is a number, not {since[:40]!r}")
    return found


@dataclass
class Followed:
    """One project's stream, and the number it was read up to; an empty `since` means from now on."""

    upstream: Upstream
    since: str

    @property
    def project(self) -> str:
        """The id that its events are tagged with."""
        return self.upstream.project.id

    def open(self, headers: RawHeaders) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open the stream after the last event that was read."""
        return self.upstream.events({"since": self.since} if self.since else {}, headers)


class MergedRelay(Response):
    """Answers with the events of all `followed`, each tagged with its project, until the browser leaves.

    A reader that is slow holds back what is read from every ticket server, which then ends the stream there: it is
    opened again after the last event that the reader took.
    """

    def __init__(self, followed: Sequence[Followed], headers: RawHeaders, streams: OpenStreams) -> None:
        self._followed, self._identity, self._streams = followed, headers, streams
        self._turn = anyio.Lock()
        super().__init__(media_type=EVENT_STREAM, headers=_UNBUFFERED)
        # The length is not known; without it the server sends chunks.
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await begin_stream(send, self.raw_headers)
        async with anyio.create_task_group() as group:
            group.start_soon(wait_until_browser_leaves, receive, group.cancel_scope)
            await self._streams.run(partial(self._merge, send))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            group.cancel_scope.cancel()

    async def _merge(self, send: Send) -> None:
        async with anyio.create_task_group() as group:
            for one in self._followed:
                group.start_soon(self._follow, one, send)
            # Silence of all projects is not the death of this stream.
            while True:
                await self._say(send, encode(event=PING, data="{}"))
                await anyio.sleep(PING_S)

    async def _follow(self, one: Followed, send: Send) -> None:
        """Relay one project's events until its server refuses the reader, or asks for a new snapshot."""
        attempt, standing = 0, one.upstream.stream
        while True:
            if (aside := standing.reason) is not None:
                await self._tell(one, send, LOST, {"error": error_object(aside)})
                await standing.wait_out()
            begun = time.monotonic()
            error = await self._relay_once(one, send)
            if error is None:
                return
            if isinstance(error, (Unauthenticated, Forbidden)):
                await self._tell(one, send, REFUSED, {"error": error_object(error)})
                return
            if isinstance(error, ProtocolViolation):
                standing.set_aside(error, begun)
                continue
            await self._tell(one, send, LOST, {"error": error_object(error)})
            attempt = 0 if time.monotonic() - begun > _STEADY_S else attempt
            await standing.wait(backoff(attempt))
            attempt += 1

    async def _relay_once(self, one: Followed, send: Send) -> HeroError | None:
        """Relay one connection's events; returns why it ended, `None` if the server asked for a new snapshot."""
        name = one.upstream.project.name
        try:
            return None if await self._relay(one, send) else Unreachable(f"{name} ended the stream")
        except httpx2.HTTPError as failure:
            return one.upstream.failure(failure)
        except HeroError as failure:
            return failure
        except Exception as defect:  # noqa: BLE001
            # The outermost loop of this project: what it finds wrong in this program must not end the others.
            _log.error("stream.failed", project=one.project, error=quote(f"{type(defect).__name__}: {defect}"))
            return InternalError(f"the stream of {name} failed in this program")

    async def _relay(self, one: Followed, send: Send) -> bool:
        """Relay until the stream ends; true if the server asked for a new snapshot."""
        upstream = one.upstream
        reader = EventReader(upstream.project.name, int(one.since) if one.since else None)
        async with _opened(one, self._identity) as answer:
            await check_stream(answer, reader.name)
            address = upstream.address_of(answer)
            await self._tell(one, send, OPEN, {} if address is None else {"address": address})
            async with aclosing(read_events(answer, reader, SILENCE_TIMEOUT_S, upstream.pace)) as events:
                async for received in events:
                    one.since = "" if reader.seq is None else str(reader.seq)
                    if received.body is not None:
                        await self._pass_on(one, send, received.kind, received.body)
                    if isinstance(received.body, Reset):
                        return True
        return False

    async def _pass_on(self, one: Followed, send: Send, kind: str, body: Wire) -> None:
        """Send an event as it was checked; the tag comes last, so that no server speaks for another."""
        name = one.upstream.project.name
        if kind in (OPEN, LOST, REFUSED):
            raise ProtocolViolation(f"{name} sent an event that is none", hint=f"{kind} is no kind of a server's")
        if isinstance(body, Reset) and not one.upstream.resets.take():
            raise ProtocolViolation(f"{name} asks for new snapshots without an end")
        tag = json.dumps(one.project)
        await self._send_event(send, kind, f'{body.model_dump_json()[:-1]},"project":{tag}}}')

    async def _tell(self, one: Followed, send: Send, event: str, data: Mapping[str, object]) -> None:
        """Send an event of this program about one project."""
        text = json.dumps({**data, "project": one.project}, ensure_ascii=False, separators=(",", ":"))
        await self._send_event(send, event, text)

    async def _send_event(self, send: Send, kind: str, text: str) -> None:
        place = urlencode([(each.project, each.since) for each in self._followed])
        await self._say(send, f"id: {place}\n".encode() + encode(event=kind, data=text))

    async def _say(self, send: Send, chunk: bytes) -> None:
        async with self._turn:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


@asynccontextmanager
async def _opened(one: Followed, headers: RawHeaders) -> AsyncIterator[httpx2.Response]:
    """Open a project's stream; raises `httpx2.HTTPError`, and `Unreachable` when no head of an answer comes in time."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(HEAD_TIMEOUT_S):
                answer = await stack.enter_async_context(one.open(headers))
        except TimeoutError:
            raise one.upstream.too_slow() from None
        yield answer
