"""The sockets and ports of an action: free, stale, or held by another process, which is left alone."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from hero_assistance.supervisor.process.process_table import read_command_name
from hero_assistance.supervisor.process.tcp_ports import find_port_holder
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.net.sockets import listening_pid

_EARLIER = "an earlier instance of this action, which kill_other would end"


class AddressTaken(Exception):
    """Another process holds a socket or port of the action; the text names it."""


def find_holders(spec: ActionSpec) -> list[tuple[str, int]]:
    """The sockets and ports of the action that a process holds, with its pid (0 where the system does not tell)."""
    sockets = [(path, listening_pid(Path(path))) for path in spec.sockets]
    ports = [(f"TCP port {port}", find_port_holder(port)) for port in spec.tcp_ports]
    return [(address, pid) for address, pid in (*sockets, *ports) if pid is not None]


def require_free(spec: ActionSpec, is_earlier: Callable[[int], bool]) -> None:
    """Remove stale sockets; raises `AddressTaken` when a process holds a socket or port of the action."""
    for address, pid in find_holders(spec):
        raise AddressTaken(
            describe_holder(address, pid, what=_EARLIER) if is_earlier(pid) else describe_holder(address, pid)
        )
    for path in map(Path, spec.sockets):
        _remove_socket(path)
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)


def require_own(sockets: Iterable[str], is_ours: Callable[[int], bool]) -> None:
    """Raise `AddressTaken` when a process that is not ours listens on one of these sockets."""
    for path in sockets:
        holder = listening_pid(Path(path))
        if holder is not None and not is_ours(holder):
            raise AddressTaken(describe_holder(path, holder))


def owns_all(sockets: Iterable[str], is_ours: Callable[[int], bool]) -> bool:
    """Whether processes of ours listen on all of these sockets."""
    find_holders = [listening_pid(Path(path)) for path in sockets]
    return all(holder is not None and is_ours(holder) for holder in find_holders)


def remove_stale_sockets(paths: Iterable[str]) -> None:
    """Remove the sockets that no process listens on."""
    for path in map(Path, paths):
        if listening_pid(path) is None:
            _remove_socket(path)


def _remove_socket(path: Path) -> None:
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()


def describe_holder(address: str, pid: int, *, what: str = "which this supervisor did not start") -> str:
    """The message about a socket or port that another process holds."""
    who = f"process {pid} ({read_command_name(pid)})" if pid else "another process"
    return f"{address} is held by {who}, {what}"


def describe_start_error(spec: ActionSpec, error: OSError | AddressTaken) -> str:
    """Why a program could not be started, for a message."""
    if isinstance(error, AddressTaken):
        return str(error)
    return f"cannot run {spec.argv[0]}: {error.strerror}"
