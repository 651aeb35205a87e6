"""Hearing `READY=1` from what runs, on the socket that it finds in `NOTIFY_SOCKET` (sd_notify(3))."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

from hero_assistance.supervisor.process.process_table import is_alive, read_process
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import checked_socket_path
from hero_assistance_sdk.peer_credentials import CREDENTIALS, unpack_credentials

NOTIFY_SOCKET = "NOTIFY_SOCKET"
_READY = b"READY=1"
_LONGEST = 4096

_log = get_log("supervisor.notices")


class NotifySocket:
    """Remembers which processes have said that they are ready; nothing is heard before `open`."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._path: Path | None = None
        self._ready: set[ProcessIdentity] = set()

    @property
    def path(self) -> str | None:
        """What `NOTIFY_SOCKET` is to name; `None` where nobody hears it."""
        return str(self._path) if self._path else None

    def open(self, path: Path) -> None:
        """Listen; a socket that an earlier supervisor left there is replaced."""
        if not hasattr(socket, "SO_PASSCRED"):
            return
        checked_socket_path(path)
        path.unlink(missing_ok=True)
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        # The kernel adds who sends; nobody can say it for somebody else.
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        heard.bind(str(path))
        path.chmod(0o600)
        self._socket, self._path = heard, path
        asyncio.get_running_loop().add_reader(heard.fileno(), self._hear, heard)

    def close(self) -> None:
        if self._socket is not None and self._path is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._path.unlink(missing_ok=True)

    def any_ready(self, is_ours: Callable[[int], bool]) -> bool:
        """Whether a process that `is_ours` has said that it is ready, and still runs."""
        self._ready = {identity for identity in self._ready if is_alive(identity)}
        return any(is_ours(identity.pid) for identity in self._ready)

    def _hear(self, heard: socket.socket) -> None:
        try:
            message, ancillary, _flags, _from = heard.recvmsg(_LONGEST, socket.CMSG_SPACE(CREDENTIALS.size))
        except BlockingIOError:
            return
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid, user = unpack_credentials(content)
                row = read_process(pid)
                if row is not None and user == os.getuid() and _READY in message.splitlines():
                    self._ready.add(row.identity)
                    _log.info("notice.ready", pid=pid)
