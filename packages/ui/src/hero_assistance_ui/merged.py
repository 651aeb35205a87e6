"""The event streams of several projects as one: a browser opens six connections to one address, however many it shows.

Every event carries the id of its project; its `id` line is the place in all of the streams, so that a client which
comes back with it misses nothing. Each project is followed by a task of its own: one that is down delays no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

import anyio
import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.event_client import backoff, read_refusal
from hero_assistance_sdk.rpc.errors import InvalidRequest, error_object
from hero_assistance_sdk.sse import PING_S, encode
from hero_assistance_sdk.wire import RESET
from hero_assistance_ui.streams import EVENT_STREAM, OpenStreams, is_stream, until_browser_leaves
from hero_assistance_ui.upstream import RawHeaders, Upstream

# What a project's own stream cannot say: that it flows, that it does not, and that it will not for this reader.
OPEN, LOST, REFUSED = "stream.open", "stream.lost", "stream.refused"
_REFUSALS = frozenset({401, 403})
PING = "ping"
_UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}


def parse_positions(query: str) -> dict[str, str]:
    """Read `project=since&project=since`; raises `InvalidRequest` for a `since` that is not a number."""
    found = dict(parse_qsl(query, keep_blank_values=True))
    for project, since in found.items():
        if since and not (since.isascii() and since.isdigit()):
            raise InvalidRequest(f"the place in the stream of {project} is a number, not {since!r}")
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
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with anyio.create_task_group() as group:
            group.start_soon(until_browser_leaves, receive, group.cancel_scope)
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
        attempt = 0
        while True:
            try:
                async with one.open(self._identity) as answer:
                    if (refusal := await _find_refusal(answer, one)) is not None:
                        await self._tell(one, send, REFUSED, {"error": error_object(refusal)})
                        return
                    await _check(answer, one)
                    attempt = 0
                    await self._tell(one, send, OPEN, {})
                    if await self._relay(one, answer, send):
                        return
                error: HeroError = Unreachable(f"{one.upstream.project.name} ended the stream")
            except httpx2.HTTPError as failure:
                error = one.upstream.failure(failure)
            except HeroError as failure:
                error = failure
            await self._tell(one, send, LOST, {"error": error_object(error)})
            await anyio.sleep(backoff(attempt))
            attempt += 1

    async def _relay(self, one: Followed, answer: httpx2.Response, send: Send) -> bool:
        """Relay until the stream ends; true if the server asked for a new snapshot."""
        async for sent in httpx2.EventSource(answer):
            if sent.id:
                one.since = sent.id
            if sent.data and sent.event != PING:
                await self._tell(one, send, sent.event, _object(sent.data, one))
            if sent.event == RESET:
                return True
        return False

    async def _tell(self, one: Followed, send: Send, event: str, data: Mapping[str, object]) -> None:
        """Send one event; the tag comes last, so that no server speaks for another."""
        place = urlencode([(each.project, each.since) for each in self._followed])
        text = json.dumps({**data, "project": one.project}, ensure_ascii=False, separators=(",", ":"))
        await self._say(send, f"id: {place}\n".encode() + encode(event=event, data=text))

    async def _say(self, send: Send, chunk: bytes) -> None:
        async with self._turn:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _find_refusal(answer: httpx2.Response, one: Followed) -> HeroError | None:
    """Return why the ticket server does not let this reader in; asking again does not change it."""
    if answer.status_code not in _REFUSALS:
        return None
    return await read_refusal(one.upstream.project.name, answer)


async def _check(answer: httpx2.Response, one: Followed) -> None:
    """Raise what the ticket server says instead of streaming."""
    if answer.status_code == 200 and is_stream(answer):
        return
    raise ProtocolViolation(f"{one.upstream.project.name} does not stream events (HTTP {answer.status_code})")


def _object(text: str, one: Followed) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProtocolViolation(f"what answers for {one.upstream.project.name} is not a ticket server")
    return found
