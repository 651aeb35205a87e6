"""Supervisors that come and go, and peers of any address, for the tests of who is trusted."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.paths import Paths
from tests.capabilities import LOOPBACK_NET, require
from tests.ui.daemons import Daemon, answers, eventually

ANSWER_S = 10.0
END = b"\r\n\r\n"


class Supervised:
    """A root whose embedded supervisor is started and ended by the test."""

    def __init__(self, paths: Paths, env: dict[str, str]) -> None:
        self.paths = paths
        self._daemon = Daemon("hero_assistance", ["supervisor", "run"], env, paths.root / "supervisor.log")

    @property
    def socket(self) -> Path:
        return self.paths.socket("supervisor")

    def start(self) -> None:
        """Start it and wait until it answers; what is registered keeps it from ending by itself."""
        self._daemon.start()
        eventually(lambda: answers(self.socket), "the supervisor answers")
        with SupervisorClient(self.socket) as client:
            client.service_set(ServiceSpec(name="stage", actions=(ActionSpec(name="one", argv=("/bin/true",)),)))

    def kill(self) -> None:
        """End it as a crash would; its socket file stays."""
        self._daemon.end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang with its socket open; `close` ends it all the same."""
        assert self._daemon.process is not None
        self._daemon.process.send_signal(signal.SIGSTOP)

    def set(self, name: str, value: str) -> None:
        """Keep a secret in the context `core`."""
        with SupervisorClient(self.socket) as client:
            client.secret_set(name, value)

    def get(self, name: str) -> str:
        """The secret; raises `NotFound`."""
        with SupervisorClient(self.socket) as client:
            return client.secret_get(name)

    def delete(self, name: str) -> None:
        """Forget a secret."""
        with SupervisorClient(self.socket) as client:
            client.secret_delete(name)

    def secrets_file(self) -> Path:
        """The file in which it keeps the secrets of the daemons."""
        return self.paths.state / "secrets" / "core.json"

    def close(self) -> None:
        self._daemon.close()


@contextmanager
def supervised(paths: Paths, env: dict[str, str]) -> Iterator[Supervised]:
    """A root without a supervisor yet; one that was started has ended afterwards."""
    made = Supervised(paths, env)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def hero_proc(paths: Paths, env: dict[str, str]) -> Iterator[Supervised]:
    """A supervisor that listens where hero_proc does; it has a root of its own."""
    root = paths.root / "box"
    made = Supervised(Paths.from_environ({**env, "PATH_ROOT": str(root)}), {**env, "PATH_ROOT": str(root)})
    root.mkdir()
    place = paths.hero_proc_socket
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(made.socket)
    try:
        yield made
    finally:
        made.close()


def connection(address: str, source: str) -> socket.socket:
    """A TCP connection to `host:port` or `[v6]:port` from a source address."""
    if source.startswith("127.") and source != "127.0.0.1":
        require(LOOPBACK_NET)
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.settimeout(ANSWER_S)
    opened.bind((source, 0))
    opened.connect((host, int(port)))
    return opened


def received(opened: socket.socket) -> bytes:
    """Everything until the other side closes."""
    chunks = []
    while chunk := opened.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def head(opened: socket.socket) -> bytes:
    """What arrives up to the end of the head of an answer."""
    read = b""
    while END not in read:
        chunk = opened.recv(65536)
        assert chunk, read
        read += chunk
    return read


def get(address: str, source: str, path: str = "/health") -> int:
    """The status of a request from a source address."""
    with connection(address, source) as opened:
        opened.sendall(f"GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n".encode())
        return int(received(opened).split(b" ", 2)[1])
