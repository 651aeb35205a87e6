"""A desk whose server and replica run in processes of their own, as the supervisor starts them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from hero_assistance_sdk.hero_proc.client import connect
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.http_connection import HttpConnection
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.server.desk import Child, child

WAIT_S = 60.0
_POLL_S = 0.05
_SERVER = ("--auth-mode", "dev", "--seed-dev-users", "--replicated")


@dataclass
class Desk:
    """One machine: a root, its server, and the action that writes its replica."""

    env: dict[str, str]
    paths: Paths
    server: Child | None = None
    replica: subprocess.Popen[bytes] | None = None
    _is_supervised: bool = False
    _stack: ExitStack = field(default_factory=ExitStack)

    def run(self, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the command line, with a text to read."""
        command = [sys.executable, "-m", "hero_assistance", *words]
        return subprocess.run(
            command, env=self.env, input=text, capture_output=True, text=True, check=False, timeout=WAIT_S, cwd="/"
        )

    def succeed(self, *words: str, text: str = "") -> str:
        """Run one that must succeed, and return what it prints."""
        done = self.run(*words, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def serve(self) -> RpcClient:
        """Start the server; returns Carol's client."""
        self.server = self._stack.enter_context(child(self.env, self.paths, *_SERVER))
        return self.server.client("carol")

    def replicate(self) -> None:
        """Start the action."""
        log = (self.paths.root / "replica.log").open("ab")
        command = [sys.executable, "-m", "hero_assistance", "replicate", "run"]
        self.replica = subprocess.Popen(command, env=self.env, stdout=log, stderr=log, cwd="/", start_new_session=True)

    def supervise(self) -> None:
        """Start the supervisor, which has the secrets, for as long as the desk is there."""
        if self._is_supervised:
            return
        self._is_supervised = True
        self.succeed("secret", "list")
        client = connect(self.paths.socket("supervisor"))
        assert client is not None
        self._stack.callback(client.close)
        self._stack.callback(client.shutdown)
        # One without a service ends by itself.
        action = ActionSpec(name="another", argv=("/bin/true",))
        client.service_set(ServiceSpec(name="another", actions=(action,)))

    def upload(self, name: str, content: bytes) -> int:
        """Store a file as Carol; returns its id."""
        with self._http() as http:
            answer = http.post("/attachments", params={"name": name}, content=content)
            assert answer.status_code == 201, answer.text
            return int(answer.json()["attachment_id"])

    def download(self, attachment_id: int) -> bytes:
        """Fetch a file as Carol."""
        with self._http() as http:
            answer = http.get(f"/attachments/{attachment_id}")
            assert answer.status_code == 200, answer.text
            return answer.content

    def _http(self) -> httpx2.Client:
        transport = httpx2.HTTPTransport(uds=str(self.paths.socket("rpc")), verify=False)
        return httpx2.Client(transport=transport, base_url="http://desk", headers={"x-dev-user": "carol"})

    def status(self) -> dict[str, Any]:
        """What `replicate status` says."""
        told = json.loads(self.run("replicate", "status", "--json").stdout)
        assert isinstance(told, dict)
        return told

    def wait_copied(self) -> None:
        """Wait until all that is committed now is at the target."""
        now = time.time()
        wait_until(lambda: (self.status()["complete_at"] or 0) >= now, self.log)

    def log(self) -> str:
        """What the action has written."""
        path = self.paths.root / "replica.log"
        return path.read_text() if path.exists() else ""

    def litestream_pid(self) -> int:
        """The process id of Litestream."""
        connection = HttpConnection(self.paths.socket("litestream"), WAIT_S)
        told = json.loads(connection.request("GET", "/info", {}).body)
        connection.close()
        return int(told["pid"])

    def kill(self) -> None:
        """The end of the machine: nothing of it gets to do anything more."""
        self.kill_replica()
        if self.server is not None:
            self.server.process.kill()
            self.server.process.wait()

    def kill_replica(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the action: at once, with Litestream; or as the supervisor does."""
        if self.replica is not None:
            # It may have ended, and Litestream without it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.replica.pid, number)
            self.replica.wait(WAIT_S)
            self.replica = None

    def close(self) -> None:
        """End what runs."""
        self.kill_replica()
        self._stack.close()

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.paths.data / DATABASE


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk that does not run yet, on a machine of its own."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        path = f"{os.environ['PATH']}{os.pathsep}{sysconfig.get_path('scripts')}"
        env = {"PATH": path, "HOME": folder, "PATH_ROOT": folder}
        env |= {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "LANG")}
        made = Desk(env, Paths.from_environ(env))
        try:
            yield made
        finally:
            made.close()


def wait_until(condition: Callable[[], object], explain: Callable[[], str] = lambda: "") -> None:
    """Wait until a condition holds, and fail with an explanation."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, explain()
        threading.Event().wait(_POLL_S)
