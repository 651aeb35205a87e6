"""Sends HTTP requests to the first address of a project that answers, over connections that are proved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager

import httpcore2
import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.net.sockets import parse_address
from hero_assistance_sdk.project.address_book import CONNECT_TIMEOUT_S, AddressBook, none_answers
from hero_assistance_sdk.project.failures import ADDRESS, NoAddressAnswers
from hero_assistance_sdk.project.next_address import is_refused_for_now, not_serving
from hero_assistance_sdk.project.proving_backend import ProvingBackend
from hero_assistance_sdk.rpc.client import cut_off, not_connected, too_slow
from hero_assistance_sdk.rpc.http_connection import NO_NAME


class ProjectTransport(httpx2.AsyncBaseTransport):
    """Sends each request once: to the next address only while the one before has not had any of it, or refuses it.

    Where no address answers better, the refusal of a server is the answer.
    """

    def __init__(self, book: AddressBook, limits: httpx2.Limits) -> None:
        self._book = book
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=ProvingBackend(book),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request; raises `NoAddressAnswers`, or what it failed with once it was sent."""
        failures: list[HeroError] = []
        refusal: httpx2.Response | None = None
        failure: HeroError
        # One that is not handed on gives its connection back, however the other addresses answer.
        async with AsyncExitStack() as refusals:
            for address in self._book.order():
                request.extensions = {**request.extensions, ADDRESS: address}
                try:
                    answer = await self._send(address, request)
                    if not (self._book.has_several and is_refused_for_now(request.method, answer.status_code)):
                        self._book.note_answer(address)
                        return answer
                    await refusals.aclose()
                    refusals.push_async_callback(answer.aclose)
                    refusal, failure = answer, not_serving(address)
                except HeroError as error:
                    failure = error
                except httpx2.ConnectTimeout:
                    failure = too_slow(address)
                except httpx2.ConnectError as error:
                    failure = not_connected(address, str(error))
                self._book.note_failure(address, failure)
                failures.append(failure)
            if refusal is None:
                raise NoAddressAnswers(none_answers(failures), request)
            refusals.pop_all()
            return refusal

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _send(self, address: str, request: httpx2.Request) -> httpx2.Response:
        with _watched(self._book, request):
            answer = await self._pool.handle_async_request(self._address(address, request))
        return httpx2.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, self._book, request),
            extensions=answer.extensions,
        )

    def _address(self, address: str, request: httpx2.Request) -> httpcore2.Request:
        host, port = parse_address(address)
        try:
            name = host.encode("idna")
        except UnicodeError as error:
            raise httpx2.ConnectError(NO_NAME, request=request) from error
        url = httpcore2.URL(scheme=b"http", host=name, port=port, target=request.url.raw_path)
        headers = [header for header in request.headers.raw if header[0].lower() != b"host"]
        timeouts = dict(request.extensions.get("timeout", {}))
        if self._book.has_several:
            timeouts["connect"] = min(timeouts.get("connect") or CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_S)
        assert isinstance(request.stream, httpx2.AsyncByteStream)  # noqa: S101
        return httpcore2.Request(
            request.method,
            url,
            headers=[(b"host", address.encode()), *headers],
            content=request.stream,
            extensions={**request.extensions, "timeout": timeouts},
        )


class _Body(httpx2.AsyncByteStream):
    """The body of an answer; that it breaks off is a failure of the address."""

    def __init__(self, answer: httpcore2.Response, book: AddressBook, request: httpx2.Request) -> None:
        self._answer, self._book, self._request = answer, book, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _watched(self._book, self._request):
            async for chunk in self._answer.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _watched(book: AddressBook, request: httpx2.Request) -> Iterator[None]:
    """Raise the library's errors as those of its client, and note which address failed."""
    address = request.extensions[ADDRESS]
    try:
        yield
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__)
        if isinstance(error, httpcore2.PoolTimeout):
            raise kind(str(error), request=request) from error
        if not isinstance(error, (httpcore2.ConnectError, httpcore2.ConnectTimeout)):
            is_late = isinstance(error, httpcore2.TimeoutException)
            book.note_failure(address, too_slow(address) if is_late else cut_off(address))
        raise kind(str(error), request=request) from error
