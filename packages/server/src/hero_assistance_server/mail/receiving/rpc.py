"""`mail.inbox`, `mail.read`, `mail.refile` and `mail.deliver`: the mails that arrived, and what became of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, TooLarge, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_sdk.size_limits import TEXT_BYTES
from hero_assistance_server.desk import Desk
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.model import Arrival, IncomingMail, MailId, MailState
from hero_assistance_server.mail.receiving.quarantine_rpc import add_quarantine_methods
from hero_assistance_server.mail.receiving.records import IncomingMailRecord, MailParams, describe_mail
from hero_assistance_server.mail.receiving.service import find_mail, refile
from hero_assistance_server.rpc.pages import fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_DEFAULT, PAGE_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

# What `mail.read` shows; the rest is attachments nearly always.
SHOWN_BYTES = TEXT_BYTES
# For a mail that is handed in by hand; the sources take larger ones.
DELIVERED_LIMIT = TEXT_BYTES
SOURCE = "operator"
_RFC = "From: Erin <erin@example.org>\r\nSubject: The VPN is down\r\n\r\nSince this morning.\r\n"
_NAMELESS = "Subject: The VPN is down\r\n\r\nSince this morning.\r\n"
_RECORD = {
    "mail_id": 1,
    "source": SOURCE,
    "received_at": 1_767_604_000_000,
    "size": len(_RFC),
    "state": "received",
    "reason": "",
    "reason_kind": None,
    "reason_values": {},
    "sender": None,
    "subject": "",
    "ticket_id": None,
    "message_id": None,
}
_VARIES = frozenset({"state", "sender", "subject", "ticket_id", "received_at", "reason", "reason_kind"})
_COUNTS = {"received": 0, "filed": 0, "ignored": 0, "quarantined": 0}
_LISTS = Example("No mail came yet", "alice", {}, {"mails": [], "next_before": None, "counts": _COUNTS})
_DELIVERS = Example("An admin hands in a mail", "alice", {"text": _RFC}, {"mail_id": 1})
_HANDED_IN = (Call("alice", "mail.deliver", {"text": _NAMELESS}),)
_NAMELESS_RECORD = _RECORD | {"size": len(_NAMELESS)}
_READS = Example(
    "An admin reads a mail that names no sender",
    "alice",
    {"mail_id": 1},
    {"mail": _NAMELESS_RECORD, "raw": _NAMELESS, "is_cut": False},
    after=_HANDED_IN,
    varies=_VARIES,
)
_REFILES = Example(
    "An admin has it filed all the same", "alice", {"mail_id": 1}, _NAMELESS_RECORD, after=_HANDED_IN, varies=_VARIES
)


class IncomingMailCounts(Result):
    """How many mails are in each state."""

    received: int
    filed: int
    ignored: int
    quarantined: int


class InboxPage(Result):
    """Mails, newest first; `next_before` asks for the next page, null at the end."""

    mails: list[IncomingMailRecord]
    next_before: int | None
    counts: IncomingMailCounts


class ReadMail(Result):
    """A mail with its text as it came, cut where it is long; null where its bytes are deleted."""

    mail: IncomingMailRecord
    raw: str | None
    is_cut: bool


class DeliveredMail(Result):
    """The mail that was handed in; null where the same one was handed in before."""

    mail_id: int | None


class ListInbox(Params):
    """Which mails; every state without `state`."""

    state: MailState | None = None
    before: Annotated[int, Field(ge=1, le=ID_LIMIT, description="`next_before` of the page before.")] = ID_LIMIT
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class DeliverMail(Params):
    """A mail as mail servers hand it over: header, empty line, text."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=DELIVERED_LIMIT)]


def add_methods(table: MethodRegistry, desk: Desk) -> None:
    """Register the methods."""
    storage = desk.store
    intake = Intake(storage, desk.admission, desk.arrivals)

    @table.method(
        "mail.inbox", allow=OPERATORS, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def inbox(_caller: Caller, params: ListInbox) -> Encoded[InboxPage]:
        """List the mails that arrived, newest first, and what became of each."""
        return await storage.read(lambda snapshot: _list(snapshot, params))

    @table.method(
        "mail.read",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_READS],
    )
    async def read(_caller: Caller, params: MailParams) -> ReadMail:
        """Show a mail as it came."""
        return await storage.read(lambda snapshot: _read(snapshot, MailId(params.mail_id)))

    @table.method(
        "mail.refile",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_REFILES],
    )
    async def refile_(caller: Caller, params: MailParams) -> IncomingMailRecord:
        """File a mail that was ignored or quarantined; who it acts for is decided as before."""

        def command(work: UnitOfWork) -> IncomingMail:
            work.after_commit(desk.arrivals.set)
            return refile(work, caller, MailId(params.mail_id))

        return describe_mail(await storage.write(command))

    @table.method(
        "mail.deliver",
        allow=OPERATORS,
        errors=[Unauthenticated, Forbidden, TooLarge, Unavailable],
        examples=[_DELIVERS],
    )
    async def deliver(_caller: Caller, params: DeliverMail) -> DeliveredMail:
        """Hand in a mail, as the listener does; the same text again is not stored once more."""
        mail_id = await intake.receive(Arrival(SOURCE, params.text.encode("utf-8", "replace")))
        return DeliveredMail(mail_id=mail_id)

    add_quarantine_methods(table, desk)


def _list(snapshot: Snapshot, params: ListInbox) -> Encoded[InboxPage]:
    found = snapshot.incoming_mails.list_before(MailId(params.before), params.limit + 1, params.state)
    page = fill_page(found, lambda mail: describe_mail(mail).model_dump_json().encode(), params.limit)
    counts = {state.value: count for state, count in snapshot.incoming_mails.count_by_state().items()}
    return Encoded.of(
        InboxPage,
        mails=page.json,
        next_before=None if page.last is None else page.last.mail_id,
        counts=IncomingMailCounts(**counts),
    )


def _read(snapshot: Snapshot, mail_id: MailId) -> ReadMail:
    mail = find_mail(snapshot, mail_id)
    raw = snapshot.incoming_mails.read_raw(mail_id)
    shown = None if raw is None else raw[:SHOWN_BYTES].decode("utf-8", "replace")
    return ReadMail(mail=describe_mail(mail), raw=shown, is_cut=raw is not None and len(raw) > SHOWN_BYTES)
