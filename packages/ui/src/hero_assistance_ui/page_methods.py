"""Which methods a page may call: those that the ticket server's own document marks with `x-page`."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.rpc.errors import MethodNotFound

# A server that was upgraded may have new methods; a page that asks for a wrong one must not cost a document each time.
REFRESH_AFTER_S = 10.0


class PageMethods:
    """The list of one ticket server, fetched with `fetch` when it is first needed and when a method is not in it.

    A browser socket never lends another service's privilege: what is not listed is not passed on.
    """

    def __init__(self, fetch: Callable[[], Awaitable[bytes]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._methods: frozenset[str] = frozenset()
        self._fetched_at: float | None = None

    async def require(self, method: str) -> None:
        """Return when pages may call the method; raises `MethodNotFound`, or what fetching the document raises."""
        if method not in self._methods and self._is_old():
            self._methods = read_page_methods(await self._fetch())
            self._fetched_at = self._clock()
        if method not in self._methods:
            raise MethodNotFound(
                f"the page does not call {method!r}", hint="other methods are answered by rpc.sock alone"
            )

    def _is_old(self) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at >= REFRESH_AFTER_S


def read_page_methods(document: bytes) -> frozenset[str]:
    """Return the methods that an OpenRPC document marks for pages; raises `ProtocolViolation` when it is none."""
    try:
        methods = json.loads(document)["methods"]
        return frozenset(str(method["name"]) for method in methods if method.get("x-page") is True)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolViolation("the ticket server does not describe its methods", hint=str(error)) from None
