"""The demo users of a database from before they were marked."""

from __future__ import annotations

import apsw

# They have no e-mail address, and no audit entry of an enrolment, as everybody else has.
_MARK = """UPDATE users SET is_demo = 1
    WHERE (user_id, name) IN (VALUES ('alice', 'Alice'), ('bob', 'Bob'), ('carol', 'Carol'), ('dave', 'Dave'))
    AND email IS NULL AND NOT EXISTS (
        SELECT 1 FROM audit WHERE action = 'user.enrolled' AND json_extract(detail, '$.user_id') = users.user_id
    )"""


def mark_demo_users(connection: apsw.Connection) -> None:
    """Mark the users whom `--seed-dev-users` of an earlier release made."""
    connection.execute(_MARK)
