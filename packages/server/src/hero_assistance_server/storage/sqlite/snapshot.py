"""The repositories over one SQLite connection."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sqlite.erasure.repository import SqliteErasure
from hero_assistance_server.storage.sqlite.mail.incoming_mails import SqliteIncomingMails
from hero_assistance_server.storage.sqlite.mail.mail_ids import SqliteMailIds
from hero_assistance_server.storage.sqlite.mail.mail_keys import SqliteMailKeys
from hero_assistance_server.storage.sqlite.mail.mail_uses import SqliteMailUses
from hero_assistance_server.storage.sqlite.mail.mailbox_positions import SqliteMailboxPositions
from hero_assistance_server.storage.sqlite.mail.notifications import SqliteNotifications
from hero_assistance_server.storage.sqlite.repositories.attachments import SqliteAttachments
from hero_assistance_server.storage.sqlite.repositories.audit import SqliteAudit
from hero_assistance_server.storage.sqlite.repositories.canned_replies import SqliteCannedReplies
from hero_assistance_server.storage.sqlite.repositories.client_tokens import SqliteClientTokens
from hero_assistance_server.storage.sqlite.repositories.drafts import SqliteDrafts
from hero_assistance_server.storage.sqlite.repositories.events import SqliteEvents
from hero_assistance_server.storage.sqlite.repositories.identity.devices import SqliteDevices
from hero_assistance_server.storage.sqlite.repositories.identity.logins import SqliteLogins
from hero_assistance_server.storage.sqlite.repositories.identity.oidc_identities import SqliteOidcIdentities
from hero_assistance_server.storage.sqlite.repositories.identity.passkeys import SqlitePasskeys
from hero_assistance_server.storage.sqlite.repositories.identity.sessions import SqliteSessions
from hero_assistance_server.storage.sqlite.repositories.identity.sign_in_rates import SqliteSignInRates
from hero_assistance_server.storage.sqlite.repositories.identity.sign_in_tokens import SqliteSignInTokens
from hero_assistance_server.storage.sqlite.repositories.macros import SqliteMacros
from hero_assistance_server.storage.sqlite.repositories.messages import SqliteMessages
from hero_assistance_server.storage.sqlite.repositories.outbox.deliveries import SqliteOutbox
from hero_assistance_server.storage.sqlite.repositories.outbox.webhooks import SqliteWebhooks
from hero_assistance_server.storage.sqlite.repositories.project import SqliteProject
from hero_assistance_server.storage.sqlite.repositories.saved_views import SqliteSavedViews
from hero_assistance_server.storage.sqlite.repositories.tags import SqliteTags
from hero_assistance_server.storage.sqlite.repositories.users import SqliteUsers
from hero_assistance_server.storage.sqlite.search.search_repository import SqliteSearch
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets.ratings import SqliteRatings
from hero_assistance_server.storage.sqlite.tickets.read_receipts import SqliteReadReceipts
from hero_assistance_server.storage.sqlite.tickets.stats import SqliteStats
from hero_assistance_server.storage.sqlite.tickets.tickets import SqliteTickets


@dataclass(slots=True)
class SqliteSnapshot:
    """Implements `Snapshot`."""

    session: Session

    @property
    def attachments(self) -> SqliteAttachments:
        """The tables `attachments` and `attachment_uses`."""
        return SqliteAttachments(self.session)

    @property
    def canned_replies(self) -> SqliteCannedReplies:
        """The table `canned_replies`."""
        return SqliteCannedReplies(self.session)

    @property
    def devices(self) -> SqliteDevices:
        """The table `device_bindings`."""
        return SqliteDevices(self.session)

    @property
    def drafts(self) -> SqliteDrafts:
        """The table `drafts`."""
        return SqliteDrafts(self.session)

    @property
    def logins(self) -> SqliteLogins:
        """The names by which the edge knows users."""
        return SqliteLogins(self.session)

    @property
    def macros(self) -> SqliteMacros:
        """The table `macros`."""
        return SqliteMacros(self.session)

    @property
    def erasure(self) -> SqliteErasure:
        """Every table that names tickets or users."""
        return SqliteErasure(self.session)

    @property
    def incoming_mails(self) -> SqliteIncomingMails:
        """The tables `incoming_mails` and `incoming_mail_bytes`."""
        return SqliteIncomingMails(self.session)

    @property
    def mail_ids(self) -> SqliteMailIds:
        """The table `mail_message_ids`."""
        return SqliteMailIds(self.session)

    @property
    def notifications(self) -> SqliteNotifications:
        """The tables of notifications, and the audit trail that they follow."""
        return SqliteNotifications(self.session)

    @property
    def mail_keys(self) -> SqliteMailKeys:
        """The table `mail_keys`."""
        return SqliteMailKeys(self.session)

    @property
    def mail_uses(self) -> SqliteMailUses:
        """The table `mail_uses`."""
        return SqliteMailUses(self.session)

    @property
    def mailbox_positions(self) -> SqliteMailboxPositions:
        """The table `mailbox_positions`."""
        return SqliteMailboxPositions(self.session)

    @property
    def outbox(self) -> SqliteOutbox:
        """The table `deliveries`."""
        return SqliteOutbox(self.session)

    @property
    def project(self) -> SqliteProject:
        """The table `settings`."""
        return SqliteProject(self.session)

    @property
    def ratings(self) -> SqliteRatings:
        """The table `ratings`."""
        return SqliteRatings(self.session)

    @property
    def read_receipts(self) -> SqliteReadReceipts:
        """The table `reads`."""
        return SqliteReadReceipts(self.session)

    @property
    def audit(self) -> SqliteAudit:
        """The table `audit`."""
        return SqliteAudit(self.session)

    @property
    def client_tokens(self) -> SqliteClientTokens:
        """The table `client_tokens`."""
        return SqliteClientTokens(self.session)

    @property
    def events(self) -> SqliteEvents:
        """The table `events`, and who may read each."""
        return SqliteEvents(self.session)

    @property
    def messages(self) -> SqliteMessages:
        """The table `messages`."""
        return SqliteMessages(self.session)

    @property
    def saved_views(self) -> SqliteSavedViews:
        """The table `saved_views`."""
        return SqliteSavedViews(self.session)

    @property
    def sessions(self) -> SqliteSessions:
        """The table `sessions`."""
        return SqliteSessions(self.session)

    @property
    def sign_in_tokens(self) -> SqliteSignInTokens:
        """The table `sign_in_tokens`."""
        return SqliteSignInTokens(self.session)

    @property
    def sign_in_rates(self) -> SqliteSignInRates:
        """The table `sign_in_rates`."""
        return SqliteSignInRates(self.session)

    @property
    def tags(self) -> SqliteTags:
        """The scopes of `listings` that stand for tags."""
        return SqliteTags(self.session)

    @property
    def users(self) -> SqliteUsers:
        """The table `users`."""
        return SqliteUsers(self.session)

    @property
    def search(self) -> SqliteSearch:
        """The full-text table `search_index`."""
        return SqliteSearch(self.session)

    @property
    def stats(self) -> SqliteStats:
        """The tables `tickets`, `messages` and `status_changes`, for figures."""
        return SqliteStats(self.session)

    @property
    def tickets(self) -> SqliteTickets:
        """The table `tickets`, and the index of its lists."""
        return SqliteTickets(self.session)

    @property
    def webhooks(self) -> SqliteWebhooks:
        """The tables `webhooks` and `webhook_answers`."""
        return SqliteWebhooks(self.session)

    @property
    def oidc_identities(self) -> SqliteOidcIdentities:
        """The table `oidc_identities`."""
        return SqliteOidcIdentities(self.session)

    @property
    def passkeys(self) -> SqlitePasskeys:
        """The table `passkeys`."""
        return SqlitePasskeys(self.session)
