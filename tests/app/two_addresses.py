"""A ticket server with two addresses that tests take away, as the end of a machine or of a router does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hero_assistance_sdk.net.host_names import HOSTS_SETTING
from hero_assistance_sdk.project.identity import new_challenge
from tests.ui.daemons import Desk, desk

SECONDS = 30.0


@dataclass
class Relay:
    """Hands on the connections to one address to `target`; it ends in the place of an answer to `dies_at`."""

    target: str = ""
    dies_at: bytes | None = None
    _is_asked: bool = False
    _sockets: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def end(self) -> None:
        """Refuse connections, and cut off those that there are."""
        for one in (self._listening, *self._sockets):
            # A thread that waits in it notices.
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                one.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            host, _, port = self.target.rpartition(":")
            onward = socket.create_connection((host, int(port)), SECONDS)
            onward.settimeout(None)
            self._sockets += [connection, onward]
            for source, drain, look in ((connection, onward, self._note), (onward, connection, self._answer)):
                threading.Thread(target=_pump, args=[source, drain, look], daemon=True).start()

    def _note(self, piece: bytes) -> None:
        self._is_asked = self._is_asked or (self.dies_at is not None and self.dies_at in piece)

    def _answer(self, _piece: bytes) -> None:
        if self._is_asked:
            self.end()


def _pump(source: socket.socket, drain: socket.socket, look: Callable[[bytes], None]) -> None:
    try:
        while piece := source.recv(65536):
            look(piece)
            drain.sendall(piece)
        drain.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@dataclass
class Box:
    """A ticket server with two addresses."""

    server: Desk
    first: Relay
    second: Relay
    project_id: str

    @property
    def both(self) -> str:
        return f"{self.first.address},{self.second.address}"


def prove(server: Desk) -> str:
    """Return the id of a server's project; the first question makes the key, which takes a busy machine seconds."""
    return str(server.call("carol", "project.prove", challenge=new_challenge(), address="")["project_id"])


@contextmanager
def two_addresses(root: Path, env: dict[str, str]) -> Iterator[Box]:
    """A running server behind two relays, whose addresses it knows."""
    first, second = Relay(), Relay()
    with desk(root, {**env, HOSTS_SETTING: f"{first.address},{second.address}"}) as made:
        made.start_server()
        first.target = second.target = made.tcp_of_server()
        yield Box(made, first, second, prove(made))
        first.end()
        second.end()
