"""The audit trail says where a caller of the page is, and no other program can say so."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.ui.daemons import Desk, http, rpc_body

PAGE = "/projects/hero_assistance"
JSON = {"content-type": "application/json"}
TICKET = {"title": "It hums", "body": ""}


def _origin(desk: Desk, ticket_id: int) -> Any:
    (entry,) = desk.call("alice", "audit.list", ticket_id=ticket_id)["entries"]
    return entry["origin"]


def _file(client: httpx2.Client, path: str, **headers: str) -> int:
    sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = client.post(path, content=rpc_body("ticket.create", **TICKET), headers=sent).json()
    return int(answer["result"]["ticket_id"])


def test_a_caller_of_the_page_over_tcp_is_known_by_the_address(own_desk: Desk) -> None:
    with httpx2.Client(base_url=f"http://{own_desk.tcp_of_ui()}") as client:
        ticket_id = _file(client, f"{PAGE}/rpc", x_forwarded_for="6.6.6.6", x_hero_assistance_page="ui 6.6.6.6")
    assert _origin(own_desk, ticket_id) == "ui 127.0.0.1"


@pytest.mark.parametrize(("forwarded", "origin"), [("6.6.6.6, 203.0.113.9", "ui.sock 203.0.113.9"), ("", "ui.sock")])
def test_a_caller_through_a_proxy_is_known_by_what_the_proxy_says(own_desk: Desk, forwarded: str, origin: str) -> None:
    with http(own_desk.paths.socket("ui")) as client:
        assert _origin(own_desk, _file(client, f"{PAGE}/rpc", x_forwarded_for=forwarded)) == origin


def test_what_the_edge_passes_on_to_the_ticket_server_is_not_the_pages_word(own_desk: Desk) -> None:
    with http(own_desk.paths.socket("rpc")) as client:
        forged = _file(client, "/rpc", x_hero_assistance_page="ui 6.6.6.6", x_forwarded_prefix="/hero_assistance")
    assert _origin(own_desk, forged) == "rpc.sock"
    with httpx2.Client(base_url=f"http://{own_desk.tcp_of_server()}") as client:
        assert _origin(own_desk, _file(client, "/rpc", x_hero_assistance_page="ui 6.6.6.6")) == "127.0.0.1"


def test_a_newcomer_is_enrolled_from_where_they_are(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui")) as client:
        sent = {**JSON, "x-hero-user": "frida", "x-forwarded-for": "203.0.113.9"}
        client.post(f"{PAGE}/rpc", content=rpc_body("user.me"), headers=sent)
    with http(hero_desk.paths.socket("rpc")) as client:
        body = rpc_body("audit.list", action="user.enrolled", actor="frida")
        answer = client.post("/rpc", content=body, headers={**JSON, "x-hero-user": "alice"}).json()
    assert [entry["origin"] for entry in answer["result"]["entries"]] == ["ui.sock 203.0.113.9"]
