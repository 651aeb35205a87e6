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

HOST = "127.0.0.1"
_KINDS = ("rsa", "ecdsa", "ed25519")
_START_S = 10.0
_POLL_S = 0.02
_CONFIGURATION = """\
ListenAddress {host}:{port}
{host_keys}
PidFile {folder}/pid
AuthorizedKeysFile {folder}/client.pub
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


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
        return " ".join((self.folder / f"host_{kind}.pub").read_text().split()[:2])

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = find_program("sshd")
        assert program is not None
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen([program, "-D", "-e", "-f", self.folder / "config"], stderr=log, stdout=log)
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
        _make_key(folder / f"host_{kind}", kind)
    key = folder / "client"
    _make_key(key, "ed25519")
    port = _free_port()
    host_keys = "\n".join(f"HostKey {folder}/host_{kind}" for kind in _KINDS)
    (folder / "config").write_text(_CONFIGURATION.format(host=HOST, port=port, folder=folder, host_keys=host_keys))
    if os.geteuid() == 0:
        # A server of root's insists on it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = SshServer(folder, port, key)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _make_key(path: Path, kind: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path], check=True, timeout=_START_S)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])
