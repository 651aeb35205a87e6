"""What the services need of a storage engine: snapshots to read from, and units of work to write with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.attachments.repository import AttachmentRepository
from hero_assistance_server.audit.repository import AuditRepository
from hero_assistance_server.canned_replies.repository import CannedReplyRepository
from hero_assistance_server.collaborators.repository import GuestInvitationRepository
from hero_assistance_server.drafts.repository import DraftRepository
from hero_assistance_server.erasure.repository import ErasureRepository
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.events.repository import EventRepository
from hero_assistance_server.identity.oidc.repository import OidcIdentityRepository
from hero_assistance_server.identity.passkeys.repository import PasskeyRepository
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.sessions.repository import SessionRepository
from hero_assistance_server.identity.sign_in.repository import SignInRateRepository, SignInTokenRepository
from hero_assistance_server.macros.repository import MacroRepository
from hero_assistance_server.mail.id_repository import MailIdRepository
from hero_assistance_server.mail.key_repository import MailKeyRepository
from hero_assistance_server.mail.receiving.repository import (
    IncomingMailRepository,
    MailboxPositionRepository,
    MailUseRepository,
)
from hero_assistance_server.messages.repository import MessageRepository
from hero_assistance_server.notifications.repository import NotificationRepository
from hero_assistance_server.outbox.repository import OutboxRepository
from hero_assistance_server.project.repository import ProjectRepository
from hero_assistance_server.ratings.repository import RatingRepository
from hero_assistance_server.read_receipts.repository import ReadReceiptRepository
from hero_assistance_server.saved_views.repository import SavedViewRepository
from hero_assistance_server.search.repository import SearchRepository
from hero_assistance_server.stats.repository import StatsRepository
from hero_assistance_server.storage.client_tokens import ClientTokenRepository
from hero_assistance_server.storage.nodes import Nodes
from hero_assistance_server.tags.repository import TagRepository
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import TicketRepository
from hero_assistance_server.users.repository import DeviceRepository, LoginRepository, UserRepository
from hero_assistance_server.webhooks.repository import WebhookRepository

T = TypeVar("T")


class Snapshot(Protocol):
    """The repositories as they are at one moment; a method that writes fails."""

    @property
    def attachments(self) -> AttachmentRepository:
        """The uploads, and where each is shown."""
        ...

    @property
    def canned_replies(self) -> CannedReplyRepository:
        """The canned replies of the team and of its agents."""
        ...

    @property
    def devices(self) -> DeviceRepository:
        """The devices that users have bound."""
        ...

    @property
    def drafts(self) -> DraftRepository:
        """The drafts of all users."""
        ...

    @property
    def guest_invitations(self) -> GuestInvitationRepository:
        """The addresses with which customers share their tickets."""
        ...

    @property
    def logins(self) -> LoginRepository:
        """The names by which the edge knows users."""
        ...

    @property
    def macros(self) -> MacroRepository:
        """The macros of the team and of its agents."""
        ...

    @property
    def erasure(self) -> ErasureRepository:
        """Every table, for what is deleted for ever."""
        ...

    @property
    def incoming_mails(self) -> IncomingMailRepository:
        """The mails that arrived."""
        ...

    @property
    def mail_ids(self) -> MailIdRepository:
        """The Message-IDs of mails about tickets."""
        ...

    @property
    def notifications(self) -> NotificationRepository:
        """What users are notified of, and what they set of it."""
        ...

    @property
    def mail_keys(self) -> MailKeyRepository:
        """The keys that mail is signed with, and the one by which the project is known."""
        ...

    @property
    def mail_uses(self) -> MailUseRepository:
        """How often mails did what is limited."""
        ...

    @property
    def mailbox_positions(self) -> MailboxPositionRepository:
        """How far each mailbox was read."""
        ...

    @property
    def outbox(self) -> OutboxRepository:
        """What goes out, over all channels."""
        ...

    @property
    def project(self) -> ProjectRepository:
        """The settings of the project."""
        ...

    @property
    def ratings(self) -> RatingRepository:
        """What customers say of answers."""
        ...

    @property
    def read_receipts(self) -> ReadReceiptRepository:
        """How far each user has read each ticket."""
        ...

    @property
    def audit(self) -> AuditRepository:
        """The audit entries, to read."""
        ...

    @property
    def client_tokens(self) -> ClientTokenRepository:
        """What requests with a client token made."""
        ...

    @property
    def events(self) -> EventRepository:
        """The stored events, to replay and to prune."""
        ...

    @property
    def messages(self) -> MessageRepository:
        """The replies and notes of the tickets."""
        ...

    @property
    def saved_views(self) -> SavedViewRepository:
        """The saved views of all agents."""
        ...

    @property
    def sessions(self) -> SessionRepository:
        """Who is signed in at a browser."""
        ...

    @property
    def sign_in_tokens(self) -> SignInTokenRepository:
        """The links and codes by which users sign in."""
        ...

    @property
    def sign_in_rates(self) -> SignInRateRepository:
        """How often addresses were used to sign in."""
        ...

    @property
    def tags(self) -> TagRepository:
        """The tags that tickets have, with their counts."""
        ...

    @property
    def users(self) -> UserRepository:
        """The users of the project."""
        ...

    @property
    def search(self) -> SearchRepository:
        """The search index."""
        ...

    @property
    def stats(self) -> StatsRepository:
        """The figures over tickets, answers and changes of status."""
        ...

    @property
    def tickets(self) -> TicketRepository:
        """The tickets, and the lists of them."""
        ...

    @property
    def oidc_identities(self) -> OidcIdentityRepository:
        """Which users of OpenID providers are users of the project."""
        ...

    @property
    def passkeys(self) -> PasskeyRepository:
        """The passkeys of all users."""
        ...

    @property
    def webhooks(self) -> WebhookRepository:
        """The webhooks, and how they answered."""
        ...


class UnitOfWork(Snapshot, Protocol):
    """One command: what is read within it sees everything that was written within it.

    All of it is committed together, or nothing.
    """

    now: datetime

    def apply(self, change: AnyChange, by: Caller) -> Seq:
        """Write the change, its audit entry and its event; returns the event's number."""
        ...

    def record_event(self, change: AnyChange) -> Seq:
        """Write the change's event without an audit entry: for what concerns one user alone."""
        ...

    def skip_event(self) -> None:
        """Leave a number out: a reader who has every event so far is reset like one who lacks some."""
        ...

    def record_audit_entry(self, action: str, by: Caller, detail: Mapping[str, str]) -> None:
        """Write an audit entry without an event."""
        ...

    def serialize_ticket(self, ticket: Ticket, to: Caller) -> Encoded[wire.Ticket]:
        """Return the ticket as an answer to this caller; the JSON of the last event is used again."""
        ...

    def part(self) -> AbstractContextManager[None]:
        """Undo what is written within when it raises, and keep the rest of the command."""
        ...

    def after_commit(self, notify: Callable[[], None]) -> None:
        """Call `notify` in the event loop once the command is committed, before its events are published."""
        ...


class Storage(Protocol):
    """An open storage engine."""

    outbox_added: asyncio.Event
    """Set once a command that added to the outbox is committed."""

    index_incomplete: asyncio.Event
    """Set when tickets may be missing in the search index, which a job fills."""

    nodes: Nodes
    """The servers that use it."""

    @property
    def commits(self) -> int:
        """How many groups were committed; what was read before the number changed may be out of date."""
        ...

    async def read(self, query: Callable[[Snapshot], T]) -> T:
        """Answer a query from one moment's state; raises `StoreUnavailable`."""
        ...

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        """Run a command and return its result once it is on disk; raises its error or `StoreUnavailable`."""
        ...
