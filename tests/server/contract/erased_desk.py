"""A desk that has something of a ticket and of a user in every table."""

from __future__ import annotations

import json

from hero_assistance_sdk.wire import MessageId, MessageKind, Millis, Rating, Role, Score, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.mail.receiving.model import Arrival, FilingOutcome, MailContents, MailState
from hero_assistance_server.notifications.model import PendingNotification, Reason
from hero_assistance_server.outbox.model import Delivery
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.merging.merge_split import merge
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.users.model import Login, User
from tests.server.contract.changes import ALICE, BOB, DAVE, reply
from tests.server.contract.ticket_changes import create, set_fields, write
from tests.server.text_read_cases import ASSIGNING, MACRO, REPLY, VIEW

# Words that no other text has.
PRIVATE = "quetzalcoatl"
ERIN = User(UserId("erin-xample"), "Erin Xample", Role.CUSTOMER, "erin@example.org")
FIRST, SECOND, THIRD = TicketId(1), TicketId(2), TicketId(3)


def fill(work: UnitOfWork) -> None:
    """Add Erin's tickets 1 and 2, the second of which is merged into the first; Dave's 3, with Erin, has to stay."""
    work.users.save(ERIN, work.now)
    work.logins.save(Login("erinx@corp", ERIN.user_id, Millis(1)))
    file = upload(work, "of-the-ticket.txt", "a")
    first = create(work, PRIVATE, customer=ERIN, tags=("vpn",))
    create(work, f"{PRIVATE} again", customer=ERIN)
    third = create(work, "stays", customer=DAVE, tags=("vpn",))
    first, _ = write(work, first, MessageKind.NOTE, PRIVATE)
    message_id = work.messages.next_id()
    first = reply(work, first, message_id, ERIN, (file,))
    first, _ = write(work, first, MessageKind.REPLY, f"an answer {PRIVATE}")
    set_fields(work, first, Patch(assignee=BOB, title=f"{PRIVATE}!"))
    write(work, third, MessageKind.REPLY, "stays", DAVE)
    _merge(work)
    _add_what_belongs_to_it(work, message_id)


def upload(work: UnitOfWork, name: str, digit: str) -> Attachment:
    """Write a row of a file of Erin's."""
    made = Attachment(work.attachments.next_id(), name, 3, "text/plain", None, None)
    work.attachments.add(made, digit * 64, ERIN.user_id, work.now)
    detail = {"attachment": str(made.attachment_id), "name": name}
    work.record_audit_entry("attachment.uploaded", Caller(ERIN, origin="10.0.0.7"), detail)
    return made


def find(snapshot: Snapshot, ticket_id: TicketId) -> Ticket:
    """Return a ticket that is there."""
    found = snapshot.tickets.find(ticket_id)
    assert found is not None
    return found


def fill_for_user(work: UnitOfWork) -> None:
    """Add what only Erin has, and where others name her."""
    upload(work, "unsent.txt", "b")
    work.drafts.save(Draft(DraftKey(ERIN.user_id, FIRST, MessageKind.REPLY), "", "unsent", work.now))
    work.saved_views.save(VIEW.model_copy(update={"filter": "customer:erin-xample is:active"}))
    work.saved_views.save(VIEW.model_copy(update={"view_id": 2, "owner": ERIN.user_id}))
    work.macros.save(ASSIGNING.model_copy(update={"assignee": ERIN.user_id}))
    work.macros.save(MACRO.model_copy(update={"owner": ERIN.user_id}))
    work.canned_replies.save(REPLY.model_copy(update={"owner": ERIN.user_id}))
    third = find(work, THIRD)
    set_fields(work, write(work, third, MessageKind.REPLY, "Me too.", ERIN)[0], Patch(tags=("mine",)))
    named = {"user_id": ERIN.user_id, "name": ERIN.name, "email": str(ERIN.email)}
    work.record_audit_entry("user.updated", Caller(ALICE), named)
    former = {"assignee.before": "bob, erin-xample", "note": "erin@example.org"}
    work.record_audit_entry("ticket.updated", Caller(BOB), former)
    payload = json.dumps({"to": ERIN.user_id})
    assert work.outbox.add(Delivery("mail", "erins", str(ERIN.email), payload, work.now, "to her"), work.now)


def _merge(work: UnitOfWork) -> None:
    changes = merge(
        source=find(work, SECOND),
        target=find(work, FIRST),
        entries=work.messages.list_entries(SECOND),
        last_of_target=work.messages.list_entries(FIRST),
        message_id=work.messages.next_id(),
        now=work.now,
    )
    for change in changes:
        work.apply(change, Caller(BOB))


def _add_what_belongs_to_it(work: UnitOfWork, message_id: MessageId) -> None:
    work.drafts.save(Draft(DraftKey(DAVE.user_id, FIRST, MessageKind.REPLY), "", PRIVATE, work.now))
    work.read_receipts.save(BOB.user_id, FIRST, message_id, work.now)
    work.guest_invitations.save(GuestInvitation(f"{PRIVATE}@example.org", FIRST, ERIN.user_id, Millis(1)))
    work.notifications.mute(BOB.user_id, FIRST, muted=True)
    pending = PendingNotification(BOB.user_id, FIRST, Reason.ANSWERED, ERIN.user_id, message_id, work.now)
    work.notifications.add([pending])
    work.client_tokens.add(ERIN.user_id, "ticket.create", PRIVATE, FIRST, work.now)
    work.client_tokens.add(BOB.user_id, "message.reply", PRIVATE, message_id, work.now)
    work.mail_ids.keep_title(FIRST, PRIVATE)
    work.mail_ids.add(f"<{PRIVATE}@desk>", FIRST, message_id, work.now)
    work.ratings.save(
        Rating(
            ticket_id=FIRST,
            solved_at=Millis(1),
            user_id=ERIN.user_id,
            score=Score.BAD,
            comment=PRIVATE,
            agent=BOB.user_id,
            rated_at=Millis(2),
        )
    )
    mail_id = work.incoming_mails.add(Arrival("listener", PRIVATE.encode()), "0" * 64, work.now)
    assert mail_id is not None
    work.incoming_mails.finish(
        mail_id, FilingOutcome(MailState.RECEIVED), MailContents(ERIN.email, PRIVATE, "1@x", "f")
    )
    work.incoming_mails.finish(mail_id, FilingOutcome(MailState.FILED, "", FIRST, message_id))
    letter = Delivery("mail", "letter", "carol@example.org", "{}", work.now, PRIVATE, ticket_id=FIRST)
    assert work.outbox.add(letter, work.now)
