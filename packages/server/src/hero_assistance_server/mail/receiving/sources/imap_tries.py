"""How often each mail of a mailbox was tried, over all connections of this process."""

from __future__ import annotations

from collections import Counter

# A server that is restarted, or a network that fails, is back by then: the pauses between two connections grow.
TRIES_LIMIT = 5


class FetchTries:
    """Counts the tries of mails that were not read; a number means something within one numbering alone."""

    def __init__(self) -> None:
        self._mailbox: tuple[str, int] = ("", 0)
        self._tries: Counter[int] = Counter()

    def begin(self, mailbox: str, uid_validity: int) -> None:
        """Begin with a mailbox, and forget what was counted for another one."""
        if (mailbox, uid_validity) != self._mailbox:
            self._mailbox = (mailbox, uid_validity)
            self._tries.clear()

    def count(self, uid: int) -> None:
        """Count a try before it begins."""
        self._tries[uid] += 1

    def forget(self, uid: int) -> None:
        """Note that a mail is dealt with."""
        self._tries.pop(uid, None)

    def is_given_up(self, uid: int) -> bool:
        """Return whether a mail was tried often enough."""
        return self._tries[uid] >= TRIES_LIMIT
