"""Refuses requests that the page of another site made a browser send."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from hero_assistance_sdk.errors import Forbidden

JSON = "application/json"
# What a form without script sends; any site can have a browser send it.
FORM = "application/x-www-form-urlencoded"


def media_type_of(request: Request) -> str:
    """Return the media type of a request's body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_same_site(request: Request, media_type: str = JSON) -> None:
    """Raise `Forbidden` for a request that no page of ours can have made.

    Another site cannot send JSON, or `application/octet-stream`, without a preflight, which is never answered;
    browsers also say where a request comes from, and what they say must fit. For a form they have to say it.
    """
    if media_type_of(request) != media_type:
        raise Forbidden(f"this is sent as {media_type}", hint="set the header content-type")
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Forbidden(f"a {site} page may not call this service")
    origin = request.headers.get("origin")
    if site is None and origin is None and media_type == FORM:
        raise Forbidden("this form does not say which page it is on", hint="set the header origin")
    if site is None and origin is not None and urlsplit(origin).netloc not in _own_hosts(request):
        raise Forbidden(f"a page of {origin} may not call this service")


def _own_hosts(request: Request) -> set[str]:
    # hero_router hands on the host that the browser asked for in X-Forwarded-Host.
    names = ("host", "x-forwarded-host")
    return {request.headers[name] for name in names if name in request.headers}
