"""The mails of a ticket, as agents look at them."""

from __future__ import annotations

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.mail.receiving.model import IncomingMail, MailId
from hero_assistance_server.mail.receiving.parsing.html_document import HtmlDocument, make_html_document
from hero_assistance_server.mail.receiving.parsing.parts import parse_parts
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.visibility import visible_ticket

# A ticket with more has older mails, whose messages are shown without their senders' addresses.
MAILS_LIMIT = 200


def list_ticket_mails(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> list[IncomingMail]:
    """Return the last mails of a ticket, the newest first; raises `NotFound`."""
    visible_ticket(snapshot, caller, ticket_id)
    return snapshot.incoming_mails.list_of_ticket(ticket_id, MAILS_LIMIT)


async def read_mail_html(
    storage: FileStorage, caller: Caller, mail_id: MailId, *, loads_pictures: bool
) -> HtmlDocument:
    """Return a mail of a ticket as HTML that is harmless; raises `NotFound`."""
    raw = await storage.read(lambda snapshot: _read_raw(snapshot, caller, mail_id))
    document = await storage.in_thread(lambda: make_html_document(parse_parts(raw), loads_pictures=loads_pictures))
    if document is None:
        raise NotFound(
            f"mail {mail_id} cannot be shown as HTML",
            hint="read the text of its message",
            kind=RefusalKind.MAIL_WITHOUT_HTML,
        )
    return document


def _read_raw(snapshot: Snapshot, caller: Caller, mail_id: MailId) -> bytes:
    mail = snapshot.incoming_mails.find(mail_id)
    # What is on no ticket is for those who may file it.
    if mail is None or (mail.ticket_id is None and not caller.administers):
        raise NotFound(f"there is no mail {mail_id} on a ticket", kind=RefusalKind.NO_MAIL)
    if mail.ticket_id is not None:
        visible_ticket(snapshot, caller, mail.ticket_id)
    raw = snapshot.incoming_mails.read_raw(mail_id)
    if raw is None:
        raise NotFound(
            f"mail {mail_id} is deleted",
            hint="mails are kept for 30 days; read the text of its message",
            kind=RefusalKind.MAIL_DELETED,
        )
    return raw
