"""`ticket.delete` and `user.erase`: what is taken away for ever."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.erasure.model import FilePolicy
from hero_assistance_server.erasure.service import Erasures
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.rpc.params import TicketParams, UserName
from hero_assistance_server.rpc.registry import MethodRegistry

_TICKET: dict[str, Any] = {"ticket_ids": [1], "messages": 2, "files": 0, "bytes": 0, "mails": 0}
_DELETES = (
    Example(
        "An admin looks what would go", "alice", {"ticket_id": 1, "dry_run": True}, _TICKET | {"is_deleted": False}
    ),
    Example("And deletes it", "alice", {"ticket_id": 1}, _TICKET | {"is_deleted": True}),
)
_CAROLS: dict[str, Any] = {"tickets": 1, "messages": 0, "files": 0, "drafts": 0, "sign_ins": 0, "mails": 0}
_ERASES = (
    Example(
        "An admin looks what Carol has left",
        "alice",
        {"user_id": "carol", "dry_run": True},
        _CAROLS | {"letters": 0, "erased_as": None},
        varies=frozenset({"letters", "sign_ins"}),
    ),
    Example(
        "She wants to be forgotten",
        "alice",
        {"user_id": "carol", "uploads": "delete"},
        _CAROLS | {"letters": 0, "erased_as": "erased-user"},
        varies=frozenset({"letters", "sign_ins"}),
    ),
)

_DryRun = Annotated[bool, Field(description="Answer with what would go, and change nothing.")]


class DeleteTicket(TicketParams):
    """The ticket to delete."""

    dry_run: _DryRun = False


class DeletedTicket(Result):
    """What went, or would go: the ticket and those merged into it, their messages, their files and the mails filed."""

    ticket_ids: list[wire.TicketId]
    messages: int
    files: int
    bytes: int
    mails: int
    is_deleted: bool


class EraseUser(Params):
    """The user to erase, and what becomes of the files that they sent."""

    user_id: UserName
    uploads: Annotated[
        FilePolicy, Field(description="`keep`: what they sent stays on its tickets. What they never sent is deleted.")
    ] = FilePolicy.KEEP
    dry_run: _DryRun = False


class ErasedUser(Result):
    """What stays without the name (`tickets`, `messages`), and what is deleted.

    `sign_ins` are sessions, devices, passkeys, logins and accounts of providers; `letters` those that wait or were sent
    lately, with calls of webhooks; `mails` those that came from the user. `erased_as` is the user's new id.
    """

    tickets: int
    messages: int
    files: int
    drafts: int
    sign_ins: int
    letters: int
    mails: int
    erased_as: wire.UserId | None


def add_methods(table: MethodRegistry, erasures: Erasures) -> None:
    """Register the methods."""

    @table.method(
        "ticket.delete",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=_DELETES,
    )
    async def delete(caller: Caller, params: DeleteTicket) -> DeletedTicket:
        """Delete a ticket for ever, with its messages, files and mails, and with what was merged into it.

        The trail keeps who did what to it, and no word of it; its number is never given again.
        """
        if params.dry_run:
            plan = await erasures.plan_ticket(caller, params.ticket_id)
        else:
            plan = await erasures.delete_ticket(caller, params.ticket_id)
        return DeletedTicket(**asdict(plan), is_deleted=not params.dry_run)

    @table.method(
        "user.erase",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=_ERASES,
    )
    async def erase(caller: Caller, params: EraseUser) -> ErasedUser:
        """Erase a user for ever: their tickets and messages stay, and are those of a nameless user from then on.

        Name, id, address, ways to sign in, drafts, letters and mails go. Every client fetches what it holds again.
        """
        if params.dry_run:
            plan = await erasures.plan_user(caller, params.user_id, params.uploads)
            return ErasedUser(**asdict(plan), erased_as=None)
        heir, plan = await erasures.erase_user(caller, params.user_id, params.uploads)
        return ErasedUser(**asdict(plan), erased_as=heir.user_id)
