"""A case for each read method of the outbox, of Message-IDs and of notifications."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_sdk.wire import MessageId, UserId
from hero_assistance_server.mail.id_repository import MailReference
from hero_assistance_server.notifications.model import NotificationSettings, PendingNotification, Reason
from hero_assistance_server.outbox.model import Delivery, DeliveryState
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import BOB, TICKET, Case, change_nothing, create, find_ticket, reply, sees

# Methods that only write; the read methods of their repository see what they write.
OUTBOX_WRITES = {
    "mail_ids.add",
    "mail_ids.keep_title",
    "notifications.add",
    "notifications.mute",
    "notifications.save_settings",
    "notifications.set_position",
    "outbox.add",
    "outbox.bring_forward",
    "outbox.drop",
    "outbox.drop_all",
    "outbox.fail",
    "outbox.finish",
    "outbox.hasten",
    "outbox.prune",
    "outbox.release_forgotten",
    "outbox.release_in_flight",
    "outbox.retry",
    "outbox.retry_dead",
}
WANTING = NotificationSettings(new_tickets=True)


def add(work: UnitOfWork) -> None:
    work.outbox.add(Delivery("mail", "k", "dan@example.org", "{}", work.now), work.now)


def finish(work: UnitOfWork) -> None:
    work.outbox.finish(1, "250 accepted", work.now)


def finish_and_prune(work: UnitOfWork) -> None:
    add(work)
    finish(work)
    after = work.now + timedelta(seconds=1)
    work.outbox.prune("mail", DeliveryState.DONE, after, work.now, keep=9, limit=9)


def name_mail(work: UnitOfWork) -> None:
    work.mail_ids.add("<a@desk>", create(work).ticket_id, None, work.now)


def answer(work: UnitOfWork) -> None:
    create(work)
    reply(work, find_ticket(work))


def note_pending(work: UnitOfWork) -> None:
    create(work)
    work.notifications.add([PendingNotification(BOB.user_id, TICKET, Reason.ANSWERED, None, None, work.now)])


def mute(work: UnitOfWork) -> None:
    create(work)
    work.notifications.mute(BOB.user_id, TICKET, muted=True)


def subscribe(work: UnitOfWork) -> None:
    work.notifications.save_settings(BOB.user_id, WANTING)


def set_position(work: UnitOfWork) -> None:
    work.notifications.set_position(7)


def _count(work: UnitOfWork) -> int:
    return len(list(work.outbox.iterate_newest(None, None, 100)))


def _noteworthy(work: UnitOfWork) -> list[tuple[str, MessageId | None]]:
    entries, _ = work.notifications.list_noteworthy(0, 9, new_tickets=True)
    return [(entry.action, entry.message_id) for entry in entries]


OUTBOX_CASES: dict[str, Case] = {
    "mail_ids.find": sees(
        lambda work: work.mail_ids.find("<a@desk>"), (change_nothing, None), (name_mail, MailReference(TICKET, None))
    ),
    "mail_ids.list_last": sees(
        lambda work: work.mail_ids.list_last(TICKET, 9), (change_nothing, []), (name_mail, ["<a@desk>"])
    ),
    "notifications.is_muted": sees(
        lambda work: work.notifications.is_muted(BOB.user_id, TICKET), (change_nothing, False), (mute, True)
    ),
    "notifications.list_due": sees(
        lambda work: work.notifications.list_due(work.now, 9), (change_nothing, []), (note_pending, [("bob", 1)])
    ),
    "notifications.list_noteworthy": sees(
        _noteworthy, (change_nothing, []), (answer, [("ticket.created", None), ("message.replied", 1)])
    ),
    "notifications.list_subscribers": sees(
        lambda work: work.notifications.list_subscribers(),
        (change_nothing, {}),
        (subscribe, {UserId("bob"): WANTING}),
    ),
    "notifications.next_due": sees(
        lambda work: work.notifications.next_due() == work.now, (change_nothing, False), (note_pending, True)
    ),
    "notifications.position": sees(lambda work: work.notifications.position(), (change_nothing, 0), (set_position, 7)),
    "notifications.settings_of": sees(
        lambda work: work.notifications.settings_of(BOB.user_id).new_tickets,
        (change_nothing, False),
        (subscribe, True),
    ),
    "notifications.take": sees(
        lambda work: len(work.notifications.take(BOB.user_id, TICKET)),
        (change_nothing, 0),
        (note_pending, 1),
        (change_nothing, 0),
    ),
    "outbox.counts": sees(
        lambda work: [(one.state, one.count) for one in work.outbox.counts()],
        (add, [(DeliveryState.WAITING, 1)]),
        (finish, [(DeliveryState.DONE, 1)]),
    ),
    "outbox.find": sees(lambda work: work.outbox.find(1) is not None, (change_nothing, False), (add, True)),
    "outbox.iterate_newest": sees(_count, (change_nothing, 0), (add, 1)),
    "outbox.begin": sees(
        lambda work: len(work.outbox.begin("mail", work.now, 9)),
        (change_nothing, 0),
        (add, 1),
        (change_nothing, 0),
    ),
    "outbox.count_pruned": sees(
        lambda work: [one.count for one in work.outbox.count_pruned()], (change_nothing, []), (finish_and_prune, [1])
    ),
    "outbox.next_due": sees(
        lambda work: work.outbox.next_due("mail") == work.now, (change_nothing, False), (add, True)
    ),
}
