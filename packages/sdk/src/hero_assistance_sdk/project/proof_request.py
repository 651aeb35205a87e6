"""The question for a proof, and its answer, as they go over a new connection."""

from __future__ import annotations

from typing import Any

from hero_assistance_sdk.errors import (
    HeroError,
    ProtocolViolation,
    TooMany,
    TooOften,
    TooSlow,
    Unavailable,
    Unreachable,
)
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.identity import PROVE, AnotherProject, check_proof, new_challenge
from hero_assistance_sdk.rpc.client import JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure, code_of

# An answer has a key and a signature of 512 letters each.
ANSWER_LIMIT = 16 * 1024
# What a server of the project may say while it has no time for it. By code: each kind has errors with reasons of their
# own, such as a full disk's.
_PASSING = frozenset(map(code_of, (Unavailable, TooOften, TooMany, TooSlow, Unreachable)))
# What a proxy in front of the server says, in words of its own, while the server is away.
_SERVER_IS_AWAY = frozenset({502, 503, 504})


class ProofRequest:
    """One question to what answers at an address; `reached` is the IP address and port of the connection."""

    def __init__(self, book: AddressBook, name: str, reached: str) -> None:
        self._book, self._name, self._reached = book, name, reached
        self._challenge = new_challenge()
        self.body = encode_request(PROVE, {"challenge": self._challenge, "address": reached})
        self.headers = {name.encode(): value.encode() for name, value in JSON_HEADERS.items()}

    def check(self, status: int, body: bytes) -> None:
        """Return if the answer proves that the project answers; raises `AnotherProject` or `Unreachable`."""
        proof = self._read(status, body)
        project_id = check_proof(self._name, proof, self._challenge, self._reached, self._book.project_id)
        self._book.identify(self._name, project_id)

    def _read(self, status: int, body: bytes) -> Any:
        try:
            return decode_answer(self._name, status, body)
        except RpcFailure as error:
            raise (self._not_now(error) if error.code in _PASSING else self._make_unproved(error)) from None
        except ProtocolViolation as error:
            raise (self._not_now(error) if status in _SERVER_IS_AWAY else self._make_unproved(error)) from None

    def _not_now(self, error: HeroError) -> Unreachable:
        return Unreachable(f"{self._name} cannot prove now which project it is", hint=error.message)

    def _make_unproved(self, error: HeroError) -> AnotherProject:
        return AnotherProject(
            f"what answers at {self._name} does not prove which project it is", hint=error.hint or error.message
        )
