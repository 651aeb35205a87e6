"""Canned replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hero_assistance_sdk.wire import CannedReply, UserId
from hero_assistance_server.storage.sql.session import StorageSession

_SELECT = "SELECT canned_reply_id, name, body, owner, updated_at FROM canned_replies"


@dataclass(frozen=True, slots=True)
class SqlCannedReplies:
    """Implements `CannedReplyRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, canned_reply_id: int) -> CannedReply | None:
        """Read one canned reply by its id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE canned_reply_id = ?", (canned_reply_id,)).fetchone()
        return _to_reply(*row) if row else None

    def iterate_for(self, agent: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[CannedReply]:
        """Walk the agent's canned replies and those without an owner, by name."""
        # Only ids are sorted: the texts of all of them would fill the memory.
        rows: Iterable[tuple[int]] = self.session.direct.execute(
            """SELECT canned_reply_id FROM canned_replies
            WHERE (owner IS NULL OR owner = ?) AND (name, canned_reply_id) > (?, ?) ORDER BY name, canned_reply_id""",
            (agent, *after),
        )
        return (reply for (canned_reply_id,) in list(rows) if (reply := self.find(canned_reply_id)))

    def next_id(self) -> int:
        """Return the number after the last one that the table ever gave."""
        return self.session.last_id("canned_replies") + 1

    def save(self, reply: CannedReply) -> None:
        """Insert a canned reply, or replace its row."""
        self.session.direct.execute(
            """INSERT INTO canned_replies (canned_reply_id, name, body, owner, updated_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (canned_reply_id) DO UPDATE SET name = excluded.name, body = excluded.body,
                owner = excluded.owner, updated_at = excluded.updated_at""",
            (reply.canned_reply_id, reply.name, reply.body, reply.owner, reply.updated_at),
        )

    def delete(self, canned_reply_id: int) -> None:
        """Delete the row of a canned reply, if there is one."""
        self.session.direct.execute("DELETE FROM canned_replies WHERE canned_reply_id = ?", (canned_reply_id,))


def _to_reply(canned_reply_id: int, name: str, body: str, owner: UserId | None, updated_at: int) -> CannedReply:
    return CannedReply.model_validate(
        {"canned_reply_id": canned_reply_id, "name": name, "body": body, "owner": owner, "updated_at": updated_at}
    )
