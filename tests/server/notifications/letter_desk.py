"""A desk whose clock the test moves, with a notifier, and the letters that it has queued."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hero_assistance_sdk.wire import MessageId, Priority, Role, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.mail.sending.sender_address import SenderAddress
from hero_assistance_server.mail.sending.service import read_letter
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.notifications.notifier import Notifier
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets import rules as ticket_rules
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.users.model import User
from tests.server.databases import open_store

T = TypeVar("T")
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE = User(UserId("alice"), "Alice", Role.ADMIN, "alice@example.org")
BOB = User(UserId("bob"), "Bob", Role.AGENT, "bob@example.org")
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER, "carol@example.net")
DAVE = User(UserId("dave"), "Dave", Role.CUSTOMER, "dave@example.net")
MAIL = MailSettings(SenderAddress("support@desk.example.org"), takes_answers=True)


@dataclass
class LetterDesk:
    """An open store and a notifier; each step is one command of one user."""

    store: FileStorage
    notifier: Notifier
    now: datetime = NOON
    mail: MailSettings | None = MAIL
    on_screen: set[tuple[str, int]] = field(default_factory=set)

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        return await self.store.write(command)

    async def file(
        self, customer: User = CAROL, *, by: User | None = None, title: str = "No network", tags: tuple[str, ...] = ()
    ) -> TicketId:
        def command(work: UnitOfWork) -> TicketId:
            change = ticket_rules.create(
                customer=customer,
                ticket_id=work.tickets.next_id(),
                title=title,
                body="Since this morning.",
                priority=Priority.NORMAL,
                tags=tags,
                targets={},
                now=work.now,
            )
            work.apply(change, Caller(by or customer))
            return change.ticket.ticket_id

        return await self.write(command)

    async def reply(
        self, ticket_id: TicketId, author: User, body: str = "Try again.", attachments: tuple[Attachment, ...] = ()
    ) -> Message:
        def command(work: UnitOfWork) -> Message:
            change = message_rules.reply(
                ticket=_find(work, ticket_id),
                author=author,
                message_id=work.messages.next_id(),
                body=body,
                now=work.now,
                attachments=attachments,
            )
            work.apply(change, Caller(author))
            return change.message

        return await self.write(command)

    async def note(self, ticket_id: TicketId, author: User, body: str, mentioned: str = "") -> Message:
        def command(work: UnitOfWork) -> Message:
            change = message_rules.note(
                ticket=_find(work, ticket_id),
                author=author,
                message_id=work.messages.next_id(),
                body=body,
                now=work.now,
            )
            work.apply(replace(change, detail={"mentioned": mentioned} if mentioned else {}), Caller(author))
            return change.message

        return await self.write(command)

    async def change(self, ticket_id: TicketId, by: User, patch: Patch) -> None:
        def command(work: UnitOfWork) -> None:
            change = update(ticket=_find(work, ticket_id), by=by, patch=patch, targets={}, now=work.now)
            assert change is not None
            work.apply(change, Caller(by))

        await self.write(command)

    async def read(self, user: User, ticket_id: TicketId, message_id: MessageId) -> None:
        await self.write(lambda work: work.read_receipts.save(user.user_id, ticket_id, message_id, work.now))

    async def configure(self, user: User, settings: NotificationSettings) -> None:
        await self.write(lambda work: work.notifications.save_settings(user.user_id, settings))

    async def save(self, user: User) -> None:
        await self.write(lambda work: work.users.save(user, work.now))

    async def letters(self, after: timedelta = MINUTE) -> list[Letter]:
        """What is queued once the notifier has followed all, and so much time has passed; oldest first."""
        await self.notifier.follow()
        self.now += after
        await self.notifier.send_due()
        found = await self.store.read(lambda snapshot: list(snapshot.outbox.iterate_newest("mail", None, 2**62)))
        return [read_letter(one.payload) for one in reversed(found)]


def _find(work: UnitOfWork, ticket_id: TicketId) -> Ticket:
    found = work.tickets.find(ticket_id)
    assert found is not None
    return found


@asynccontextmanager
async def letter_desk(folder: Path, *, page: str = "https://desk.example.org/") -> AsyncIterator[LetterDesk]:
    """Open a desk with alice (an admin), bob (an agent), carol and dave (customers), all with addresses."""
    made: list[LetterDesk] = []

    def now() -> datetime:
        return made[0].now if made else NOON

    async with open_store(folder, clock=now, publish=lambda _event: None) as store:
        notifier = Notifier(
            store, lambda user_id, ticket_id: (user_id, ticket_id) in made[0].on_screen, lambda: made[0].mail, now
        )
        made.append(LetterDesk(store, notifier))
        for user in (ALICE, BOB, CAROL, DAVE):
            await made[0].save(user)

        def set_page(work: UnitOfWork) -> None:
            before = work.project.read()
            work.project.save_changes(before, replace(before, page_address=page))

        await store.write(set_page)
        yield made[0]
