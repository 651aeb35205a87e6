"""Opens connections to the addresses of a project; each is proved before a request goes over it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpcore2

from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.identity import format_address
from hero_assistance_sdk.project.proof_request import ANSWER_LIMIT, ProofRequest

# In a client without a time-out for connections.
_LONGEST_S = 10.0


class ProvingBackend(httpcore2.AsyncNetworkBackend):
    """Connects as the library does, and asks over each new connection which project answers."""

    def __init__(self, book: AddressBook) -> None:
        self._book = book
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect, and have the project proved; raises `AnotherProject`, or `Unreachable` where it cannot be now."""
        try:
            async with asyncio.timeout(timeout or _LONGEST_S):
                stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
                if self._book.needs_proof:
                    await self._prove(stream, host, port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout("no proof in time") from None
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await self._backend.sleep(seconds)

    async def _prove(self, stream: httpcore2.AsyncNetworkStream, host: str, port: int) -> None:
        try:
            await self._ask(stream, host, port)
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            await stream.aclose()
            raise httpcore2.ConnectError(str(error) or "the connection ended before the proof") from error
        except BaseException:
            await stream.aclose()
            raise

    async def _ask(self, stream: httpcore2.AsyncNetworkStream, host: str, port: int) -> None:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        reached_host, reached_port = stream.get_extra_info("server_addr")[:2]
        question = ProofRequest(self._book, name, format_address(reached_host, reached_port))
        origin = httpcore2.Origin(b"http", host.encode(), port)
        # Another one of the library's connections goes on with the stream afterwards, so this one is not closed.
        connection = httpcore2.AsyncHTTP11Connection(origin, stream)
        request = httpcore2.Request(
            "POST",
            httpcore2.URL(scheme=b"http", host=host.encode(), port=port, target=b"/rpc"),
            headers=[
                (b"host", name.encode()),
                (b"content-length", b"%d" % len(question.body)),
                *question.headers.items(),
            ],
            content=question.body,
        )
        answer = await connection.handle_async_request(request)
        body = bytearray()
        async for chunk in answer.aiter_stream():
            body += chunk
            if len(body) > ANSWER_LIMIT:
                raise httpcore2.RemoteProtocolError("a proof that is too long")
        await answer.aclose()
        if not connection.is_idle():
            raise httpcore2.RemoteProtocolError("the connection ended with the proof")
        question.check(answer.status, bytes(body))
