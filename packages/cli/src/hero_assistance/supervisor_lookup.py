"""Finding the supervisor that runs the service, without starting one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from hero_assistance.action_names import ACTION_SOCKETS
from hero_assistance.supervisor.names import SOCKET
from hero_assistance.supervisor.registry.state_files import is_registered
from hero_assistance_sdk.hero_proc.connection import SupervisorConnection, connect_as
from hero_assistance_sdk.paths import SERVICE, Paths

S = TypeVar("S", bound=SupervisorConnection)


class Kind(StrEnum):
    """Which supervisor runs the service."""

    EMBEDDED = "embedded"
    HERO_PROC = "hero_proc"
    NONE = "none"


class Double(StrEnum):
    """Why two supervisors could each run a copy of the service."""

    REGISTERED_TWICE = "the service is registered with hero_proc and with the embedded supervisor"
    HERO_PROC_APPEARED = "hero_proc listens, and the service is registered with the embedded supervisor"


# Without slots, which a generic class that is frozen cannot have.
@dataclass(frozen=True)
class FoundSupervisor(Generic[S]):
    """A supervisor that answers."""

    kind: Kind
    client: S


@contextmanager
def find_supervisor(paths: Paths, client_class: type[S]) -> Iterator[FoundSupervisor[S] | None]:
    """Connect to the supervisor that runs the service, or would run it; `None` when none listens.

    hero_proc has precedence, unless the service is registered with the embedded supervisor alone.
    """
    hero_proc = connect_hero_proc(paths, client_class)
    own = connect_as(client_class, paths.socket(SOCKET))
    try:
        if own and (hero_proc is None or (knows_service(own) and not knows_service(hero_proc))):
            yield FoundSupervisor(Kind.EMBEDDED, own)
        else:
            yield FoundSupervisor(Kind.HERO_PROC, hero_proc) if hero_proc else None
    finally:
        for client in (hero_proc, own):
            if client:
                client.close()


def connect_hero_proc(paths: Paths, client_class: type[S]) -> S | None:
    """Connect to hero_proc, which may be of another shape than the embedded supervisor; `None` when none listens."""
    sockets = {name: [str(paths.socket(socket)) for socket in listed] for name, listed in ACTION_SOCKETS.items()}
    return connect_as(client_class, paths.hero_proc_socket, sockets={SERVICE: sockets})


def knows_service(client: SupervisorConnection) -> bool:
    """Whether the service is registered there."""
    return any(report.service == SERVICE for report in client.service_reports())


def find_double(paths: Paths) -> Double | None:
    """Why two supervisors could each run the service: hero_proc listens, and the embedded one has it registered."""
    if not is_registered(paths.state, SERVICE):
        return None
    hero_proc = connect_hero_proc(paths, SupervisorConnection)
    if hero_proc is None:
        return None
    with hero_proc:
        return Double.REGISTERED_TWICE if knows_service(hero_proc) else Double.HERO_PROC_APPEARED
