"""The repositories over one SQLite connection."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sqlite.repositories.attachments import SqliteAttachments
from hero_assistance_server.storage.sqlite.repositories.audit import SqliteAudit
from hero_assistance_server.storage.sqlite.repositories.canned_replies import SqliteCannedReplies
from hero_assistance_server.storage.sqlite.repositories.client_tokens import SqliteClientTokens
from hero_assistance_server.storage.sqlite.repositories.devices import SqliteDevices
from hero_assistance_server.storage.sqlite.repositories.drafts import SqliteDrafts
from hero_assistance_server.storage.sqlite.repositories.events import SqliteEvents
from hero_assistance_server.storage.sqlite.repositories.logins import SqliteLogins
from hero_assistance_server.storage.sqlite.repositories.macros import SqliteMacros
from hero_assistance_server.storage.sqlite.repositories.messages import SqliteMessages
from hero_assistance_server.storage.sqlite.repositories.project import SqliteProject
from hero_assistance_server.storage.sqlite.repositories.saved_views import SqliteSavedViews
from hero_assistance_server.storage.sqlite.repositories.tags import SqliteTags
from hero_assistance_server.storage.sqlite.repositories.users import SqliteUsers
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets.read_receipts import SqliteReadReceipts
from hero_assistance_server.storage.sqlite.tickets.search_index import SqliteSearch
from hero_assistance_server.storage.sqlite.tickets.stats import SqliteStats
from hero_assistance_server.storage.sqlite.tickets.tickets import SqliteTickets


@dataclass(slots=True)
class SqliteSnapshot:
    """Implements `Snapshot`."""

    session: Session

    @property
    def attachments(self) -> SqliteAttachments:
        return SqliteAttachments(self.session)

    @property
    def canned_replies(self) -> SqliteCannedReplies:
        return SqliteCannedReplies(self.session)

    @property
    def devices(self) -> SqliteDevices:
        return SqliteDevices(self.session)

    @property
    def drafts(self) -> SqliteDrafts:
        return SqliteDrafts(self.session)

    @property
    def logins(self) -> SqliteLogins:
        """The names by which the edge knows users."""
        return SqliteLogins(self.session)

    @property
    def macros(self) -> SqliteMacros:
        return SqliteMacros(self.session)

    @property
    def project(self) -> SqliteProject:
        return SqliteProject(self.session)

    @property
    def read_receipts(self) -> SqliteReadReceipts:
        return SqliteReadReceipts(self.session)

    @property
    def audit(self) -> SqliteAudit:
        return SqliteAudit(self.session)

    @property
    def client_tokens(self) -> SqliteClientTokens:
        return SqliteClientTokens(self.session)

    @property
    def events(self) -> SqliteEvents:
        return SqliteEvents(self.session)

    @property
    def messages(self) -> SqliteMessages:
        return SqliteMessages(self.session)

    @property
    def saved_views(self) -> SqliteSavedViews:
        return SqliteSavedViews(self.session)

    @property
    def tags(self) -> SqliteTags:
        return SqliteTags(self.session)

    @property
    def users(self) -> SqliteUsers:
        return SqliteUsers(self.session)

    @property
    def search(self) -> SqliteSearch:
        return SqliteSearch(self.session)

    @property
    def stats(self) -> SqliteStats:
        return SqliteStats(self.session)

    @property
    def tickets(self) -> SqliteTickets:
        return SqliteTickets(self.session)
