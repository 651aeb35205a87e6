"""The prefix that a router has put before the page's own paths."""

from __future__ import annotations

import re

from starlette.requests import Request

from hero_assistance_ui.trust import Trust

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


def prefix_of(request: Request, trust: Trust) -> str:
    """Return the prefix, without a slash at its end; the empty text where there is none, or none is believed."""
    prefix = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    return "" if trust is Trust.TCP or not _PREFIX.fullmatch(prefix) else prefix
