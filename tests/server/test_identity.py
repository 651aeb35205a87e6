"""Who is believed, by listener, mode, peer and headers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode, OverlayPolicy, is_loopback
from hero_assistance_server.rpc.example_fixtures import CAROL
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio

UNAUTHENTICATED = -32003
INVALID_REQUEST = -32600
ANOTHER_USER = -32015


async def me(http: httpx2.AsyncClient, headers: Any) -> Any:
    """What `user.me` answers: a user id, `None` for nobody, or the code of the refusal."""
    body = encode_request("user.me", {})
    response = await http.post("/rpc", content=body, headers=[*JSON_HEADERS.items(), *headers])
    try:
        user = decode_answer("desk", response.status_code, response.content)
    except RpcFailure as failure:
        return failure.code
    return user and user["user_id"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "alice"),
        ([("x-dev-user", "carol")], "carol"),
        ([("x-dev-user", "mallory")], UNAUTHENTICATED),
        ([("x-dev-user", "")], UNAUTHENTICATED),
        ([("x-dev-user", "carol"), ("x-dev-user", "alice")], INVALID_REQUEST),
        ([("x-dev-user", b"\xff")], INVALID_REQUEST),
        ([("x-hero-user", "carol")], "alice"),
        ([("x-dev-user", "carol"), ("x-page-user", "carol")], "carol"),
        ([("x-dev-user", "carol"), ("x-page-user", "alice")], ANOTHER_USER),
        ([("x-dev-user", "carol"), ("x-page-user", "")], ANOTHER_USER),
        ([("x-page-user", "carol")], ANOTHER_USER),
        ([("x-page-user", "alice"), ("x-page-user", "carol")], INVALID_REQUEST),
    ],
)
async def test_dev_mode_on_the_unix_socket(desk: Desk, headers: list[tuple[str, str]], expected: Any) -> None:
    assert await me(desk.http(), headers) == expected


async def test_dev_mode_without_users_knows_nobody(paths: Paths) -> None:
    async with running(paths, seed=False) as desk:
        assert await me(desk.http(), []) == UNAUTHENTICATED


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], UNAUTHENTICATED),
        ([("x-dev-user", "alice")], UNAUTHENTICATED),
        ([("x-hero-user", "erin")], "erin"),
        ([("x-hero-user", "zoë".encode())], "zoe"),
        ([("x-hero-user", "erin"), ("x-page-user", "erin")], "erin"),
        ([("x-hero-user", "erin"), ("x-page-user", "frank")], ANOTHER_USER),
        ([("x-page-user", "erin")], UNAUTHENTICATED),
        ([("x-hero-user", b"\xff\xfe")], INVALID_REQUEST),
        ([("x-hero-user", "")], UNAUTHENTICATED),
        ([("x-hero-user", "two words")], UNAUTHENTICATED),
        ([("x-hero-user", "x" * 255)], UNAUTHENTICATED),
        ([("x-hero-user", "erin"), ("x-hero-user", "alice")], INVALID_REQUEST),
        ([("x-hero-user", "erin"), ("X-HERO-USER", "erin")], INVALID_REQUEST),
    ],
)
async def test_hero_mode_on_the_unix_socket(paths: Paths, headers: list[Any], expected: Any) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert await me(desk.http(), headers) == expected


async def test_a_newcomer_in_hero_mode_is_a_customer_and_stays_one_user(paths: Paths) -> None:
    """However many first requests arrive at once."""
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(desk.call("user.me", "erin")) for _ in range(20)]
        erin = CAROL | {"user_id": "erin", "name": "erin"}
        assert [call.result() for call in calls] == [erin] * 20
        assert (await desk.call("user.list", "erin"))["users"] == [erin]


@pytest.mark.parametrize(
    ("mode", "headers", "expected"),
    [
        (AuthMode.DEV, [], "alice"),
        (AuthMode.DEV, [("x-dev-user", "bob")], "bob"),
        (AuthMode.HERO, [], None),
        (AuthMode.HERO, [("x-hero-user", "alice")], None),
        (AuthMode.HERO, [("x-dev-user", "alice")], None),
    ],
)
async def test_a_loopback_peer_over_tcp(
    paths: Paths, mode: AuthMode, headers: list[tuple[str, str]], expected: Any
) -> None:
    async with running(paths, mode=mode, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            assert await me(http, headers) == expected


@pytest.mark.parametrize(
    ("peer", "connects", "loopback"),
    [
        ("127.0.0.1", True, True),
        ("127.8.8.8", True, True),
        ("::1", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("400::1", True, False),
        ("4ff:1:2:3::4", True, False),
        ("5ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", True, False),
        ("600::", False, False),
        ("3ff::1", False, False),
        ("2001:db8::1", False, False),
        ("fe80::1%eth0", False, False),
        ("192.0.2.1", False, False),
        ("::ffff:192.0.2.1", False, False),
        ("", False, False),
        ("not-an-address", False, False),
    ],
)
def test_peer(peer: str, connects: bool, loopback: bool) -> None:
    assert (OverlayPolicy().admits(peer), is_loopback(peer)) == (connects, loopback)


async def test_a_web_page_of_any_site_is_refused_over_tcp(paths: Paths) -> None:
    """Its requests come from a loopback peer, whom dev mode would take for the admin."""
    async with running(paths, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            body = encode_request("ticket.create", {"title": "t", "body": "b"})
            headers = {"origin": "http://evil.example", "content-type": "text/plain"}
            assert (await http.post("/rpc", content=body, headers=headers)).status_code == 403
        assert (await desk.call("ticket.list"))["tickets"] == []


@pytest.mark.parametrize("params", [{"caller": "alice"}, {"user_id": "alice"}, {"user": {"role": "admin"}}])
async def test_a_caller_id_inside_params_is_an_error(desk: Desk, params: dict[str, Any]) -> None:
    for method in ("user.me", "ticket.list"):
        with pytest.raises(RpcFailure) as refused:
            await desk.call(method, "carol", **params)
        assert refused.value.code == -32602
