"""Sockets and the loop that serves them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import Listener, serve, unix_listener
from hero_assistance_sdk.errors import AddressInUse, SocketPathTooLong, UsageError
from hero_assistance_sdk.net.sockets import bind_tcp, bind_unix, bound_address, listening_pid, parse_address

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0


def app(text: str) -> Router:
    async def tell(_request: Request) -> Response:
        return PlainTextResponse(text)

    return Router([Route("/", tell)])


@asynccontextmanager
async def serving(*listeners: Listener) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
        group.create_task(serve(listeners, stop=stop))
        try:
            yield
        finally:
            stop.set()


async def test_each_listener_has_its_own_application(hero_root: Path) -> None:
    tcp = bind_tcp("127.0.0.1:0")
    path = hero_root / "u.sock"
    async with serving(unix_listener(path, app("unix")), Listener("tcp", tcp, app("tcp"))):
        assert await _served(path) == "unix"
        async with httpx2.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"http://{bound_address(tcp)}/")).text == "tcp"
    assert not path.exists()


async def _served(path: Path) -> str:
    transport = httpx2.AsyncHTTPTransport(uds=str(path), verify=False)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as http:
        return (await http.get("http://x/")).text


async def test_a_successors_socket_is_left_alone(hero_root: Path) -> None:
    path = hero_root / "u.sock"
    async with serving(unix_listener(path, app("old"))):
        await _served(path)
        path.unlink()
        successor = bind_unix(path)
    assert listening_pid(path) is not None
    successor.close()


def test_a_dead_socket_is_replaced_and_a_live_one_is_not(hero_root: Path) -> None:
    path = hero_root / "u.sock"
    bind_unix(path).close()
    assert path.exists()
    assert listening_pid(path) is None
    with bind_unix(path), pytest.raises(AddressInUse):
        bind_unix(path)


def test_a_path_that_no_kernel_binds_is_refused_with_both_lengths(hero_root: Path) -> None:
    with pytest.raises(SocketPathTooLong, match=r"has \d+ bytes; the system accepts \d+"):
        bind_unix(hero_root / ("x" * 120))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("9770", ("::", 9770)),
        ("127.0.0.1:9771", ("127.0.0.1", 9771)),
        ("[::1]:0", ("::1", 0)),
        ("[400::1]:9770", ("400::1", 9770)),
    ],
)
def test_address(address: str, expected: tuple[str, int]) -> None:
    assert parse_address(address) == expected


@pytest.mark.parametrize("address", ["", "x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "[::1]:-1", ":٣"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError):
        parse_address(address)


def test_a_taken_port_is_named() -> None:
    with bind_tcp("127.0.0.1:0") as taken, pytest.raises(AddressInUse, match=r"127\.0\.0\.1"):
        bind_tcp(bound_address(taken))


def test_every_address_is_both_families() -> None:
    with bind_tcp("0") as every:
        port = every.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), TIMEOUT_S):
                pass
