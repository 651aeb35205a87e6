"""The server as a program: starts, refuses to start, ends, and what survives SIGKILL."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from tests.capabilities import sqlite_only
from tests.server.databases import execute, find_database
from tests.server.desk import START_S, STOP_S, Child, child, spawn

# What the web server says when it cancels what does not end in time.
FORCED = "graceful shutdown exceeded"


def raw_stream(path: Path) -> socket.socket:
    """An open event stream, read up to its first line."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(STOP_S)
    sock.connect(str(path))
    sock.sendall(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
    received = b""
    while b"retry: 1000" not in received:
        received += sock.recv(4096)
    return sock


def test_sigterm_ends_streams_and_calls_before_they_are_forced_to(hero_env: dict[str, str], paths: Paths) -> None:
    """Also those whose reader takes nothing any more."""
    with child(hero_env, paths) as server, contextlib.ExitStack() as opened:
        streams = [opened.enter_context(raw_stream(paths.socket("events"))) for _ in range(10)]
        with server.client() as client:
            for _ in range(40):
                client.call("ticket.create", title="t", body="x" * 60_000)
            assert server.end(signal.SIGTERM) == 0
        reading = streams[0]
        while reading.recv(1 << 20):
            pass
    # In a run on PostgreSQL a supervisor tells the server its database.
    assert {path.name for path in paths.service_sockets.iterdir()} <= {"supervisor.sock"}
    log = server.log.read_text()
    assert FORCED not in log
    assert "Traceback" not in log


def test_a_second_server_on_the_same_root_says_who_runs(hero_env: dict[str, str], paths: Paths) -> None:
    with child(hero_env, paths) as server:
        second = spawn(hero_env, paths, "--auth-mode", "dev")
        assert second.process.wait(START_S) == 1
        lines = [line for line in second.log.read_text().splitlines() if line.startswith("hero_assistance_server:")]
        assert lines == [f"hero_assistance_server: process {server.process.pid} already serves {paths.data}"]
        with server.client() as client:
            assert client.call("system.health")["status"] == "ok"


@sqlite_only("is about SQLite's file")
def test_a_newer_database_is_refused_in_one_line(hero_env: dict[str, str], paths: Paths) -> None:
    with child(hero_env, paths):
        pass
    connection = apsw.Connection(str(paths.data / "tickets.db"))
    connection.pragma("user_version", 1000)
    connection.close()
    refused = spawn(hero_env, paths)
    assert refused.process.wait(START_S) == 1
    log = refused.log.read_text()
    assert "has version 1000; this release knows versions up to" in log
    assert "Traceback" not in log


def test_a_taken_port_leaves_the_unix_sockets(hero_env: dict[str, str], paths: Paths) -> None:
    with bind_tcp("127.0.0.1:0") as taken:
        arguments = ("--auth-mode", "dev", "--seed-dev-users", "--tcp", bound_address(taken))
        with child(hero_env, paths, *arguments) as server, server.client() as client:
            health = client.call("system.health")
            assert health["tcp"] is None
            assert health["tcp_error"]["address"] == bound_address(taken)
            assert "already in use" in health["tcp_error"]["message"]
            assert "ss -ltnp" in health["tcp_error"]["hint"]
            log = server.log.read_text()
            assert "listener.tcp-unavailable" in log
            assert "ss -ltnp" in log


def test_a_server_without_tcp_has_no_error(hero_env: dict[str, str], paths: Paths) -> None:
    with child(hero_env, paths, "--auth-mode", "dev") as server, server.client() as client:
        health = client.call("system.health")
        assert (health["tcp"], health["tcp_error"]) == (None, None)


def test_the_environment_replaces_the_default_tcp_address(hero_env: dict[str, str], paths: Paths) -> None:
    env = hero_env | {"HERO_ASSISTANCE_TCP": "127.0.0.1:0"}
    with child(env, paths) as server, server.client() as client:
        host, _, port = client.call("system.health")["tcp"].rpartition(":")
        assert host == "127.0.0.1"
        assert int(port) > 0


@pytest.mark.parametrize(
    ("arguments", "status", "shown"),
    [
        (["--version"], 0, "hero_assistance_server "),
        (["--help"], 0, "--auth-mode"),
        (["--auth-mode", "none"], 2, "'none' is not one of"),
        (["--tcp", "nonsense"], 2, "'nonsense' is not an address"),
        (["surplus"], 2, "surplus"),
    ],
)
def test_command_line(hero_env: dict[str, str], arguments: list[str], status: int, shown: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "hero_assistance_server", *arguments],
        env=hero_env,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert ended.returncode == status
    assert shown in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_version_loads_nothing_heavy(hero_env: dict[str, str]) -> None:
    program = (
        "import sys; sys.argv = ['server', '--version']\n"
        "from hero_assistance_server.__main__ import main\n"
        "assert main() == 0\n"
        "assert not {'click', 'asyncio', 'pydantic', 'apsw', 'uvicorn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], env=hero_env, timeout=START_S, check=True)


@sqlite_only("holds what a desk on SQLite loads")
def test_a_desk_on_sqlite_loads_nothing_of_another_engine(hero_env: dict[str, str], paths: Paths) -> None:
    with child({**hero_env, "PYTHONPROFILEIMPORTTIME": "1"}, paths) as server:
        loaded = server.log.read_text()
    assert "hero_assistance_server.storage.sqlite" in loaded
    assert "psycopg" not in loaded
    assert "hero_assistance_server.storage.postgres" not in loaded


@dataclass
class Acknowledged:
    """What the server has said it keeps, by the token of each request; and the tokens it said nothing about."""

    tickets: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def write_until_it_dies(server: Child, name: str, told: Acknowledged, stop: threading.Event) -> None:
    """File tickets and reply to them, one after the other, until a call fails."""
    number = 0
    with server.client("carol") as client:
        while not stop.is_set():
            number += 1
            token = f"{name}-{number}"
            try:
                ticket = client.call("ticket.create", title=token, body="b", client_token=token)
                told.tickets[token] = ticket["ticket_id"]
                reply = client.call("message.reply", ticket_id=ticket["ticket_id"], body=token, client_token=token)
                told.messages[token] = reply["message_id"]
            except HeroError:
                told.unknown.append(token)
                return


def test_what_was_acknowledged_survives_sigkill(hero_env: dict[str, str], paths: Paths) -> None:
    """Eight writers, killed at a random moment, three times: nothing lost, nothing twice, no gap."""
    moment, writers = random.Random(), 8  # noqa: S311
    told = Acknowledged()
    for round_ in range(3):
        stop = threading.Event()
        with child(hero_env, paths) as server, ThreadPoolExecutor(writers) as pool:
            known = len(told.messages)
            for writer in range(writers):
                pool.submit(write_until_it_dies, server, f"r{round_}w{writer}", told, stop)
            wanted = known + moment.randint(20, 200)
            deadline = time.monotonic() + START_S
            while len(told.messages) < wanted and time.monotonic() < deadline:
                stop.wait(0.001)
            server.end(signal.SIGKILL)
            stop.set()
        _check_database(paths, told)
    with child(hero_env, paths) as server, server.client("carol") as client:
        for token in told.unknown:
            ticket = client.call("ticket.create", title=token, body="b", client_token=token)
            assert told.tickets.get(token, ticket["ticket_id"]) == ticket["ticket_id"]
            told.tickets[token] = ticket["ticket_id"]
    _check_database(paths, told)
    assert len(told.unknown) > 0


def _check_database(paths: Paths, told: Acknowledged) -> None:
    """Open it as the next start does, from what the killed process left."""
    if find_database(paths.data) is None:
        assert execute(paths.data, "PRAGMA integrity_check") == [("ok",)]
        assert execute(paths.data, "PRAGMA foreign_key_check") == []
    tickets = execute(paths.data, "SELECT title, ticket_id FROM tickets")
    messages = execute(paths.data, "SELECT body, message_id FROM messages")
    seqs = [seq for (seq,) in execute(paths.data, "SELECT seq FROM events ORDER BY seq")]
    told_of = execute(paths.data, "SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind")
    assert len(dict(tickets)) == len(tickets)
    assert len(dict(messages)) == len(messages)
    assert told.tickets.items() <= dict(tickets).items()
    assert told.messages.items() <= dict(messages).items()
    assert seqs == list(range(1, len(tickets) + len(messages) + 1))
    assert told_of == [("message.replied", len(messages)), ("ticket.created", len(tickets))]
