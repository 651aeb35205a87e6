"""Strangers who try to exhaust a desk whose sign-in and mail are on: it stays small, and serves the others."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.capabilities import PROC, needs
from tests.server.desk import child
from tests.server.mail.settings_socket import telling
from tests.ui.daemons import Desk, desk

pytestmark = [pytest.mark.anyio, needs(PROC)]

MIB = 1024 * 1024
# What a server may take beyond what it took before, while strangers do their worst.
MORE_MEMORY = 64 * MIB
LOG_LIMIT = 256 * 1024
SESSIONS = 60
SESSIONS_KEPT = 50
WATCH_S, CALLS = 3.0, 15
# A call that waits for the garbage takes many times as long.
ANSWER_S = 15.0


def resident_bytes(pid: int) -> int:
    """The memory of a process now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


@pytest.fixture
def env(hero_env: dict[str, str]) -> dict[str, str]:
    return {**hero_env, "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}


# --- a mailbox of a server that sends garbage


async def send_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting whose line never ends."""
    while True:
        writer.write(b"* OK " + b"x" * 65536)
        await writer.drain()


async def send_lines_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting, and then lines that answer nothing, for ever."""
    writer.write(b"* OK ready\r\n")
    while True:
        writer.write(b"* 1 EXISTS\r\n" * 4096)
        await writer.drain()


async def announce_a_giant(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Each answer announces a text of a gigabyte, and begins to send it."""
    writer.write(b"* OK ready\r\n")
    while await reader.readline():
        writer.write(b"* LIST {1073741824}\r\n")
        for _ in range(16_384):
            writer.write(b"x" * 65536)
            await writer.drain()


async def send_bytes(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What is not IMAP at all."""
    writer.write(bytes(range(256)) * 100 + b"\r\n")
    await writer.drain()
    writer.close()


async def say_nothing_more(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting, and then silence."""
    writer.write(b"* OK ready\r\n")
    await asyncio.sleep(3600)


Garbage = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def garbage_server(answer: Garbage) -> AsyncIterator[int]:
    """Its port; connections end with the context."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (OSError, asyncio.CancelledError):
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


GARBAGE = [send_without_end, send_lines_without_end, announce_a_giant, send_bytes, say_nothing_more]


@pytest.mark.parametrize("answer", GARBAGE)
async def test_a_mailbox_of_garbage_is_no_burden(env: dict[str, str], paths: Paths, answer: Garbage) -> None:
    """The first of them once kept the desk from answering, the last one from ending."""
    async with garbage_server(answer) as port, telling(paths, {"IMAP_URL": f"imap://u:p@127.0.0.1:{port}/INBOX"}):
        await asyncio.to_thread(_watch, env, paths)


def _watch(env: dict[str, str], paths: Paths) -> None:
    """Run a server next to the garbage for some seconds, and look at what it takes and answers."""
    with (
        child(env, paths, "--auth-mode", "hero") as served,
        RpcClient(paths.socket("rpc"), timeout_s=ANSWER_S) as client,
    ):
        before = resident_bytes(served.process.pid)
        for _ in range(CALLS):
            client.call("system.health")
            time.sleep(WATCH_S / CALLS)
        assert resident_bytes(served.process.pid) - before < MORE_MEMORY
        assert served.log.stat().st_size < LOG_LIMIT


# --- sign-in


def test_a_user_who_signs_in_for_ever_has_fifty_sessions(env: dict[str, str], paths: Paths) -> None:
    with child(env, paths, "--auth-mode", "hero"), RpcClient(paths.socket("rpc")) as anyone:
        with RpcClient(paths.socket("rpc"), headers={"x-hero-operator": "1"}) as operator:
            operator.call("project.update", page_address="https://desk.example")
            operator.call("user.add", email="ann@desk.example", role="admin")
            tokens = []
            for _ in range(SESSIONS):
                link = operator.call("user.link", email="ann@desk.example")["link"]
                tokens.append(anyone.call("auth.redeem", token=link.partition("token=")[2])["session"])
        first = RpcClient(paths.socket("rpc"), headers={"x-hero-session": tokens[0]})
        with first, pytest.raises(RpcFailure):
            first.call("auth.sessions")
        with RpcClient(paths.socket("rpc"), headers={"x-hero-session": tokens[-1]}) as last:
            assert len(last.call("auth.sessions")["sessions"]) == SESSIONS_KEPT


# --- headers


@pytest.fixture
def pages(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Desk]:
    """A server over TCP, and its page over TCP."""
    with desk(hero_root, hero_env, "hero") as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made


def test_a_cookie_and_a_header_of_a_megabyte_are_refused(pages: Desk) -> None:
    for address in (pages.tcp_of_server(), pages.tcp_of_ui()):
        for name in ("cookie", "x-hero-session", "x-anything"):
            assert _answer_to(address, f"{name}: {'x' * MIB}\r\n".encode()) in (431, None)
        many = b"".join(b"x-%d: 1\r\n" % number for number in range(100_000))
        assert _answer_to(address, many) in (431, None)
        with closing(http.client.HTTPConnection(address, timeout=ANSWER_S)) as connection:
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200


def _answer_to(address: str, headers: bytes) -> int | None:
    """The status of a request with these headers; `None` where the connection was cut off while it was sent."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), ANSWER_S) as connection:
        try:
            connection.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n" + headers + b"\r\n")
            answer = connection.recv(64)
        except ConnectionError:
            return None
    return int(answer.split(b" ")[1]) if answer else None
