"""`mail.status` and `mail.test`: how letters go out, and whether they arrive."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk.errors import Conflict, Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mail_settings import MailSettings, read_mail_settings
from hero_assistance_server.mail.sending.sender_address import FOLDER_SENDER, is_address
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.outbox.pauses import ChannelPause
from hero_assistance_server.rpc.params import Email
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork

_STATUS = {
    "way": "folder",
    "server": None,
    "sender": "support@localhost",
    "takes_answers": False,
    "has_links": False,
    "fault": None,
    "hint": None,
}
_READS = Example("No mail server is set", "alice", {}, _STATUS, varies=frozenset(_STATUS))
_TESTS = Example(
    "An admin has set a mail server",
    "alice",
    {"address": "alice@example.org"},
    {"delivery_id": 1, "status": _STATUS},
    varies=frozenset(_STATUS),
)


class MailWay(StrEnum):
    """Where letters go: `held` while what the settings say cannot be used, `unknown` until they are read."""

    SMTP = "smtp"
    FOLDER = "folder"
    HELD = "held"
    UNKNOWN = "unknown"


class MailStatus(Result):
    """How letters go out; `server` is host and port, `fault` says why they wait, also where the server takes none now.

    `takes_answers` says that answers by mail are read, `has_links` that the address of the page is set.
    """

    way: MailWay
    server: str | None
    sender: str
    takes_answers: bool
    has_links: bool
    fault: str | None
    hint: str | None


class SendTest(Params):
    """Where to."""

    address: Annotated[Email, Field(description="Who gets the test letter.")]


class SentTest(Result):
    """The delivery in the outbox; `outbox.list` says what becomes of it."""

    delivery_id: int
    status: MailStatus


def add_methods(
    table: MethodRegistry,
    storage: Storage,
    refresh: Callable[[], Awaitable[DaemonSettings | None]],
    pause: ChannelPause,
) -> None:
    """Register the methods; `refresh` reads the settings now, because the operator may have just changed them.

    `pause` says whether the mail server takes letters now.
    """

    @table.method(
        "mail.status", allow=OPERATORS, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_READS]
    )
    async def status(_caller: Caller, _params: NoParams) -> MailStatus:
        """Tell how letters go out."""
        has_links = await storage.read(_has_links)
        return _describe(read_mail_settings(await refresh()), pause, has_links=has_links)

    @table.method(
        "mail.test",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, Conflict, Unavailable],
        examples=[_TESTS],
    )
    async def test(caller: Caller, params: SendTest) -> SentTest:
        """Send a test letter to an address, the same way as every other letter, and before those that wait."""
        if not is_address(params.address):
            raise Conflict(
                f"{params.address} is no address that mail can be sent to",
                kind=RefusalKind.MAIL_ADDRESS_UNUSABLE,
                values={"address": params.address},
            )
        settings = read_mail_settings(await refresh())
        pause.lift()
        delivery_id, has_links = await storage.write(lambda work: _queue_test(work, caller, params.address))
        status = _describe(settings, pause, has_links=has_links)
        return SentTest(delivery_id=delivery_id, status=status)


def _has_links(snapshot: Snapshot) -> bool:
    return bool(snapshot.project.read().page_address)


def _queue_test(work: UnitOfWork, caller: Caller, address: str) -> tuple[int, bool]:
    project = work.project.read()
    language = choose_language(caller.user, project)
    lines = (
        language.t("This letter shows that {project} can send mail.", project=project.name),
        language.t("If you did not expect it, you need do nothing."),
    )
    letter = Letter(
        key=f"test/{secrets.token_hex(8)}",
        to=address,
        subject=language.t("A test letter from {project}", project=project.name),
        text="\n\n".join(lines) + "\n",
        language=language.code,
    )
    queue_letter(work, letter, is_urgent=True)
    work.record_audit_entry("mail.tested", caller, {"address": address})
    newest = next(work.outbox.iterate_newest(None, None, 2**63 - 1))
    return newest.delivery_id, _has_links(work)


def _describe(settings: MailSettings | None, pause: ChannelPause, *, has_links: bool) -> MailStatus:
    known = settings or MailSettings(FOLDER_SENDER)
    fault, server_fault = known.fault, None if known.fault else pause.fault
    way = MailWay.HELD if fault else MailWay.SMTP if known.smtp else MailWay.FOLDER
    return MailStatus(
        way=way if settings else MailWay.UNKNOWN,
        server=known.smtp.name if known.smtp else None,
        sender=known.sender.address,
        takes_answers=known.takes_answers,
        has_links=has_links,
        fault=fault.message if fault else server_fault,
        hint=fault.hint if fault else pause.hint if server_fault else None,
    )
