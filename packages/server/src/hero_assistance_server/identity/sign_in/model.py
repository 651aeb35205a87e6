"""The link and the code by which the user of an address signs in."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, UserId


@dataclass(frozen=True, slots=True)
class SignInToken:
    """The last link and code of an address, as hashes; `user_id` is `None` for an address that no user has."""

    address_hash: bytes
    user_id: UserId | None
    token_hash: bytes
    code_hash: bytes
    tries_left: int
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new link's token and code, which are nowhere stored, and until when they count."""

    token: str
    code: str
    expires_at: Millis
