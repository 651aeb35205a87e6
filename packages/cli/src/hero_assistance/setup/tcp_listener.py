"""Why the server does not listen on TCP: who holds its port, and how to move one of the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hero_assistance.supervisor.process.process_table import read_command_name
from hero_assistance.supervisor.process.tcp_ports import find_port_holder, tells_port_holders
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.health import Condition
from hero_assistance_sdk.net.sockets import parse_address

_NAME = "tcp-listener"
_LOST = "overlay peers cannot connect"


def explain_missing_listener(error: Mapping[str, Any]) -> Condition:
    """Return what is wrong and what to do, for the `tcp_error` of `system.health`."""
    port = _read_port(error.get("address"))
    holder = find_port_holder(port) if port else None
    if port and holder is not None:
        who = describe_process(holder)
        return Condition(_NAME, f"TCP port {port} is held by {who}: {_LOST}", _explain_move(port))
    found = f"{error.get('message')}: {_LOST}"
    if port and "in use" in found:
        return Condition(_NAME, found, "the port is free now: hero_assistance restart")
    return Condition(_NAME, found, str(error.get("hint") or "see the log: hero_assistance logs hero_assistance_server"))


def describe_process(pid: int) -> str:
    """Return the holder of a port by its id and its program; Linux tells none of another user, macOS none at all."""
    if pid:
        return f"process {pid} ({read_command_name(pid)})"
    return "a process of another user" if tells_port_holders() else "a process that this system does not name"


def explain_search(port: int) -> str:
    """Return the command that finds the holder of a port on this system."""
    return f"ss -ltnp 'sport = :{port}'" if tells_port_holders() else f"sudo lsof -nP -iTCP:{port} -sTCP:LISTEN"


def _explain_move(port: int) -> str:
    move = "end it, then hero_assistance restart; or move the desk: HERO_ASSISTANCE_TCP=PORT hero_assistance --start"
    return move if tells_port_holders() else f"find it: {explain_search(port)}; {move}"


def _read_port(address: object) -> int | None:
    try:
        return parse_address(address)[1] if isinstance(address, str) else None
    except UsageError:
        return None
