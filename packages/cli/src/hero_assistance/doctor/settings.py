"""The settings that a supervisor keeps for the daemons."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance_sdk.hero_proc.settings import DaemonSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_secrets(paths: Paths) -> Iterator[Finding]:
    """Which settings a supervisor stores, and which one; never their values."""
    from hero_assistance_sdk.hero_proc.settings import ALL, SecretName, SettingsReader

    settings = asyncio.run(SettingsReader(paths, names=ALL).refresh())
    if settings.fault is not None:
        detail = f"they cannot be read, so what depends on them is closed: {settings.fault.message}"
        yield Finding("secrets", Verdict.FAULT, detail, settings.fault.hint or "hero_assistance logs supervisor")
        return
    if not settings.is_current:
        names = ", ".join(SecretName)
        yield Finding("secrets", Verdict.WARNING, f"no supervisor tells {names}", "hero_assistance --start")
        return
    for name in SecretName:
        is_set = name in settings.given
        where = f"is set in {settings.source_of(name)}" if is_set else f"is not set in {settings.supervisor}"
        yield Finding("secrets", Verdict.OK, f"{name} {where}")
    yield from _check_provider(settings)
    if settings.access.invalid:
        count = len(settings.access.invalid)
        detail = f"{count} of the entries of ADMIN_SECRETS are neither address nor network"
        yield Finding("access", Verdict.WARNING, detail, "hero_assistance access list shows them")
    if settings.embedders.invalid:
        count = len(settings.embedders.invalid)
        detail = f"{count} of the entries of FRAME_ANCESTORS are no origins"
        hint = "hero_assistance secret set FRAME_ANCESTORS 'https://app.example.org'"
        yield Finding("secrets", Verdict.WARNING, detail, hint)
    if not settings.access.is_enforced and (addresses := _page_addresses(paths)):
        detail = f"everybody who can reach {', '.join(addresses)} may open the page"
        yield Finding("access", Verdict.WARNING, detail, "hero_assistance access add ADDRESS")


def _check_provider(settings: DaemonSettings) -> Iterator[Finding]:
    """Whether users can sign in by the OpenID provider that is set, as far as the settings tell."""
    given = {"OIDC_ISSUER": settings.oidc_issuer, "OIDC_CLIENT_ID": settings.oidc_client_id}
    missing = [name for name, value in given.items() if not value]
    if len(missing) == 1:
        detail = f"{missing[0]} is missing: nobody can sign in by an OpenID provider"
        yield Finding("secrets", Verdict.FAULT, detail, f"hero_assistance secret set {missing[0]} VALUE")
    elif not missing and not _is_secure(str(settings.oidc_issuer)):
        detail = "OIDC_ISSUER is no https address: nobody can sign in by an OpenID provider"
        yield Finding(
            "secrets", Verdict.FAULT, detail, "hero_assistance secret set OIDC_ISSUER https://login.example.org"
        )


def _is_secure(address: str) -> bool:
    """Whether an address is one of https, or one of this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in _LOOPBACK)


def _page_addresses(paths: Paths) -> tuple[str, ...]:
    """Where the registered service serves the page over TCP."""
    from hero_assistance.service import read_settings
    from hero_assistance.supervisor.connection import registered_spec

    spec = registered_spec(paths)
    settings = read_settings(spec) if spec else None
    return settings.ui_tcp if settings else ()
