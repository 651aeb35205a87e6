"""Signing in by a provider through the page's service: what the browser keeps meanwhile, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.ui.sign_in_box import FIREFOX, LIFE_S, PAGE, PREFIX, SESSION, Box, boxed, cookie_of, cookies_of

START = f"{PAGE}/sign-in/oidc"
BACK = "/sign-in/oidc"
KEPT = "h" * 43
ANSWER = {"code": "c0de", "state": "x" * 43}
CALLED_BACK = {"cookie": f"hero_sign_in={KEPT}"}


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


def test_the_browser_keeps_what_binds_the_sign_in_to_it(box: Box, page: httpx2.Client) -> None:
    answer = page.post(START, json={}, headers={"cookie": "hero_session=before"})
    assert answer.json()["result"] == {"url": "https://login.example/authorize?state=x"}
    assert answer.headers["cache-control"] == "no-store"
    assert KEPT not in answer.text
    cookie = cookie_of(answer)
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("hero_sign_in", KEPT, "/")
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == ("", "lax", "600")
    asked = box.server.last("auth.oidc_start")
    assert (asked.params, asked.identity) == ({}, {})


@pytest.mark.parametrize(
    ("headers", "name", "path"),
    [
        ({"x-forwarded-proto": "https"}, "__Host-hero_sign_in", "/"),
        ({"x-forwarded-prefix": PREFIX}, "hero_sign_in_hero_assistance_ui", f"{PREFIX}/"),
        (
            {"x-forwarded-prefix": PREFIX, "x-forwarded-proto": "https"},
            "__Secure-hero_sign_in_hero_assistance_ui",
            f"{PREFIX}/",
        ),
    ],
)
def test_where_the_page_is_the_cookie_is(page: httpx2.Client, headers: dict[str, str], name: str, path: str) -> None:
    cookie = cookie_of(page.post(START, json={}, headers=headers))
    assert (cookie["name"], cookie["path"], "secure" in cookie) == (name, path, "x-forwarded-proto" in headers)


def test_what_comes_back_signs_in_and_leads_to_the_desk(box: Box, page: httpx2.Client) -> None:
    sent = {"cookie": f"hero_sign_in={KEPT}; hero_session=before", "user-agent": FIREFOX}
    answer = page.get(BACK, params=ANSWER, headers=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    session, ended = cookies_of(answer)
    assert (session["name"], session["value"], session["path"]) == ("hero_session", SESSION, "/")
    assert LIFE_S - 60 < int(session["max-age"]) <= LIFE_S
    assert (ended["name"], ended["max-age"]) == ("hero_sign_in", "0")
    asked = box.server.last("auth.oidc_finish")
    assert asked.params == {**ANSWER, "cookie": KEPT, "device_name": "Firefox on Linux"}
    # The ticket server ends the session that the browser has had.
    assert asked.identity == {"x-hero-session": "before"}


def test_behind_tls_the_session_is_secure_though_the_request_does_not_say_it(page: httpx2.Client) -> None:
    """A browser sends no `Origin` when it comes back, and not every proxy says `X-Forwarded-Proto`."""
    session, ended = cookies_of(page.get(BACK, params=ANSWER, headers={"cookie": f"__Host-hero_sign_in={KEPT}"}))
    assert (session["name"], session["secure"], ended["name"]) == ("__Host-hero_session", "", "__Host-hero_sign_in")


def test_below_a_prefix_it_leads_to_the_desk_there(page: httpx2.Client) -> None:
    sent = {"cookie": f"hero_sign_in_hero_assistance_ui={KEPT}", "x-forwarded-prefix": PREFIX}
    answer = page.get(BACK, params=ANSWER, headers=sent)
    assert answer.headers["location"] == f"{PREFIX}/"
    assert {cookie["path"] for cookie in cookies_of(answer)} == {f"{PREFIX}/"}


@pytest.mark.parametrize("field", ["next", "redirect_uri", "return_to", "url", "iss", "state_return"])
def test_no_address_in_the_request_is_gone_to(page: httpx2.Client, field: str) -> None:
    answer = page.get(BACK, params={**ANSWER, field: "https://evil.example/"}, headers=CALLED_BACK)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("params", "cookie"),
    [
        (ANSWER, ""),
        (ANSWER, "hero_sign_in="),
        (ANSWER, f"hero_sign_in={KEPT}; hero_sign_in={'e' * 43}"),
        (ANSWER, f"hero_sign_in={'h' * 101}"),
        (ANSWER, f"hero_session={KEPT}"),
        ({"state": "x"}, f"hero_sign_in={KEPT}"),
        ({"code": "c"}, f"hero_sign_in={KEPT}"),
        ({**ANSWER, "code": "c" * 4097}, f"hero_sign_in={KEPT}"),
        ({**ANSWER, "state": "x" * 101}, f"hero_sign_in={KEPT}"),
        ({}, f"hero_sign_in={KEPT}"),
    ],
)
def test_what_another_browser_began_goes_nowhere(
    box: Box, page: httpx2.Client, params: dict[str, str], cookie: str
) -> None:
    answer = page.get(BACK, params=params, headers={"cookie": cookie})
    assert (answer.status_code, cookies_of(answer)) == (403, [])
    assert "did not begin in this browser" in answer.text
    assert 'href="sign-in"' in answer.text
    assert box.server.acted == []


def test_behind_tls_a_cookie_that_was_set_without_tls_does_not_count(box: Box, page: httpx2.Client) -> None:
    """Another name of the domain could plant the sign-in of its own user."""
    answer = page.get(BACK, params=ANSWER, headers={**CALLED_BACK, "x-forwarded-proto": "https"})
    assert (answer.status_code, box.server.acted) == (403, [])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "stopped at the provider"),
        ("temporarily_unavailable", "cannot sign anybody in now"),
        ("invalid_scope", "refused this sign-in"),
        ("<script>alert(1)</script>", "refused this sign-in"),
        ("", "refused this sign-in"),
    ],
)
def test_what_went_wrong_at_the_provider_is_said_in_our_words(
    box: Box, page: httpx2.Client, error: str, said: str
) -> None:
    """Anybody can write a text into a link."""
    params = {"error": error, "error_description": "Call 555-1234", "state": "x"}
    answer = page.get(BACK, params=params, headers=CALLED_BACK)
    assert answer.status_code == 403
    assert said in answer.text
    assert "555" not in answer.text
    assert "<script" not in answer.text
    assert box.server.acted == []


def test_what_the_ticket_server_refuses_is_said_on_a_page(box: Box, page: httpx2.Client) -> None:
    refused = {"code": -32002, "message": "not verified & not known", "data": {"hint": "Verify it there."}}
    box.server.results["auth.oidc_finish"] = refused
    answer = page.get(BACK, params=ANSWER, headers=CALLED_BACK)
    assert (answer.status_code, cookies_of(answer)) == (403, [])
    assert "not verified &amp; not known" in answer.text
    assert "Verify it there." in answer.text
    assert 'href="sign-in"' in answer.text


def test_looking_at_the_address_uses_nothing_up(box: Box, page: httpx2.Client) -> None:
    answer = page.head(BACK, params=ANSWER, headers=CALLED_BACK)
    assert (answer.status_code, cookies_of(answer), box.server.acted) == (200, [], [])


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "sec-fetch-site": "cross-site"},
        {"content-type": "application/json", "origin": "https://evil.example"},
    ],
)
def test_another_site_begins_nothing(box: Box, page: httpx2.Client, headers: dict[str, str]) -> None:
    answer = page.post(START, content=b"{}", headers=headers)
    assert (answer.status_code, cookies_of(answer), box.server.acted) == (403, [], [])


def test_where_the_edge_names_the_user_no_provider_is_asked(box: Box, page: httpx2.Client) -> None:
    named = {"x-hero-user": "erin"}
    assert page.post(START, json={}, headers=named).status_code == 409
    assert page.get(BACK, params=ANSWER, headers={**CALLED_BACK, **named}).status_code == 409
    assert box.server.acted == []


@pytest.mark.parametrize(
    "result", [None, {}, {"url": "javascript:alert(1)", "cookie": KEPT}, {"url": "https://a.example"}, {"cookie": KEPT}]
)
def test_an_answer_that_leads_nowhere_begins_nothing(box: Box, page: httpx2.Client, result: Any) -> None:
    box.server.results["auth.oidc_start"] = result
    answer = page.post(START, json={})
    assert (answer.status_code, cookies_of(answer)) == (502, [])


def test_over_tcp_the_port_is_in_the_name(box: Box) -> None:
    """Two desks of one host do not take each other's sign-in."""
    port = box.desk.tcp_of_ui().rpartition(":")[2]
    with httpx2.Client(base_url=box.tcp) as client:
        assert cookie_of(client.post(START, json={}))["name"] == f"hero_sign_in_{port}"
        answer = client.get(BACK, params=ANSWER, headers=CALLED_BACK)
        assert (answer.status_code, box.server.last("auth.oidc_start").identity) == (403, {})
