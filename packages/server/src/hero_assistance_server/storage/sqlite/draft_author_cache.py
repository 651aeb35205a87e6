"""Who may have a draft: in the writer's memory, so that nothing is looked for when somebody sends without one."""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import UserId


class DraftAuthorCache:
    """Everybody who had a draft when the store was opened, or has saved one since; some of them may have sent it.

    One who is in it without having a draft costs a question, so users are never taken out.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._known: set[UserId] | None = None

    def __contains__(self, author: UserId) -> bool:
        return author in self._all()

    def add(self, author: UserId) -> None:
        """Know of one whose draft is being saved."""
        self._all().add(author)

    def _all(self) -> set[UserId]:
        if self._known is None:
            self._known = {author for (author,) in self._connection.execute("SELECT DISTINCT author FROM drafts")}
        return self._known
