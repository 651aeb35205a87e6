"""What the nodes of a project tell each other of who may come in: users, logins, sessions and devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.sessions.model import Session
from hero_assistance_server.users.model import Device, Login, User


class AccessTable(Enum):
    """What a node keeps in memory, by the table that has it."""

    USERS = "users"
    LOGINS = "logins"
    SESSIONS = "sessions"
    DEVICES = "device_bindings"


@dataclass(frozen=True, slots=True)
class AccessChanges:
    """The rows that were written, as they are now, each under its key; `None` where there is none any more.

    Of the tables in `complete` every row is there, and what is not was deleted; that of sessions is not among them.
    """

    users: Mapping[UserId, User | None] = field(default_factory=dict)
    logins: Mapping[str, Login | None] = field(default_factory=dict)
    sessions: Mapping[str, Session | None] = field(default_factory=dict)
    devices: Mapping[str, Device | None] = field(default_factory=dict)
    complete: frozenset[AccessTable] = frozenset()


class AccessExchange(Protocol):
    """Brings what other nodes committed; only the loop's thread may call."""

    @property
    def is_current(self) -> bool:
        """Whether this node has all that was committed a second ago; if not, `catch_up` before anyone is believed."""
        ...

    def follow(self, apply: Callable[[AccessChanges], None]) -> None:
        """Call `apply` in the loop with what any node committed since the store was opened, and from now on.

        It comes before the events of the same commits, and may come again.
        """
        ...

    async def catch_up(self) -> bool:
        """Return once all that was committed before this call is applied; false where no other node can have any.

        Raises `StoreUnavailable`.
        """
        ...


class OwnAccess:
    """Implements `AccessExchange` for a project with one node, which has what it wrote itself."""

    is_current = True

    def follow(self, apply: Callable[[AccessChanges], None]) -> None:
        """Bring nothing."""

    async def catch_up(self) -> bool:
        """Have nothing to wait for."""
        return False
