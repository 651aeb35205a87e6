"""A passkey of a user."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, UserId


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a key; `sign_count` is how often its device says that it was used, 0 where it does not count.

    `passkey_id` is the id that the device gave it, in base64url.
    """

    passkey_id: str
    user_id: UserId
    public_key: bytes
    sign_count: int
    name: str
    created_at: Millis
    last_used_at: Millis | None = None
