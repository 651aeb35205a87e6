"""What callers can get wrong: a clear error, never a defect of the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hero_assistance_sdk.limits import DEFAULTS
from tests.server.desk import Desk
from tests.server.server_methods import registered

pytestmark = pytest.mark.anyio

TICKET = {"title": "t", "body": "b"}
TEXT_LIMIT = 64 * 1024
BODY_LIMIT = int(DEFAULTS.body_bytes)
DEFECTS = {-32603, -32000}


def request(method: str, params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


@pytest.mark.parametrize(
    ("method", "params", "fault"),
    [
        ("ticket.create", {}, "title"),
        ("ticket.create", {"title": "t"}, "body"),
        ("ticket.create", TICKET | {"status": "closed"}, "status"),
        ("ticket.create", TICKET | {"title": ""}, "title"),
        ("ticket.create", TICKET | {"title": " \t "}, "title"),
        ("ticket.create", TICKET | {"title": "two\nlines"}, "title"),
        ("ticket.create", TICKET | {"title": "a\x00b"}, "title"),
        ("ticket.create", TICKET | {"title": "x" * 301}, "title"),
        ("ticket.create", TICKET | {"title": 5}, "title"),
        ("ticket.create", TICKET | {"title": None}, "title"),
        ("ticket.create", TICKET | {"body": "a\x00b"}, "body"),
        ("ticket.create", TICKET | {"body": "x" * (TEXT_LIMIT + 1)}, "body"),
        ("ticket.create", TICKET | {"body": "\u20ac" * (TEXT_LIMIT // 3 + 1)}, "body"),
        ("ticket.create", TICKET | {"priority": "super"}, "priority"),
        ("ticket.create", TICKET | {"tags": "vpn"}, "tags"),
        ("ticket.create", TICKET | {"tags": ["x"] * 21}, "tags"),
        ("ticket.create", TICKET | {"tags": ["x" * 51]}, "tags.0"),
        ("ticket.create", TICKET | {"tags": ["ok", " "]}, "tags.1"),
        ("ticket.create", TICKET | {"client_token": ""}, "client_token"),
        ("ticket.create", TICKET | {"client_token": "a b"}, "client_token"),
        ("ticket.create", TICKET | {"client_token": "x" * 101}, "client_token"),
        ("message.reply", {"ticket_id": 1, "body": " \n"}, "body"),
        ("message.note", {"ticket_id": 1, "body": "b", "internal": False}, "internal"),
        ("ticket.get", {"ticket_id": 0}, "ticket_id"),
        ("ticket.get", {"ticket_id": -1}, "ticket_id"),
        ("ticket.get", {"ticket_id": 2**63}, "ticket_id"),
        ("ticket.get", {"ticket_id": 10**400}, "ticket_id"),
        ("ticket.get", {"ticket_id": "1"}, "ticket_id"),
        ("ticket.get", {"ticket_id": 1.0}, "ticket_id"),
        ("ticket.get", {"ticket_id": True}, "ticket_id"),
        ("ticket.list", {"limit": 0}, "limit"),
        ("ticket.list", {"limit": 201}, "limit"),
        ("ticket.list", {"cursor": 5}, "cursor"),
        ("user.me", {"x" * 1000: 1}, "x" * 80 + "..."),
    ],
    ids=repr,
)
async def test_params_that_do_not_fit(desk: Desk, method: str, params: Any, fault: str) -> None:
    response = await desk.post(request(method, params))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (200, -32602)
    assert fault in [text.split(": ")[0] for text in error["data"]["faults"]]


@pytest.mark.parametrize(
    ("params", "accepted"),
    [
        (TICKET | {"title": "x" * 300}, True),
        (TICKET | {"body": ""}, True),
        (TICKET | {"body": "x" * TEXT_LIMIT}, True),
        (TICKET | {"tags": ["x" * 50] * 20}, True),
        (TICKET | {"title": "\U0001f4a9\u202e\u0000".replace("\x00", "")}, True),
        (["by", "position"], True),
        (["t", "b", "low", [], None, 1], False),
    ],
    ids=repr,
)
async def test_params_at_their_limits(desk: Desk, params: Any, accepted: bool) -> None:
    answer = (await desk.post(request("ticket.create", params))).json()
    assert ("result" in answer) is accepted


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 200, -32700),
        (b"{", 200, -32700),
        (b"\xff\xfe\x00", 200, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"user.me","params":{"a":"\xff"}}', 200, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":["\\ud800","b"]}', 200, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ticket.get","params":[NaN]}', 200, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ticket.get","params":[-Infinity]}', 200, -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ticket.get","params":[1e999]}', 200, -32602),
        (b"[" * 10_000 + b"]" * 10_000, 200, -32700),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 200, -32700),
        (b"[]", 200, -32600),
        (b"1", 200, -32600),
        (b'"text"', 200, -32600),
        (b"null", 200, -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"user.me"}', 200, -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"user.me"}', 200, -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"no.such"}', 200, -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"\\u0000"}', 200, -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * 100_000 + b'"}', 200, -32601),
        (b"[" + b",".join([b"1"] * 101) + b"]", 200, -32005),
        (b" " * (BODY_LIMIT + 1), 413, -32005),
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_bytes_that_are_no_request(desk: Desk, body: bytes, status: int, code: int) -> None:
    response = await desk.post(body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert len(response.content) < 1000
    assert (await desk.call("system.health"))["status"] == "ok"


async def test_a_huge_body_without_a_length_is_refused_on_the_way(desk: Desk) -> None:
    """10 MiB in chunks: the server answers after the first, and reads no further."""

    async def chunks() -> Any:
        for _ in range(160):
            yield b" " * 65536

    response = await desk.http().post("/rpc", content=chunks())
    assert response.status_code == 413


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["title", "body", "tags", "ticket_id", "limit", "cursor", "client_token", "priority"])
params = anything | st.dictionaries(names, anything, max_size=5) | st.lists(anything, max_size=6)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(sorted({*registered().permissions, "rpc.discover"} - {"event.stream"})),
    params=params,
    user=st.sampled_from("ac"),
)
async def test_any_params_get_an_answer_that_is_no_defect(desk: Desk, method: str, params: Any, user: str) -> None:
    name = {"a": "alice", "c": "carol"}[user]
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    response = await desk.post(body.encode("utf-8", "surrogatepass"), name)
    answer = response.json()
    assert response.status_code == 200
    assert answer.get("error", {}).get("code") not in DEFECTS
    assert ("result" in answer) != ("error" in answer)
