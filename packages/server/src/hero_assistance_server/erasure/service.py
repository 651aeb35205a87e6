"""Deletes tickets and erases users; the files, the streams and what is kept in memory follow the commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hero_assistance_sdk.wire import Seq, TicketId, UserId
from hero_assistance_server.erasure import rules
from hero_assistance_server.erasure.model import FilePolicy, Leftovers, NamedEntries, TicketErasure, UserErasure
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.mail.sending.folder import OutboxFolder, name_file
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.visibility import follow_merges, visible_ticket
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.ids.user_ids import make_user_id
from hero_assistance_server.users.model import Login, User
from hero_assistance_server.users.service import find_user

# Deletes stored events with numbers behind one and up to another.
Forget = Callable[[UnitOfWork, Seq, Seq], None]
# Of one transaction, which other commands wait for: some 20 ms.
EVENTS_PORTION = 500
# Entries of the trail that are read at once.
ENTRIES_PORTION = 50_000
# More than one user ever had.
LOGINS_LIMIT = 1000
TICKET_STARTED, USER_STARTED = "ticket.deletion_started", "user.erasure_started"


@dataclass(frozen=True, slots=True)
class Erasures:
    """Erases for ever. Stored events go first, portion by portion, so that no other command waits for long."""

    storage: FileStorage
    directory: Directory
    hub: Hub
    access: AccessAdministration
    letters: OutboxFolder

    async def plan_ticket(self, caller: Caller, ticket_id: TicketId) -> TicketErasure:
        """Return what would go with a ticket; raises `NotFound` or `Conflict`."""
        return await self.storage.read(lambda snapshot: _plan_ticket(snapshot, caller, ticket_id))

    async def delete_ticket(self, caller: Caller, ticket_id: TicketId) -> TicketErasure:
        """Delete a ticket, and what was merged into it; returns what went. Raises `NotFound` or `Conflict`."""
        planned = await self.plan_ticket(caller, ticket_id)
        await self._record(TICKET_STARTED, caller, {"ticket_id": str(ticket_id)})
        done = await self._forget_events(lambda work, *span: work.erasure.forget_events_of(planned.ticket_ids, *span))
        plan, leftovers = await self.storage.write(lambda work: _delete_ticket(work, caller, ticket_id, done))
        await self._delete(leftovers)
        return plan

    async def plan_user(self, caller: Caller, user_id: UserId, uploads: FilePolicy) -> UserErasure:
        """Return what would be deleted of a user; raises `NotFound` or `Conflict`."""
        return await self.storage.read(lambda snapshot: _plan_user(snapshot, caller, user_id, uploads)[1])

    async def erase_user(self, caller: Caller, user_id: UserId, uploads: FilePolicy) -> tuple[User, UserErasure]:
        """Put a nameless user in the place of this one; returns them, and what went. Raises `NotFound` or `Conflict`.

        Who holds a snapshot fetches it again: every stream ends, and none goes on from where it was.
        """
        await self.plan_user(caller, user_id, uploads)
        await self._record(USER_STARTED, caller, {"user_id": user_id, "files": uploads.value})
        await self._forget_events(lambda work, _after, until: work.erasure.forget_events(until))
        named = await self._find_entries(user_id)
        heir, plan, leftovers = await self.storage.write(
            lambda work: self._erase(work, caller, user_id, uploads, named)
        )
        await self._delete(leftovers)
        return heir, plan

    async def _record(self, action: str, caller: Caller, detail: Mapping[str, str]) -> None:
        """Write who begins an erasure before its first portion goes: the last one may be long after, or never."""
        await self.storage.write(lambda work: work.record_audit_entry(action, caller, detail))

    async def _find_entries(self, user_id: UserId) -> NamedEntries:
        """Look for the user in the trail portion by portion, while others write."""
        found: list[int] = []
        until = 0
        while True:
            portion = await self.storage.read(partial(_find_entries, user_id, until))
            found += portion.audit_ids
            if portion.until - until < ENTRIES_PORTION:
                return NamedEntries(found, portion.until)
            until = portion.until

    async def _delete(self, leftovers: Leftovers) -> None:
        await delete_unnamed_files(self.storage, leftovers.digests)
        await self.storage.in_thread(self.letters.delete, [name_file(*letter) for letter in leftovers.letters])

    async def _forget_events(self, forget: Forget) -> Seq:
        """Delete stored events in portions; returns the number of the last one that was looked at."""
        stored = await self.storage.read(lambda snapshot: snapshot.events.stored_range())
        done = Seq(stored.first - 1)
        while done < stored.last:
            # By what is stored: a restore leaves out more numbers than could be counted through.
            end = await self.storage.read(partial(_find_end, done))
            until = stored.last if end is None else min(end, stored.last)
            await self.storage.write(partial(_forget, forget, done, until))
            done = until
        return done

    def _erase(
        self, work: UnitOfWork, caller: Caller, user_id: UserId, uploads: FilePolicy, named: NamedEntries
    ) -> tuple[User, UserErasure, Leftovers]:
        user, plan = _plan_user(work, caller, user_id, uploads)
        heir = rules.make_heir(user, make_user_id(rules.ERASED_NAME, lambda one: work.users.find(one) is not None))
        logins = work.logins.list_after("", LOGINS_LIMIT, user_id)
        self.access.end(work, user_id)
        work.users.save(heir, work.now)
        leftovers = work.erasure.erase_user(user, heir, uploads, named)
        work.erasure.forget_events(work.events.last_seq())
        # No client goes on from a number that it has: what it holds names the user.
        work.skip_event()
        work.apply(rules.erase_user(heir, plan, uploads), caller)
        work.after_commit(partial(self._follow, user, heir, logins))
        return heir, plan, leftovers

    def _follow(self, user: User, heir: User, logins: list[Login]) -> None:
        for login in logins:
            self.directory.unbind(login.login)
        self.directory.remove(user.user_id)
        self.directory.add(heir)
        self.hub.end_all()
        self.storage.index_incomplete.set()


def _plan_ticket(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> TicketErasure:
    ticket = visible_ticket(snapshot, caller, ticket_id)
    rules.check_deletable(ticket, follow_merges(snapshot, ticket))
    return snapshot.erasure.plan_ticket(ticket_id)


def _delete_ticket(work: UnitOfWork, caller: Caller, ticket_id: TicketId, done: Seq) -> tuple[TicketErasure, Leftovers]:
    plan = _plan_ticket(work, caller, ticket_id)
    tickets = [visible_ticket(work, caller, found) for found in plan.ticket_ids]
    leftovers = work.erasure.delete_tickets(tickets, work.now)
    work.erasure.forget_events_of(plan.ticket_ids, done, work.events.last_seq())
    for ticket in tickets:
        work.apply(rules.delete_ticket(ticket, plan), caller)
    return plan, leftovers


def _plan_user(snapshot: Snapshot, caller: Caller, user_id: UserId, uploads: FilePolicy) -> tuple[User, UserErasure]:
    user = find_user(snapshot, user_id)
    rules.check_erasable(
        user,
        by=caller.user,
        other_admins=snapshot.users.count_other_admins(user_id),
        open_tickets=snapshot.users.list_open_tickets(user_id, 1),
    )
    return user, snapshot.erasure.plan_user(user, uploads)


def _find_entries(user_id: UserId, after: int, snapshot: Snapshot) -> NamedEntries:
    return snapshot.erasure.find_entries(find_user(snapshot, user_id), after, ENTRIES_PORTION)


def _find_end(after: Seq, snapshot: Snapshot) -> Seq | None:
    return snapshot.events.find_end(after, EVENTS_PORTION)


def _forget(forget: Forget, after: Seq, until: Seq, work: UnitOfWork) -> None:
    forget(work, after, until)
