"""The client against supervisors that are absent, older, broken or hung: each its own error, never a hang."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.hero_proc.client import METHODS, MissingMethod, SupervisorClient, connect
from hero_assistance_sdk.hero_proc.connection import ANSWER_TIMEOUT_S
from hero_assistance_sdk.hero_proc.specs import ActionSpec, BadSpec, ServiceSpec
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.http_requests import read_request
from tests.supervisor.harness import DEADLINE_S

Answer = Callable[[dict[str, object]], bytes]


def http(body: bytes, length: int | None = None) -> bytes:
    """An HTTP answer, with a length that may be a lie."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n".encode() + body


def result(request: dict[str, object], value: object) -> bytes:
    return http(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": value}).encode())


def document(*methods: str) -> dict[str, object]:
    return {"methods": [{"name": name, "params": []} for name in methods]}


@contextlib.contextmanager
def supervisor(path: Path, answer: Answer) -> Iterator[None]:
    """Answer each request on a socket by a function, one connection after the other."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _address = listening.accept()
                with caller:
                    if request := read_request(caller):
                        caller.sendall(answer(json.loads(request.partition(b"\r\n\r\n")[2])))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


@pytest.fixture
def path(hero_root: Path) -> Path:
    return hero_root / "s.sock"


def known(then: Answer) -> Answer:
    """A supervisor with every method, that answers each call but rpc.discover by `then`."""
    return lambda request: result(request, document(*METHODS)) if request["method"] == "rpc.discover" else then(request)


def test_nobody_listens(path: Path) -> None:
    assert connect(path) is None
    with pytest.raises(Unreachable, match="nothing listens"):
        SupervisorClient(path)


def test_a_socket_that_refuses(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert connect(path) is None
    with pytest.raises(Unreachable, match="cannot reach"):
        SupervisorClient(path)


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\n", http(b"{}")[:-1]])
def test_a_supervisor_that_is_killed_while_it_answers(path: Path, reply: bytes) -> None:
    with supervisor(path, lambda _request: reply), pytest.raises(Unreachable, match="closed the connection"):
        SupervisorClient(path)


@pytest.mark.parametrize("reply", [b"SSH-2.0-OpenSSH\r\n\r\n", http(b"<html>"), http(b"[]"), http(b'{"result": 7}')])
def test_somebody_who_is_no_supervisor(path: Path, reply: bytes) -> None:
    with supervisor(path, lambda _request: reply), pytest.raises(ProtocolViolation):
        SupervisorClient(path)


def test_the_methods_that_are_missing_are_named_before_anything_is_sent(path: Path) -> None:
    asked: list[object] = []

    def answer(request: dict[str, object]) -> bytes:
        asked.append(request["method"])
        return result(request, document("service.list", "rpc.discover"))

    with supervisor(path, answer), SupervisorClient(path) as client:
        assert "service.set" in client.missing
        with pytest.raises(MissingMethod, match=r"does not offer service\.set, service\.start"):
            client.require("service.set", "service.list", "service.start")
        with pytest.raises(MissingMethod):
            client.service_start("one")
    assert asked == ["rpc.discover"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (http(b'{"jsonrpc": "2.0", "id": 1, "res', 500), HeroError),
        (b"", HeroError),
        (http(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"it broke"}}'), RpcFailure),
        (http(b'{"jsonrpc":"2.0","id":1,"result":{"services":[{"service":5}]}}'), ProtocolViolation),
    ],
    ids=["half an answer", "dies while it answers", "an error", "another shape"],
)
def test_a_call_that_fails(path: Path, reply: bytes, kind: type[HeroError]) -> None:
    with supervisor(path, known(lambda _request: reply)), SupervisorClient(path) as client, pytest.raises(kind):
        client.service_list()


def test_a_supervisor_that_hangs_is_left_after_the_time_out(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(path))
        hung.listen()
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="did not answer in time"):
            SupervisorClient(path, timeout_s=0.2)
        assert time.monotonic() - begun < ANSWER_TIMEOUT_S  # which is the default


def test_what_a_newer_supervisor_adds_is_passed_over(path: Path) -> None:
    more = {"services": [], "weather": "fine"}
    with supervisor(path, known(lambda request: result(request, more))), SupervisorClient(path) as client:
        assert client.service_list() == ()


def test_a_specification_with_faults_is_not_sent(path: Path) -> None:
    spec = ServiceSpec(name="s", actions=(ActionSpec(name="a", argv=("relative",)),))

    def never(request: dict[str, object]) -> bytes:
        raise AssertionError(request)

    with supervisor(path, known(never)), SupervisorClient(path) as client, pytest.raises(BadSpec):
        client.service_set(spec)


def test_without_waiting_calls_a_change_is_polled_for(path: Path) -> None:
    status = {"service": "s", "wanted": "up", "state": "healthy"}
    with supervisor(path, known(lambda request: result(request, status))), SupervisorClient(path) as client:
        first = client.service_status("s")
        begun = time.monotonic()
        assert client.service_change(first, 2 * DEADLINE_S) == first
        assert time.monotonic() - begun < DEADLINE_S
