"""What a proxy passes on to the ticket server's own socket is no call of this machine."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk
from tests.server.signing_in import ask

pytestmark = pytest.mark.anyio

ALICE = {"x-dev-user": "alice"}


async def origin_of(desk: Desk, headers: dict[str, str]) -> Any:
    """File a ticket with these headers; returns what the audit trail says of where it came from."""
    await ask(desk, "ticket.create", {**ALICE, **headers}, title="It burns.", body="b")
    return (await desk.call("audit.list", "alice", action="ticket.created"))["entries"][0]["origin"]


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({}, "unix"),
        ({"x-forwarded-for": "203.0.113.9"}, "rpc.sock 203.0.113.9"),
        ({"x-forwarded-for": "6.6.6.6, 203.0.113.9, 127.0.0.1"}, "rpc.sock 203.0.113.9"),
        ({"x-forwarded-for": "unknown"}, "rpc.sock"),
        ({"x-forwarded-proto": "https"}, "rpc.sock"),
        ({"forwarded": "for=203.0.113.9"}, "rpc.sock"),
        ({"via": "1.1 proxy"}, "rpc.sock"),
        ({"x-real-ip": "203.0.113.9"}, "rpc.sock"),
        ({"origin": "https://desk.example"}, "rpc.sock"),
        ({"referer": "https://desk.example/"}, "rpc.sock"),
        ({"cookie": "a=b"}, "rpc.sock"),
        ({"sec-fetch-site": "same-origin"}, "rpc.sock"),
        ({"x-hero-assistance-page": "ui 203.0.113.9"}, "ui 203.0.113.9"),
        ({"x-hero-assistance-page": "nowhere"}, "rpc.sock"),
        ({"x-hero-assistance-page": "ui 6.6.6.6", "x-forwarded-for": "203.0.113.9"}, "rpc.sock 203.0.113.9"),
        ({"x-hero-assistance-page": "ui 6.6.6.6", "x-real-ip": "203.0.113.9"}, "rpc.sock"),
    ],
    ids=str,
)
async def test_where_a_call_on_the_socket_came_from(desk: Desk, headers: dict[str, str], origin: str) -> None:
    assert await origin_of(desk, headers) == origin


async def test_what_is_for_this_machine_is_refused(desk: Desk) -> None:
    proxied = {**ALICE, "x-forwarded-for": "203.0.113.9"}
    with pytest.raises(RpcFailure, match="from this machine alone"):
        await ask(desk, "export.create", proxied)
    kept = (await ask(desk, "project.get", ALICE))["backups_kept"]
    with pytest.raises(RpcFailure):
        await ask(desk, "project.update", proxied, backups_kept=kept - 1)
    assert (await ask(desk, "project.update", ALICE, backups_kept=kept - 1))["backups_kept"] == kept - 1
