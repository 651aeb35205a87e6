"""`mail.discard`, `mail.discard_quarantined` and `mail.refile_quarantined`: what becomes of mails held back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params
from hero_assistance_server.desk import Desk
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.mail.receiving.model import MailId
from hero_assistance_server.mail.receiving.records import IncomingMailRecord, MailParams, describe_mail
from hero_assistance_server.mail.receiving.service import discard_mail, discard_quarantined, refile_quarantined
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import time_of

_ERRORS = (Unauthenticated, Forbidden, Unavailable)
_NAMELESS = "Subject: The VPN is down\r\n\r\nSince this morning.\r\n"
_HANDED_IN = (Call("alice", "mail.deliver", {"text": _NAMELESS}),)
_DISCARDS_ALL = Example("Nothing is quarantined", "alice", {}, 0)
_REFILES_ALL = Example("Nothing is quarantined", "alice", {}, 0)
_DISCARDS = Example(
    "An admin does not want it",
    "alice",
    {"mail_id": 1},
    {
        "mail_id": 1,
        "source": "operator",
        "received_at": 1_767_604_000_000,
        "size": len(_NAMELESS),
        "state": "ignored",
        "reason": "discarded: it names no sender, or more than one",
        "reason_kind": None,
        "reason_values": {},
        "sender": None,
        "subject": "The VPN is down",
        "ticket_id": None,
        "message_id": None,
    },
    after=_HANDED_IN,
    varies=frozenset({"received_at", "reason", "subject"}),
)


class DiscardQuarantined(Params):
    """Which mails of the quarantine."""

    before: Annotated[
        wire.Millis | None, Field(description="Those that came before this time alone; null is all of them.")
    ] = None


def add_quarantine_methods(table: MethodRegistry, desk: Desk) -> None:
    """Register the methods."""
    storage = desk.store

    @table.method(
        "mail.discard", allow=OPERATORS, page=True, errors=[*_ERRORS, NotFound, Conflict], examples=[_DISCARDS]
    )
    async def discard(caller: Caller, params: MailParams) -> IncomingMailRecord:
        """Delete a mail that is not filed; its record stays, as ignored."""
        return describe_mail(await storage.write(lambda work: discard_mail(work, caller, MailId(params.mail_id))))

    @table.method("mail.discard_quarantined", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_DISCARDS_ALL])
    async def discard_all(caller: Caller, params: DiscardQuarantined) -> int:
        """Delete the mails that are quarantined, at most 100, the oldest first; returns how many."""
        before = None if params.before is None else time_of(params.before)
        return await storage.write(lambda work: discard_quarantined(work, caller, before))

    @table.method("mail.refile_quarantined", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_REFILES_ALL])
    async def refile_all(caller: Caller, _params: NoParams) -> int:
        """File the mails that are quarantined, at most 1,000, the oldest first; returns how many."""

        def command(work: UnitOfWork) -> int:
            work.after_commit(desk.arrivals.set)
            return refile_quarantined(work, caller)

        return await storage.write(command)
