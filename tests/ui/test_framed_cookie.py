"""The cookie of a session that is begun in a frame: partitioned, behind TLS and for embedders alone."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import Response

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_ui.guards import check_same_site
from hero_assistance_ui.sign_in.cookies import IN_FRAME, SESSION, BrowserCookie
from hero_assistance_ui.trust import Trust

pytestmark = pytest.mark.pure

NO_EMBEDDERS = Embedders()
EMBEDDERS = Embedders(("https://app.example",))
TLS = {"x-forwarded-proto": "https"}
FRAMED = {**TLS, IN_FRAME: "1"}


def request(headers: dict[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "scheme": "http", "path": "/", "query_string": b"", "headers": raw}
    return Request({**scope, "server": ("desk.example", 80)})


def cookie_with(embedders: Embedders = EMBEDDERS) -> BrowserCookie:
    return BrowserCookie(Trust.SOCKET, SESSION, lambda: embedders)


def set_cookie(headers: dict[str, str], embedders: Embedders = EMBEDDERS) -> str:
    response = Response()
    cookie_with(embedders).set(request(headers), response, "token", 60)
    return str(response.headers["set-cookie"])


def test_in_a_frame_behind_tls_it_is_partitioned() -> None:
    name, *attributes = set_cookie(FRAMED).split("; ")
    assert name == "__Host-hero_session_framed=token"
    assert {"Secure", "HttpOnly", "Partitioned", "SameSite=none", "Path=/"} <= set(attributes)


@pytest.mark.parametrize(
    ("headers", "embedders"),
    [(TLS, EMBEDDERS), (FRAMED, NO_EMBEDDERS), ({IN_FRAME: "1"}, EMBEDDERS), ({**TLS, IN_FRAME: "0"}, EMBEDDERS)],
    ids=["no frame", "no embedder", "no TLS", "not said"],
)
def test_else_it_stays_of_the_same_site(headers: dict[str, str], embedders: Embedders) -> None:
    line = set_cookie(headers, embedders)
    assert "SameSite=lax" in line
    assert "Partitioned" not in line
    assert "_framed" not in line


def test_it_counts_where_there_are_embedders_and_behind_the_other_one() -> None:
    both = {**TLS, "cookie": "__Host-hero_session_framed=framed; __Host-hero_session=own"}
    alone = {**TLS, "cookie": "__Host-hero_session_framed=framed"}
    assert cookie_with().read(request(both)) == "own"
    assert cookie_with().read(request(alone)) == "framed"
    assert cookie_with(NO_EMBEDDERS).read(request(alone)) is None
    assert cookie_with().read(request({**TLS, "cookie": "hero_session_framed=tossed"})) is None
    assert cookie_with().was_set_securely(request({"cookie": "__Host-hero_session_framed=framed"}))


def test_it_is_removed_as_it_was_set() -> None:
    response = Response()
    cookie_with().remove(request({**FRAMED, "cookie": "__Host-hero_session_framed=x"}), response)
    line = response.headers["set-cookie"]
    assert line.startswith('__Host-hero_session_framed="";')
    assert "Max-Age=0" in line
    assert "SameSite=none" in line
    assert line.endswith("; Partitioned")


def test_below_a_prefix_that_is_called_like_it_the_cookie_is_removed_as_it_was_set() -> None:
    response = Response()
    below = {**TLS, "x-forwarded-prefix": "/framed", "cookie": "__Secure-hero_session_framed=x"}
    cookie_with().remove(request(below), response)
    assert "SameSite=lax" in response.headers["set-cookie"]
    assert "Partitioned" not in response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "old", "counts"),
    [
        (FRAMED, "__Host-hero_session=ended", "__Host-hero_session_framed"),
        (TLS, "__Host-hero_session_framed=ended", "__Host-hero_session"),
    ],
    ids=["in a frame of the same site", "outside"],
)
def test_a_new_session_takes_the_place_of_the_other_cookie(headers: dict[str, str], old: str, counts: str) -> None:
    """In a frame of the same site a browser sends both: the older one would count, whose session has ended."""
    response = Response()
    cookie_with().set(request({**headers, "cookie": f"{old}; another=1"}), response, "token", 60)
    removed, made = response.headers.getlist("set-cookie")
    assert removed.startswith(f'{old.partition("=")[0]}="";')
    assert "Max-Age=0" in removed
    assert made.startswith(f"{counts}=token;")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_the_site_around_the_frame_calls_nothing_with_it(site: str) -> None:
    """The browser sends the cookie with what that site asks for, too."""
    asked = request(
        {**TLS, "content-type": "application/json", "sec-fetch-site": site, "origin": "https://app.example"}
    )
    with pytest.raises(Forbidden):
        check_same_site(asked)
