"""A server in dev mode on a root of its own, and the requests that callers load it with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from benchmarks.daemon_process import await_health, running
from benchmarks.desk.load import post
from hero_assistance_sdk.limits import SETTING
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.server.mail.settings_socket import telling

BODY = "Since this morning the VPN does not connect; it worked yesterday, at home and here. " * 4
# All callers of a benchmark are one person at one address, and one customer files its tickets.
_LIMITS = "connections_per_peer=4000,streams=4000,streams_per_user=4000,tickets_per_hour=off"


@dataclass(frozen=True)
class Served:
    """A server that runs, and where."""

    address: str
    pid: int
    paths: Paths


@contextmanager
def desk_server(root: Path, database: str | None = None) -> Iterator[Served]:
    """Run a server on a new root, or one node of it on the PostgreSQL of a URL, which its supervisor tells."""
    root.mkdir()
    env = {**os.environ, "PATH_ROOT": str(root), "HOME": str(root), "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}
    command = [sys.executable, "-m", "hero_assistance_server", "--auth-mode", "dev", "--seed-dev-users"]
    paths = Paths.from_environ(env)
    with told_database(paths, database), running(command, {**env, SETTING: _LIMITS}) as process:
        await_health(paths.socket("rpc"))
        with RpcClient(paths.socket("rpc")) as client:
            address = client.call("system.health")["tcp"]
        yield Served(address, process.pid, paths)


@contextmanager
def told_database(paths: Paths, database: str | None) -> Iterator[None]:
    """Answer as the supervisor of a root, which knows `DATABASE`; without one, nothing answers."""
    if database is None:
        yield
        return
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(telling(paths, {"DATABASE": database})):
        yield


def fill(served: Served, tickets: int) -> None:
    """File so many tickets, one after the other."""
    with RpcClient(served.paths.socket("rpc"), headers={"x-dev-user": "carol"}) as client:
        for number in range(tickets):
            client.call("ticket.create", title=f"Ticket {number}", body=BODY, tags=["vpn", "network"])


def create_request() -> bytes:
    """Return the request that files a ticket."""
    return call_request("ticket.create", title="The VPN is down", body=BODY, tags=["vpn", "network"])


def list_request() -> bytes:
    """Return the request for a page of the inbox."""
    return call_request("ticket.list", limit=50)


def call_request(method: str, **params: Any) -> bytes:
    """Return the request of a call by an agent."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    return post("/rpc", body, {"x-dev-user": "bob"})
