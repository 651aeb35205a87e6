"""What the nodes of a project tell each other of presence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hero_assistance_sdk.wire import Seq, TicketId, UserId
from hero_assistance_server.presence.rules import Doing, Lease, Screen


@dataclass(frozen=True, slots=True)
class OthersPresence:
    """The users who are present on other nodes, and who sees their tickets, as of an event.

    `people` has those outside the team who see a ticket, for each ticket that was not among them the last time.
    """

    seq: Seq
    leases: Mapping[Screen, Lease]
    people: Mapping[TicketId, frozenset[UserId]]


class PresenceExchange(Protocol):
    """Tells the other nodes who is present on this one, and shows who is on them; only the loop's thread may call."""

    def share(self, ticket_id: TicketId, user_id: UserId, doing: Doing) -> None:
        """Have the other nodes know, soon, what a user does at a ticket on this node."""
        ...

    def follow(self, show: Callable[[OthersPresence], None]) -> None:
        """Call `show` in the loop with all who are present on other nodes, and each time that this changes."""
        ...

    def read_again(self) -> None:
        """Call `show` soon, with the people of every ticket: what it got last was not enough, or too old."""
        ...


class NoOthers:
    """Implements `PresenceExchange` for a project with one node."""

    def share(self, ticket_id: TicketId, user_id: UserId, doing: Doing) -> None:
        """Tell no one."""

    def follow(self, show: Callable[[OthersPresence], None]) -> None:
        """Show no one."""

    def read_again(self) -> None:
        """Show no one."""
