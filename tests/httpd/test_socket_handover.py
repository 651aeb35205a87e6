"""Taking over sockets from a process that serves, and from nobody else."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import serve, unix_listener
from hero_assistance_httpd.socket_handover import Predecessor, bind_or_take_over, offering
from hero_assistance_sdk.errors import AddressInUse
from hero_assistance_sdk.net.sockets import TAKES_OVER, bind_tcp, bind_unix, bound_address

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """This very process is named as the predecessor."""
    monkeypatch.setenv(TAKES_OVER, str(os.getpid()))


def test_only_the_named_predecessor_is_renamed_over(hero_root: Path) -> None:
    path = hero_root / "u.sock"
    with bind_unix(path):
        with pytest.raises(AddressInUse):
            bind_unix(path, predecessor=os.getppid())
        with bind_unix(path, predecessor=os.getpid()) as new, socket.socket(socket.AF_UNIX) as client:
            new.setblocking(False)
            client.connect(str(path))
            new.accept()[0].close()


async def test_a_listener_is_handed_over_with_those_who_wait_in_its_queue(named: None) -> None:
    with bind_tcp("127.0.0.1:0") as old, offering({"127.0.0.1:0": old}):
        address = old.getsockname()
        with socket.create_connection(address, TIMEOUT_S) as waiting:
            new = await asyncio.to_thread(bind_or_take_over, "127.0.0.1:0")
            old.close()
            with new:
                assert new.getsockname() == address
                accepted, peer = new.accept()
                accepted.close()
                assert peer == waiting.getsockname()


async def test_another_address_is_bound_anew(named: None) -> None:
    with bind_tcp("127.0.0.1:0") as old, offering({"127.0.0.1:0": old}):
        taken = bound_address(old)
        with pytest.raises(AddressInUse):
            await asyncio.to_thread(bind_or_take_over, taken)


def test_without_a_predecessor_an_address_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TAKES_OVER, raising=False)
    with bind_or_take_over("127.0.0.1:0") as bound:
        assert bound.getsockname()[1] > 0


def test_a_predecessor_that_offers_nothing_is_no_obstacle(named: None) -> None:
    with bind_or_take_over("127.0.0.1:0") as bound:
        assert bound.getsockname()[1] > 0


@contextmanager
def waiting_child() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


async def test_the_end_of_a_predecessor_is_told_by_the_kernel() -> None:
    with waiting_child() as child:
        old = Predecessor(child.pid)
        seen = [old.has_ended]
        child.kill()
        async with asyncio.timeout(TIMEOUT_S):
            await old.wait_for_end()
        seen.append(old.has_ended)
        assert seen == [False, True]
        old.close()


async def test_who_is_served_by_a_predecessor_is_answered_once_more(hero_root: Path, named: None) -> None:
    """A kept connection gets its answer and is told to close; nobody who had connected is dropped."""
    path, stop = hero_root / "u.sock", asyncio.Event()
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
        old = group.create_task(serve([unix_listener(path, _telling("old"))], stop=stop))
        async with _client(path) as kept:
            assert (await kept.get("/")).text == "old"
            with socket.socket(socket.AF_UNIX) as late:
                late.connect(str(path))
                with bind_unix(path, predecessor=os.getpid()):
                    stop.set()
                    await asyncio.sleep(0)
                    answer = await kept.get("/")
                    assert (answer.text, answer.headers["connection"]) == ("old", "close")
                    late.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    assert b"200 OK" in await asyncio.to_thread(late.recv, 4096)
                    await old
    assert path.exists()


def _telling(text: str) -> Router:
    async def tell(_request: Request) -> Response:
        return PlainTextResponse(text)

    return Router([Route("/", tell)])


def _client(path: Path) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(uds=str(path), verify=False),
        base_url="http://x",
        timeout=TIMEOUT_S,
        trust_env=False,
    )
