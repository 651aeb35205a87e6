"""The way to one ticket server: calls over one pool of connections, event streams over another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import quote

import httpx2

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.foreign.http_client import make_client, read_body
from hero_assistance_sdk.foreign.pace import Pace
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.failures import ADDRESS, NoAddressAnswers, note_failure
from hero_assistance_sdk.project.next_address import note_lost_store
from hero_assistance_sdk.rpc.async_client import was_cut_off
from hero_assistance_sdk.size_limits import RELAY_BYTES
from hero_assistance_ui.foreign_projects.standing import Allowance, Standing
from hero_assistance_ui.page_methods import PageMethods
from hero_assistance_ui.projects import ShownProject, Sockets

# A server on the overlay may be a continent away; longer than this a user takes it for down.
CONNECT_TIMEOUT_S = 3.0
CALL_TIMEOUT_S = 10.0
# Of several addresses, one that has not answered in this time is given up: there is time for another one then.
ANSWER_TIMEOUT_S = 4.0
# A stream that is silent for longer is dead, also one of a server that does not say how often it pings.
SILENCE_TIMEOUT_S = 50.0
# Files on their way at once; more wait. Each caller has a few places of these.
FILES_LIMIT = 400
# A description of 200 methods takes a tenth of it.
DOCUMENT_LIMIT = 4 * 1024 * 1024
# A failure that took longer has kept a browser's connection, of which it has six, from the other projects.
SLOW_S = 2.0
# Each open page asks for a new snapshot once where a server needs it, as after a restore.
RESETS, RESETS_S = 4, 30.0


# Names in lower case and their values, as bytes: what a browser or an edge wrote is passed on unchanged.
RawHeaders = Mapping[bytes, bytes]


class Upstream:
    """One project's ticket server; `aclose` ends its connections."""

    def __init__(self, project: ShownProject) -> None:
        self.project = project
        # A project that lies in its stream may still be read, and the other way round.
        self.calls, self.stream = Standing(), Standing()
        self.pace = Pace()
        self.resets = Allowance(RESETS, RESETS_S)
        # Streams stay open for hours: in one pool, the hundredth open page would block every call.
        self._book = project.target if isinstance(project.target, AddressBook) else None
        answer_s = ANSWER_TIMEOUT_S if self._book is not None and self._book.has_several else CALL_TIMEOUT_S
        self._calls = _client(project, "rpc", answer_s, httpx2.Limits(max_connections=100))
        self._streams = _client(project, "events", SILENCE_TIMEOUT_S, httpx2.Limits())
        # A file takes as long as the slower side does; no call waits for it.
        self._files = _client(project, "rpc", SILENCE_TIMEOUT_S, httpx2.Limits(max_connections=FILES_LIMIT))
        self.page_methods = PageMethods(self.read_document)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Make calls that end in time; a foreign project that lies, or keeps callers waiting, is set aside.

        Raises why it is set aside, while it is.
        """
        if not self.project.is_foreign:
            yield
            return
        if (aside := self.calls.reason) is not None:
            raise aside
        begun = time.monotonic()
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                yield
        except ProtocolViolation as error:
            raise self.calls.set_aside(error, begun) from error
        except (TimeoutError, Unreachable) as error:
            known = error if isinstance(error, Unreachable) else self.too_slow()
            raise (self.calls.strike(known, begun) if time.monotonic() - begun > SLOW_S else known) from None

    def release(self) -> None:
        """Try again at once what was set aside."""
        self.calls.release()
        self.stream.release()
        if self._book is not None:
            self._book.release()

    async def read_document(self) -> bytes:
        """Fetch the server's OpenRPC document; raises `Unreachable` or `ProtocolViolation`."""
        try:
            async with self._calls.stream("GET", "/openrpc.json") as response:
                return await read_body(response, DOCUMENT_LIMIT, self.project.name)
        except httpx2.HTTPError as error:
            raise self.failure(error) from error

    async def call(self, body: bytes, identity: RawHeaders, *, may_repeat: bool = False) -> tuple[int, bytes]:
        """Send one request; returns HTTP status and body, raises `Unreachable` or `ProtocolViolation`.

        One that `may_repeat` is sent once to each address of the project until one answers.
        """
        headers = {b"content-type": b"application/json", **identity}
        left = len(self._book.addresses) if may_repeat and self._book is not None else 1
        while True:
            left -= 1
            try:
                async with self._calls.stream("POST", "/rpc", content=body, headers=headers) as response:
                    answer = await self._read_bounded(response)
                has_lost_its_store = self._note_lost_store(response, answer)
                if left == 0 or not has_lost_its_store:
                    return response.status_code, answer
            except httpx2.HTTPError as error:
                failure = self.failure(error)
                if left == 0 or isinstance(error, NoAddressAnswers):
                    raise failure from error

    def events(self, query: Mapping[str, str], headers: RawHeaders) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open the event stream; raises `httpx2.HTTPError`, which `failure` puts in words."""
        sent = {b"accept": b"text/event-stream", **headers}
        return self._streams.stream("GET", "/events", params=dict(query), headers=sent)

    def upload(
        self, query: str, headers: RawHeaders, body: AsyncIterator[bytes]
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """Send a file on as it comes; raises `httpx2.HTTPError`."""
        return self._files.stream("POST", f"/attachments?{query}", content=body, headers=dict(headers))

    def download(
        self, method: str, attachment_id: str, headers: RawHeaders
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """Ask for a file; raises `httpx2.HTTPError`."""
        sent = {b"accept-encoding": b"identity", **headers}
        return self._files.stream(method, f"/attachments/{quote(attachment_id, safe='')}", headers=sent)

    def failure(self, error: httpx2.HTTPError) -> HeroError:
        """Return what a failed request means, in words for the user of the page."""
        if isinstance(error, NoAddressAnswers):
            return error.why
        failure = self._explain(error)
        if self._book is not None:
            note_failure(self._book, error, failure)
        return failure

    def _explain(self, error: httpx2.HTTPError) -> HeroError:
        name = self.project.name
        if was_cut_off(error):
            return Unreachable(f"{name} closed the connection before it had answered", hint=self._where())
        if isinstance(error, (httpx2.RemoteProtocolError, httpx2.DecodingError)):
            return ProtocolViolation(f"what answers for {name} is not a ticket server", hint=self._where())
        if isinstance(error, httpx2.TimeoutException):
            return self.too_slow()
        return Unreachable(f"{name} cannot be reached", hint=self._where())

    def address_of(self, answer: httpx2.Response) -> str | None:
        """Return which of several addresses an answer is from; `None` where there is one."""
        found = answer.request.extensions.get(ADDRESS)
        return found if isinstance(found, str) and self._book is not None and self._book.has_several else None

    async def aclose(self) -> None:
        """Close the connections of every pool."""
        await self._calls.aclose()
        await self._streams.aclose()
        await self._files.aclose()

    def _note_lost_store(self, response: httpx2.Response, body: bytes) -> bool:
        """Return whether a server says that it has no database now; its address is not asked while another answers."""
        address = self.address_of(response)
        return self._book is not None and address is not None and note_lost_store(self._book, address, body)

    async def _read_bounded(self, response: httpx2.Response) -> bytes:
        body = await read_body(response, RELAY_BYTES, self.project.name)
        self.calls.note_answer()
        return body

    def too_slow(self) -> Unreachable:
        """Return the error of an answer that did not come in time."""
        return Unreachable(f"{self.project.name} did not answer in time", hint=self._where())

    def _where(self) -> str:
        if isinstance(self.project.target, Sockets):
            return "the ticket server of this machine is not running; start it with: hero_assistance --start"
        return f"is the ticket server at {self.project.target} running, and this device on its network?"


def _client(project: ShownProject, socket: str, read_s: float, limits: httpx2.Limits) -> httpx2.AsyncClient:
    target = project.target
    place = getattr(target, socket) if isinstance(target, Sockets) else target
    return make_client(place, timeout=httpx2.Timeout(read_s, connect=CONNECT_TIMEOUT_S), limits=limits)
