"""The operator: the OS user who owns the desk's data, calling over a Unix socket of this machine."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Scope

from hero_assistance_httpd.page_origin import HEADER as PAGE_ORIGIN
from hero_assistance_httpd.page_origin import PEER_USER
from hero_assistance_httpd.passed_on import find_sign_of_passing

# An operator's call says so with this header and the value `1`; nothing else makes one.
OPERATOR = b"x-hero-operator"
_YES = b"1"
# A request in somebody's name is not the operator's, nor is one that has been passed on.
_IN_A_NAME = frozenset(
    {
        PAGE_ORIGIN,
        b"x-dev-user",
        b"x-hero-claims",
        b"x-hero-context",
        b"x-hero-session",
        b"x-hero-user",
    }
)


def refuse_operator(scope: Scope, claim: bytes, owner: int) -> str | None:
    """Return why a request on a Unix socket is not the operator's although it claims to be; `None` where it is."""
    if claim != _YES:
        return "X-Hero-Operator is not 1"
    names = (name.decode("latin-1") for name, _value in scope["headers"] if name in _IN_A_NAME)
    header = next(names, None) or find_sign_of_passing(scope)
    if header is not None:
        return f"a request with the header {header} is not the operator's"
    peer_user: Callable[[], int | None] | None = scope.get("extensions", {}).get(PEER_USER)
    if peer_user is None or peer_user() != owner:
        return f"only the OS user {owner}, who owns the data folder, is the operator of this desk"
    return None
