"""What a passkey is made for: the domain and the origin of the page."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import httpx2

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The domain that browsers bind passkeys to, and the origin from which they may be used."""

    rp_id: str
    origin: str


def relying_party(page_address: str) -> RelyingParty | None:
    """Return the relying party of a page, `None` where browsers make no passkeys.

    They make them behind a domain name with TLS and on `localhost`, and never for an IP address.
    """
    try:
        url = httpx2.URL(page_address)
        host = url.raw_host.decode()
    except (httpx2.InvalidURL, UnicodeError):
        return None
    if not host or _is_address(host):
        return None
    is_local = host == "localhost" or host.endswith(".localhost")
    if url.scheme != "https" and not (url.scheme == "http" and is_local):
        return None
    port = "" if url.port in {None, _DEFAULT_PORTS[url.scheme]} else f":{url.port}"
    return RelyingParty(host, f"{url.scheme}://{host}{port}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
