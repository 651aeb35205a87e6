"""The app's listener reads request headers by the rule of all listeners."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.app.program import App
from tests.ui.daemons import Desk, rpc_body
from tests.ui.raw_requests import BROKEN, ask


def test_what_can_be_read_in_two_ways_is_refused(start_app: Callable[..., App]) -> None:
    where = urlsplit(start_app("--project", "127.0.0.1:9").url)
    for headers in BROKEN:
        connected = socket.create_connection((where.hostname or "", where.port or 0), timeout=10.0)
        status, answer = ask(connected, "/", headers)
        assert (status, answer["error"]["data"]["reason"]) == (400, "invalid-request")


@pytest.mark.parametrize("user", ["josé", "王"])
def test_the_first_user_may_have_any_name(start_app: Callable[..., App], server: Desk, user: str) -> None:
    app = start_app("--project", server.tcp_of_server(), "--user", user)
    with app.browser() as browser:
        project = browser.get("/").text.partition('"id":"')[2].partition('"')[0]
        content = rpc_body("user.me")
        answer = browser.post(f"/projects/{project}/rpc", content=content, headers={"content-type": "application/json"})
    assert answer.json()["error"]["data"]["reason"] == "unauthenticated"
