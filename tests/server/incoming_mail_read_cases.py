"""A case for each read method of the mails that arrived, and of the positions in mailboxes."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.receiving.model import (
    Arrival,
    FilingOutcome,
    MailboxPosition,
    MailContents,
    MailId,
    MailState,
    Quarantine,
)
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import Case, Step, change_nothing, sees

RAW = b"Subject: hello\r\n\r\nhello\r\n"
FIRST = MailId(1)
HOUR = timedelta(hours=1)
ERIN = "erin@example.org"
POSITION = MailboxPosition(uid_validity=7, last_uid=3)

# Methods that only write; the read methods of their repository see what they write.
INCOMING_MAIL_WRITES = {
    "incoming_mails.add",
    "incoming_mails.begin_attempt",
    "incoming_mails.delete_raw",
    "incoming_mails.discard",
    "incoming_mails.finish",
    "incoming_mails.reopen",
    "incoming_mails.undo_attempt",
    "mail_uses.add",
    "mail_uses.delete_before",
    "mailbox_positions.save",
}


def add(work: UnitOfWork) -> None:
    work.incoming_mails.add(Arrival("listener", RAW), "0" * 64, work.now)


def read(work: UnitOfWork) -> None:
    contents = MailContents(sender=ERIN, subject="hello", header_id="1@x", fingerprint="f")
    work.incoming_mails.finish(FIRST, FilingOutcome(MailState.RECEIVED), contents)


def finish(state: MailState) -> Step:
    return lambda work: work.incoming_mails.finish(FIRST, FilingOutcome(state, "", TicketId(1)))


def discard(work: UnitOfWork) -> None:
    work.incoming_mails.discard([FIRST], "discarded")


def use(work: UnitOfWork) -> None:
    work.mail_uses.add(["newcomers", "newcomers/example.org"], work.now)


def save_position(work: UnitOfWork) -> None:
    work.mailbox_positions.save("imap:a", POSITION)


INCOMING_MAIL_CASES: dict[str, Case] = {
    "incoming_mails.count_by_state": sees(
        lambda work: {state.value: count for state, count in work.incoming_mails.count_by_state().items() if count},
        (add, {"received": 1}),
        (finish(MailState.FILED), {"filed": 1}),
    ),
    "incoming_mails.find": sees(
        lambda work: (found := work.incoming_mails.find(FIRST)) and found.state,
        (change_nothing, None),
        (add, MailState.RECEIVED),
        (finish(MailState.IGNORED), MailState.IGNORED),
    ),
    "incoming_mails.find_same": sees(
        lambda work: (found := work.incoming_mails.find_same("f")) and found.mail_id,
        (add, None),
        (read, None),
        (finish(MailState.FILED), FIRST),
    ),
    "incoming_mails.is_filed": sees(
        lambda work: work.incoming_mails.is_filed("1@x"), (add, False), (read, False), (finish(MailState.FILED), True)
    ),
    "incoming_mails.list_before": sees(
        lambda work: [one.mail_id for one in work.incoming_mails.list_before(MailId(9), 5, MailState.FILED)],
        (add, []),
        (finish(MailState.FILED), [FIRST]),
    ),
    "incoming_mails.list_of_ticket": sees(
        lambda work: [one.mail_id for one in work.incoming_mails.list_of_ticket(TicketId(1), 5)],
        (add, []),
        (finish(MailState.FILED), [FIRST]),
    ),
    "incoming_mails.measure_bytes": sees(
        lambda work: {state.value: size for state, size in work.incoming_mails.measure_bytes().items() if size},
        (add, {"received": len(RAW)}),
        (finish(MailState.FILED), {"filed": len(RAW)}),
        (discard, {}),
    ),
    "incoming_mails.list_old_bytes": sees(
        lambda work: [
            one.mail_id for one in work.incoming_mails.list_old_bytes(MailState.FILED, 5, before=work.now + HOUR)
        ],
        (add, []),
        (finish(MailState.FILED), [FIRST]),
        (discard, []),
    ),
    "incoming_mails.list_quarantined": sees(
        lambda work: [one.mail_id for one in work.incoming_mails.list_quarantined(5, before=work.now + HOUR)],
        (add, []),
        (finish(MailState.QUARANTINED), [FIRST]),
        (discard, []),
    ),
    "incoming_mails.measure_quarantine": sees(
        lambda work: work.incoming_mails.measure_quarantine(),
        (add, Quarantine(0, 0)),
        (finish(MailState.QUARANTINED), Quarantine(1, len(RAW))),
        (discard, Quarantine(0, 0)),
    ),
    "incoming_mails.list_waiting": sees(
        lambda work: [one.mail_id for one in work.incoming_mails.list_waiting(5)],
        (add, [FIRST]),
        (finish(MailState.FILED), []),
    ),
    "incoming_mails.read_raw": sees(
        lambda work: work.incoming_mails.read_raw(FIRST), (change_nothing, None), (add, RAW)
    ),
    "mail_uses.count": sees(
        lambda work: work.mail_uses.count(["newcomers"], work.now - HOUR),
        (change_nothing, {}),
        (use, {"newcomers": 1}),
        (use, {"newcomers": 2}),
    ),
    "mailbox_positions.find": sees(
        lambda work: work.mailbox_positions.find("imap:a"), (change_nothing, None), (save_position, POSITION)
    ),
}
