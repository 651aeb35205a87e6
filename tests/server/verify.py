"""Snapshot + events = fresh snapshot: what a client keeps up to date by events is what it would fetch anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hero_assistance_sdk.wire import (
    CannedReply,
    DraftMark,
    Event,
    Macro,
    Project,
    Rating,
    ReadMark,
    Record,
    Removed,
    Role,
    SavedView,
    TicketSummary,
    User,
    ViewOrder,
)
from hero_assistance_server.features import event_types
from tests.server.desk import Desk

# Of the demo users, those who work here.
TEAM = {"alice", "bob"}
# Of a page of any list.
ROWS = 3


@dataclass
class Snapshot:
    """Everything that one user can see, as a client holds it."""

    user: str
    seq: int
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    views: dict[int, dict[str, Any]] = field(default_factory=dict)
    # The places that the user has given to views, as the last event told them.
    view_order: list[int] = field(default_factory=list)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    replies: dict[int, dict[str, Any]] = field(default_factory=dict)
    macros: dict[int, dict[str, Any]] = field(default_factory=dict)
    # The last message read, by ticket; those without any are left out.
    reads: dict[int, int] = field(default_factory=dict)
    # The tickets that the user has marked, has written on or has filed.
    opened: set[int] = field(default_factory=set)
    # What customers said of each ticket, by the time at which it was solved.
    ratings: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)
    stale_drafts: list[DraftMark] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Bring the snapshot up to date; the only update path a client has."""
        self.seq = event.seq
        if event.record is not None:
            self._apply_record(event.record)
        if event.ticket is None:
            return
        ticket_id = event.ticket.ticket_id
        self.tickets[ticket_id] = event.ticket.model_dump(mode="json")
        thread = self.messages.setdefault(ticket_id, {})
        if event_types()[event.kind].changes_thread:
            self.stale.add(ticket_id)
        if event.message is not None:
            thread[event.message.message_id] = event.message.model_dump(mode="json")
        if self.user in (event.ticket.customer, event.message.author if event.message else None):
            self.opened.add(ticket_id)

    @property
    def held(self) -> tuple[object, ...]:
        """What two snapshots of the same moment have in common."""
        return (
            self.tickets,
            self.messages,
            self.drafts,
            self.replies,
            self.macros,
            self.views,
            self.reads,
            self.opened,
            self.ratings,
            self.people,
            self.project,
        )

    def _apply_record(self, record: Record) -> None:
        if isinstance(record, DraftMark):
            self.stale_drafts.append(record)
        elif isinstance(record, CannedReply):
            self.replies[record.canned_reply_id] = record.model_dump(mode="json")
        elif isinstance(record, Macro):
            self.macros[record.macro_id] = record.model_dump(mode="json")
        elif isinstance(record, Project):
            self.project = record.model_dump(mode="json")
        elif isinstance(record, Rating):
            self.ratings.setdefault(record.ticket_id, {})[record.solved_at] = record.model_dump(mode="json")
        elif isinstance(record, User):
            self._apply_user(record)
        elif isinstance(record, ReadMark):
            self._apply_read_mark(record)
        elif isinstance(record, SavedView):
            self.views[record.view_id] = record.model_dump(mode="json")
        elif isinstance(record, ViewOrder):
            self.view_order = record.view_ids
        else:
            self._remove(record)

    def _apply_read_mark(self, mark: ReadMark) -> None:
        self.opened.add(mark.ticket_id)
        self.reads[mark.ticket_id] = mark.message_id
        if not mark.message_id:
            del self.reads[mark.ticket_id]

    def _remove(self, removed: Removed) -> None:
        if removed.of == "draft":
            self.drafts.pop(removed.key, None)
            self.stale_drafts = [mark for mark in self.stale_drafts if draft_key(mark.model_dump()) != removed.key]
            return
        number = int(removed.key)
        held = {"view": self.views, "canned_reply": self.replies, "macro": self.macros, "ticket": self.tickets}
        held[removed.of].pop(number, None)
        if removed.of == "ticket":
            self.messages.pop(number, None)
            self.ratings.pop(number, None)
            self.reads.pop(number, None)
            self.opened.discard(number)
            self.stale.discard(number)
            self.drafts.pop(f"{number}/reply", None)

    def _apply_user(self, user: User) -> None:
        """A customer keeps agents and themselves; everybody shows the name where the person is named."""
        if self.user in TEAM or user.role is not Role.CUSTOMER or user.user_id == self.user:
            self.people[user.user_id] = user.model_dump(mode="json")
        else:
            self.people.pop(user.user_id, None)
        for ticket in self.tickets.values():
            if ticket["customer"] == user.user_id:
                ticket["customer_name"] = user.name
            if ticket["assignee"] == user.user_id:
                ticket["assignee_name"] = user.name
        for message in (message for messages in self.messages.values() for message in messages.values()):
            if message["author"] == user.user_id:
                message["author_name"] = user.name

    async def refresh(self, desk: Desk) -> None:
        """Fetch the threads and drafts that events said have changed, as a client does."""
        for mark in self.stale_drafts:
            draft = await desk.call("draft.get", self.user, ticket_id=mark.ticket_id, kind=mark.kind)
            if draft is not None:
                self.drafts[draft_key(draft)] = draft
        self.stale_drafts.clear()
        for ticket_id in self.stale:
            self.messages[ticket_id] = await thread(desk, self.user, ticket_id)
        reads, opened = await read(desk, self.user, sorted(self.stale))
        self.reads |= reads
        self.opened |= opened
        self.stale.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The list of tickets as the client shows it."""
        shown = [{name: ticket[name] for name in TicketSummary.model_fields} for ticket in self.tickets.values()]
        return sorted(shown, key=lambda t: (t["updated_at"], t["ticket_id"]), reverse=True)


async def snapshot(desk: Desk, user: str) -> Snapshot:
    """Fetch everything that `user` can see."""
    page = await desk.call("ticket.list", user, limit=200)
    assert page["next_cursor"] is None
    numbers = [ticket["ticket_id"] for ticket in page["tickets"]]
    whole = {number: await desk.call("ticket.get", user, ticket_id=number) for number in numbers}
    taken = Snapshot(user, page["seq"], whole)
    assert taken.listed() == [{name: row[name] for name in TicketSummary.model_fields} for row in page["tickets"]]
    for ticket_id in taken.tickets:
        taken.messages[ticket_id] = await thread(desk, user, ticket_id)
        said = (await desk.call("rating.of_ticket", user, ticket_id=ticket_id))["ratings"]
        if said:
            taken.ratings[ticket_id] = {one["solved_at"]: one for one in said}
    taken.drafts = {draft_key(draft): draft for draft in (await desk.call("draft.list", user))["drafts"]}
    taken.reads, taken.opened = await read(desk, user, sorted(taken.tickets))
    taken.project = await desk.call("project.get", user)
    taken.people = {one["user_id"]: one for one in await rows(desk, user, "user.list", "users")}
    if user in TEAM:
        replies = await rows(desk, user, "canned_reply.list", "canned_replies")
        taken.replies = {one["canned_reply_id"]: one for one in replies}
        taken.macros = {one["macro_id"]: one for one in await rows(desk, user, "macro.list", "macros")}
        saved = await rows(desk, user, "view.list", "saved")
        taken.views = {entry["view"]["view_id"]: entry["view"] for entry in saved}
    return taken


async def rows(desk: Desk, user: str, method: str, name: str, **params: Any) -> list[dict[str, Any]]:
    """The rows of all pages of a list, which are so short that most lists have several."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await desk.call(method, user, **params, limit=ROWS, cursor=cursor)
        assert len(page[name]) <= ROWS
        found += page[name]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def draft_key(draft: dict[str, Any]) -> str:
    """The key by which a `removed` record names a draft."""
    return f"{draft['ticket_id'] or 'new'}/{draft['kind']}"


async def read(desk: Desk, user: str, ticket_ids: list[int]) -> tuple[dict[int, int], set[int]]:
    """How far a person has read these tickets, and which of them they have opened."""
    found = (await desk.call("read.list", user, ticket_ids=ticket_ids))["reads"]
    last = {entry["ticket_id"]: entry["message_id"] for entry in found if entry["message_id"]}
    return last, {entry["ticket_id"] for entry in found if entry["opened"]}


async def thread(desk: Desk, user: str, ticket_id: int) -> dict[int, dict[str, Any]]:
    """A ticket's messages by id."""
    found = await rows(desk, user, "message.list", "messages", ticket_id=ticket_id)
    return {message["message_id"]: message for message in found}


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
        await old.refresh(desk)
        assert old.held == new.held, old.user
        assert old.listed() == new.listed(), old.user
    return told
