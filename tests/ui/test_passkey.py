"""Signing in by a passkey through the page's service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.ui.sign_in_box import CAROL, FIREFOX, PAGE, SESSION, Box, boxed, cookie_of, cookies_of

PASSKEY = f"{PAGE}/sign-in/passkey"
SIGNED = {"credential": '{"id": "AAAA"}'}


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


def test_the_browser_is_asked_in_nobodys_name(box: Box, page: httpx2.Client) -> None:
    answer = page.post(f"{PASSKEY}/start", json={}, headers={"cookie": "hero_session=before"})
    assert answer.json()["result"] == {"options": "{}"}
    assert (box.server.last("auth.passkey_start").identity, cookies_of(answer)) == ({}, [])


def test_what_it_signs_becomes_a_session(box: Box, page: httpx2.Client) -> None:
    answer = page.post(PASSKEY, json=SIGNED, headers={"cookie": "hero_session=before", "user-agent": FIREFOX})
    assert answer.json()["result"] == {"user": CAROL}
    assert SESSION not in answer.text
    cookie = cookie_of(answer)
    assert (cookie["name"], cookie["value"], cookie["httponly"]) == ("hero_session", SESSION, "")
    asked = box.server.last("auth.passkey_finish")
    assert asked.params == {**SIGNED, "device_name": "Firefox on Linux"}
    assert asked.identity == {"x-hero-session": "before"}


@pytest.mark.parametrize(
    "body", [{}, {"credential": ""}, {"credential": {}}, {"credential": "x" * 16_385}, {**SIGNED, "as": "bob"}, []]
)
def test_a_body_that_is_none_goes_nowhere(box: Box, page: httpx2.Client, body: Any) -> None:
    assert page.post(PASSKEY, json=body).status_code == 400
    assert box.server.acted == []


def test_a_passkey_that_is_refused_is_answered_as_the_ticket_server_does(box: Box, page: httpx2.Client) -> None:
    refused = {"code": -32002, "message": "no", "data": {"reason": "passkey-refused"}}
    box.server.results["auth.passkey_finish"] = refused
    answer = page.post(PASSKEY, json=SIGNED)
    assert (answer.status_code, cookies_of(answer), answer.json()["error"]) == (403, [], refused)


@pytest.mark.parametrize("path", [PASSKEY, f"{PASSKEY}/start"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_another_site_signs_nobody_in(box: Box, page: httpx2.Client, path: str, headers: dict[str, str]) -> None:
    answer = page.post(path, json=SIGNED, headers=headers)
    assert (answer.status_code, cookies_of(answer), box.server.acted) == (403, [], [])


def test_where_the_edge_names_the_user_no_passkey_counts(box: Box, page: httpx2.Client) -> None:
    for path in (PASSKEY, f"{PASSKEY}/start"):
        assert page.post(path, json=SIGNED, headers={"x-hero-user": "erin"}).status_code == 409
    assert box.server.acted == []
