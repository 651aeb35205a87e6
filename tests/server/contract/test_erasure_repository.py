"""`ErasureRepository`: no word of a deleted ticket and no trace of an erased user is left in any table."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from hero_assistance_sdk.wire import Seq, UserId
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.erasure import rules
from hero_assistance_server.erasure.model import FilePolicy, Leftovers
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.users.model import User
from tests.server.contract.changes import ALICE, BOB, DAVE
from tests.server.contract.erased_desk import ERIN, FIRST, PRIVATE, SECOND, THIRD, fill, fill_for_user, find
from tests.server.contract.tables import Tables
from tests.server.contract.ticket_changes import set_fields

pytestmark = pytest.mark.anyio

HEIR = rules.make_heir(ERIN, UserId("erased-user"))


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    await storage.write(fill)
    return storage


def delete(work: UnitOfWork) -> Leftovers:
    """Delete the first ticket with what was merged into it, and every event that carries them."""
    plan = work.erasure.plan_ticket(FIRST)
    gone = [find(work, ticket_id) for ticket_id in plan.ticket_ids]
    left = work.erasure.delete_tickets(gone, work.now)
    work.erasure.forget_events_of(plan.ticket_ids, Seq(0), work.events.last_seq())
    for ticket in gone:
        work.apply(rules.delete_ticket(ticket, plan), Caller(ALICE))
    return left


def erase(work: UnitOfWork, user: User = ERIN, heir: User = HEIR, uploads: FilePolicy = FilePolicy.KEEP) -> Leftovers:
    """Put a nameless user in the user's place; the first entries of the trail were looked at before."""
    work.users.save(heir, work.now)
    left = work.erasure.erase_user(user, heir, uploads, work.erasure.find_entries(user, 0, 3))
    work.erasure.forget_events(work.events.last_seq())
    return left


async def test_a_plan_counts_what_goes_with_a_ticket(filled: Storage) -> None:
    plan = await filled.read(lambda snapshot: snapshot.erasure.plan_ticket(FIRST))
    assert asdict(plan) == {"ticket_ids": (FIRST, SECOND), "messages": 4, "files": 1, "bytes": 3, "mails": 1}


async def test_no_word_of_a_deleted_ticket_is_left(filled: Storage, tables: Tables) -> None:
    assert len(tables.find(PRIVATE)) > 9
    left = await filled.write(delete)
    assert tables.find(PRIVATE) == {}
    assert left.digests == ["a" * 64]
    assert len(left.letters) == 1
    tables.check_lists([await filled.read(lambda snapshot: find(snapshot, THIRD))])


async def test_what_is_left_of_it_is_that_it_was(filled: Storage) -> None:
    """The trail keeps who did what; its number and those of its messages are given to no others."""
    message_id = await filled.write(lambda work: work.messages.next_id())
    await filled.write(delete)
    assert await filled.write(lambda work: (work.tickets.next_id(), work.messages.next_id())) == (4, message_id)
    trail = await filled.read(lambda snapshot: [*snapshot.audit.iterate_newest(AuditQuery(), 2**62)])
    assert {str(entry.detail.get("ticket_id")) for entry in trail if entry.action == "ticket.created"} >= {"1", "2"}
    assert all(entry.ticket_id in {None, THIRD} for entry in trail)


async def test_events_of_other_tickets_stay(filled: Storage) -> None:
    before = await filled.read(lambda snapshot: snapshot.events.list_after(Seq(0), 99, reader=DAVE).events)
    await filled.write(lambda work: work.erasure.forget_events_of([FIRST, SECOND], Seq(0), work.events.last_seq()))
    after = await filled.read(lambda snapshot: snapshot.events.list_after(Seq(0), 99, reader=DAVE).events)
    assert [event.seq for event in after] == [event.seq for event in before if f'"ticket_id":{THIRD}' in event.payload]


async def test_the_trail_is_append_only_around_an_erasure(filled: Storage, tables: Tables) -> None:
    def delete_and_fail(work: UnitOfWork) -> None:
        delete(work)
        raise LookupError("a defect")

    with pytest.raises(Exception, match="defect"):
        await filled.write(delete_and_fail)
    assert (await filled.read(lambda snapshot: snapshot.erasure.plan_ticket(FIRST))).messages == 4
    with pytest.raises(Exception, match="append-only"):
        tables.execute("UPDATE audit SET origin = ''")
    await filled.write(delete)
    with pytest.raises(Exception, match="append-only"):
        tables.execute("UPDATE audit SET origin = ''")


async def test_a_plan_counts_what_goes_with_a_user(filled: Storage) -> None:
    await filled.write(fill_for_user)
    plans = await filled.read(lambda snapshot: [snapshot.erasure.plan_user(ERIN, policy) for policy in FilePolicy])
    assert [plan.files for plan in plans] == [1, 2]
    counts = asdict(plans[0])
    assert {name: counts[name] for name in ("tickets", "drafts", "sign_ins", "letters", "mails")} == {
        "tickets": 2,
        "drafts": 1,
        "sign_ins": 1,
        "letters": 1,
        "mails": 1,
    }


async def test_nothing_names_an_erased_user(filled: Storage, tables: Tables) -> None:
    await filled.write(fill_for_user)
    assert tables.find("erin")
    left = await filled.write(erase)
    assert tables.find("erin") == {}
    assert tables.find("10.0.0.7") == {}
    assert left.digests == ["b" * 64]
    assert len(left.letters) == 1
    tables.check_lists(await filled.read(lambda snapshot: [find(snapshot, one) for one in (FIRST, SECOND, THIRD)]))


async def test_what_they_said_stays_without_their_name(filled: Storage) -> None:
    await filled.write(fill_for_user)
    await filled.write(erase)
    ticket = await filled.read(lambda snapshot: snapshot.tickets.find(FIRST))
    assert ticket is not None
    assert (ticket.customer, ticket.title) == (HEIR.user_id, f"{PRIVATE}!")
    thread = await filled.read(lambda snapshot: [*snapshot.messages.iterate_newest(THIRD, notes=True)])
    assert HEIR.user_id in [message.author for message in thread]
    view = await filled.read(lambda snapshot: snapshot.saved_views.find(1))
    assert view is not None
    assert view.filter == "customer:erased-user is:active"
    assert await filled.read(lambda snapshot: snapshot.macros.list_assigning(ERIN.user_id)) == []


async def test_former_holders_are_renamed_in_the_trail(filled: Storage) -> None:
    await filled.write(fill_for_user)
    await filled.write(erase)
    trail = await filled.read(lambda snapshot: [*snapshot.audit.iterate_newest(AuditQuery(), 2**62)])
    details = [dict(entry.detail) for entry in trail if "note" in entry.detail]
    assert details == [{"assignee.before": "bob, erased-user", "note": "erased-user"}]
    assert [dict(entry.detail) for entry in trail if entry.action == "user.updated"] == [{"user_id": "erased-user"}]


async def test_files_that_they_sent_go_where_that_is_asked_for(filled: Storage) -> None:
    left = await filled.write(lambda work: erase(work, uploads=FilePolicy.DELETE))
    assert left.digests == ["a" * 64]
    assert (await filled.read(lambda snapshot: snapshot.attachments.stored_bytes(HEIR.user_id))).uploader == 0


async def test_an_agent_is_erased_with_tickets_that_they_solved(filled: Storage, tables: Tables) -> None:
    agent = User(UserId("zoe-agent"), "Zoe Agent", BOB.role, "zoe@example.org")
    heir = rules.make_heir(agent, UserId("erased-user"))

    def work_on(work: UnitOfWork) -> None:
        work.users.save(agent, work.now)
        set_fields(work, find(work, THIRD), Patch(assignee=agent))

    await filled.write(work_on)
    await filled.write(lambda work: erase(work, agent, heir))
    assert tables.find("zoe") == {}
    first, second, third = await filled.read(lambda snapshot: [find(snapshot, one) for one in (FIRST, SECOND, THIRD)])
    assert third.assignee == heir.user_id
    tables.check_lists([first, second, third])
