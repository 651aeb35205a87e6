"""Signing in through the page's service: what goes to the ticket server, and what the browser keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.ui.daemons import rpc_body
from tests.ui.sign_in_box import CAROL, FIREFOX, LIFE_S, PAGE, PREFIX, SESSION, Box, boxed, cookie_of

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
OWN = {"origin": "http://localhost"}
TOKEN = "t" * 43


@pytest.fixture(scope="module")
def served() -> Iterator[Box]:
    with boxed() as made:
        yield made


@pytest.fixture
def box(served: Box) -> Box:
    served.begin()
    return served


@pytest.fixture
def page(box: Box) -> Iterator[httpx2.Client]:
    with box.socket() as client:
        yield client


def _redeem(client: httpx2.Client, **headers: str) -> httpx2.Response:
    sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post("/sign-in/redeem", json={"token": TOKEN}, headers=sent)


def _ask_me(client: httpx2.Client, **headers: str) -> httpx2.Response:
    sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post(f"{PAGE}/rpc", content=rpc_body("user.me"), headers=sent)


@pytest.mark.parametrize("base", ["", PAGE])
def test_a_link_is_asked_for_in_nobodys_name(box: Box, page: httpx2.Client, base: str) -> None:
    answer = page.post(f"{base}/sign-in/request", json={"email": "carol@example.org"})
    assert (answer.status_code, answer.json()["result"]) == (200, True)
    asked = box.server.last("auth.request_link")
    assert (asked.params, asked.identity) == ({"email": "carol@example.org", "language": "en"}, {})
    assert asked.headers["x-hero-assistance-page"] == "ui.sock"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "language"),
    [({"accept-language": "de, fr-CA;q=0.8"}, "fr"), ({"accept-language": "fr", "cookie": "hero_language=en"}, "en")],
)
def test_the_letter_is_asked_for_in_the_language_of_the_page(
    box: Box, page: httpx2.Client, headers: dict[str, str], language: str
) -> None:
    assert f'lang="{language}"' in page.get("/", headers=headers).text
    page.post("/sign-in/request", json={"email": "carol@example.org"}, headers=headers)
    assert box.server.last("auth.request_link").params["language"] == language


def test_an_older_server_is_asked_for_a_letter_in_no_language(box: Box, page: httpx2.Client) -> None:
    """It refuses a param that it does not know, and so it does an address that is none."""
    box.server.results["auth.request_link"] = {"code": -32602, "message": "language: Extra inputs are not permitted"}
    answer = page.post("/sign-in/request", json={"email": "carol@example.org"})
    asked = [one.params for one in box.server.acted]
    assert asked == [{"email": "carol@example.org", "language": "en"}, {"email": "carol@example.org"}]
    assert answer.json()["error"]["code"] == -32602


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": "x" * 321}, {"email": 1}, {"email": "a@b", "as": "bob"}])
def test_a_body_that_is_none_goes_nowhere(box: Box, page: httpx2.Client, body: dict[str, Any]) -> None:
    answer = page.post("/sign-in/request", json=body)
    assert (answer.status_code, answer.json()["error"]["data"]["reason"]) == (400, "invalid-params")
    assert box.server.acted == []


@pytest.mark.parametrize("proof", [{"token": TOKEN}, {"email": "carol@example.org", "code": "123456"}])
def test_what_is_redeemed_becomes_a_cookie_that_no_script_reads(
    box: Box, page: httpx2.Client, proof: dict[str, str]
) -> None:
    answer = page.post(f"{PAGE}/sign-in/redeem", json=proof, headers={"user-agent": FIREFOX})
    assert answer.json()["result"] == {"user": CAROL}
    assert SESSION not in answer.text
    cookie = cookie_of(answer)
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("hero_session", SESSION, "/")
    assert (cookie["httponly"], cookie["samesite"]) == ("", "lax")
    assert "secure" not in cookie
    assert LIFE_S - 60 < int(cookie["max-age"]) <= LIFE_S
    assert box.server.last("auth.redeem").params == {**proof, "device_name": "Firefox on Linux"}


@pytest.mark.parametrize(
    "proof", [{}, {"email": "a@b"}, {"code": "1"}, {"token": TOKEN, "email": "a@b", "code": "1"}, {"token": ""}, []]
)
def test_half_a_proof_goes_nowhere(box: Box, page: httpx2.Client, proof: Any) -> None:
    assert page.post("/sign-in/redeem", json=proof).status_code == 400
    assert box.server.acted == []


def test_the_cookie_is_the_session_of_every_later_call(box: Box, page: httpx2.Client) -> None:
    _redeem(page)
    _ask_me(page)
    assert box.server.last("user.me").identity == {"x-hero-session": SESSION}


def test_over_tcp_the_cookie_counts_and_nothing_else(box: Box) -> None:
    with httpx2.Client(base_url=box.tcp) as client:
        name = cookie_of(_redeem(client, host=urlsplit(box.tcp).netloc))["name"]
        assert name == f"hero_session_{urlsplit(box.tcp).port}"
        _ask_me(client, x_hero_user="alice", x_hero_session="forged", x_hero_claims="admin")
        assert box.server.last("user.me").identity == {"x-hero-session": SESSION}


@pytest.mark.parametrize("where", ["socket", "tcp"])
def test_a_session_in_the_browsers_own_header_is_never_relayed(box: Box, where: str) -> None:
    with box.socket() if where == "socket" else httpx2.Client(base_url=box.tcp) as client:
        _ask_me(client, x_hero_session="forged")
        assert box.server.last("user.me").identity == {}


def test_where_the_edge_names_the_user_no_session_counts(box: Box, page: httpx2.Client) -> None:
    _redeem(page)
    _ask_me(page, x_hero_user="erin")
    assert box.server.last("user.me").identity == {"x-hero-user": "erin"}
    bodies = {"/sign-in/redeem": {"token": TOKEN}, "/sign-in/request": {"email": "a@b"}, "/sign-out": {}}
    for path, body in bodies.items():
        answer = page.post(path, json=body, headers={"x-hero-user": "erin"})
        assert (answer.status_code, "set-cookie" in answer.headers) == (409, False)
    assert '"signsIn":false' in page.get("/", headers={"x-hero-user": "erin"}).text
    assert '"signsIn":true' in page.get("/").text


def test_a_new_session_takes_the_place_of_the_old_one(box: Box, page: httpx2.Client) -> None:
    """The ticket server learns of the old one, and ends it: what was planted before a sign-in is worth nothing."""
    page.cookies.set("hero_session", "planted")
    answer = _redeem(page)
    assert box.server.last("auth.redeem").identity == {"x-hero-session": "planted"}
    assert cookie_of(answer)["value"] == SESSION


def test_two_cookies_of_one_name_are_none(box: Box, page: httpx2.Client) -> None:
    """A page at another port or name of this host may have set one of them."""
    _ask_me(page, cookie="hero_session=one; hero_session=two")
    assert box.server.last("user.me").identity == {}


@pytest.mark.parametrize("value", ["", "a b", "x" * 257, "a\tb", '"quoted"'])
def test_a_cookie_that_can_be_no_session_goes_nowhere(box: Box, page: httpx2.Client, value: str) -> None:
    assert _ask_me(page, cookie=f"hero_session={value}").status_code == 200
    assert box.server.last("user.me").identity == {}


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://desk.example", "host": "desk.example"}, {"x-forwarded-proto": "https"}],
    ids=["the browser says so", "the proxy says so"],
)
def test_behind_tls_the_cookie_is_secure_and_bound_to_its_host(
    box: Box, page: httpx2.Client, headers: dict[str, str]
) -> None:
    cookie = cookie_of(page.post("/sign-in/redeem", json={"token": TOKEN}, headers=headers))
    assert (cookie["name"], cookie["path"], cookie["secure"]) == ("__Host-hero_session", "/", "")
    assert "domain" not in cookie
    _ask_me(page, cookie=f"{cookie['name']}={cookie['value']}")
    assert box.server.last("user.me").identity == {"x-hero-session": SESSION}


def test_behind_tls_a_cookie_that_was_set_without_tls_does_not_count(box: Box, page: httpx2.Client) -> None:
    _ask_me(page, cookie="hero_session=tossed", x_forwarded_proto="https")
    assert box.server.last("user.me").identity == {}
    _ask_me(page, cookie="hero_session=tossed; __Host-hero_session=own")
    assert box.server.last("user.me").identity == {"x-hero-session": "own"}


@pytest.mark.parametrize(("proto", "before"), [("http", ""), ("https", "__Secure-")])
def test_below_a_prefix_the_cookie_is_of_the_prefix(box: Box, page: httpx2.Client, proto: str, before: str) -> None:
    """Two desks below one host have a cookie each, and neither is sent the other's."""
    headers = {"x-forwarded-prefix": PREFIX, "x-forwarded-proto": proto}
    answer = page.post("/sign-in/redeem", json={"token": TOKEN}, headers=headers)
    cookie = cookie_of(answer)
    assert (cookie["name"], cookie["path"]) == (f"{before}hero_session_hero_assistance_ui", f"{PREFIX}/")
    assert ("secure" in cookie) == (proto == "https")
    _ask_me(page, cookie=f"{before}hero_session=roots", **{"x-forwarded-prefix": PREFIX})
    assert box.server.last("user.me").identity == {}


def test_the_button_of_the_link_signs_in_and_leads_to_the_desk(box: Box, page: httpx2.Client) -> None:
    answer = page.post("/sign-in/redeem", content=f"token={TOKEN}", headers={**FORM, **OWN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert cookie_of(answer)["value"] == SESSION
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("field", ["next", "redirect", "return_to", "url", "location"])
def test_no_address_in_the_request_is_gone_to(page: httpx2.Client, field: str) -> None:
    evil = "https%3A%2F%2Fevil.example%2F"
    answer = page.post(
        f"/sign-in/redeem?{field}={evil}",
        content=f"token={TOKEN}&{field}={evil}",
        headers={**FORM, **OWN, "referer": "https://evil.example/", "x-forwarded-host": "evil.example"},
    )
    assert answer.headers["location"] == "/"


def test_below_a_prefix_it_leads_to_the_desk_there(page: httpx2.Client) -> None:
    sent = {**FORM, **OWN, "x-forwarded-prefix": PREFIX}
    answer = page.post("/sign-in/redeem", content=f"token={TOKEN}", headers=sent)
    assert answer.headers["location"] == f"{PREFIX}/"


FOREIGN: list[dict[str, str]] = [
    {},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none", "origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_signs_nobody_in(box: Box, page: httpx2.Client, headers: dict[str, str]) -> None:
    answer = page.post("/sign-in/redeem", content=f"token={TOKEN}", headers={**FORM, **headers})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert box.server.acted == []


@pytest.mark.parametrize("path", ["/sign-in/request", "/sign-in/redeem", "/sign-out"])
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {**FORM, "sec-fetch-site": "cross-site"},
        {**JSON, "origin": "https://evil.example"},
        {**JSON, "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_signs_nobody_in_or_out(box: Box, page: httpx2.Client, path: str, headers: dict[str, str]) -> None:
    answer = page.post(path, content=b'{"token": "x"}', headers={**headers, "cookie": "hero_session=own"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert box.server.acted == []


def test_opening_a_link_redeems_nothing(box: Box, page: httpx2.Client) -> None:
    """A mail scanner opens every link."""
    for method in ("GET", "HEAD"):
        answer = page.request(method, f"/sign-in/link?token={TOKEN}")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert box.server.acted == []


def test_the_page_of_a_link_needs_no_script(page: httpx2.Client) -> None:
    answer = page.get(f"/sign-in/link?token={TOKEN}")
    assert re.findall(r'<form method="post" action="([^"]+)">', answer.text) == ["sign-in/redeem"]
    assert f'<input type="hidden" name="token" value="{TOKEN}">' in answer.text
    assert '<base href="../">' in answer.text
    assert "<script" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    # Without this a browser says `Origin: null` for the form, and where the page has no TLS nothing else.
    assert answer.headers["referrer-policy"] == "strict-origin"


def test_what_stands_in_a_token_stays_text(page: httpx2.Client) -> None:
    text = page.get("/sign-in/link", params={"token": '"><script>alert(1)</script>'}).text
    assert "<script" not in text
    assert "&quot;&gt;&lt;script&gt;" in text


@pytest.mark.parametrize("query", ["", "?token=", f"?token={'x' * 513}"])
def test_half_a_link_says_what_to_do(page: httpx2.Client, query: str) -> None:
    answer = page.get(f"/sign-in/link{query}")
    assert answer.status_code == 400
    assert 'href="sign-in"' in answer.text


def test_a_link_that_was_used_says_so_on_a_page(box: Box, page: httpx2.Client) -> None:
    refused = {"code": -32003, "message": "This link & its code were used", "data": {"hint": "Ask for another."}}
    box.server.results["auth.redeem"] = refused
    answer = page.post("/sign-in/redeem", content=f"token={TOKEN}", headers={**FORM, **OWN})
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert "This link &amp; its code were used" in answer.text
    assert "Ask for another." in answer.text
    assert 'href="sign-in"' in answer.text


def test_a_wrong_code_is_answered_as_the_ticket_server_does(box: Box, page: httpx2.Client) -> None:
    refused = {"code": -32012, "message": "too often", "data": {"reason": "too-often", "retry_after": 60}}
    box.server.results["auth.redeem"] = refused
    answer = page.post("/sign-in/redeem", json={"email": "a@b", "code": "000000"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (429, False)
    assert answer.json()["error"] == refused


@pytest.mark.parametrize("result", [None, True, {}, {"user": CAROL}, {"user": CAROL, "session": "s"}])
def test_an_answer_without_a_session_signs_nobody_in(box: Box, page: httpx2.Client, result: Any) -> None:
    box.server.results["auth.redeem"] = result
    answer = _redeem(page)
    assert (answer.status_code, "set-cookie" in answer.headers) == (502, False)


def test_signing_out_ends_the_session_and_thecookie_of(box: Box, page: httpx2.Client) -> None:
    _redeem(page)
    answer = page.post("/sign-out", json={})
    assert answer.json()["result"] is True
    assert box.server.last("auth.sign_out").identity == {"x-hero-session": SESSION}
    cookie = cookie_of(answer)
    assert (cookie["name"], cookie["max-age"], cookie["path"]) == ("hero_session", "0", "/")
    _ask_me(page)
    assert box.server.last("user.me").identity == {}


@pytest.mark.parametrize("path", ["/sign-in", "/devices"])
def test_the_views_with_an_address_are_the_page(page: httpx2.Client, path: str) -> None:
    assert page.get(path).text == page.get("/").text


def test_one_click_mutes_from_anywhere(box: Box, page: httpx2.Client) -> None:
    """RFC 8058: the mail program's own server sends this; nothing but the token says who it is."""
    answer = page.post(
        "/unsubscribe?token=abc",
        content="List-Unsubscribe=One-Click",
        headers={**FORM, "sec-fetch-site": "cross-site", "cookie": "hero_session=someones", "x-hero-user": "erin"},
    )
    assert answer.status_code == 200
    asked = box.server.last("notification.unsubscribe")
    assert (asked.params, asked.identity) == ({"token": "abc"}, {})


def test_opening_the_address_mutes_nothing_and_shows_a_button(box: Box, page: httpx2.Client) -> None:
    answer = page.get("/unsubscribe", params={"token": "a&b"})
    assert re.findall(r'<form method="post" action="([^"]+)">', answer.text) == ["unsubscribe?token=a%26b"]
    assert box.server.acted == []


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?token=old", 404)])
def test_an_address_that_mutes_nothing_says_so(box: Box, page: httpx2.Client, query: str, status: int) -> None:
    box.server.results["notification.unsubscribe"] = {"code": -32001, "message": "no such mails", "data": {}}
    assert page.post(f"/unsubscribe{query}").status_code == status


def test_every_page_looks_like_the_rest(box: Box, page: httpx2.Client) -> None:
    """The same style, named by the same hash, in the operator's theme."""
    style = re.compile(r"<style>.*?</style>", re.DOTALL)
    for path in (f"/sign-in/link?token={TOKEN}", "/unsubscribe?token=x"):
        answer = page.get(path)
        assert style.findall(answer.text) == style.findall(page.get("/").text)
        assert 'data-theme="dark"' in answer.text
