"""What binds a sign-in by OpenID Connect to the browser that began it.

The browser keeps one random token in a cookie. The state of the address, the nonce of the ID token and the verifier of
PKCE are hashes of it, so that the server stores nothing for callers that it does not know: a code that is brought back
counts only together with the cookie of the browser that was sent away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from hero_assistance_server.identity.secret_tokens import is_token, make_token


@dataclass(frozen=True, slots=True)
class Handshake:
    """One sign-in; `token` is what the cookie holds."""

    token: str

    @property
    def state(self) -> str:
        """What the provider hands back with the code."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """What the provider puts into the ID token."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider who asked for the code (RFC 7636)."""
        return self._derive("verifier")

    @property
    def challenge(self) -> str:
        """The hash of the verifier, which goes through the browser."""
        return _encode(hashlib.sha256(self.verifier.encode()).digest())

    def accepts(self, state: str) -> bool:
        """Whether a state is the one of this sign-in."""
        return is_token(self.token) and hmac.compare_digest(self.state.encode(), state.encode())

    def _derive(self, purpose: str) -> str:
        return _encode(hmac.digest(self.token.encode(), purpose.encode(), hashlib.sha256))


def begin_handshake() -> Handshake:
    """Return a new sign-in."""
    return Handshake(make_token())


def _encode(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
