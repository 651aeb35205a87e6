"""The operator: who owns the data folder, over a Unix socket, and in no request that something has passed on."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from tests.capabilities import AS_ROOT, needs
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio

CLAIM = {"x-hero-operator": "1"}
_OTHER_USER = 65534


async def outcome(http: httpx2.AsyncClient, headers: dict[str, str]) -> str:
    """`done`, or why the operator's call is refused."""
    body = encode_request("project.update", {"name": "Desk"})
    response = await http.post("/rpc", content=body, headers={**JSON_HEADERS, **headers})
    try:
        decode_answer("desk", response.status_code, response.content)
    except RpcFailure as error:
        return str(error.remote_reason)
    return "done"


@pytest.mark.parametrize("mode", list(AuthMode))
async def test_the_owner_of_the_data_administers_in_every_mode(paths: Paths, mode: AuthMode) -> None:
    async with running(paths, mode=mode, seed=False) as desk:
        assert await outcome(desk.http(), CLAIM) == "done"
        assert await outcome(desk.http(), {}) == "unauthenticated"
        (entry,) = (await desk.call("audit.list", "operator", action="project.updated"))["entries"]
        assert (entry["actor"], entry["origin"]) == (None, "operator")


@pytest.mark.parametrize(
    "more",
    [
        {"x-hero-user": "alice"},
        {"x-hero-context": "0"},
        {"x-hero-claims": "a"},
        {"x-hero-session": "x"},
        {"x-dev-user": "alice"},
        {"x-forwarded-for": "203.0.113.9"},
        {"x-forwarded-prefix": "/desk"},
        {"X-Forwarded-Anything": ""},
        {"forwarded": "for=203.0.113.9"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "203.0.113.9"},
        {"origin": "https://evil.example"},
        {"referer": "https://evil.example/"},
        {"cookie": "a=b"},
        {"sec-fetch-site": "same-origin"},
        {"sec-ch-ua": "x"},
        {"x-hero-assistance-page": "ui.sock"},
        {"x-hero-operator": "0"},
        {"x-hero-operator": "true"},
        {"x-hero-operator": ""},
    ],
    ids=str,
)
async def test_a_request_that_something_passed_on_is_not_the_operators(desk: Desk, more: dict[str, str]) -> None:
    assert await outcome(desk.http(), {**CLAIM, **more}) == "unauthenticated"


@pytest.mark.parametrize("mode", list(AuthMode))
async def test_the_claim_means_nothing_over_tcp(paths: Paths, mode: AuthMode) -> None:
    async with running(paths, mode=mode, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            # In dev mode a loopback peer is the admin, with the claim and without it.
            claimed, plain = await outcome(http, CLAIM), await outcome(http, {})
        assert claimed == plain == ("done" if mode is AuthMode.DEV else "unauthenticated")
        entries = (await desk.call("audit.list", "alice", action="project.updated"))["entries"]
        assert "operator" not in {entry["origin"] for entry in entries}


async def test_two_claims_are_no_claim(desk: Desk) -> None:
    headers: Any = [*JSON_HEADERS.items(), *CLAIM.items(), *CLAIM.items()]
    response = await desk.http().post("/rpc", content=encode_request("user.me", {}), headers=headers)
    assert response.status_code == 400


async def test_the_operator_is_no_user(desk: Desk) -> None:
    assert await desk.call("user.me", "operator") is None
    with pytest.raises(RpcFailure, match="no user of the project") as refused:
        await desk.call("ticket.list", "operator")
    assert refused.value.data["kind"] == "not_allowed"


_CALL = """
import os, socket, sys
os.setgid(int(sys.argv[2])); os.setgroups([]); os.setuid(int(sys.argv[2]))
body = b'{"jsonrpc":"2.0","id":1,"method":"project.update","params":{"name":"Mine"}}'
called = socket.socket(socket.AF_UNIX)
called.connect(sys.argv[1])
called.sendall(b"POST /rpc HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\nx-hero-operator: 1\\r\\n"
    b"content-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
print(called.makefile("rb").read().rpartition(b"\\r\\n\\r\\n")[2].decode())
"""


@needs(AS_ROOT)
@pytest.mark.parametrize("user", [_OTHER_USER])
async def test_another_user_of_this_machine_is_not_the_operator(paths: Paths, user: int) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        socket = paths.socket("rpc")
        # The modes keep other users out; here one has got in all the same.
        for folder in (paths.root, *socket.parents[:4]):
            if folder.is_relative_to(paths.root):
                folder.chmod(0o755)
        socket.chmod(0o666)
        command = [sys.executable, "-c", _CALL, str(socket), str(user)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert "is the operator of this desk" in done.stdout, done.stderr
        assert (await desk.call("project.get", "operator"))["name"] == "Support"


@needs(AS_ROOT)
async def test_the_operator_is_who_owns_the_folder_not_who_runs_the_server(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    os.chown(paths.data, _OTHER_USER, _OTHER_USER)
    async with running(paths, seed=False) as desk:
        assert await outcome(desk.http(), CLAIM) == "unauthenticated"
