"""What a caller hears of another side that does not answer as it should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.rpc.async_client import AsyncRpcClient
from hero_assistance_sdk.rpc.client import RpcClient
from tests.http_requests import read_request

SECONDS = 10
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
SIZED = HEAD + b"content-length: 100\r\n\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """A listener that takes one request, answers with these bytes, and closes the connection."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            read_request(connection)
            connection.sendall(answer)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(SECONDS)
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


CASES = [
    (b"", Unreachable),
    (HEAD, Unreachable),
    (SIZED + b'{"jsonrpc"', Unreachable),
    (CHUNKED + b"5\r\n", Unreachable),
    (b"SSH-2.0-OpenSSH\r\n\r\n", ProtocolViolation),
    (CHUNKED + b"no number\r\n\r\n", ProtocolViolation),
    (HEAD + b"content-length: 2\r\n\r\n{]", ProtocolViolation),
    (HEAD + b"content-length: 2\r\n\r\n{}", ProtocolViolation),
    (HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}", ProtocolViolation),
    (HEAD + b"\r\n" + b"[" * 100_000, ProtocolViolation),
    (HEAD + b'\r\n{"error": {"code": "x", "message": "y"}}', ProtocolViolation),
    (HEAD + b'\r\n{"error": {"code": 1e99, "message": "y"}}', ProtocolViolation),
    (HEAD + b'\r\n{"error": {"code": 1, "message": ["y"]}}', ProtocolViolation),
]


@pytest.mark.parametrize(("answer", "kind"), CASES)
def test_a_process_that_ended_is_told_from_one_that_is_another(
    hero_root: Path, answer: bytes, kind: type[HeroError]
) -> None:
    """Who waits for a restart asks again after the first, and gives up at the second."""
    path = hero_root / "rpc.sock"
    with answering(path, answer), RpcClient(path) as client, pytest.raises(kind) as raised:
        client.call("system.health")
    assert type(raised.value) is kind


@pytest.mark.anyio
@pytest.mark.parametrize(("answer", "kind"), CASES)
async def test_the_same_without_holding_up_the_loop(hero_root: Path, answer: bytes, kind: type[HeroError]) -> None:
    path = hero_root / "rpc.sock"
    with answering(path, answer):
        async with AsyncRpcClient(path) as client:
            with pytest.raises(kind):
                await client.call("system.health")
