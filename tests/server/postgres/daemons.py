"""Servers as programs whose supervisor tells them `DATABASE`."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from hero_assistance_sdk.paths import Paths
from tests.server.desk import START_S, Child, spawn
from tests.server.mail.settings_socket import telling

DEV = ("--auth-mode", "dev", "--seed-dev-users")


@contextmanager
def another_root(env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Make the root of another machine, and return its environment."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    (root / "home").mkdir()
    try:
        yield {**env, "HOME": str(root / "home"), "PATH_ROOT": str(root)}
    finally:
        shutil.rmtree(root, ignore_errors=True)


@asynccontextmanager
async def daemon(env: dict[str, str], url: str) -> AsyncIterator[Child]:
    """Run a healthy server on a database, and end it."""
    paths = Paths.from_environ(env)
    async with telling(paths, {"DATABASE": url}):
        server = spawn(env, paths, *DEV)
        try:
            await asyncio.to_thread(server.wait_healthy)
            yield server
        finally:
            if server.process.poll() is None:
                await asyncio.to_thread(server.end)


async def refused(env: dict[str, str], url: str, *arguments: str, expected: int = 1) -> str:
    """Start a server that is to end by itself with the `expected` status, and return its log."""
    paths = Paths.from_environ(env)
    async with telling(paths, {"DATABASE": url}):
        server = spawn(env, paths, *(arguments or DEV))
        try:
            status = await asyncio.to_thread(server.process.wait, START_S)
        finally:
            server.process.kill()
    log = server.log.read_text()
    assert status == expected, log
    assert "Traceback" not in log
    return log
