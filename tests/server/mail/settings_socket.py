"""The part of a supervisor that tells secrets, on its socket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import CODES

_MISSING = {"error": {"code": CODES[NotFound], "message": "not found", "data": {"reason": NotFound.reason}}}


@asynccontextmanager
async def telling(paths: Paths, secrets: Mapping[str, str]) -> AsyncIterator[None]:
    """Tell these secrets while the context is open."""
    async with _listening(paths.socket("supervisor"), secrets):
        yield


class SecretTeller:
    """Tells secrets from a thread, to programs that a test without a loop starts."""

    def __init__(self, socket: Path, secrets: Mapping[str, str]) -> None:
        self._listens = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(socket, secrets)))
        self._thread.start()
        self._listens.wait()

    async def _run(self, socket: Path, secrets: Mapping[str, str]) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with _listening(socket, secrets):
                self._listens.set()
                await self._closing.wait()
        finally:
            self._listens.set()

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()


@asynccontextmanager
async def _listening(socket: Path, secrets: Mapping[str, str]) -> AsyncIterator[None]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                call = json.loads(await reader.readexactly(int(length.split(b":")[1])))
                value = secrets.get(call["params"]["name"])
                found = _MISSING if value is None else {"result": {"value": value}}
                body = json.dumps({"jsonrpc": "2.0", "id": call["id"], **found}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    socket.parent.mkdir(parents=True, exist_ok=True)
    listening = await asyncio.start_unix_server(answer, socket)
    try:
        yield
    finally:
        listening.close()
