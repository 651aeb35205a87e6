"""Who may come in, across nodes: triggers write down each change of a row, and every node reads what is new.

A change has the key of a row and nothing of it. Of a user, a login or a device that was deleted no key is kept, since
an erased user is to be named nowhere: the change says that something is gone, and the table is read.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.access_changes import AccessChanges, AccessTable
from hero_assistance_server.storage.errors import NodeOutdated, StoreUnavailable
from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.session import PostgresSession
from hero_assistance_server.storage.postgres.snapshot import PostgresSnapshot
from hero_assistance_server.users.model import Device, Login, User

# What a node has in memory is believed for so long after it was compared with the database.
CURRENT_FOR_S = 1.0
# A node that could not read the changes for so long starts again.
KEPT = timedelta(days=30)
# What was written last may be waited for so long, by all who ask at the same time.
CATCH_UP_TIMEOUT_S = 10.0
# A commit that waits for a standby which is away holds the lock until that is back; then who may come in is read
# without it.
COMMIT_PATIENCE_S = 0.25
# Changes that are read at once, while commits of this node wait.
_PORTION = 200
_LAST = "SELECT coalesce(max(change_id), 0) FROM access_changes"
_NEW = "SELECT change_id, kind, key FROM access_changes WHERE change_id > ? ORDER BY change_id LIMIT ?"
_LAST_GROUP = "SELECT last_group FROM nodes WHERE node_id = ?"
_FORGET = f"DELETE FROM access_changes WHERE changed_at < {NOW} - ?"  # noqa: S608

# Runs a query in a thread, with a connection; raises `StoreUnavailable`.
Read = Callable[[Callable[[PostgresConnection], None]], Awaitable[None]]


class Commits(Protocol):
    """The groups that this node commits and delivers: `PostgresGroups`."""

    node_id: str
    commit_lock: threading.Lock
    delivery_lock: threading.Lock
    """Held while a group is delivered, until `delivered_group` says so."""
    delivered_group: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look has read, up to which change, and when it began."""

    changes: list[AccessChanges]
    position: int
    looked_at: float


class AccessLog:
    """Implements `AccessExchange`.

    It is read with `commit_lock` held, as events are, so that what is applied has the order of the commits: those of
    this node are applied by themselves, and once more when their changes are read.
    """

    def __init__(self, connection: PostgresConnection, commits: Commits, read: Read) -> None:
        self._loop = asyncio.get_running_loop()
        self._commits = commits
        # Held by the one look that reads and moves the position; `commit_lock` is taken before it, never after.
        self._looking = threading.Lock()
        self._read = read
        self._apply: Callable[[AccessChanges], None] | None = None
        self._position = int(connection.execute(_LAST).get)
        self._looked_at = time.monotonic()
        self._asking = asyncio.Lock()
        # The looks that were begun for callers, and the last that was done.
        self._begun = self._done = 0

    @property
    def is_current(self) -> bool:
        """Whether the changes were read within `CURRENT_FOR_S`."""
        return time.monotonic() - self._looked_at < CURRENT_FOR_S

    def follow(self, apply: Callable[[AccessChanges], None]) -> None:
        """Apply soon what was changed since the store was opened."""
        self._apply = apply

    async def catch_up(self) -> bool:
        """Read the changes now; those who wait at the same time share one look, which began after all of them."""
        # One that is under way may have begun before what is asked for was committed.
        wanted = self._begun + 1
        try:
            async with asyncio.timeout(CATCH_UP_TIMEOUT_S), self._asking:
                if self._done < wanted:
                    self._begun += 1
                    number = self._begun
                    await self._read(self._look_alone)
                    self._done = number
        except TimeoutError:
            raise StoreUnavailable("the database is too slow") from None
        return True

    def look(self, connection: PostgresConnection) -> None:
        """Read the changes and have them applied; called with `commit_lock` held."""
        with self._looking:
            self._hand_over(self._read_new(connection))

    def _look_alone(self, connection: PostgresConnection) -> None:
        """Look on a connection whose transaction has read nothing yet."""
        lock = self._commits.commit_lock
        if lock.acquire(timeout=COMMIT_PATIENCE_S):
            try:
                self.look(connection)
            finally:
                lock.release()
        elif not (self._has_nothing_new(connection) or self._look_beside_commit(connection)):
            _begin_again(connection)
            with lock:
                self.look(connection)

    def _look_beside_commit(self, connection: PostgresConnection) -> bool:
        """Look without `commit_lock`; returns false, and applies nothing, where that would not be in order.

        It is in order if what was read has all groups that this node has delivered, and none that it has not: as long
        as the one that is being committed waits.
        """
        with self._looking:
            _begin_again(connection)
            found = self._read_new(connection)
            group = connection.execute(_LAST_GROUP, (self._commits.node_id,)).get or 0
            with self._commits.delivery_lock:
                is_in_order = bool(group == self._commits.delivered_group)
                if is_in_order:
                    self._hand_over(found)
        return is_in_order

    def _read_new(self, connection: PostgresConnection) -> _Found:
        looked_at, position = time.monotonic(), self._position
        if looked_at - self._looked_at > KEPT.total_seconds():
            raise NodeOutdated("this server was cut off from the database for too long", hint="it starts again")
        if self._apply is None:
            return _Found([], position, self._looked_at)
        changes: list[AccessChanges] = []
        is_last = False
        while not is_last:
            found = list(connection.execute(_NEW, (position, _PORTION)))
            is_last = len(found) < _PORTION
            if found:
                changes.append(_read_changes(connection, {(AccessTable(kind), key) for _, kind, key in found}))
                position = found[-1][0]
        return _Found(changes, position, looked_at)

    def _hand_over(self, found: _Found) -> None:
        if self._apply is not None:
            for changes in found.changes:
                self._loop.call_soon_threadsafe(partial(self._apply, changes))
        self._position = found.position
        self._looked_at = max(found.looked_at, self._looked_at)

    def _has_nothing_new(self, connection: PostgresConnection) -> bool:
        """Whether there is nothing to apply, and with it no order to keep; asked without `commit_lock`.

        What is committed meanwhile comes after this call: all groups wait for the one that is being committed.
        """
        looked_at, position = time.monotonic(), self._position
        if connection.execute(_LAST).get > position:
            return False
        self._looked_at = max(looked_at, self._looked_at)
        return True


def _begin_again(connection: PostgresConnection) -> None:
    """Have the next statement read what is committed by then."""
    connection.finish_reading()
    connection.begin_reading()


def forget_old(connection: PostgresConnection) -> None:
    """Delete the changes that every node has read, or will never read."""
    connection.execute(_FORGET, (round(KEPT.total_seconds() * 1000),))


def _read_changes(connection: PostgresConnection, changed: set[tuple[AccessTable, str]]) -> AccessChanges:
    """Read the rows of these changes; without a key, those of a whole table."""
    found = PostgresSnapshot(PostgresSession(connection, None))
    complete = frozenset(table for table, key in changed if not key)
    keys = {table: [key for other, key in changed if other is table and table not in complete] for table in AccessTable}
    users: dict[UserId, User | None] = {key: found.users.find(key) for key in map(UserId, keys[AccessTable.USERS])}
    logins: dict[str, Login | None] = {key: _find_login(found, key) for key in keys[AccessTable.LOGINS]}
    sessions = {key: found.sessions.find(key) for key in keys[AccessTable.SESSIONS]}
    devices: dict[str, Device | None] = {key: found.devices.find(key) for key in keys[AccessTable.DEVICES]}
    if AccessTable.USERS in complete:
        users = {user.user_id: user for user in found.users.list_all()}
    if AccessTable.LOGINS in complete:
        logins = {login.login: login for login in found.logins.list_all()}
    if AccessTable.DEVICES in complete:
        devices = {device.address: device for device in found.devices.list_all()}
    return AccessChanges(users, logins, sessions, devices, complete)


def _find_login(found: PostgresSnapshot, name: str) -> Login | None:
    """Return the login that is written like this: the repository finds those that are compared equal as well."""
    login = found.logins.find(name)
    return login if login is not None and login.login == name else None
