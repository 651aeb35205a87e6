"""The small HTTP client: every framing of an answer, connections that are used again, and one wait for all of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import Unreachable
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.http_connection import CutOff, HttpConnection, NotHttp
from tests.capabilities import IPV6_LOOPBACK, needs
from tests.http_requests import read_request

SECONDS = 10
# A minute of letters: a client that allows each its own time reads them all.
TRICKLES = 600
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


class Listener:
    """Answers each request with the next of `answers`; after one that is `None` it closes the connection."""

    def __init__(self, listening: socket.socket, answers: Sequence[bytes | None]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._listening = listening
        self._answers = list(answers)

    def serve(self) -> None:
        while self._answers:
            connection, _ = self._listening.accept()
            self.connections += 1
            with connection:
                connection.settimeout(SECONDS)
                while self._answers and (answer := self._answers.pop(0)) is not None:
                    self.requests.append(read_request(connection))
                    connection.sendall(answer)


@contextmanager
def serving(listening: socket.socket, *answers: bytes | None) -> Iterator[Listener]:
    with listening:
        listening.settimeout(SECONDS)
        listening.listen()
        listener = Listener(listening, answers)
        thread = threading.Thread(target=listener.serve, daemon=True)
        thread.start()
        yield listener
        thread.join(SECONDS)


@contextmanager
def unix(path: Path, *answers: bytes | None) -> Iterator[Listener]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    with serving(listening, *answers) as listener:
        yield listener


def ask(path: Path | str, body: bytes = b"") -> tuple[int, bytes]:
    connection = HttpConnection(path, SECONDS)
    try:
        return connection.request("POST" if body else "GET", "/x", {b"x-a": b"b"}, body)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HEAD + b"content-length: 2\r\n\r\nok", (200, b"ok")),
        (HEAD + b"Content-Length: 0\r\n\r\n", (200, b"")),
        (
            HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nok\r\nA;x=y\r\n0123456789\r\n0\r\nt: v\r\n\r\n",
            (200, b"ok0123456789"),
        ),
        (HEAD + b"connection: close\r\n\r\nto the end", (200, b"to the end")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"content-length: 2\r\n\r\nok", (200, b"ok")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.0 503\ncontent-length: 1\n\nx", (503, b"x")),
    ],
)
def test_every_framing_of_an_answer(hero_root: Path, answer: bytes, expected: tuple[int, bytes]) -> None:
    path = hero_root / "s"
    with unix(path, answer, None) as listener:
        assert ask(path) == expected
    assert listener.requests == [b"GET /x HTTP/1.1\r\nhost: localhost\r\nx-a: b\r\n\r\n"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", CutOff),
        (b"HTTP/1.1 2", CutOff),
        (HEAD + b"content-length: 2\r\n\r\no", CutOff),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nok\r\n", CutOff),
        (b"220 mail", NotHttp),
        (b"HTTP/1.1 abc\r\n\r\n", NotHttp),
        (b"HTTP/1.1 2000\r\n\r\n", NotHttp),
        (HEAD + b"no colon\r\n\r\n", NotHttp),
        (HEAD + b"content-length: -1\r\n\r\n", NotHttp),
        (HEAD + b"transfer-encoding: gzip\r\n\r\n", NotHttp),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n1_0\r\n", NotHttp),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\nlonger\r\n", NotHttp),
        (HEAD + b"a: b\r\n" * 1000 + b"\r\n", NotHttp),
        (HEAD + b"content-length: " + b"9" * 5000 + b"\r\n\r\n", NotHttp),
        (HEAD + b"content-length: 99999999999\r\n\r\n", NotHttp),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n0x1\r\n", NotHttp),
        (HEAD + b"transfer-encoding: chunked\r\n\r\nffffffffff\r\n", NotHttp),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"f" * 10000 + b"\r\n", NotHttp),
    ],
)
def test_what_is_no_whole_answer(hero_root: Path, answer: bytes, kind: type[Exception]) -> None:
    path = hero_root / "s"
    with unix(path, answer, None), pytest.raises(kind):
        ask(path)


def test_a_connection_is_used_again(hero_root: Path) -> None:
    path, ok = hero_root / "s", HEAD + b"content-length: 2\r\n\r\n{}"
    with unix(path, ok, ok, None) as listener, RpcClient(path) as client:
        assert [client.get("/a"), client.get("/b")] == [{}, {}]
    assert listener.connections == 1


def test_a_connection_that_was_closed_while_idle_is_opened_again(hero_root: Path) -> None:
    path, ok = hero_root / "s", HEAD + b"content-length: 2\r\n\r\n{}"
    with unix(path, ok, None, ok, None) as listener, RpcClient(path) as client:
        assert client.get("/a") == {}
        time.sleep(0.1)
        assert client.get("/b") == {}
    assert listener.connections == 2


def test_a_large_body_goes_out_whole_and_comes_back(hero_root: Path) -> None:
    body = b"x" * 3_000_000
    path = hero_root / "s"
    with unix(path, HEAD + b"content-length: 3000000\r\n\r\n" + body, None):
        # The listener reads only a part of what it is sent.
        assert ask(path)[1] == body


def test_an_answer_that_trickles_is_too_slow_in_all(hero_root: Path) -> None:
    def trickle() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(HEAD + b"name: ")
            for _ in range(TRICKLES):
                connection.sendall(b"x")
                time.sleep(0.1)

    path = hero_root / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        with RpcClient(path, timeout_s=0.3) as client, pytest.raises(Unreachable, match="did not answer in time"):
            client.get("/")
        thread.join()


@pytest.mark.parametrize(
    ("family", "host"),
    [(socket.AF_INET, "127.0.0.1"), pytest.param(socket.AF_INET6, "::1", marks=needs(IPV6_LOOPBACK))],
)
def test_over_tcp(family: int, host: str) -> None:
    listening = socket.socket(family)
    listening.bind((host, 0))
    target = f"[{host}]:{listening.getsockname()[1]}" if ":" in host else f"{host}:{listening.getsockname()[1]}"
    with serving(listening, HEAD + b"content-length: 2\r\n\r\nok", None) as listener:
        assert ask(target, b"body") == (200, b"ok")
    assert f"host: {target}\r\n".encode() in listener.requests[0]
    with pytest.raises(Unreachable, match="cannot reach"), RpcClient(target) as client:
        client.get("/")


def test_a_header_cannot_hold_another_one(hero_root: Path) -> None:
    path = hero_root / "s"
    with (
        unix(path, None),
        RpcClient(path, headers={"x-a": "b\r\nx-c: d"}) as client,
        pytest.raises(ValueError, match="line break"),
    ):
        client.get("/")
