"""Where the caller of a page is: told by the page's service to the ticket server, which believes nothing else.

The service of the page calls the ticket server over its Unix socket, in the name of people who are elsewhere. It sends
their place in a header of its own. The header counts only on a Unix socket whose other end is a process of our own OS
user (SO_PEERCRED), and only in a request that no proxy has passed on: what came through one is not the page's word.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import ip_address

from starlette.requests import Request
from starlette.types import Scope

from hero_assistance_httpd.passed_on import find_sign_of_passing, read_forwarded_address

HEADER = b"x-hero-assistance-page"
# The ASGI extension, given by `listeners`: a function that returns the OS user at the other end of a Unix socket.
PEER_USER = "hero_assistance.peer_user"
# The names of the page's listeners in an origin.
SOCKET, TCP = "ui.sock", "ui"


def page_origin(request: Request, *, over_tcp: bool) -> str:
    """Return the listener that a page's request came by, and the person's address where it is known."""
    if over_tcp:
        address = request.client.host if request.client else None
        return f"{TCP} {address}" if address else TCP
    address = read_forwarded_address(request.scope)
    return f"{SOCKET} {address}" if address else SOCKET


def read_page_origin(scope: Scope) -> str | None:
    """Return the origin that the page's service sent with a request; `None` where it sent none, or is not believed."""
    # `request_headers` refuses one that is there twice.
    told: str | None = next((value.decode("latin-1") for name, value in scope["headers"] if name == HEADER), None)
    if told is None or not _is_origin(told) or find_sign_of_passing(scope) is not None or not _is_own_process(scope):
        return None
    return told


def _is_origin(text: str) -> bool:
    listener, _, address = text.partition(" ")
    if listener not in (SOCKET, TCP):
        return False
    if not address:
        return text == listener
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def _is_own_process(scope: Scope) -> bool:
    peer_user: Callable[[], int | None] | None = scope.get("extensions", {}).get(PEER_USER)
    return peer_user is not None and peer_user() == os.geteuid()
