"""The socket on which processes say `READY=1`, named in their `NOTIFY_SOCKET` (sd_notify(3))."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from hero_assistance.supervisor.process.process_table import is_alive, read_process
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.peer_credentials import CREDENTIALS, unpack_credentials
from hero_assistance_sdk.paths import checked_socket_path

NOTIFY_SOCKET = "NOTIFY_SOCKET"
_READY = b"READY=1"
# systemd's own limit for a message.
_LONGEST = 4096

_log = get_log("supervisor.notify")


class NotifySocket:
    """Remembers which processes have said that they are ready; receives nothing before `open`."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._path: Path | None = None
        self._ready: set[ProcessIdentity] = set()

    @property
    def path(self) -> str | None:
        """The value of `NOTIFY_SOCKET`; `None` where the system does not tell who sends."""
        return str(self._path) if self._path else None

    def open(self, path: Path) -> None:
        """Begin to receive; replaces a socket that an earlier supervisor left."""
        if sys.platform != "linux":
            return
        checked_socket_path(path)
        path.unlink(missing_ok=True)
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.setblocking(False)
        # The kernel adds the sender's credentials, so no process can speak for another.
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        receiver.bind(str(path))
        path.chmod(0o600)
        self._socket, self._path = receiver, path
        asyncio.get_running_loop().add_reader(receiver.fileno(), self._receive, receiver)

    def keep(self) -> None:
        """Make the socket again when its file is gone."""
        if self._path is not None and not self._path.exists():
            path = self._path
            try:
                self.close()
                self.open(path)
            except (HeroError, OSError) as error:
                _log.warning("notify.lost", path=str(path), error=str(error))

    def close(self) -> None:
        """Stop receiving and remove the socket."""
        if self._socket is not None and self._path is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
            self._path.unlink(missing_ok=True)

    def has_ready_process(self, is_ours: Callable[[int], bool]) -> bool:
        """Whether a running process for which `is_ours` is true has said that it is ready."""
        self._ready = {identity for identity in self._ready if is_alive(identity)}
        return any(is_ours(identity.pid) for identity in self._ready)

    def _receive(self, receiver: socket.socket) -> None:
        if sys.platform != "linux":  # `open` makes no socket there
            return
        try:
            message, ancillary, _flags, _from = receiver.recvmsg(_LONGEST, socket.CMSG_SPACE(CREDENTIALS.size))
        except BlockingIOError:
            return
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid, user = unpack_credentials(content)
                row = read_process(pid)
                if row is not None and user == os.getuid() and _READY in message.splitlines():
                    self._ready.add(row.identity)
                    _log.info("notify.ready", pid=pid)
