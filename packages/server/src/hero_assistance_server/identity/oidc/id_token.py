"""Checks what a provider says of a user: an ID token, signed by one of its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

# Signatures by the provider's own key alone: one by the shared secret, or none, proves nothing here.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
# Between the provider's clock and ours.
LEEWAY_S = 60
_SUBJECT_LIMIT = 255


class TokenRefused(Forbidden):
    """What the provider says is not for this desk or not for this sign-in, or it is not signed."""

    reason = "token-refused"
    kind = RefusalKind.PROVIDER_REFUSED


@dataclass(frozen=True, slots=True)
class ProviderUser:
    """What a provider says of a user; `email` is `None` unless it has verified the address."""

    subject: str
    email: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token has to say."""

    issuer: str
    client_id: str
    nonce: str


def check_id_token(
    text: str, keys: KeySet, algorithms: Sequence[str], expected: Expected, now: datetime
) -> dict[str, Any]:
    """Return the claims of an ID token; raises `TokenRefused`. Source: OpenID Connect Core 1.0, section 3.1.3.7."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = jwt.decode(text, keys, algorithms=[one for one in algorithms if one in ALGORITHMS]).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused("the provider's token is refused", hint=str(error)) from None
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != expected.client_id:
        raise TokenRefused("the provider's token is for others too")
    return claims


def read_user(claims: Mapping[str, Any]) -> ProviderUser:
    """Return what the claims say of their user; raises `TokenRefused` for a subject that is none."""
    subject, email, name = claims.get("sub"), claims.get("email"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_LIMIT:
        raise TokenRefused("the provider's token names no user")
    # Some providers write it as a text.
    is_verified = claims.get("email_verified") in (True, "true")
    return ProviderUser(
        subject,
        email if is_verified and isinstance(email, str) else None,
        name if isinstance(name, str) else None,
    )
