"""A daemon that a benchmark starts: until it answers, what it has in memory, and its end."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.rpc.client import RpcClient

DEADLINE_S = 60.0
# Short next to what a start takes, which is measured up to the answer.
_LOOK_S = 0.002


@contextmanager
def running(
    command: Sequence[str | Path], env: Mapping[str, str], cwd: str | Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a daemon while the block lasts, without what it says.

    Raises `TimeoutExpired` if it does not end when it is asked to, and kills it then.
    """
    process = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def await_health(path: Path) -> None:
    """Return once a daemon of ours answers on its socket; raises `SystemExit`."""
    _await(lambda: path.exists() and _is_healthy(path), str(path))


def await_port(address: str) -> None:
    """Return once something listens on a TCP address; raises `SystemExit`."""
    _await(lambda: _is_listening(address), address)


def free_address() -> str:
    """Return a TCP address on loopback on which nothing listens."""
    with bind_tcp("127.0.0.1:0") as listening:
        return bound_address(listening)


def resident_mb(pid: int) -> float:
    """Return what a process has in memory."""
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True)
    return int(listed.stdout) / 1024


def _await(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not answer within {DEADLINE_S:g} s")
        time.sleep(_LOOK_S)


def _is_healthy(path: Path) -> bool:
    try:
        with RpcClient(path) as client:
            client.get("/health")
    except HeroError:
        return False
    return True


def _is_listening(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 1.0).close()
    except OSError:
        return False
    return True
