"""What requests to other servers share: their answers, the refusal of an address, and what resolves names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import Forbidden

# Of the answer's body; nothing after it is read.
ANSWER_LIMIT = 64 * 1024

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class AddressRefused(Forbidden):
    """The address is not of the internet, and the operator did not allow its network."""

    reason = "address-refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request: its status, its headers in small letters, and the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
