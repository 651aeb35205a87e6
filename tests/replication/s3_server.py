"""A real S3-compatible store, nanio: its buckets are folders of this machine, and it checks every signature."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hero_assistance.replication.s3.access_key import KEY_ID, SECRET
from hero_assistance.replication.s3.signature import AccessKey
from tests.replication.desks import Desk

HOST = "127.0.0.1"
BUCKET = "copies"
KEY = AccessKey("AKIATEST", "a secret/with+signs=")
_START_S = 30.0
_END_S = 10.0
_POLL_S = 0.05


@dataclass
class S3Server:
    """A store that runs, with one bucket and one key."""

    folder: Path
    port: int
    key: AccessKey = KEY
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    @property
    def bucket(self) -> Path:
        """The folder of the bucket."""
        return self.folder / "data" / BUCKET

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = shutil.which("nanio", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ.get('PATH')}")
        assert program is not None, "nanio is in the lock of the tests"
        env = {"PATH": os.defpath, "NANIO_ACCESS_KEY": self.key.key_id, "NANIO_SECRET_KEY": self.key.secret}
        command = [program, "serve", "--data-dir", str(self.folder / "data"), "--host", HOST, "--port", str(self.port)]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + _START_S
        while not self._listens():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End it, and every connection of it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(_END_S)
            self.process = None

    def log(self) -> str:
        """What it has written: a line for each request, too."""
        return (self.folder / "log").read_text()

    def _listens(self) -> bool:
        with socket.socket() as sock:
            return sock.connect_ex((HOST, self.port)) == 0


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Run one, with an empty bucket."""
    (folder / "data" / BUCKET).mkdir(parents=True)
    server = S3Server(folder, _find_port())
    try:
        server.start()
        yield server
    finally:
        server.stop()


def set_key(desk: Desk, key: AccessKey) -> None:
    """Store the key as an operator does."""
    for name, value in ((KEY_ID, key.key_id), (SECRET, key.secret)):
        desk.succeed("secret", "set", name, "-", text=value)


def _find_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])
