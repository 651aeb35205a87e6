"""The socket of the supervisor's API, and its file: made again when another program has removed it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from hero_assistance.supervisor.rpc.http_endpoint import HttpEndpoint
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.sockets import bind_unix

_SOCKET_MODE = 0o600
_FOLDER_MODE = 0o755
# How long a removed file may go unnoticed; a command that misses it wakes us sooner, by SIGHUP.
_LOOK_S = 2.0

_log = get_log("supervisor.socket")


class ListeningSocket:
    """Serves an endpoint at a path; `keep` looks after the file, `close` removes it."""

    def __init__(self, path: Path, endpoint: HttpEndpoint, group: asyncio.TaskGroup) -> None:
        self._path = path
        self._endpoint = endpoint
        self._group = group
        self._woken = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._inode = 0

    async def open(self) -> None:
        """Listen; raises what `bind_unix` raises."""
        self._path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        before = self._server
        listening = bind_unix(self._path, mode=_SOCKET_MODE)
        self._inode = self._path.stat().st_ino
        self._server = await self._endpoint.open(listening, self._group)
        if before is not None:
            before.close()

    def wake(self) -> None:
        """Look after the file now."""
        self._woken.set()

    async def keep(self, also: Callable[[], None]) -> None:
        """Make the socket again whenever its file is gone; `also` then looks after what lies next to it."""
        while True:
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._woken.wait()
            if not self._is_in_place():
                await self._open_again()
            also()

    def close(self) -> None:
        """Stop listening, and remove the file if it is ours."""
        if self._server is not None:
            self._server.close()
        if self._is_in_place():
            self._path.unlink(missing_ok=True)

    async def _open_again(self) -> None:
        try:
            await self.open()
        except (HeroError, OSError) as error:
            _log.warning("socket.lost", path=str(self._path), error=str(error))
        else:
            _log.warning("socket.made-again", path=str(self._path))

    def _is_in_place(self) -> bool:
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False
