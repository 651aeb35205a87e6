"""What canned replies need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hero_assistance_sdk.wire import CannedReply, UserId


class CannedReplyRepository(Protocol):
    """The canned replies of the team and of its agents."""

    def find(self, canned_reply_id: int) -> CannedReply | None:
        """Return one canned reply, or `None`."""
        ...

    def iterate_for(self, agent: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[CannedReply]:
        """Yield the agent's own canned replies and the team's behind a name and id, by name and id."""
        ...

    def next_id(self) -> int:
        """Return the id of the next canned reply, which was never given before; only within a unit of work."""
        ...

    def save(self, reply: CannedReply) -> None:
        """Write a new canned reply, or what changed of one."""
        ...

    def delete(self, canned_reply_id: int) -> None:
        """Delete a canned reply."""
        ...
