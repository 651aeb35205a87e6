"""A case for each read method of users, devices, read receipts and tags."""

from __future__ import annotations

from dataclasses import replace

from hero_assistance_sdk.wire import MessageId, Millis, Role, Status, UserId
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tags.model import TagCount
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import Device, Login, User
from tests.server.read_cases import (
    BOB,
    TICKET,
    Case,
    Step,
    change_nothing,
    create,
    find_ticket,
    reply,
    sees,
    set_fields,
)
from tests.server.store_fixtures import CAROL, NOON

DAN = User(UserId("dan"), "Dan", Role.CUSTOMER, "dan@example.org")
DANIEL = replace(DAN, name="Daniel", email="daniel@example.org")
ERIN = User(UserId("erin"), "Erin", Role.ADMIN)
LOGIN = Login("Dan@corp", DAN.user_id, millis(NOON))
DEVICE = Device("4a::1", BOB.user_id, "laptop", Millis(5), None)
NODE = Device("4b::1", BOB.user_id, "laptop", Millis(5), None, "0a" * 32)

# Methods that only write; the read methods of their repository see what they write.
USER_WRITES = {
    "devices.delete",
    "devices.note_seen",
    "devices.save",
    "logins.delete",
    "logins.save",
    "erasure.delete_tickets",
    "erasure.erase_user",
    "erasure.forget_events",
    "erasure.forget_events_of",
    "guest_invitations.delete",
    "guest_invitations.save",
    "ratings.save",
    "read_receipts.add_for_authors",
    "read_receipts.copy_to_part",
    "read_receipts.save",
    "users.mark_demo",
    "users.save",
}


def create_tagged(work: UnitOfWork) -> None:
    create(work, tags=("vpn",))


def remove_tag(work: UnitOfWork) -> None:
    set_fields(work, find_ticket(work), Patch(tags=()))


def create_assigned(work: UnitOfWork) -> None:
    set_fields(work, create(work), Patch(assignee=BOB))


def solve(work: UnitOfWork) -> None:
    set_fields(work, find_ticket(work), Patch(status=Status.SOLVED))


def answer(work: UnitOfWork) -> None:
    reply(work, find_ticket(work))


def save_user(user: User) -> Step:
    return lambda work: work.users.save(user, work.now)


def bind_device(work: UnitOfWork) -> None:
    work.devices.save(DEVICE)


def bind_node(work: UnitOfWork) -> None:
    work.devices.save(NODE)


def delete_node(work: UnitOfWork) -> None:
    work.devices.delete(NODE.address)


def delete_device(work: UnitOfWork) -> None:
    work.devices.delete(DEVICE.address)


def mark_demo(work: UnitOfWork) -> None:
    work.users.mark_demo(DAN.user_id)


def deactivate_dan(work: UnitOfWork) -> None:
    work.users.save(replace(DAN, active=False), work.now)


def bind_admin(work: UnitOfWork) -> None:
    work.users.save(replace(DAN, role=Role.ADMIN), work.now)
    work.logins.save(LOGIN)


def delete_login(work: UnitOfWork) -> None:
    work.logins.delete(LOGIN.login)


def save_receipt(user: User) -> Step:
    return lambda work: work.read_receipts.save(user.user_id, TICKET, MessageId(1), work.now)


def share_tags(work: UnitOfWork) -> None:
    before = work.project.read()
    work.project.save_changes(before, replace(before, share_tags=True))


def sees_sharers(work: UnitOfWork) -> bool:
    """A customer shares a ticket, an agent shares the messages."""
    create(work)
    of_customer = work.users.list_sharers(CAROL.user_id)
    answer(work)
    return (of_customer, work.users.list_sharers(BOB.user_id)) == (frozenset({CAROL.user_id}),) * 2


def sees_relevant_tickets(work: UnitOfWork) -> bool:
    create(work)
    of_customer = work.read_receipts.list_relevant_tickets(CAROL)
    answer(work)
    return (of_customer, work.read_receipts.list_relevant_tickets(BOB)) == ([TICKET], [TICKET])


USER_CASES: dict[str, Case] = {
    "devices.find": sees(lambda work: work.devices.find(DEVICE.address), (bind_device, DEVICE), (delete_device, None)),
    "devices.list_with_key": sees(
        lambda work: work.devices.list_with_key("0a" * 32), (bind_device, []), (bind_node, [NODE]), (delete_node, [])
    ),
    "devices.iterate_for": sees(
        lambda work: [*work.devices.iterate_for(BOB.user_id)], (bind_device, [DEVICE]), (delete_device, [])
    ),
    "devices.list_all": sees(lambda work: work.devices.list_all(), (bind_device, [DEVICE]), (delete_device, [])),
    "users.list_demo": sees(
        lambda work: work.users.list_demo(), (save_user(DAN), []), (mark_demo, [DAN]), (deactivate_dan, [])
    ),
    "logins.count_of_admins": sees(
        lambda work: work.logins.count_of_admins(except_login="bob"), (bind_admin, 1), (delete_login, 0)
    ),
    "logins.find": sees(lambda work: work.logins.find("dan@CORP"), (bind_admin, LOGIN), (delete_login, None)),
    "logins.list_after": sees(
        lambda work: work.logins.list_after("", 5, DAN.user_id), (bind_admin, [LOGIN]), (delete_login, [])
    ),
    "logins.list_all": sees(lambda work: work.logins.list_all(), (bind_admin, [LOGIN]), (delete_login, [])),
    "project.sharing": sees(lambda work: work.project.sharing(), (create, Sharing()), (share_tags, Sharing(tags=True))),
    "read_receipts.count_unread": sees(
        lambda work: work.read_receipts.count_unread(BOB, [TICKET]), (create, [1]), (save_receipt(BOB), [0])
    ),
    "read_receipts.last_read": sees(
        lambda work: work.read_receipts.last_read(CAROL.user_id, TICKET), (create, 0), (save_receipt(CAROL), 1)
    ),
    "read_receipts.iterate_agents": sees(
        lambda work: [*work.read_receipts.iterate_agents(TICKET)],
        (create, []),
        (save_receipt(BOB), [TicketReader(BOB.user_id, MessageId(1), millis(NOON))]),
    ),
    "read_receipts.list_for": sees(
        lambda work: work.read_receipts.list_for(CAROL, [TICKET]),
        (create, [ReadReceipt(TICKET, MessageId(0), unread=0)]),
        (answer, [ReadReceipt(TICKET, MessageId(0), unread=1)]),
        (save_receipt(CAROL), [ReadReceipt(TICKET, MessageId(1), unread=0)]),
    ),
    "read_receipts.list_relevant_tickets": sees_relevant_tickets,
    "tags.list_after": sees(
        lambda work: work.tags.list_after("", 5),
        (create_tagged, [TagCount("vpn", tickets=1, active=1)]),
        (solve, [TagCount("vpn", tickets=1, active=0)]),
    ),
    "tags.list_tickets": sees(
        lambda work: work.tags.list_tickets("vpn", 5), (create_tagged, [TICKET]), (remove_tag, [])
    ),
    "users.count_other_admins": sees(
        lambda work: work.users.count_other_admins(BOB.user_id),
        (save_user(ERIN), 1),
        (save_user(replace(ERIN, active=False)), 0),
    ),
    "users.created_at": sees(
        lambda work: work.users.created_at(DAN.user_id), (change_nothing, None), (save_user(DAN), millis(NOON))
    ),
    "users.find": sees(lambda work: work.users.find(DAN.user_id), (save_user(DAN), DAN), (save_user(DANIEL), DANIEL)),
    "users.find_by_email": sees(
        lambda work: work.users.find_by_email("dan@example.org"), (save_user(DAN), DAN), (save_user(DANIEL), None)
    ),
    "users.list_all": sees(
        lambda work: work.users.list_all(),
        (save_user(DAN), [BOB, CAROL, DAN]),
        (save_user(DANIEL), [BOB, CAROL, DANIEL]),
    ),
    "users.list_open_tickets": sees(
        lambda work: work.users.list_open_tickets(BOB.user_id, 5), (create_assigned, [TICKET]), (solve, [])
    ),
    "users.list_sharers": sees_sharers,
}
