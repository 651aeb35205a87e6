"""Whether a request was passed on by a proxy or comes from a browser, and for which address a proxy says it came.

A request on a Unix socket is that of a program of this machine unless it says otherwise: proxies and browsers add
headers that our own programs never send.
"""

from __future__ import annotations

import re

from starlette.types import Scope

from hero_assistance_sdk.access_list import address_of

FORWARDED_FOR = b"x-forwarded-for"
_NAMES = frozenset({b"cookie", b"forwarded", b"origin", b"referer", b"via", b"x-real-ip"})
_KINDS = (b"x-forwarded-", b"sec-")
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([0-9.]+):\d+")


def find_sign_of_passing(scope: Scope) -> str | None:
    """Return the first header that says that a request was passed on; `None` where there is none."""
    for name, _value in scope["headers"]:
        if name in _NAMES or name.startswith(_KINDS):
            return str(name.decode("latin-1"))
    return None


def read_forwarded_address(scope: Scope) -> str | None:
    """Return the last address of `X-Forwarded-For` that is not this machine's; `None` where there is none.

    The proxies nearest to us write behind those before them.
    """
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == FORWARDED_FOR]
    for text in reversed(",".join(values).split(",")):
        match = _WITH_PORT.fullmatch(text.strip())
        address = address_of((match[1] or match[2]) if match else text.strip())
        if address is not None and not address.is_loopback:
            return str(address)
    return None
