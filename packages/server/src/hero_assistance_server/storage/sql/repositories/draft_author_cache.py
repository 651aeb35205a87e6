"""The users who may have a draft, in the writer's memory: sending without a draft costs no statement."""

from __future__ import annotations

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.sql.connection import Connection


class DraftAuthorCache:
    """Every user who had a draft when the table was read, or has saved one here since.

    A user in it who has no draft any more costs a statement, so no user is ever removed, also after a rollback.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: set[UserId] | None = None

    def __contains__(self, author: UserId) -> bool:
        return author in self._all()

    def add(self, author: UserId) -> None:
        """Add the author of a draft that is being saved."""
        self._all().add(author)

    def clear(self) -> None:
        """Have the table read again: another node may have written to it."""
        self._known = None

    def _all(self) -> set[UserId]:
        if self._known is None:
            self._known = {author for (author,) in self._connection.execute("SELECT DISTINCT author FROM drafts")}
        return self._known
