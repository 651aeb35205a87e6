"""Whether the database can be reached, as the health of the server tells it."""

from __future__ import annotations

import threading

import psycopg

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.postgres.database.errors import explain_error

CONDITION = "database-away"
COMMIT_WAITS = "commit-waits"
# A flush takes milliseconds; a synchronous standby that is away is waited for without an end.
COMMIT_LIMIT_S = 3.0
_HINT = "see to PostgreSQL and the network; the server goes on by itself once the database answers"

_COMMIT_HINT = "see to the standby; or have commits wait for none: docs/postgres.md, what can be lost"

_log = get_log("store")


class Reachability:
    """Reports the condition; any thread may.

    A read or a write that fails loses the database. What finds it again is the node's own connection, which renews its
    lease every few seconds, and writes with that.
    """

    def __init__(self, health: Health) -> None:
        self.health = health
        # Each thread meets the same outage with words of its own: the first ones stay.
        self._lock = threading.Lock()
        self._is_lost = False

    def lose(self, error: Exception) -> None:
        """Let the condition hold."""
        with self._lock:
            if self._is_lost:
                return
            self._is_lost = True
        # What is told to anyone who asks for the health has no address.
        _log.warning("store.database-lost", error=error)
        reason, hint = explain_error(error) if isinstance(error, psycopg.Error) else (str(error), None)
        self.health.report(CONDITION, f"the database cannot be used: {reason}", hint=hint or _HINT)

    def find(self) -> None:
        """Let the condition hold no longer: the database took a write just now."""
        with self._lock:
            self._is_lost = False
        self.health.clear(CONDITION)

    def note_commit(self, seconds: float) -> None:
        """Let a condition hold while a commit takes too long: called with how long it takes by now."""
        if seconds >= COMMIT_LIMIT_S:
            said = "the database does not finish a commit: it waits for a synchronous standby that is away, or its disk"
            self.health.report(COMMIT_WAITS, said, hint=_COMMIT_HINT)
        else:
            self.health.clear(COMMIT_WAITS)
