"""Connections without a request: used again at once, and left before the server closes them."""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn

from hero_assistance_sdk.foreign import http_client
from hero_assistance_sdk.net.idle_connections import KEPT_S
from hero_assistance_sdk.rpc import http_connection
from hero_assistance_sdk.rpc.http_connection import HttpConnection
from tests.http_requests import read_request

SECONDS = 10
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx"


@contextmanager
def _answering(path: Path) -> Iterator[list[socket.socket]]:
    """Answer every request on every connection, and close none; yields the connections."""
    accepted: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def answer(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(ANSWER)

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            accepted.append(stack.enter_context(connection))
            threads.append(threading.Thread(target=answer, args=(connection,), daemon=True))
            threads[-1].start()

    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(path))
        listening.listen()
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield accepted
        listening.shutdown(socket.SHUT_RDWR)
        for thread in (accepting, *threads):
            thread.join(SECONDS)


@pytest.mark.parametrize(("kept_s", "connections"), [(KEPT_S, 1), (-1.0, 2)])
def test_the_small_client(hero_root: Path, monkeypatch: pytest.MonkeyPatch, kept_s: float, connections: int) -> None:
    monkeypatch.setattr(http_connection, "KEPT_S", kept_s)
    with _answering(hero_root / "s") as accepted:
        connection = HttpConnection(hero_root / "s", SECONDS)
        assert [connection.request("GET", "/", {}).body for _ in range(2)] == [b"x", b"x"]
        connection.close()
    assert len(accepted) == connections


@pytest.mark.anyio
@pytest.mark.parametrize(("kept_s", "connections"), [(KEPT_S, 1), (0.0, 2)])
async def test_the_client_of_servers(
    hero_root: Path, monkeypatch: pytest.MonkeyPatch, kept_s: float, connections: int
) -> None:
    monkeypatch.setattr(http_client, "KEPT_S", kept_s)
    with _answering(hero_root / "s") as accepted:
        async with http_client.make_client(hero_root / "s", timeout=httpx2.Timeout(SECONDS)) as http:
            assert [(await http.get("/")).content for _ in range(2)] == [b"x", b"x"]
    assert len(accepted) == connections


def test_they_are_left_well_before_the_server_closes_them() -> None:
    closed_after_s = inspect.signature(uvicorn.Config).parameters["timeout_keep_alive"].default
    assert closed_after_s / 2 >= KEPT_S
