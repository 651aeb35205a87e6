"""Logins."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.sql.connection import Value
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import Login

_SELECT = "SELECT login, user_id, bound_at FROM logins"


@dataclass(frozen=True, slots=True)
class SqlLogins:
    """Implements `LoginRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, name: str) -> Login | None:
        """Return the login with this name: the one that is written like it, else the oldest that is compared equal."""
        row = self.session.direct.execute(
            f"{_SELECT} WHERE folded = ? ORDER BY login = ? DESC, bound_at, login LIMIT 1", (fold_name(name), name)
        ).fetchone()
        return Login(*row) if row else None

    def list_after(self, name: str, limit: int, user_id: UserId | None = None) -> list[Login]:
        """Return logins after a name in their order, of one user or of all."""
        only = "" if user_id is None else "AND user_id = :user"
        bindings: dict[str, Value] = {"after": name, "limit": limit}
        if user_id is not None:
            bindings["user"] = user_id
        rows = self.session.direct.execute(
            f"{_SELECT} WHERE login > :after {only} ORDER BY login LIMIT :limit", bindings
        )
        return [Login(*row) for row in rows]

    def list_all(self) -> list[Login]:
        """Return every login, the oldest first."""
        return [Login(*row) for row in self.session.direct.execute(f"{_SELECT} ORDER BY bound_at, login")]

    def count_of_admins(self, *, except_login: str) -> int:
        """Return how many logins active admins have without this one."""
        query = """SELECT count(*) FROM users CROSS JOIN logins ON logins.user_id = users.user_id
            WHERE role = 'admin' AND active = 1 AND login <> ?"""
        return int(self.session.direct.execute(query, (except_login,)).get)

    def save(self, login: Login) -> None:
        """Write a new login."""
        self.session.direct.execute(
            "INSERT INTO logins (login, folded, user_id, bound_at) VALUES (?, ?, ?, ?)",
            (login.login, fold_name(login.login), login.user_id, login.bound_at),
        )

    def delete(self, name: str) -> None:
        """Delete the login that is written like this."""
        self.session.direct.execute("DELETE FROM logins WHERE login = ?", (name,))
