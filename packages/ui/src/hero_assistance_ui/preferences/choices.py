"""What a browser has chosen for itself, by cookies that the page's script sets: they hold no secret."""

from __future__ import annotations

from collections.abc import Container

from starlette.requests import Request


def read_choice(request: Request, name: str, allowed: Container[str]) -> str | None:
    """Return the first value of a cookie that is allowed; of several paths, the browser sends the nearest first."""
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name and value in allowed:
                return value
    return None
