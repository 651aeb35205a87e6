"""A ticket's whole life by clients that know nothing of this project: one generated from the document, and curl."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from tests.capabilities import CURL, find_program, require
from tests.server.desk import STOP_S, child

Call = Callable[..., Any]


class UnixConnection(http.client.HTTPConnection):
    """The standard library's HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=STOP_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(STOP_S)
        self.sock.connect(str(self._path))


def exchanged(path: Path, user: str, method: str, target: str, body: bytes | None) -> bytes:
    connection = UnixConnection(path)
    try:
        connection.request(method, target, body, {"X-Dev-User": user, "Content-Type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()


def generated(path: Path) -> Call:
    """A client made of the OpenRPC document alone: it sends what the document lists, and by position."""
    document = json.loads(exchanged(path, "alice", "GET", "/openrpc.json", None))
    methods = {method["name"]: [param["name"] for param in method["params"]] for method in document["methods"]}
    required = {
        method["name"]: {param["name"] for param in method["params"] if param.get("required")}
        for method in document["methods"]
    }

    def call(user: str, method: str, /, **params: Any) -> Any:
        assert required[method] <= set(params) <= set(methods[method])
        # By position as far as they go without a gap, which is what generated clients do with required params.
        names = methods[method][: len(params)]
        sent: Any = [params[name] for name in names] if set(names) == set(params) else params
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": sent}
        return decode_answer(exchanged(path, user, "POST", "/rpc", json.dumps(request).encode()))

    return call


def curl(path: Path) -> Call:
    """The shell's HTTP client."""
    require(CURL)
    program = str(find_program("curl"))

    def call(user: str, method: str, /, **params: Any) -> Any:
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        command = [
            program,
            "-sS",
            "--unix-socket",
            str(path),
            "http://x/rpc",
            "-H",
            f"X-Dev-User: {user}",
            "-d",
            request,
        ]
        return decode_answer(subprocess.run(command, check=True, capture_output=True, timeout=STOP_S).stdout)

    return call


def decode_answer(answer: bytes) -> Any:
    found = json.loads(answer)
    assert "error" not in found, found
    return found["result"]


@pytest.fixture
def socket_path(hero_env: dict[str, str], paths: Paths) -> Iterator[Path]:
    with child(hero_env, paths):
        yield paths.socket("rpc")


@pytest.mark.parametrize("client", [generated, curl])
def test_a_tickets_whole_life(socket_path: Path, client: Callable[[Path], Call]) -> None:
    call = client(socket_path)
    ticket_id = call("carol", "ticket.create", title="VPN", body="It is down.")["ticket_id"]
    assert call("bob", "ticket.list")["tickets"][0]["status"] == "new"
    call("bob", "ticket.update", ticket_id=ticket_id, assignee="bob", priority="high", add_tags=["vpn"])
    call("bob", "message.note", ticket_id=ticket_id, body="The gateway was renewed.")
    asked = call("bob", "message.reply", ticket_id=ticket_id, body="Which adress?")
    call("bob", "message.edit", message_id=asked["message_id"], body="Which address?")
    assert call("carol", "ticket.get", ticket_id=ticket_id)["status"] == "waiting"
    thread = call("carol", "message.list", ticket_id=ticket_id)["messages"]
    assert [message["body"] for message in thread] == ["Which address?"]
    call("carol", "message.reply", ticket_id=ticket_id, body="10.0.0.7", last_seen_message_id=asked["message_id"])
    call("bob", "ticket.update", ticket_id=ticket_id, status="snoozed", snoozed_until=4_000_000_000_000)
    again = call("carol", "ticket.create", title="VPN again", body="Still down.")["ticket_id"]
    assert call("bob", "ticket.merge", ticket_id=again, into=ticket_id)["message_count"] == 4
    assert call("carol", "ticket.update", ticket_id=ticket_id, status="solved")["status"] == "solved"
    assert call("carol", "message.reply", ticket_id=ticket_id, body="No.")["author"] == "carol"
    assert call("bob", "ticket.update", ticket_id=ticket_id, status="closed")["status"] == "closed"
    actions = [entry["action"] for entry in call("alice", "audit.list", ticket_id=ticket_id)["entries"]]
    assert actions[0] == "ticket.updated"
    assert actions[-1] == "ticket.created"
