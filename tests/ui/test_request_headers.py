"""Request headers on every listener of server, page and app: UTF-8, given once, and passed on unchanged."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.ui.daemons import Desk, http, picked, rpc_body
from tests.ui.raw_requests import BROKEN, TWO_HOSTS, Headers, ask

NAME = "josé"
PAGE = "/projects/hero_assistance"
LISTENERS = ["rpc", "events", "server-tcp", "ui", "ui-tcp"]
JSON: Headers = [("content-type", "application/json")]


def _connect(desk: Desk, listener: str) -> socket.socket:
    if listener.endswith("tcp"):
        address = desk.tcp_of_ui() if listener == "ui-tcp" else desk.tcp_of_server()
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=10.0)
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(10.0)
    connected.connect(str(desk.paths.socket(listener)))
    return connected


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("headers", BROKEN)
def test_what_can_be_read_in_two_ways_is_refused(hero_desk: Desk, listener: str, headers: Headers) -> None:
    status, answer = ask(_connect(hero_desk, listener), "/health", headers)
    assert (status, answer["error"]["data"]["reason"]) == (400, "invalid-request")
    assert headers[0][0].lower() in answer["error"]["message"]


@pytest.mark.parametrize("listener", LISTENERS)
def test_two_hosts_are_refused(hero_desk: Desk, listener: str) -> None:
    assert ask(_connect(hero_desk, listener), "/health", TWO_HOSTS)[0] == 400


def test_a_name_is_the_same_on_the_page_and_on_the_socket(hero_desk: Desk) -> None:
    sent: Any = [*JSON, ("x-hero-user", NAME.encode())]
    with http(hero_desk.paths.socket("ui")) as page, http(hero_desk.paths.socket("rpc")) as rpc:
        users = [
            page.post(f"{PAGE}/rpc", content=rpc_body("user.me"), headers=sent).json()["result"],
            rpc.post("/rpc", content=rpc_body("user.me"), headers=sent).json()["result"],
        ]
    assert users[0] == users[1]
    assert users[0]["name"] == NAME


@pytest.mark.parametrize("name", ["last-event-id", "range", "if-range", "if-none-match", "x-hero-claims"])
@pytest.mark.parametrize("path", [f"{PAGE}/events", f"{PAGE}/attachments/1"])
def test_what_is_passed_on_may_hold_any_text(hero_desk: Desk, name: str, path: str) -> None:
    """The request names no user, so the answer is the ticket server's refusal."""
    status, answer = ask(_connect(hero_desk, "ui"), path, [(name, "naïve→".encode())])
    assert (status, answer["error"]["data"]["reason"]) == (401, "unauthenticated")
    assert "Traceback" not in hero_desk.log_of("hero_assistance_ui").read_text()


def test_a_place_in_the_stream_that_is_no_number_is_answered_as_the_server_does(dev_desk: Desk) -> None:
    sent: Any = {"last-event-id": "naïve".encode()}
    with (
        http(dev_desk.paths.socket("ui")) as client,
        client.stream("GET", f"{PAGE}/events", headers=sent) as answer,
    ):
        assert answer.status_code == 200
        assert any("event: reset" in line for line in answer.iter_lines())


@pytest.mark.parametrize("user", ["josé", "erin@example", "王"])
def test_the_picker_names_any_user(dev_desk: Desk, user: str) -> None:
    """The page percent-encodes the name; a name that is not understood must not make its user the admin."""
    with http(dev_desk.paths.socket("ui")) as client:
        sent = {"content-type": "application/json", **picked(user)}
        answer = client.post(f"{PAGE}/rpc", content=rpc_body("user.me"), headers=sent).json()
    assert answer["error"]["data"]["reason"] == "unauthenticated"
