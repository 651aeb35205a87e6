"""A thousand callers who want nothing, or far too much: the server answers the others, within bounded memory."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.limits import SETTING
from hero_assistance_sdk.paths import Paths
from tests.capabilities import PROC, require
from tests.server.desk import START_S, STOP_S, Child, child

MIB = 1024 * 1024
HALF = b"GET /events HTTP/1.1\r\nhost: localhost\r\n"
POST = b"POST /rpc HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n"
# A connection takes some 10 KiB of the server; this is several times as much.
EACH = 40 * 1024


@contextlib.contextmanager
def limited(env: dict[str, str], paths: Paths, limits: str) -> Iterator[Child]:
    """A server process with these limits, on TCP too, that has answered before."""
    with child({**env, SETTING: limits, "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}, paths) as server:
        yield server
        assert "Traceback" not in server.log.read_text()


def resident(server: Child) -> int:
    """The bytes of memory that a server holds."""
    require(PROC)
    status = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(status[1]) * os.sysconf("SC_PAGE_SIZE")


def answers(server: Child) -> bool:
    with server.client("carol") as client:
        return bool(client.call("ticket.create", title="t", body="b")["ticket_id"])


def tcp_address(server: Child) -> tuple[str, int]:
    with server.client() as client:
        host, _, port = client.call("system.health")["tcp"].rpartition(":")
    return host, int(port)


@contextlib.contextmanager
def connections(target: Path | tuple[str, int], count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections, on each of which the same was sent."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count + 512, hard)), hard))
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            family = socket.AF_UNIX if isinstance(target, Path) else socket.AF_INET
            sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            sock.settimeout(STOP_S)
            sock.connect(str(target) if isinstance(target, Path) else target)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(sent)
            opened.append(sock)
        yield opened


def ends(opened: list[socket.socket]) -> Counter[bytes]:
    """The status that each connection ended with, or nothing; waits until the server has closed them all."""
    received: dict[socket.socket, bytes] = dict.fromkeys(opened, b"")
    deadline = time.monotonic() + START_S
    with selectors.DefaultSelector() as selector:
        for sock in opened:
            selector.register(sock, selectors.EVENT_READ)
        while selector.get_map():
            assert time.monotonic() < deadline, f"{len(selector.get_map())} are still open"
            for key, _ in selector.select(timeout=1.0):
                assert isinstance(key.fileobj, socket.socket)
                piece = b""
                with contextlib.suppress(ConnectionResetError):
                    piece = key.fileobj.recv(65536)
                received[key.fileobj] += piece
                if not piece:
                    selector.unregister(key.fileobj)
    return Counter(data[9:12] for data in received.values())


def test_a_thousand_idle_connections(hero_env: dict[str, str], paths: Paths) -> None:
    with limited(hero_env, paths, "header_seconds=3") as server:
        before = resident(server)
        with connections(paths.socket("rpc"), 1000, b"") as opened:
            assert answers(server)
            assert resident(server) - before < 1000 * EACH
            assert ends(opened) == {b"": 1000}
        assert answers(server)


def test_five_thousand_half_open_streams_over_tcp(hero_env: dict[str, str], paths: Paths) -> None:
    """One address holds its share of the connections; the others of it are told so at once."""
    with limited(hero_env, paths, "header_seconds=3,connections_per_peer=200") as server:
        before = resident(server)
        with connections(tcp_address(server), 5000, HALF) as opened:
            assert answers(server)
            found = ends(opened)
        assert set(found) == {b"429", b"408"}
        assert found.total() == 5000
        # While they arrive, the time of the first may end and its place be given to another.
        assert found[b"408"] < 2000
        assert resident(server) - before < 500 * EACH


def test_more_connections_than_there_is_room_for(hero_env: dict[str, str], paths: Paths) -> None:
    with limited(hero_env, paths, "header_seconds=3,connections=100") as server:
        with connections(paths.socket("events"), 300, HALF) as opened:
            found = ends(opened)
            # Those that came first made room for those that came last, and for a caller.
            assert answers(server)
        assert found.total() == 300
        assert found[b""] >= 200
        assert found[b"408"] > 0
        assert answers(server)


def test_a_flood_over_tcp_keeps_nothing_from_the_unix_sockets(hero_env: dict[str, str], paths: Paths) -> None:
    """The supervisor asks over them: a server that is busy with strangers is not a sick one."""
    with limited(hero_env, paths, "header_seconds=60,connections=40,connections_per_peer=1000") as server:
        with connections(tcp_address(server), 500, b"GET / HTTP/1.1\r\nhost: localhost\r\nname:"):
            for _ in range(20):
                assert answers(server)
        assert answers(server)


def test_a_handful_of_places_is_enough(hero_env: dict[str, str], paths: Paths) -> None:
    """Strangers who say nothing make room for callers; so few places are what `ulimit -n 140` leaves."""
    limits = "header_seconds=60,connections=6"
    with limited(hero_env, paths, limits) as server, connections(paths.socket("rpc"), 14, b""):
        for _ in range(20):
            assert answers(server)


@pytest.mark.parametrize("ask", [b"GET /a HTTP/1.1\r\nhost: localhost\r\n\r\n", b"GET /health HTTP/1.1\r\n\r\n"])
def test_requests_without_end_from_one_who_does_not_read(hero_env: dict[str, str], paths: Paths, ask: bytes) -> None:
    """Memory stays where it was, and the others are answered meanwhile."""
    with limited(hero_env, paths, "") as server:
        before = resident(server)
        with connections(tcp_address(server), 1, b"") as (sock,):
            sock.settimeout(0.5)
            with contextlib.suppress(TimeoutError, ConnectionError):
                for _ in range(200):
                    sock.sendall(ask * 4000)
            assert answers(server)
            assert resident(server) - before < 16 * MIB


def test_slow_bodies(hero_env: dict[str, str], paths: Paths) -> None:
    with limited(hero_env, paths, "body_seconds=3") as server:
        before = resident(server)
        with connections(paths.socket("rpc"), 500, POST % 100_000 + b"x" * 1000) as opened:
            assert answers(server)
            assert ends(opened) == {b"408": 500}
        assert resident(server) - before < 500 * EACH


def test_ten_mebibytes_of_json(hero_env: dict[str, str], paths: Paths) -> None:
    """Announced, it is refused unread; unannounced, as soon as it is too much."""
    chunked = (
        b"POST /rpc HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n" + b"a00000\r\n" + b"[" * 10 * MIB
    )
    with limited(hero_env, paths, "") as server:
        before = resident(server)
        for sent in (POST % (10 * MIB) + b'"' * 10 * MIB, chunked):
            for _ in range(5):
                assert status_of(paths.socket("rpc"), sent) in (b"413", b"")
        assert status_of(paths.socket("rpc"), POST % (10 * MIB)) == b"413"
        assert resident(server) - before < 16 * MIB
        assert answers(server)


def status_of(target: Path, sent: bytes) -> bytes:
    """The status of the answer; nothing when the server has closed before we were done, which may lose its answer."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(STOP_S)
        sock.connect(str(target))
        sending = threading.Thread(target=_send, args=(sock, sent))
        sending.start()
        try:
            return sock.recv(65536)[9:12]
        finally:
            sock.shutdown(socket.SHUT_RDWR)
            sending.join(STOP_S)
    return b""


def _send(sock: socket.socket, sent: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(sent)


@pytest.mark.parametrize(
    ("limits", "status", "reason"),
    [("streams_per_user=3", b"429", "too-many"), ("streams=3", b"503", "unavailable")],
)
def test_more_streams_than_there_are_places(
    hero_env: dict[str, str], paths: Paths, limits: str, status: bytes, reason: str
) -> None:
    """A place that is given back is there for the next."""
    ask = HALF + b"x-dev-user: bob\r\n\r\n"
    with limited(hero_env, paths, limits) as server:
        with connections(paths.socket("events"), 3, ask) as opened:
            assert [sock.recv(4096)[9:12] for sock in opened] == [b"200"] * 3
            with connections(paths.socket("events"), 1, ask) as refused:
                answer = b"".join(iter(lambda: refused[0].recv(65536), b""))
            assert answer[9:12] == status
            assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]["data"]["reason"] == reason
        _until_free(paths.socket("events"), ask)
        assert answers(server)


def _until_free(target: Path, ask: bytes) -> None:
    """The server hears of a reader that left a moment later."""
    deadline = time.monotonic() + STOP_S
    while time.monotonic() < deadline:
        with connections(target, 3, ask) as tried:
            if [sock.recv(4096)[9:12] for sock in tried] == [b"200"] * 3:
                return
    raise AssertionError("the places were not given again")
