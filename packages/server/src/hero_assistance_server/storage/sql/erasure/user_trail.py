"""Takes a user out of the audit trail, which has to be changeable meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.sql.connection import Connection, Value
from hero_assistance_server.storage.sql.erasure.engine import ErasureEngine
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.users.model import User

# The keys of details under which ids of users are, one or several.
_ID_KEYS = ("user_id", "customer", "assignee", "followers", "collaborators", "mentioned")
ID_KEYS = frozenset([*_ID_KEYS, *(f"{key}.before" for key in _ID_KEYS)])
FILTER_KEYS = frozenset({"filter", "filter.before"})

_NAMED = "(instr(detail, :id) > 0 OR (:email <> '' AND instr(detail, :email) > 0))"
_FIND = f"SELECT audit_id FROM audit WHERE audit_id > :after AND audit_id <= :until AND {_NAMED}"  # noqa: S608
_FOUND = f"""SELECT audit_id FROM audit WHERE audit_id IN (SELECT value/*!::bigint*/ FROM json_each(:found))
    UNION SELECT audit_id FROM audit WHERE audit_id > :until AND {_NAMED}"""  # noqa: S608
_OF_ACCOUNT = "(action GLOB 'user.*' OR action GLOB 'auth.*' OR action GLOB 'device.*')"
# What others did to the account, and how the user signed in, from where and with what.
FORGET_ACCOUNT = (
    f"""UPDATE audit SET detail = '{{"user_id":' || json_quote(:new) || '}}' WHERE {_OF_ACCOUNT}
    AND audit_id IN (SELECT value/*!::bigint*/ FROM json_each(:found)) AND detail ->> '$.user_id' = :old""",  # noqa: S608
    f"UPDATE audit SET detail = '{{}}' WHERE {_OF_ACCOUNT} AND actor = :old AND detail ->> '$.user_id' IS NULL",  # noqa: S608
    """UPDATE audit SET detail = '{"attachment":' || json_quote(detail ->> '$.attachment') || '}'
    WHERE action = 'attachment.deleted' AND actor = :old""",
    "UPDATE audit SET origin = '' WHERE actor = :old",
)


def find_entries(connection: Connection, user: User, after: int, until: int) -> list[int]:
    """Return the ids of a range of entries in whose details the user may be named."""
    bindings: dict[str, Value] = {**_texts(user), "after": after, "until": until}
    return [audit_id for (audit_id,) in connection.execute(_FIND, bindings)]


def forget_user(engine: ErasureEngine, user: User, heir: UserId, found: Sequence[int], until: int) -> None:
    """Put the heir in the user's place in the details, and forget from where they called.

    `found` are the entries up to `until` that may name them; those behind are looked at here.
    """
    bindings: dict[str, Value] = {**_texts(user), "found": json_text(found), "until": until}
    named = json_text([audit_id for (audit_id,) in engine.connection.execute(_FOUND, bindings)])
    for statement in FORGET_ACCOUNT:
        engine.connection.execute(statement, {"old": user.user_id, "new": heir, "found": named})
    engine.rewrite_details(lambda detail: _rename(user, heir, detail), named)


def rename_in_filter(text: str, old: UserId, new: UserId) -> str:
    """Return a filter with another user's id for this one."""
    pattern = rf'\b(customer|assignee):"?{re.escape(old)}"?(?=\s|$)'
    return re.sub(pattern, rf"\g<1>:{new}", text, flags=re.IGNORECASE)


def _texts(user: User) -> dict[str, str]:
    """What entries are looked for by, as it is in the text of a JSON value."""
    return {"id": json_text(user.user_id)[1:-1], "email": json_text(user.email or "")[1:-1]}


def _rename(user: User, heir: UserId, detail: str) -> str:
    """Return a detail with the heir's id for the user's, under the keys that hold ids; an address is in any text."""
    values: dict[str, str] = json.loads(detail)
    for key, value in values.items():
        if key in ID_KEYS:
            values[key] = ", ".join(heir if name == user.user_id else name for name in value.split(", "))
        elif key in FILTER_KEYS:
            values[key] = rename_in_filter(value, user.user_id, heir)
        elif user.email:
            values[key] = value.replace(user.email, heir)
    return json_text(values)
