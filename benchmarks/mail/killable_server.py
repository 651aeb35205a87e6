"""A server of its own that a benchmark starts, kills and looks into."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.sqlite.store import DATABASE

_LOOK_S = 0.02
_BUSY_MS = 5000


class KillableServer:
    """A root, and the server that runs there now; `timeout_s` bounds each wait."""

    def __init__(self, root: str, timeout_s: float, environ: Mapping[str, str]) -> None:
        self._env = {"PATH": os.environ["PATH"], "HOME": root, "PATH_ROOT": root, "HERO_ASSISTANCE_TCP": "off"}
        self._env |= environ
        if "PYTHONPATH" in os.environ:
            folders = os.environ["PYTHONPATH"].split(os.pathsep)
            self._env["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, folders))
        self.paths = Paths.from_environ(self._env)
        self._timeout_s = timeout_s
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start a server; what it says goes to a file of the root."""
        with (Path(self._env["HOME"]) / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hero_assistance_server", "--auth-mode", "dev"),
                env=self._env,
                stdout=log,
                stderr=log,
                cwd=os.path.sep,
            )

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the server a signal, and wait for its end."""
        if self._process is not None:
            self._process.send_signal(number)
            async with asyncio.timeout(self._timeout_s):
                await self._process.wait()

    async def wait_for_socket(self, path: Path) -> None:
        """Wait until a server listens there for the first time."""
        async with asyncio.timeout(self._timeout_s):
            while not path.exists():  # noqa: ASYNC110, ASYNC240
                await asyncio.sleep(_LOOK_S)

    async def wait_until_none(self, count: str) -> None:
        """Wait until a query for a number answers 0."""
        async with asyncio.timeout(self._timeout_s):
            while (await asyncio.to_thread(self.query, count))[0]:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)

    def query(self, query: str) -> list[Any]:
        """Read a column of the database, whether the server runs or not."""
        connection = apsw.Connection(str(self.paths.data / DATABASE), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(_BUSY_MS)
        try:
            return [value for (value,) in connection.execute(query)]
        finally:
            connection.close()


@contextmanager
def killable_server(timeout_s: float, **environ: str) -> Iterator[KillableServer]:
    """A root of its own, without a server yet; `environ` is what the server gets more."""
    # Short: a Unix socket path is limited to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as root:
        yield KillableServer(root, timeout_s, environ)
