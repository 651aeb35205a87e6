"""The logins of a database from before there were any: ids that the edge spoke were ids of users."""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.users.ids.user_ids import is_made_of
from hero_assistance_server.users.login_names import fold_name

# Those whom somebody else enrolled, with the name of that day.
_ENROLLED = """SELECT json_extract(detail, '$.user_id'), json_extract(detail, '$.name') FROM audit
    WHERE action = 'user.enrolled' AND actor IS NOT json_extract(detail, '$.user_id')"""


def bind_known_users(connection: apsw.Connection) -> None:
    """Bind each user's id to them as a login, except the ids that this server made of a name and no user came by.

    The edge has never spoken those: bound, they would give an account to the stranger whom it calls so.
    """
    actors = connection.execute("SELECT DISTINCT actor FROM audit WHERE actor IS NOT NULL")
    acted = {str(actor) for (actor,) in actors}
    enrolled = {str(user_id): str(name) for user_id, name in connection.execute(_ENROLLED)}
    users = connection.execute("SELECT user_id, created_at FROM users ORDER BY created_at, user_id").fetchall()
    for found, created_at in users:
        user_id = UserId(str(found))
        name = enrolled.get(user_id)
        if user_id in acted or name is None or not is_made_of(name, user_id):
            connection.execute(
                "INSERT INTO logins (login, folded, user_id, bound_at) VALUES (?, ?, ?, ?)",
                (user_id, fold_name(user_id), user_id, created_at),
            )
