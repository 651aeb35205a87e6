"""OpenID providers for tests: a library's, and one of ours that says whatever a test wants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from tests.server.outgoing_http.receiver import Received, Receiver, answer, receiving

CLIENT, SECRET = "desk", "between us"
PAGE = "https://desk.example.org/help/"
REDIRECT = "https://desk.example.org/help/sign-in/oidc"


def settings_for(issuer: str, secret: str | None = SECRET) -> DaemonSettings:
    return DaemonSettings(oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=secret)


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@dataclass
class Crafted:
    """A provider whose tokens a test changes: `claims` are put over the right ones, and `None` leaves one out."""

    receiver: Receiver
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[RSAKey] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    sign: Callable[[dict[str, Any]], str] | None = None
    nonce: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return self.receiver.url("")

    def says(self, request: Received) -> bytes:
        path = request.line.split(" ")[1]
        if path == "/.well-known/openid-configuration":
            told: Any = self._document()
        elif path == "/keys":
            told = {"keys": [key.as_dict(private=False) for key in self.published or [self.key]]}
        elif path == "/token":
            self.asked.append({**query_of(f"?{request.body.decode()}"), "headers": request.headers})
            told = {"access_token": "a", "token_type": "Bearer", "id_token": self._token()}
        elif path == "/userinfo" and self.userinfo is not None:
            told = self.userinfo
        else:
            return answer(404)
        return answer(200, json.dumps(told).encode(), "Content-Type: application/json")

    def _document(self) -> dict[str, Any]:
        urls = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/userinfo",
        }
        return {"issuer": self.issuer, **{name: self.receiver.url(path) for name, path in urls.items()}} | self.document

    def _token(self) -> str:
        now = int(datetime.now(UTC).timestamp())
        right = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "248289761001",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "carol@example.org",
            "email_verified": True,
            "name": "Carol Example",
        }
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def sign_with_secret(claims: dict[str, Any]) -> str:
    """A signature by what every desk of the provider may know."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "x")))


@asynccontextmanager
async def crafted() -> AsyncIterator[Crafted]:
    async with receiving() as receiver:
        provider = Crafted(receiver)
        receiver.says = provider.says
        yield provider


async def sign_in_at(url: str, subject: str) -> dict[str, str]:
    """Sign in at the library's provider as a browser does; returns what it sends back with the browser."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        shown = await browser.get(url)
        assert shown.status_code == 200, shown.text
        sent = await browser.post(url, data={"sub": subject})
    assert sent.status_code in {302, 303}, sent.text
    location = sent.headers["location"]
    assert location.startswith(f"{REDIRECT}?"), location
    return query_of(location)
