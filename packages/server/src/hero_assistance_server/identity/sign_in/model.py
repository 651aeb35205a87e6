"""The link and the code by which the user of an address signs in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hero_assistance_sdk.wire import Millis, UserId


class LinkKind(StrEnum):
    """Who had a link made; a newer one ends the earlier one of its kind alone.

    Any stranger can ask for links of an address, and must not end those of an admin or the operator by that.
    """

    REQUESTED = "requested"
    INVITED = "invited"
    HANDED_OVER = "handed-over"


@dataclass(frozen=True, slots=True)
class SignInToken:
    """The last link of a kind of an address, and its code if it has one, as hashes.

    `user_id` is `None` for an address that no user has.
    """

    address_hash: bytes
    kind: LinkKind
    user_id: UserId | None
    token_hash: bytes
    expires_at: Millis
    code_hash: bytes | None
    code_expires_at: Millis
    tries_left: int


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new link's token and code, which are nowhere stored, and until when each counts; some links have no code."""

    token: str
    expires_at: Millis
    code: str | None
    code_expires_at: Millis | None


class RatedUse(StrEnum):
    """What is counted for each address."""

    LINK = "link"
    CODE = "code"
