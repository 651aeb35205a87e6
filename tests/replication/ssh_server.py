"""A real SSH server, which lets one key of this user in, to SFTP alone."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.capabilities import SSHD, find_program, require
from tests.free_ports import find_free_port
from tests.replication.desks import Desk
from tests.sshd import CLIENT, CONFIGURATION, make_key, read_public_key, write_configuration

HOST = "127.0.0.1"
_KINDS = ("rsa", "ecdsa", "ed25519")
_START_S = 10.0
_POLL_S = 0.02


@dataclass
class SshServer:
    """A server that runs, and the key that it lets in."""

    folder: Path
    port: int
    key: Path
    process: subprocess.Popen[bytes] | None = None

    def address(self, path: Path) -> str:
        """The address of a folder of this machine, by the server."""
        return f"sftp://{getpass.getuser()}@{HOST}:{self.port}{path}"

    def host_key(self, kind: str) -> str:
        """One of the server's keys, as `known_hosts` has it."""
        return read_public_key(self.folder / f"host_{kind}")

    def admit(self, desk: Desk, kind: str) -> None:
        """Have the OpenSSH of a desk's user know a key of the server."""
        file = Path(desk.env["HOME"]) / ".ssh" / "known_hosts"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        with file.open("a") as lines:
            lines.write(f"[{HOST}]:{self.port} {self.host_key(kind)}\n")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = find_program("sshd")
        assert program is not None
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [program, "-D", "-e", "-f", self.folder / CONFIGURATION], stderr=log, stdout=log
        )
        deadline = time.monotonic() + _START_S
        while not self._listens():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End it, and every connection of it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _listens(self) -> bool:
        with socket.socket() as sock:
            return sock.connect_ex((HOST, self.port)) == 0


@contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """Run one with keys of three kinds."""
    require(SSHD)
    folder.mkdir(mode=0o700)
    for kind in _KINDS:
        make_key(folder / f"host_{kind}", kind)
    key = folder / CLIENT
    make_key(key)
    port = find_free_port(HOST)
    host_keys = [f"HostKey {folder}/host_{kind}" for kind in _KINDS]
    own = (f"ListenAddress {HOST}:{port}", f"PidFile {folder}/pid", "ForceCommand internal-sftp")
    write_configuration(folder, *own, *host_keys)
    if os.geteuid() == 0:
        # A server of root's insists on it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = SshServer(folder, port, key)
    try:
        server.start()
        yield server
    finally:
        server.stop()
