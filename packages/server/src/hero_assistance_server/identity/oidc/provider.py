"""Asks the provider: where it is used, which keys it has, and what a code is worth.

Sources: OpenID Connect Discovery 1.0, OpenID Connect Core 1.0, RFC 6749 and RFC 7636.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unavailable
from hero_assistance_server.identity.oidc.handshake import Handshake
from hero_assistance_server.identity.oidc.id_token import (
    ALGORITHMS,
    Expected,
    ProviderUser,
    TokenRefused,
    check_id_token,
    read_user,
)
from hero_assistance_server.identity.oidc.settings import OidcSettings, is_safe_url
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.model import Answer

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

# Providers change their keys rarely, and name a new one in each token.
FRESH_FOR_S = 3600.0
# A provider that could not be asked is asked again so long after that: any stranger can have it asked.
FAILED_FOR_S = 10.0
# So often at most keys are read again for tokens that name an unknown one.
KEYS_AT_MOST_EVERY_S = 30.0
SCOPE = "openid email profile"
_DISCOVERY = "/.well-known/openid-configuration"
_OK = 200
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


@dataclass(slots=True)
class Discovery:
    """What the provider says of itself, and its keys."""

    settings: OidcSettings
    document: dict[str, Any]
    keys: KeySet
    read_at: float

    @property
    def issuer(self) -> str:
        """How the provider names itself, to the letter."""
        return str(self.document["issuer"])

    @property
    def algorithms(self) -> list[str]:
        """How the provider signs."""
        return self.document.get("id_token_signing_alg_values_supported") or list(ALGORITHMS)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why the provider of some settings could not be asked, and until when it is not asked again."""

    settings: OidcSettings
    error: HeroError
    until: float

    def repeat(self) -> HeroError:
        """Return the error once more: one that was raised has a traceback already."""
        return type(self.error)(self.error.message, hint=self.error.hint)


class Provider:
    """The provider of the settings; what it says of itself is remembered for an hour."""

    def __init__(self, http: OutgoingHttp, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._clock = clock
        self._known: Discovery | None = None
        self._failure: _Failure | None = None
        self._asking = asyncio.Lock()

    async def make_address(self, settings: OidcSettings, handshake: Handshake, redirect_uri: str) -> str:
        """Return the address to which a browser is sent; raises `Unavailable`."""
        found = await self._discover(settings)
        query = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": handshake.state,
            "nonce": handshake.nonce,
            "code_challenge": handshake.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(found.document["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def identify_user(
        self, settings: OidcSettings, handshake: Handshake, code: str, redirect_uri: str
    ) -> ProviderUser:
        """Return whose code it is; raises `TokenRefused` or `Unavailable`."""
        found = await self._discover(settings)
        tokens = await self._exchange(found, handshake, code, redirect_uri)
        expected = Expected(found.issuer, settings.client_id, handshake.nonce)
        claims = await self._check(found, str(tokens.get("id_token", "")), expected)
        if "email" not in claims:
            claims |= await self._ask_more(found, claims, tokens)
        return read_user(claims)

    async def _check(self, found: Discovery, id_token: str, expected: Expected) -> dict[str, Any]:
        try:
            return check_id_token(id_token, found.keys, found.algorithms, expected, self._clock())
        except TokenRefused:
            if asyncio.get_running_loop().time() - found.read_at < KEYS_AT_MOST_EVERY_S:
                raise
        # It may be signed by a key that is newer than what we know.
        self._known = None
        newer = await self._discover(found.settings)
        return check_id_token(id_token, newer.keys, newer.algorithms, expected, self._clock())

    async def _exchange(self, found: Discovery, handshake: Handshake, code: str, redirect_uri: str) -> dict[str, Any]:
        settings = found.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": handshake.verifier,
        }
        headers = dict(_FORM)
        methods = found.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if settings.client_secret and "client_secret_basic" in methods:
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": settings.client_id}
            form |= {"client_secret": settings.client_secret} if settings.client_secret else {}
        url = str(found.document["token_endpoint"])
        answer = await self._ask("POST", url, headers=headers, body=urlencode(form).encode())
        if answer.status != _OK:
            raise TokenRefused("the provider does not take this code: it is used or too old", hint="sign in again")
        return _parse(answer)

    async def _ask_more(self, found: Discovery, claims: dict[str, Any], tokens: dict[str, Any]) -> dict[str, Any]:
        """Return the claims of a provider that keeps the e-mail address out of its ID tokens."""
        url = found.document.get("userinfo_endpoint")
        if not isinstance(url, str) or not is_safe_url(url):
            return {}
        answer = await self._ask("GET", url, headers={"authorization": f"Bearer {tokens.get('access_token', '')}"})
        told = _parse(answer) if answer.status == _OK else {}
        if told.get("sub") != claims["sub"]:
            # It is another user's, after a token was swapped.
            return {}
        return {name: told[name] for name in ("email", "email_verified", "name") if name in told}

    async def _discover(self, settings: OidcSettings) -> Discovery:
        async with self._asking:
            now = asyncio.get_running_loop().time()
            known = self._known
            if known is None or known.settings != settings or now - known.read_at > FRESH_FOR_S:
                known = self._known = await self._read_at_most_often(settings, now)
            return known

    async def _read_at_most_often(self, settings: OidcSettings, now: float) -> Discovery:
        failure = self._failure
        if failure is not None and failure.settings == settings and now < failure.until:
            raise failure.repeat()
        try:
            return await self._read(settings, now)
        except HeroError as error:
            failed_at = asyncio.get_running_loop().time()
            self._failure = _Failure(settings, error, failed_at + FAILED_FOR_S)
            raise

    async def _read(self, settings: OidcSettings, now: float) -> Discovery:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        base = settings.issuer
        document = _parse(await self._ask("GET", f"{base}{_DISCOVERY}"))
        if str(document.get("issuer", "")).rstrip("/") != base:
            raise ProtocolViolation(f"{settings.name} says that it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_url(str(document.get(name, ""))):
                raise ProtocolViolation(f"{settings.name} names no safe {name}")
        try:
            keys = KeySet.import_key_set(_parse(await self._ask("GET", str(document["jwks_uri"]))))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProtocolViolation(f"the keys of {settings.name} cannot be read") from None
        return Discovery(settings, document, keys, now)

    async def _ask(self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        try:
            return await self._http.request(method, url, headers=headers, body=body)
        except HeroError as error:
            raise Unavailable(f"the provider cannot be asked: {error.message}", hint="try again later") from None


def _parse(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if answer.status != _OK or not isinstance(found, dict):
        raise Unavailable("the provider answers something else than documented", hint="try again later")
    return found
