"""A JSON-RPC client of one project, which goes on at the project's next address when one is away."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.project.address_book import CONNECT_TIMEOUT_S, AddressBook
from hero_assistance_sdk.project.identity import format_address
from hero_assistance_sdk.project.next_address import has_lost_its_store, last_failure, may_repeat, note_answer
from hero_assistance_sdk.project.proof_request import ProofRequest
from hero_assistance_sdk.rpc.client import CALL_TIMEOUT_S, JSON_HEADERS, decode_answer, encode_request, explain_failure
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.rpc.http_connection import CutOff, HttpAnswer, HttpConnection, NotHttp


class ProjectClient:
    """Calls methods of one project; use it as a context manager.

    A call that was not sent goes to the next address. One that may have been executed is sent again only where it has
    a `client_token`. A server that has lost its database is not asked while another one answers.
    """

    def __init__(
        self,
        book: AddressBook,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
        connect_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        """`connect_s` is the most that one of several addresses may take to be connected to, and proved."""
        self._book = book
        self._connect_s = connect_s
        self._headers = {name.encode(): value.encode() for name, value in {**JSON_HEADERS, **(headers or {})}.items()}
        self._timeout_s = timeout_s
        self._connections: dict[str, HttpConnection] = {}

    @property
    def address(self) -> str | None:
        """The address that answered last."""
        return self._book.current

    def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        body = encode_request(method, params)
        failures: list[HeroError] = []
        for address in self._book.order():
            connection = self._connection(address)
            try:
                answer = connection.request("POST", "/rpc", self._headers, body)
            except (HeroError, CutOff, NotHttp, OSError) as error:
                failure = error if isinstance(error, HeroError) else explain_failure(address, error)
                self._book.note_failure(address, failure)
                if connection.has_sent and not may_repeat(method, params):
                    raise failure from error
                failures.append(failure)
            else:
                try:
                    return self._read(address, answer)
                except RpcFailure as error:
                    if not (has_lost_its_store(error) and may_repeat(method, params)):
                        raise
                    failures.append(error)
        raise last_failure(failures)

    def probe(self, address: str) -> None:
        """Return when one address answers, and has proved its project if it has to; raises why not."""
        try:
            self._connection(address).request("GET", "/health", self._headers)
        except (CutOff, NotHttp, OSError) as error:
            raise explain_failure(address, error) from error

    def __enter__(self) -> ProjectClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            connection.close()

    def _read(self, address: str, answer: HttpAnswer) -> Any:
        try:
            result = decode_answer(address, answer.status, answer.body)
        except RpcFailure as error:
            note_answer(self._book, address, error)
            raise
        note_answer(self._book, address)
        return result

    def _connection(self, address: str) -> HttpConnection:
        if address not in self._connections:
            book = self._book

            def prove(connection: HttpConnection) -> None:
                request = ProofRequest(book, address, format_address(*connection.peer()))
                answer = connection.exchange("POST", "/rpc", request.headers, request.body)
                request.check(answer.status, answer.body)

            self._connections[address] = HttpConnection(
                address,
                self._timeout_s,
                connect_s=self._connect_s if book.has_several else None,
                prove=prove if book.needs_proof else None,
            )
        return self._connections[address]
