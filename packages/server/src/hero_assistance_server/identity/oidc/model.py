"""Whose account a user of a provider is."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, UserId


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """A user of a provider, whom its subject names for ever, and the user of this project."""

    issuer: str
    subject: str
    user_id: UserId
    bound_at: Millis
