"""The addresses that webhooks may have."""

from __future__ import annotations

import re

import httpx2

from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, read_address

# Longer ones are refused by servers.
URL_LIMIT = 2000
# A name in ASCII, or an address.
_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_LAST_PORT = 65_535
_INSIDE = (
    "{host} is no address of the internet, and nothing is sent there: the operator can allow its network by"
    " hero_assistance secret set WEBHOOK_NETWORKS NETWORK"
)
_PLAIN = "nothing is sent without TLS: use https, or let the operator allow the network of {host}"


class UrlFault(ValueFault):
    """A text that is no address to post to; the message says why."""


def clean_url(text: str) -> str:
    """Return the URL in one spelling, its host in ASCII; raises `UrlFault`."""
    try:
        url = httpx2.URL(text.strip())
        host = url.raw_host
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise UrlFault(f"it is no URL: {error}", FaultKind.URL) from None
    if url.scheme not in {"http", "https"}:
        raise UrlFault("it does not begin with https:// or http://", FaultKind.URL_SCHEME)
    if not _HOST.fullmatch(host):
        raise UrlFault("it names no host", FaultKind.URL_HOST)
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise UrlFault(f"its port is not between 1 and {_LAST_PORT}", FaultKind.URL_PORT, limit=_LAST_PORT)
    if url.userinfo:
        raise UrlFault("it has a user name or a password, which logs would show", FaultKind.URL_USER)
    if url.fragment or "#" in text:
        raise UrlFault("it has a fragment, which is not sent", FaultKind.URL_FRAGMENT)
    cleaned = str(url)
    if len(cleaned) > URL_LIMIT:
        raise UrlFault(f"it has more than {URL_LIMIT} characters", FaultKind.TOO_LONG, limit=URL_LIMIT)
    return cleaned


def url_host(url: str) -> str:
    """Return the host of a URL."""
    return httpx2.URL(url).host


def find_obstacle(url: str, policy: NetworkPolicy) -> str:
    """Return why nothing can be sent to a URL, as far as it is known without asking for its addresses; else nothing."""
    parsed = httpx2.URL(url)
    host = parsed.host
    address = read_address("127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host)
    if address is not None and not policy.permits(address):
        return _INSIDE.format(host=host)
    is_refused = not policy.allowed if address is None else not policy.is_allowed(address)
    return _PLAIN.format(host=host) if parsed.scheme == "http" and is_refused else ""
