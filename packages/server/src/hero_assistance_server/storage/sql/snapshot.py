"""The repositories over one connection of any engine."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sql.mail.incoming_mails import SqlIncomingMails
from hero_assistance_server.storage.sql.mail.mail_ids import SqlMailIds
from hero_assistance_server.storage.sql.mail.mail_keys import SqlMailKeys
from hero_assistance_server.storage.sql.mail.mail_uses import SqlMailUses
from hero_assistance_server.storage.sql.mail.mailbox_positions import SqlMailboxPositions
from hero_assistance_server.storage.sql.mail.notifications import SqlNotifications
from hero_assistance_server.storage.sql.repositories.attachments import SqlAttachments
from hero_assistance_server.storage.sql.repositories.audit import SqlAudit
from hero_assistance_server.storage.sql.repositories.canned_replies import SqlCannedReplies
from hero_assistance_server.storage.sql.repositories.client_tokens import SqlClientTokens
from hero_assistance_server.storage.sql.repositories.drafts import SqlDrafts
from hero_assistance_server.storage.sql.repositories.events import SqlEvents
from hero_assistance_server.storage.sql.repositories.identity.devices import SqlDevices
from hero_assistance_server.storage.sql.repositories.identity.guest_invitations import SqlGuestInvitations
from hero_assistance_server.storage.sql.repositories.identity.logins import SqlLogins
from hero_assistance_server.storage.sql.repositories.identity.oidc_identities import SqlOidcIdentities
from hero_assistance_server.storage.sql.repositories.identity.passkeys import SqlPasskeys
from hero_assistance_server.storage.sql.repositories.identity.sessions import SqlSessions
from hero_assistance_server.storage.sql.repositories.identity.sign_in_rates import SqlSignInRates
from hero_assistance_server.storage.sql.repositories.identity.sign_in_tokens import SqlSignInTokens
from hero_assistance_server.storage.sql.repositories.macros import SqlMacros
from hero_assistance_server.storage.sql.repositories.messages import SqlMessages
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from hero_assistance_server.storage.sql.repositories.outbox.webhooks import SqlWebhooks
from hero_assistance_server.storage.sql.repositories.project import SqlProject
from hero_assistance_server.storage.sql.repositories.saved_views import SqlSavedViews
from hero_assistance_server.storage.sql.repositories.tags import SqlTags
from hero_assistance_server.storage.sql.repositories.users import SqlUsers
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.storage.sql.tickets.ratings import SqlRatings
from hero_assistance_server.storage.sql.tickets.read_receipts import SqlReadReceipts
from hero_assistance_server.storage.sql.tickets.stats import SqlStats
from hero_assistance_server.storage.sql.tickets.tickets import SqlTickets


@dataclass(slots=True)
class SqlSnapshot:
    """Implements `Snapshot` but for search and erasure, which each engine has of its own."""

    session: StorageSession

    @property
    def attachments(self) -> SqlAttachments:
        """The tables `attachments` and `attachment_uses`."""
        return SqlAttachments(self.session)

    @property
    def canned_replies(self) -> SqlCannedReplies:
        """The table `canned_replies`."""
        return SqlCannedReplies(self.session)

    @property
    def devices(self) -> SqlDevices:
        """The table `device_bindings`."""
        return SqlDevices(self.session)

    @property
    def drafts(self) -> SqlDrafts:
        """The table `drafts`."""
        return SqlDrafts(self.session)

    @property
    def guest_invitations(self) -> SqlGuestInvitations:
        """The table `guest_invitations`."""
        return SqlGuestInvitations(self.session)

    @property
    def logins(self) -> SqlLogins:
        """The names by which the edge knows users."""
        return SqlLogins(self.session)

    @property
    def macros(self) -> SqlMacros:
        """The table `macros`."""
        return SqlMacros(self.session)

    @property
    def incoming_mails(self) -> SqlIncomingMails:
        """The tables `incoming_mails` and `incoming_mail_bytes`."""
        return SqlIncomingMails(self.session)

    @property
    def mail_ids(self) -> SqlMailIds:
        """The table `mail_message_ids`."""
        return SqlMailIds(self.session)

    @property
    def notifications(self) -> SqlNotifications:
        """The tables of notifications, and the audit trail that they follow."""
        return SqlNotifications(self.session)

    @property
    def mail_keys(self) -> SqlMailKeys:
        """The table `mail_keys`."""
        return SqlMailKeys(self.session)

    @property
    def mail_uses(self) -> SqlMailUses:
        """The table `mail_uses`."""
        return SqlMailUses(self.session)

    @property
    def mailbox_positions(self) -> SqlMailboxPositions:
        """The table `mailbox_positions`."""
        return SqlMailboxPositions(self.session)

    @property
    def outbox(self) -> SqlOutbox:
        """The table `deliveries`."""
        return SqlOutbox(self.session)

    @property
    def project(self) -> SqlProject:
        """The table `settings`."""
        return SqlProject(self.session)

    @property
    def ratings(self) -> SqlRatings:
        """The table `ratings`."""
        return SqlRatings(self.session)

    @property
    def read_receipts(self) -> SqlReadReceipts:
        """The table `reads`."""
        return SqlReadReceipts(self.session)

    @property
    def audit(self) -> SqlAudit:
        """The table `audit`."""
        return SqlAudit(self.session)

    @property
    def client_tokens(self) -> SqlClientTokens:
        """The table `client_tokens`."""
        return SqlClientTokens(self.session)

    @property
    def events(self) -> SqlEvents:
        """The table `events`, and who may read each."""
        return SqlEvents(self.session)

    @property
    def messages(self) -> SqlMessages:
        """The table `messages`."""
        return SqlMessages(self.session)

    @property
    def saved_views(self) -> SqlSavedViews:
        """The table `saved_views`."""
        return SqlSavedViews(self.session)

    @property
    def sessions(self) -> SqlSessions:
        """The table `sessions`."""
        return SqlSessions(self.session)

    @property
    def sign_in_tokens(self) -> SqlSignInTokens:
        """The table `sign_in_tokens`."""
        return SqlSignInTokens(self.session)

    @property
    def sign_in_rates(self) -> SqlSignInRates:
        """The table `sign_in_rates`."""
        return SqlSignInRates(self.session)

    @property
    def tags(self) -> SqlTags:
        """The scopes of `listings` that stand for tags."""
        return SqlTags(self.session)

    @property
    def users(self) -> SqlUsers:
        """The table `users`."""
        return SqlUsers(self.session)

    @property
    def stats(self) -> SqlStats:
        """The tables `tickets`, `messages` and `status_changes`, for figures."""
        return SqlStats(self.session)

    @property
    def tickets(self) -> SqlTickets:
        """The table `tickets`, and the index of its lists."""
        return SqlTickets(self.session)

    @property
    def webhooks(self) -> SqlWebhooks:
        """The tables `webhooks` and `webhook_answers`."""
        return SqlWebhooks(self.session)

    @property
    def oidc_identities(self) -> SqlOidcIdentities:
        """The table `oidc_identities`."""
        return SqlOidcIdentities(self.session)

    @property
    def passkeys(self) -> SqlPasskeys:
        """The table `passkeys`."""
        return SqlPasskeys(self.session)
