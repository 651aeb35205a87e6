"""A session, and what signs a user in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hero_assistance_sdk.wire import Millis, UserId


class SignInMethod(StrEnum):
    """How a user has shown who they are."""

    LINK = "link"
    CODE = "code"
    PASSKEY = "passkey"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in; `token_hash` is the SHA-256 of what its cookie holds."""

    session_id: str
    token_hash: bytes
    user_id: UserId
    device_name: str
    method: SignInMethod
    created_at: Millis
    last_seen_at: Millis
    expires_at: Millis
