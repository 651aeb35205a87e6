"""Snapshot + events = fresh snapshot: what a client keeps up to date by events is what it would fetch anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hero_assistance_sdk.wire import Event
from tests.server.desk import Desk


@dataclass
class Snapshot:
    """Everything that one user can see, as a client holds it."""

    user: str
    seq: int
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Bring the snapshot up to date; the only update path a client has."""
        ticket = event.ticket.model_dump(mode="json")
        self.tickets[ticket["ticket_id"]] = ticket
        thread = self.messages.setdefault(ticket["ticket_id"], [])
        if event.message is not None:
            thread.append(event.message.model_dump(mode="json"))
        self.seq = event.seq

    def listed(self) -> list[dict[str, Any]]:
        """The list of tickets as the client shows it."""
        return sorted(self.tickets.values(), key=lambda t: (t["updated_at"], t["ticket_id"]), reverse=True)


async def snapshot(desk: Desk, user: str) -> Snapshot:
    """Fetch everything that `user` can see."""
    page = await desk.call("ticket.list", user, limit=200)
    assert page["next_cursor"] is None
    taken = Snapshot(user, page["seq"], {ticket["ticket_id"]: ticket for ticket in page["tickets"]})
    assert taken.listed() == page["tickets"]
    for ticket_id in taken.tickets:
        taken.messages[ticket_id] = (await desk.call("message.list", user, ticket_id=ticket_id))["messages"]
    return taken


async def verify_action(
    desk: Desk, watchers: Sequence[str], action: Callable[[], Awaitable[object]]
) -> dict[str, list[Event]]:
    """Run `action` and prove the equation for each watcher; returns what each was told."""
    before = [await snapshot(desk, user) for user in watchers]
    await action()
    fresh = [await snapshot(desk, user) for user in watchers]
    told: dict[str, list[Event]] = {}
    for old, new in zip(before, fresh, strict=True):
        heard = await desk.heard(old.user, old.seq)
        told[old.user] = [event for event in heard if event.seq <= new.seq]
        for event in told[old.user]:
            old.apply(event)
        assert (old.tickets, old.messages) == (new.tickets, new.messages), old.user
        assert old.listed() == new.listed(), old.user
    return told
