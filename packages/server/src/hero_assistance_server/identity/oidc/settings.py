"""The provider that the operator names, in secrets of the supervisor."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HINT = "hero_assistance secret set OIDC_ISSUER https://login.example.org"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider's issuer, and by what it knows this desk; a public client has no secret."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What the page calls the provider: its host."""
        return httpx2.URL(self.issuer).host


def read_oidc_settings(settings: DaemonSettings | None) -> OidcSettings | None:
    """Return the provider, `None` where none is set; raises `SettingError` for an issuer that cannot be asked."""
    if settings is None or not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    if not is_safe_url(settings.oidc_issuer):
        raise SettingError("OIDC_ISSUER is no https address", hint=_HINT)
    # With a slash at its end or without one, it is the same issuer.
    return OidcSettings(settings.oidc_issuer.rstrip("/"), settings.oidc_client_id, settings.oidc_client_secret or "")


def list_providers(settings: DaemonSettings | None) -> list[str]:
    """Return the names of the providers that can be asked, for the page."""
    try:
        found = read_oidc_settings(settings)
    except SettingError:
        return []
    return [] if found is None else [found.name]


def is_safe_url(text: str) -> bool:
    """Whether a URL is one of https, or one of this machine, as in tests."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        return False
    return bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK))
