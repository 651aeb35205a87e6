"""`system.*`: the state of the server."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.health import HealthStatus
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.release import release_id, version
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Result
from hero_assistance_server.desk import Desk
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import EVERYONE, Caller
from hero_assistance_server.rpc.registry import MethodRegistry

_HEALTH = Example(
    "A probe asks",
    "alice",
    {},
    {
        "status": "ok",
        "conditions": [],
        "service": SERVICE,
        "version": "1.0",
        "release": "1.0-4f2a90c1d3e8",
        "auth_mode": "dev",
        "tcp": None,
        "tcp_error": None,
        "seq": 3,
        "has_admin": True,
    },
    varies=frozenset({"version", "release"}),
)


class ListenerError(Result):
    """Why the server does not listen on TCP, and the address that it was asked for; null when that is not known."""

    address: str | None
    message: str
    hint: str | None


class HealthCondition(Result):
    """Why the server is degraded: a name for programs, one sentence, and what the operator can do."""

    name: str
    message: str
    hint: str


class Health(Result):
    """State of the server, `degraded` while a condition holds for which its operator has to look.

    `tcp` is the address it listens on, `seq` the number of the last event. `tcp_error` is null where it listens, and
    where it was not asked to.
    """

    status: HealthStatus
    conditions: list[HealthCondition]
    service: str
    version: str
    release: str
    auth_mode: AuthMode
    tcp: str | None
    tcp_error: ListenerError | None
    seq: wire.Seq
    has_admin: bool


def add_methods(table: MethodRegistry, desk: Desk) -> None:
    """Register the method."""
    # Read once: every probe asks for them, and finding them reads files.
    running, release = version(), release_id()
    error, tcp = None, desk.tcp
    if tcp.error is not None:
        error = ListenerError(address=tcp.wanted, message=tcp.error.message, hint=tcp.error.hint)

    @table.method("system.health", allow=EVERYONE, page=True, examples=[_HEALTH])
    async def health(_caller: Caller, _params: NoParams) -> Health:
        """Return version, release, mode and address of the server, and why it is degraded if it is."""
        found = desk.health.conditions
        return Health(
            status=HealthStatus.DEGRADED if found else HealthStatus.OK,
            conditions=[HealthCondition(name=one.name, message=one.message, hint=one.hint) for one in found],
            service=SERVICE,
            version=running,
            release=release,
            auth_mode=desk.mode,
            tcp=tcp.bound,
            tcp_error=error,
            seq=desk.hub.last_seq,
            has_admin=desk.directory.has_admin,
        )
