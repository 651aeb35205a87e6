"""Puts a nameless user in the place of another one in every table, and deletes what was theirs alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import apsw

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.erasure.model import FilePolicy, UserErasure
from hero_assistance_server.storage.sqlite.database.connection import quote_name
from hero_assistance_server.storage.sqlite.erasure.audit_trail import changeable
from hero_assistance_server.storage.sqlite.erasure.tickets import delete_unshown
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.storage.sqlite.search import rebuild, search_index
from hero_assistance_server.storage.sqlite.tickets import tickets
from hero_assistance_server.ticket_lists.list_index import assigned_to, filed_by, participated_by
from hero_assistance_server.users.model import User

# More tickets than this are indexed in the background, so that nothing waits for it.
INDEXED_AT_ONCE = 100

# By a column of the user's id: ways to sign in, and what no other user has.
_OWN = {
    "sessions": "user_id",
    "device_bindings": "user_id",
    "passkeys": "user_id",
    "oidc_identities": "user_id",
    "logins": "user_id",
    "sign_in_tokens": "user_id",
    "drafts": "author",
    "notification_settings": "user_id",
    "muted_tickets": "user_id",
    "pending_notifications": "user_id",
    "client_tokens": "user_id",
    "reads": "user_id",
    "canned_replies": "owner",
    "macros": "owner",
}
_SIGN_INS = ("sessions", "device_bindings", "passkeys", "oidc_identities", "logins")
_LETTERS = """FROM deliveries WHERE target = :email OR instr(payload, :quoted)
    OR instr(payload, replace(:quoted, '"', '\\"')) OR (:email <> '' AND instr(payload, :email))"""
_MAILS = "FROM incoming_mails WHERE sender = :email"
_TICKETS = """SELECT ticket_id FROM listings WHERE scope IN (:filed, :assigned, :participated)
    UNION SELECT ticket_id FROM places WHERE user_id = :old
    UNION SELECT ticket_id FROM messages WHERE author = :old"""
_SENT = """SELECT attachment_id FROM attachments WHERE uploader = :old"""
# How the user signed in, from where and with what; and what others did to their account.
_TRAIL_OF_ACCOUNT = """UPDATE audit SET detail = CASE WHEN detail ->> '$.user_id' = :old
    THEN json_object('user_id', :new) ELSE '{}' END
    WHERE (action GLOB 'user.*' OR action GLOB 'auth.*' OR action GLOB 'device.*')
    AND (detail ->> '$.user_id' = :old OR (actor = :old AND detail ->> '$.user_id' IS NULL))"""
_TRAIL_OF_DELETED_FILES = """UPDATE audit SET detail = json_object('attachment', detail ->> '$.attachment')
    WHERE action = 'attachment.deleted' AND actor = :old"""
_WITHOUT = """(SELECT json_group_array(json(value)) FROM json_each({table}.attachments)
    WHERE value ->> 0 NOT IN (SELECT attachment_id FROM attachments WHERE uploader = :old))"""
_RENAMED = """(SELECT json_group_array(CASE value WHEN :old THEN :new ELSE value END) FROM json_each({column}))"""


def plan_user(connection: apsw.Connection, user: User, uploads: FilePolicy) -> UserErasure:
    """Count what is deleted of a user, and what stays."""
    bindings = _bindings(user.user_id, user.user_id, user.email)

    def count(rest: str) -> int:
        return int(connection.execute(f"SELECT count(*) {rest}", bindings).get)

    return UserErasure(
        tickets=count("FROM tickets WHERE customer = :old"),
        messages=count("FROM messages WHERE author = :old"),
        files=count(f"FROM attachments WHERE uploader = :old AND (used = 0 OR {int(uploads is FilePolicy.DELETE)})"),
        drafts=count("FROM drafts WHERE author = :old"),
        sign_ins=sum(count(f"FROM {table} WHERE user_id = :old") for table in _SIGN_INS),
        letters=count(_LETTERS),
        mails=count(_MAILS),
    )


def erase_user(connection: apsw.Connection, user: User, heir: UserId, uploads: FilePolicy) -> list[str]:
    """Put `heir`, who is there already, in the user's place; returns the SHA-256 of the files that went."""
    bindings = _bindings(user.user_id, heir, user.email)
    affected = [TicketId(found) for (found,) in connection.execute(_TICKETS, bindings)]
    _delete_own(connection, bindings)
    _rename_in_tickets(connection, bindings, affected)
    with changeable(connection):
        digests = _delete_files(connection, bindings, uploads)
        _rename_in_trail(connection, user, heir)
        for table, column in _references(connection):
            connection.execute(f"UPDATE {table} SET {column} = :new WHERE {column} = :old", bindings)  # noqa: S608
    _rename_in_filters(connection, user.user_id, heir)
    connection.execute("DELETE FROM stored_bytes WHERE scope = 'user:' || :old", bindings)
    connection.execute("DELETE FROM users WHERE user_id = :old", bindings)
    _index(connection, affected)
    return digests


def _bindings(old: UserId, new: UserId, email: str | None) -> dict[str, str]:
    return {
        "old": old,
        "new": new,
        "email": email or "",
        "quoted": json_text(old),
        "filed": filed_by(old),
        "assigned": assigned_to(old),
        "participated": participated_by(old),
    }


def _delete_files(connection: apsw.Connection, bindings: dict[str, str], uploads: FilePolicy) -> list[str]:
    """Delete what was never sent, and with `DELETE` what was."""
    if uploads is FilePolicy.DELETE:
        for table, key in (("tickets", "ticket_id"), ("messages", "message_id")):
            connection.execute(
                f"""UPDATE {table} SET attachments = {_WITHOUT.format(table=table)} WHERE {key} IN
                (SELECT {key} FROM attachment_uses WHERE attachment_id IN ({_SENT}))""",  # noqa: S608
                bindings,
            )
        connection.execute(f"DELETE FROM attachment_uses WHERE attachment_id IN ({_SENT})", bindings)  # noqa: S608
    sent = [attachment_id for (attachment_id,) in connection.execute(_SENT, bindings)]
    return delete_unshown(connection, json_text(sent))


def _delete_own(connection: apsw.Connection, bindings: dict[str, str]) -> None:
    for table, column in _OWN.items():
        connection.execute(f"DELETE FROM {table} WHERE {column} = :old", bindings)  # noqa: S608
    connection.execute("DELETE FROM saved_views WHERE owner = :old AND NOT shared", bindings)
    connection.execute(f"DELETE {_LETTERS}", bindings)
    if bindings["email"]:
        connection.execute(f"DELETE FROM incoming_mail_bytes WHERE mail_id IN (SELECT mail_id {_MAILS})", bindings)  # noqa: S608
        connection.execute(f"DELETE {_MAILS}", bindings)


def _rename_in_tickets(connection: apsw.Connection, bindings: dict[str, str], affected: list[TicketId]) -> None:
    """Rename in what no foreign key names: the lists of users within tickets, and the lists of tickets."""
    both = {**bindings, "ids": json_text(affected)}
    for column in ("collaborators", "followers"):
        connection.execute(
            f"""UPDATE tickets SET {column} = {_RENAMED.format(column=column)}
            WHERE ticket_id IN (SELECT value FROM json_each(:ids)) AND instr({column}, :quoted)""",  # noqa: S608
            both,
        )
    for column in ("last_reply", "last_note"):
        connection.execute(
            f"""UPDATE tickets SET {column} = :new || substr({column}, length(:old) + 1)
            WHERE ticket_id IN (SELECT value FROM json_each(:ids))
            AND substr({column}, 1, length(:old) + 1) = :old || char(10)""",  # noqa: S608
            both,
        )
    for scope_of in (filed_by, assigned_to, participated_by):
        for table in ("listings", "tallies"):
            connection.execute(
                f"UPDATE {table} SET scope = ? WHERE scope = ?",  # noqa: S608
                (scope_of(UserId(bindings["new"])), scope_of(UserId(bindings["old"]))),
            )


def _rename_in_trail(connection: apsw.Connection, user: User, heir: UserId) -> None:
    """Rename in the details of the trail; the addresses from which the user called are forgotten."""
    known = [text for text in (user.user_id, user.name, user.email) if text]
    words = re.compile("|".join(rf"(?<![\w.@-]){re.escape(text)}(?![\w@-])" for text in sorted(known, key=len)[::-1]))

    def rename(*details: object) -> str:
        values = {name: words.sub(heir, str(value)) for name, value in json.loads(str(details[0])).items()}
        return json_text(values)

    for statement in (_TRAIL_OF_ACCOUNT, _TRAIL_OF_DELETED_FILES):
        connection.execute(statement, {"old": user.user_id, "new": heir})
    connection.create_scalar_function("without_user", rename, 1)
    named = " OR ".join(["instr(detail, ?)"] * len(known))
    # In the text of a JSON value, without its quotes.
    quoted = [json_text(text)[1:-1] for text in known]
    connection.execute(f"UPDATE audit SET detail = without_user(detail) WHERE {named}", quoted)  # noqa: S608
    connection.execute("UPDATE audit SET origin = '' WHERE actor = ?", (user.user_id,))


def _references(connection: apsw.Connection) -> Iterator[tuple[str, str]]:
    """Yield each column that refers to a user."""
    rows = connection.execute(
        """SELECT tables.name, keys."from"
        FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.schema = 'main' AND tables.type = 'table' AND keys."table" = 'users'"""
    ).fetchall()
    for table, column in rows:
        yield quote_name(str(table)), quote_name(str(column))


def _rename_in_filters(connection: apsw.Connection, old: UserId, new: UserId) -> None:
    """Rename in the filters and the macros that others keep."""
    pattern = re.compile(rf'\b(customer|assignee):"?{re.escape(old)}"?(?=\s|$)', re.IGNORECASE)
    views = connection.execute("SELECT view_id, filter FROM saved_views WHERE instr(filter, ?)", (old,)).fetchall()
    for view_id, text in views:
        renamed = pattern.sub(rf"\g<1>:{new}", str(text))
        connection.execute("UPDATE saved_views SET filter = ? WHERE view_id = ?", (renamed, view_id))
    connection.execute(
        "UPDATE macros SET actions = json_set(actions, '$.assignee', NULL) WHERE actions ->> '$.assignee' = ?", (old,)
    )


def _index(connection: apsw.Connection, affected: list[TicketId]) -> None:
    """Make the documents of the tickets again: at once for a few, else while the server runs."""
    if len(affected) > INDEXED_AT_ONCE:
        rebuild.index_below(connection, TicketId(max(affected) + 1))
        return
    found = (tickets.find(connection, ticket_id) for ticket_id in affected)
    search_index.index(connection, [ticket for ticket in found if ticket is not None])
