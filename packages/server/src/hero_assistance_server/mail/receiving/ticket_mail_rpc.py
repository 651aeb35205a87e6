"""`mail.of_ticket` and `mail.html`: which messages of a ticket came by mail, and how such a mail looks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.desk import Desk
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.mail.receiving.filing.sender_rules import UnprovedKind, find_unproved_kind
from hero_assistance_server.mail.receiving.model import IncomingMail, MailId
from hero_assistance_server.mail.receiving.parsing.automatic import Automatic
from hero_assistance_server.mail.receiving.ticket_mails import list_ticket_mails, read_mail_html
from hero_assistance_server.rpc.params import ID_LIMIT, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.timestamps import millis

_LISTS = Example("No message of this ticket came by mail", "bob", {"ticket_id": 1}, {"mails": []})


class TicketMail(Result):
    """A mail that is on a ticket: as the message with this id, or with null as the ticket's own text.

    `warning` says why it acts for no user, and `warning_kind` says it for programs; both are empty for a mail of the
    user whom it names. A `bounce` is the report that a letter did not arrive. `has_html` where `mail.html` shows it as
    it was sent.
    """

    mail_id: int
    message_id: wire.MessageId | None
    sender: str | None
    subject: str
    received_at: wire.Millis
    warning: str
    warning_kind: UnprovedKind | None
    is_bounce: bool
    has_html: bool


class TicketMailList(Result):
    """The last mails of a ticket, the newest first."""

    mails: list[TicketMail]


class ReadHtml(Params):
    """Which mail, and whether pictures of the web stay in it: they tell its sender that it is looked at."""

    mail_id: Annotated[int, Field(ge=1, le=ID_LIMIT)]
    loads_pictures: bool = False


class MailHtml(Result):
    """What is between the tags of `body`, for a frame without scripts; how many pictures of the web it had."""

    html: str
    web_pictures: int


_NEWSLETTER = "From: Erin <erin@example.org>\r\nSubject: VPN\r\nContent-Type: text/html\r\n\r\n<b>It is down.</b>"
_SHOWS = Example(
    "An admin looks at a mail as it was sent",
    "alice",
    {"mail_id": 1},
    {"html": "<b>It is down.</b>", "web_pictures": 0},
    after=(Call("alice", "mail.deliver", {"text": _NEWSLETTER}),),
)


def add_methods(table: MethodRegistry, desk: Desk) -> None:
    """Register the methods."""
    storage = desk.store

    @table.method(
        "mail.of_ticket",
        allow=STAFF,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_LISTS],
    )
    async def of_ticket(caller: Caller, params: TicketParams) -> TicketMailList:
        """List the last mails that are on a ticket, and what is known of their senders."""
        found = await storage.read(lambda snapshot: list_ticket_mails(snapshot, caller, params.ticket_id))
        return TicketMailList(mails=[_describe(mail) for mail in found])

    @table.method(
        "mail.html",
        allow=STAFF,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_SHOWS],
    )
    async def html(caller: Caller, params: ReadHtml) -> MailHtml:
        """Show a mail of a ticket as it was sent, without what runs, loads or sends something.

        The bytes of mails are kept for 30 days; after that, there is the text of the message alone.
        """
        mail_id = MailId(params.mail_id)
        document = await read_mail_html(storage, caller, mail_id, loads_pictures=params.loads_pictures)
        return MailHtml(html=document.html, web_pictures=document.web_pictures)


def _describe(mail: IncomingMail) -> TicketMail:
    is_bounce = mail.reason == Automatic.REPORT.value
    return TicketMail(
        mail_id=mail.mail_id,
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        received_at=millis(mail.received_at),
        warning="" if is_bounce else mail.reason,
        warning_kind=None if is_bounce else find_unproved_kind(mail.reason),
        is_bounce=is_bounce,
        has_html=mail.has_html,
    )
