"""Over TCP, a request names this machine; a name that a stranger could have made resolve to it is refused."""

from __future__ import annotations

import socket

import pytest

from hero_assistance_sdk.net.host_names import HOSTS_SETTING, own_names, parse_host
from tests.httpd.peers import connected, served

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost:9770", "desk.localhost", "127.0.0.1", "127.0.0.1:1", "[::1]:9770", "[fe80::1%25eth0]",
     "[400:1::2]:9771", "10.1.2.3", socket.gethostname(), "localhost."],
)  # fmt: skip
async def test_an_address_and_an_own_name_are_answered(host: str) -> None:
    assert await status(f"host: {host}\r\n") == 200


@pytest.mark.parametrize(
    "headers",
    ["host: rebound.example\r\n", "host: localhost.rebound.example\r\n", "host: 127.0.0.1.rebound.example:9770\r\n",
     "host: user@rebound.example\r\n", "host: [::1\r\n", "host: \r\n"],
)  # fmt: skip
async def test_any_other_name_is_forbidden(headers: str) -> None:
    assert await status(headers) == 403


@pytest.mark.parametrize(
    "headers", ["", "host: \xe9\r\n", "host: localhost\r\nhost: localhost\r\n", "host: localhost\r\nHost: a.b\r\n"]
)
async def test_a_request_names_one_host(headers: str) -> None:
    assert await status(headers) == 400


async def test_a_named_host_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS_SETTING, "Desk.example, other.example.")
    assert await status("host: desk.example:9770\r\n") == 200
    assert await status("host: other.example\r\n") == 200
    assert await status("host: desk.example.net\r\n") == 403


def test_names_that_are_set_are_added_to_the_own_ones() -> None:
    assert own_names({HOSTS_SETTING: " , "}) == own_names({})
    assert own_names({HOSTS_SETTING: "a,B"}) == own_names({}) | {"a", "b"}
    assert parse_host("[::1]:80") == "::1"


async def status(headers: str) -> int:
    async with served() as address:
        peer = await connected(address)
        peer.send(f"GET / HTTP/1.1\r\n{headers}connection: close\r\n\r\n".encode("latin-1"))
        return int((await peer.rest()).split()[1])
