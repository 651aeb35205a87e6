"""Why a call is refused, for programs: a kind, with the values that the sentence for people names.

A page says it in the language of its reader, by the kind; a terminal shows the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RefusalKind(StrEnum):
    """Why a call is refused; `REFUSAL_MEANINGS` has the words, and the names of the values between backquotes."""

    # Who may do what.
    NOT_ALLOWED = "not_allowed"
    ADMINS_ONLY = "admins_only"
    TEAM_ONLY = "team_only"
    CUSTOMER_ONLY = "customer_only"
    DESK_MACHINE_ONLY = "desk_machine_only"
    PAGE_ONLY = "page_only"
    # A program's mistake: people cannot mend it.
    PARAMS_DISAGREE = "params_disagree"
    # How much, and how often.
    CALLS_LIMIT = "calls_limit"
    HOURLY_LIMIT = "hourly_limit"
    LINKS_LIMIT = "links_limit"
    SIGN_INS_LIMIT = "sign_ins_limit"
    CODES_LIMIT = "codes_limit"
    STREAMS_LIMIT = "streams_limit"
    CONNECTIONS_LIMIT = "connections_limit"
    REQUEST_TOO_LARGE = "request_too_large"
    BACKUP_TOO_SOON = "backup_too_soon"
    # Tickets and their messages.
    NO_TICKET = "no_ticket"
    NO_MESSAGE = "no_message"
    TICKET_CLOSED = "ticket_closed"
    TICKET_MERGED = "ticket_merged"
    MERGED_AWAY = "merged_away"
    MERGE_INTO_ITSELF = "merge_into_itself"
    MERGE_OTHER_PEOPLE = "merge_other_people"
    MERGE_INTO_DONE = "merge_into_done"
    STATUS_CHANGE = "status_change"
    SNOOZED_INTO_PAST = "snoozed_into_past"
    NOT_ASSIGNABLE = "not_assignable"
    NOT_THE_AUTHOR = "not_the_author"
    EDIT_WINDOW_OVER = "edit_window_over"
    DRAFTS_FULL = "drafts_full"
    NOT_SOLVED = "not_solved"
    RATING_OVER = "rating_over"
    # Who takes part.
    GUEST_OF_TEAM = "guest_of_team"
    GUESTS_FULL = "guests_full"
    NOT_INVITED = "not_invited"
    INVITER_GONE = "inviter_gone"
    INVITATION_OVER = "invitation_over"
    # Files.
    NO_ATTACHMENT = "no_attachment"
    NO_UPLOAD = "no_upload"
    FILE_TOO_LARGE = "file_too_large"
    FILES_PER_TEXT = "files_per_text"
    UPLOADS_FULL = "uploads_full"
    UPLOADS_AT_ONCE = "uploads_at_once"
    OWN_FILES_FULL = "own_files_full"
    DESK_FILES_FULL = "desk_files_full"
    DISK_FULL_FOR_FILES = "disk_full_for_files"
    DISK_FULL_FOR_TEXTS = "disk_full_for_texts"
    DISK_FULL_FOR_JOB = "disk_full_for_job"
    # Stored texts, views and tags.
    NO_CANNED_REPLY = "no_canned_reply"
    NO_MACRO = "no_macro"
    STORED_TEXTS_FULL = "stored_texts_full"
    TEXT_TOO_LONG = "text_too_long"
    MACRO_EMPTY = "macro_empty"
    NO_VIEW = "no_view"
    VIEWS_FULL = "views_full"
    VIEW_OF_ADMINS = "view_of_admins"
    VIEW_OF_ANOTHER = "view_of_another"
    NO_TAG = "no_tag"
    TAG_UNCHANGED = "tag_unchanged"
    TAG_COLOURS_FULL = "tag_colours_full"
    # People, and how they come in.
    NO_USER = "no_user"
    USER_DEACTIVATED = "user_deactivated"
    LAST_ADMIN = "last_admin"
    LAST_LOGIN = "last_login"
    LOGIN_TAKEN = "login_taken"
    ERASE_ONESELF = "erase_oneself"
    HAS_OPEN_TICKETS = "has_open_tickets"
    NOT_ENROLLED = "not_enrolled"
    PROOF_WRONG = "proof_wrong"
    SIGN_IN_OVER = "sign_in_over"
    NOT_ON_OVERLAY = "not_on_overlay"
    PASSKEY_REFUSED = "passkey_refused"
    PASSKEY_UNKNOWN = "passkey_unknown"
    PASSKEY_KNOWN = "passkey_known"
    PASSKEYS_FULL = "passkeys_full"
    PASSKEYS_NEED_TLS = "passkeys_need_tls"
    NO_PROVIDER = "no_provider"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_UNVERIFIED = "provider_unverified"
    PROVIDER_OTHER_USER = "provider_other_user"
    # Settings of the desk.
    PAGE_ADDRESS_UNSET = "page_address_unset"
    QUIET_HOURS_HALF = "quiet_hours_half"
    BACKUPS_OF_DATABASE = "backups_of_database"
    NO_MAIL = "no_mail"
    MAIL_FILED = "mail_filed"
    MAIL_DELETED = "mail_deleted"
    MAIL_WITHOUT_HTML = "mail_without_html"
    MAIL_ADDRESS_UNUSABLE = "mail_address_unusable"
    NO_DELIVERY = "no_delivery"
    NO_WEBHOOK = "no_webhook"
    WEBHOOKS_FULL = "webhooks_full"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_OTHER_EVENT = "webhook_other_event"
    NO_EVENT = "no_event"


REFUSAL_MEANINGS: Mapping[RefusalKind, str] = {
    RefusalKind.NOT_ALLOWED: "the role of the caller does not allow it",
    RefusalKind.ADMINS_ONLY: "it is for admins",
    RefusalKind.TEAM_ONLY: "it is for agents and admins",
    RefusalKind.CUSTOMER_ONLY: "it is for the customer of the ticket",
    RefusalKind.DESK_MACHINE_ONLY: "it is done on the machine of the desk alone",
    RefusalKind.PAGE_ONLY: "it is for browsers, at the page",
    RefusalKind.PARAMS_DISAGREE: "the params do not go together, or with what they are about",
    RefusalKind.CALLS_LIMIT: "an address without a user makes at most `limit` calls a minute",
    RefusalKind.HOURLY_LIMIT: "a customer does this at most `limit` times an hour",
    RefusalKind.LINKS_LIMIT: "at most `limit` links an hour are made for an address; the last one still counts",
    RefusalKind.SIGN_INS_LIMIT: "a machine signs in, or asks for a link, at most `limit` times an hour",
    RefusalKind.CODES_LIMIT: "too many codes were tried; the link of the mail still counts",
    RefusalKind.STREAMS_LIMIT: "the user has `limit` event streams open already",
    RefusalKind.CONNECTIONS_LIMIT: "`limit` connections of one peer are open already",
    RefusalKind.REQUEST_TOO_LARGE: "a request has at most `bytes` bytes",
    RefusalKind.BACKUP_TOO_SOON: "the last backup was begun less than an hour ago",
    RefusalKind.NO_TICKET: "there is no ticket `ticket`, or not for the caller",
    RefusalKind.NO_MESSAGE: "there is no message `message`, or not for the caller",
    RefusalKind.TICKET_CLOSED: "ticket `ticket` is closed",
    RefusalKind.TICKET_MERGED: "ticket `ticket` was merged into ticket `into`",
    RefusalKind.MERGED_AWAY: "the messages of ticket `ticket` are in ticket `into`, with which it is deleted",
    RefusalKind.MERGE_INTO_ITSELF: "a ticket is not merged into itself",
    RefusalKind.MERGE_OTHER_PEOPLE: "other people see the one ticket than the other",
    RefusalKind.MERGE_INTO_DONE: "ticket `ticket`, into which another one is to be merged, is solved or closed",
    RefusalKind.STATUS_CHANGE: "ticket `ticket` has the status `status` and cannot get `wanted`",
    RefusalKind.SNOOZED_INTO_PAST: "the time until which a ticket is snoozed is past",
    RefusalKind.NOT_ASSIGNABLE: "`user` is a customer, or deactivated, and is assigned no ticket",
    RefusalKind.NOT_THE_AUTHOR: "it is for the author of the message",
    RefusalKind.EDIT_WINDOW_OVER: "a message is edited within `minutes` minutes",
    RefusalKind.DRAFTS_FULL: "the user has `count` drafts already",
    RefusalKind.NOT_SOLVED: "ticket `ticket` is not solved",
    RefusalKind.RATING_OVER: "an answer is rated within `days` days after its ticket was solved",
    RefusalKind.GUEST_OF_TEAM: "`user` is an agent or admin, who sees every ticket",
    RefusalKind.GUESTS_FULL: "a customer shares a ticket with at most `limit` people",
    RefusalKind.NOT_INVITED: "the caller is not invited to this ticket",
    RefusalKind.INVITER_GONE: "the user who invited the caller is deactivated",
    RefusalKind.INVITATION_OVER: "an invitation counts for `days` days",
    RefusalKind.NO_ATTACHMENT: "there is no such attachment, or not for the caller",
    RefusalKind.NO_UPLOAD: "there is no such upload of the caller, or it is used already",
    RefusalKind.FILE_TOO_LARGE: "a file has at most `bytes` bytes",
    RefusalKind.FILES_PER_TEXT: "at most `limit` files go with one text",
    RefusalKind.UPLOADS_FULL: "`limit` files of the caller are sent and not used yet",
    RefusalKind.UPLOADS_AT_ONCE: "too many files are on their way at once",
    RefusalKind.OWN_FILES_FULL: "the files of the customer take `used` of the `bytes` bytes that they may",
    RefusalKind.DESK_FILES_FULL: "the files of the desk take `used` of the `bytes` bytes that they may",
    RefusalKind.DISK_FULL_FOR_FILES: "the disk is nearly full: no files are accepted",
    RefusalKind.DISK_FULL_FOR_TEXTS: "the disk is full: no texts are accepted",
    RefusalKind.DISK_FULL_FOR_JOB: "the disk has no room for a backup or an export",
    RefusalKind.NO_CANNED_REPLY: "there is no such canned reply, or not for the caller",
    RefusalKind.NO_MACRO: "there is no such macro, or not for the caller",
    RefusalKind.STORED_TEXTS_FULL: "there are `count` of them already",
    RefusalKind.TEXT_TOO_LONG: "with its placeholders filled in, the text is too long for a message",
    RefusalKind.MACRO_EMPTY: "the macro changes nothing",
    RefusalKind.NO_VIEW: "there is no such saved view, or not for the caller",
    RefusalKind.VIEWS_FULL: "a user keeps at most `limit` saved views",
    RefusalKind.VIEW_OF_ADMINS: "shared views are kept by admins",
    RefusalKind.VIEW_OF_ANOTHER: "the view is of `user`",
    RefusalKind.NO_TAG: "no ticket has the tag `tag`",
    RefusalKind.TAG_UNCHANGED: "the tag `tag` has this name already",
    RefusalKind.TAG_COLOURS_FULL: "at most `limit` tags have a colour",
    RefusalKind.NO_USER: "there is no user `user`",
    RefusalKind.USER_DEACTIVATED: "`user` is deactivated",
    RefusalKind.LAST_ADMIN: "`user` is the last admin",
    RefusalKind.LAST_LOGIN: "`login` is the last name by which an admin comes in",
    RefusalKind.LOGIN_TAKEN: "the login `login` is of `user`",
    RefusalKind.ERASE_ONESELF: "an admin does not erase themselves",
    RefusalKind.HAS_OPEN_TICKETS: "`user` has open tickets",
    RefusalKind.NOT_ENROLLED: "`email` is no user, and the project takes no newcomers",
    RefusalKind.PROOF_WRONG: "the link or code is wrong, used, or too old",
    RefusalKind.SIGN_IN_OVER: "the sign-in was not begun here, is used, or too old",
    RefusalKind.NOT_ON_OVERLAY: "the caller's address is none of the overlay, and no device is bound to another one",
    RefusalKind.PASSKEY_REFUSED: "what the browser said of the passkey does not prove who it is",
    RefusalKind.PASSKEY_UNKNOWN: "the passkey is not known here",
    RefusalKind.PASSKEY_KNOWN: "the passkey is known already",
    RefusalKind.PASSKEYS_FULL: "the user has `count` passkeys already",
    RefusalKind.PASSKEYS_NEED_TLS: "passkeys need a page with a domain name and TLS",
    RefusalKind.NO_PROVIDER: "no OpenID provider is set, or it cannot be asked",
    RefusalKind.PROVIDER_REFUSED: "what the OpenID provider said does not prove who it is",
    RefusalKind.PROVIDER_UNVERIFIED: "the OpenID provider has not verified the e-mail address",
    RefusalKind.PROVIDER_OTHER_USER: "another user of the provider signs in as `user`",
    RefusalKind.PAGE_ADDRESS_UNSET: "the project has no address of its pages",
    RefusalKind.QUIET_HOURS_HALF: "quiet hours have a beginning and an end",
    RefusalKind.BACKUPS_OF_DATABASE: "the desk is in PostgreSQL, which has its own backups",
    RefusalKind.NO_MAIL: "there is no such mail, or not for the caller",
    RefusalKind.MAIL_FILED: "the mail is filed on ticket `ticket`",
    RefusalKind.MAIL_DELETED: "the bytes of the mail are deleted",
    RefusalKind.MAIL_WITHOUT_HTML: "the mail cannot be shown as HTML",
    RefusalKind.MAIL_ADDRESS_UNUSABLE: "`address` is no address that mail can be sent to",
    RefusalKind.NO_DELIVERY: "there is no such delivery",
    RefusalKind.NO_WEBHOOK: "there is no such webhook",
    RefusalKind.WEBHOOKS_FULL: "there are `limit` webhooks already",
    RefusalKind.WEBHOOK_DISABLED: "the webhook is disabled",
    RefusalKind.WEBHOOK_OTHER_EVENT: "the webhook does not ask for this event",
    RefusalKind.NO_EVENT: "no such event of the team is stored",
}
