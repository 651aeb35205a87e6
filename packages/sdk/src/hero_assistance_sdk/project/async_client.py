"""A JSON-RPC client of one project that does not block the event loop, and goes on at the project's next address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.foreign.http_client import make_client, open_answer, read_body
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.failures import ADDRESS, NoAddressAnswers, address_of, note_failure
from hero_assistance_sdk.project.next_address import has_lost_its_store, last_failure, may_repeat, note_answer
from hero_assistance_sdk.rpc.async_client import unreachable
from hero_assistance_sdk.rpc.client import CALL_TIMEOUT_S, JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.rpc.http_connection import ANSWER_BYTES


class AsyncProjectClient:
    """Calls methods of one project as `ProjectClient` does; use it as an async context manager."""

    def __init__(
        self, book: AddressBook, *, headers: Mapping[str, str] | None = None, timeout_s: float = CALL_TIMEOUT_S
    ) -> None:
        self._book = book
        # As bytes: the library takes ASCII alone for a text, and names are UTF-8.
        self._headers = {name.encode(): value.encode() for name, value in {**JSON_HEADERS, **(headers or {})}.items()}
        self._timeout_s = timeout_s
        self._http = make_client(book, timeout=httpx2.Timeout(timeout_s))

    @property
    def address(self) -> str | None:
        """The address that answered last."""
        return self._book.current

    async def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        body = encode_request(method, params)
        failures: list[HeroError] = []
        for _ in self._book.addresses:
            try:
                return await self._send(body)
            except RpcFailure as error:
                if not (has_lost_its_store(error) and may_repeat(method, params)):
                    raise
                failures.append(error)
            except httpx2.HTTPError as error:
                failure = unreachable(address_of(error) or str(self._book), error)
                note_failure(self._book, error, failure)
                if isinstance(error, NoAddressAnswers) or not may_repeat(method, params):
                    raise failure from error
                failures.append(failure)
        raise last_failure(failures)

    async def _send(self, body: bytes) -> Any:
        async with open_answer(self._http, "POST", "/rpc", headers=self._headers, content=body) as answer:
            try:
                async with asyncio.timeout(self._timeout_s):
                    content = await read_body(answer, ANSWER_BYTES, str(self._book))
            except TimeoutError:
                raise httpx2.ReadTimeout("no whole answer in time", request=answer.request) from None
            address = str(answer.request.extensions[ADDRESS])
            try:
                return decode_answer(address, answer.status_code, content)
            except RpcFailure as error:
                note_answer(self._book, address, error)
                raise

    async def __aenter__(self) -> AsyncProjectClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
