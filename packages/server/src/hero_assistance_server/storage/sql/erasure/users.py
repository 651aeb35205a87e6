"""Puts a nameless user in the place of another one in every table, and deletes what was theirs alone."""

from __future__ import annotations

import json
from datetime import datetime

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.erasure.model import FilePolicy, Leftovers, NamedEntries, UserErasure
from hero_assistance_server.storage.sql.connection import Connection, Value
from hero_assistance_server.storage.sql.erasure import user_trail
from hero_assistance_server.storage.sql.erasure.engine import UNINDEXED, ErasureEngine
from hero_assistance_server.storage.sql.erasure.tickets import delete_deliveries, delete_unshown
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.ticket_lists.list_index import assigned_to, filed_by, participated_by
from hero_assistance_server.users.model import User

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
    "guest_invitations": "invited_by",
    "pending_notifications": "user_id",
    "client_tokens": "user_id",
    "reads": "user_id",
    "canned_replies": "owner",
    "macros": "owner",
    "view_places": "user_id",
}
_SIGN_INS = ("sessions", "device_bindings", "passkeys", "oidc_identities", "logins")
_LETTERS = """FROM deliveries WHERE target = :email OR instr(payload, :quoted) > 0
    OR instr(payload, replace(:quoted, '"', '\\"')) > 0 OR (:email <> '' AND instr(payload, :email) > 0)"""
_MAILS = "FROM incoming_mails WHERE sender = :email"
_TICKETS = """SELECT ticket_id FROM listings WHERE scope IN (:filed, :assigned, :participated)
    UNION SELECT ticket_id FROM places WHERE user_id = :old
    UNION SELECT ticket_id FROM messages WHERE author = :old"""
# Each is in the trail, too.
STATUS_CHANGES = """UPDATE status_changes SET changed_by = :new WHERE changed_by = :old AND ticket_id IN (
    SELECT value/*!::bigint*/ FROM json_each(:ids)
    UNION SELECT ticket_id FROM audit WHERE actor = :old AND ticket_id IS NOT NULL)"""
_SENT = """SELECT attachment_id FROM attachments WHERE uploader = :old"""
_WITHOUT = """(SELECT json_group_array(json(value)) FROM json_each({table}.attachments)
    WHERE CAST(value ->> 0 AS BIGINT) NOT IN (SELECT attachment_id FROM attachments WHERE uploader = :old))"""
_RENAMED = """(SELECT json_group_array(CASE value WHEN :old THEN :new ELSE value END) FROM json_each({column}))"""


def plan_user(connection: Connection, user: User, uploads: FilePolicy) -> UserErasure:
    """Count what is deleted of a user, and what stays."""
    bindings: dict[str, Value] = {
        **_bindings(user.user_id, user.user_id, user.email),
        "all": int(uploads is FilePolicy.DELETE),
    }

    def count(rest: str) -> int:
        return int(connection.execute(f"SELECT count(*) {rest}", bindings).get)

    return UserErasure(
        tickets=count("FROM tickets WHERE customer = :old"),
        messages=count("FROM messages WHERE author = :old"),
        files=count("FROM attachments WHERE uploader = :old AND (used = 0 OR :all = 1)"),
        drafts=count("FROM drafts WHERE author = :old"),
        sign_ins=sum(count(f"FROM {table} WHERE user_id = :old") for table in _SIGN_INS),
        letters=count(_LETTERS),
        mails=count(_MAILS),
    )


def erase_user(engine: ErasureEngine, user: User, heir: UserId, uploads: FilePolicy, named: NamedEntries) -> Leftovers:
    """Put `heir`, who is there already, in the user's place; returns the files that nothing shows, and the letters."""
    connection = engine.connection
    bindings = _bindings(user.user_id, heir, user.email)
    affected = [TicketId(found) for (found,) in connection.execute(_TICKETS, bindings)]
    letters = _delete_own(connection, bindings)
    _rename_in_tickets(connection, bindings, affected)
    with engine.changeable_trail():
        digests = _delete_files(connection, bindings, uploads)
        user_trail.forget_user(engine, user, heir, named.audit_ids, named.until)
        _rename_references(engine, bindings)
    _rename_in_filters(connection, user.user_id, heir)
    connection.execute("DELETE FROM stored_bytes WHERE scope = 'user:' || :old", bindings)
    engine.delete_unreferenced("users", "user_id", json_text([user.user_id]))
    engine.index(affected)
    return Leftovers(digests, letters)


def _bindings(old: UserId, new: UserId, email: str | None) -> dict[str, str]:
    return {
        "old": old,
        "new": new,
        "email": email or "",
        "quoted": json_text(old),
        "old_line": f"{old}\n",
        "new_line": f"{new}\n",
        "filed": filed_by(old),
        "assigned": assigned_to(old),
        "participated": participated_by(old),
    }


def _delete_files(connection: Connection, bindings: dict[str, str], uploads: FilePolicy) -> list[str]:
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


def _delete_own(connection: Connection, bindings: dict[str, str]) -> list[tuple[int, datetime]]:
    """Delete what no other user has; returns the letters that may be in the outbox folder."""
    for table, column in _OWN.items():
        connection.execute(f"DELETE FROM {table} WHERE {column} = :old", bindings)  # noqa: S608
    connection.execute("DELETE FROM saved_views WHERE owner = :old AND shared = 0", bindings)
    letters = delete_deliveries(connection, f"DELETE {_LETTERS} RETURNING delivery_id, created_at", bindings)
    if bindings["email"]:
        connection.execute("DELETE FROM guest_invitations WHERE address = :email", bindings)
        connection.execute(f"DELETE FROM incoming_mail_bytes WHERE mail_id IN (SELECT mail_id {_MAILS})", bindings)  # noqa: S608
        connection.execute(f"DELETE {_MAILS}", bindings)
    return letters


def _rename_in_tickets(connection: Connection, bindings: dict[str, str], affected: list[TicketId]) -> None:
    """Rename in what no foreign key names: the lists of users within tickets, and the lists of tickets."""
    both = {**bindings, "ids": json_text(affected)}
    for column in ("collaborators", "followers"):
        connection.execute(
            f"""UPDATE tickets SET {column} = {_RENAMED.format(column=column)}
            WHERE ticket_id IN (SELECT value/*!::bigint*/ FROM json_each(:ids)) AND instr({column}, :quoted) > 0""",  # noqa: S608
            both,
        )
    for column in ("customer", "assignee"):
        connection.execute(
            f"""UPDATE tickets SET {column} = :new
            WHERE ticket_id IN (SELECT value/*!::bigint*/ FROM json_each(:ids)) AND {column} = :old""",  # noqa: S608
            both,
        )
    connection.execute(STATUS_CHANGES, both)
    for column in ("last_reply", "last_note"):
        connection.execute(
            f"""UPDATE tickets SET {column} = :new_line || substr({column}, length(:old_line) + 1)
            WHERE ticket_id IN (SELECT value/*!::bigint*/ FROM json_each(:ids))
            AND substr({column}, 1, length(:old_line)) = :old_line""",  # noqa: S608
            both,
        )
    for scope_of in (filed_by, assigned_to, participated_by):
        for table in ("listings", "tallies"):
            connection.execute(
                f"UPDATE {table} SET scope = ? WHERE scope = ?",  # noqa: S608
                (scope_of(UserId(bindings["new"])), scope_of(UserId(bindings["old"]))),
            )


def _rename_references(engine: ErasureEngine, bindings: dict[str, str]) -> None:
    for table, column in engine.list_references("users"):
        if (table, column) not in UNINDEXED:
            statement = f'UPDATE "{table}" SET "{column}" = :new WHERE "{column}" = :old'  # noqa: S608
            engine.connection.execute(statement, bindings)


def _rename_in_filters(connection: Connection, old: UserId, new: UserId) -> None:
    """Rename in the filters and the macros that others keep."""
    views = list(connection.execute("SELECT view_id, filter FROM saved_views WHERE instr(filter, ?) > 0", (old,)))
    for view_id, text in views:
        renamed = user_trail.rename_in_filter(str(text), old, new)
        connection.execute("UPDATE saved_views SET filter = ? WHERE view_id = ?", (renamed, view_id))
    assigning = "SELECT macro_id, actions FROM macros WHERE json_extract(actions, '$.assignee') = ?"
    for macro_id, text in list(connection.execute(assigning, (old,))):
        actions = json_text(json.loads(text) | {"assignee": None})
        connection.execute("UPDATE macros SET actions = ? WHERE macro_id = ?", (actions, macro_id))
