"""The outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_server.outbox.model import (
    Delivery,
    DeliveryCount,
    DeliveryState,
    PrunedCount,
    StoredDelivery,
)
from hero_assistance_server.outbox.rules import ahead_of_all
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import maybe_time, millis, time_of

_COLUMNS = """delivery_id, channel, key, target, payload, summary, state, attempts, created_at, due_at, finished_at,
    begun_at, note"""
_SELECT = f"SELECT {_COLUMNS} FROM deliveries"  # noqa: S608
_ADD = """INSERT INTO deliveries
    (channel, key, target, payload, summary, keeps_payload, state, created_at, due_at, ticket_id)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, ?8, ?9
    WHERE NOT EXISTS (SELECT 1 FROM deleted_tickets WHERE ticket_id = ?9) ON CONFLICT (key) DO NOTHING"""
# What is left of a payload that is forgotten.
_FORGOTTEN = "{}"
_KEPT_PAYLOAD = f"CASE WHEN keeps_payload = 1 THEN payload ELSE '{_FORGOTTEN}' END"
_OPEN = "(state = 'dead' OR (state = 'waiting' AND begun_at IS NULL))"
_OF_STATE = "channel = :channel AND state = :state AND finished_at IS NOT NULL"
_PRUNE = f"DELETE FROM deliveries WHERE delivery_id IN (SELECT delivery_id FROM deliveries WHERE {_OF_STATE}"  # noqa: S608
_OLDEST = "ORDER BY finished_at, delivery_id LIMIT :limit)"
PRUNE_BY_AGE = f"{_PRUNE} AND finished_at < :before {_OLDEST}"
# What is older than the last of those that are kept.
PRUNE_BY_NUMBER = f"""{_PRUNE} AND (finished_at, delivery_id) < (SELECT finished_at, delivery_id FROM deliveries
    WHERE {_OF_STATE} ORDER BY finished_at DESC, delivery_id DESC LIMIT 1 OFFSET :keep - 1) {_OLDEST}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """Implements `OutboxRepository`; no row of its table ever waits. A unit of work passes what wakes the sender."""

    session: StorageSession
    wake: Callable[[], None] | None = None

    def add(self, delivery: Delivery, now: datetime) -> bool:
        """Insert a row, unless there is one with its key, or its ticket was deleted meanwhile."""
        self.session.direct.execute(
            _ADD,
            (
                delivery.channel,
                delivery.key,
                delivery.target,
                delivery.payload,
                delivery.summary,
                int(delivery.keeps_payload),
                millis(now),
                millis(delivery.due_at),
                delivery.ticket_id,
            ),
        )
        return self._has_changed() and self._wake()

    def find(self, delivery_id: int) -> StoredDelivery | None:
        """Read one row."""
        row = self.session.direct.execute(f"{_SELECT} WHERE delivery_id = ?", (delivery_id,)).fetchone()
        return _to_delivery(*row) if row else None

    def next_due(self, channel: str) -> datetime | None:
        """Read the first row of the index of what is due; the few that are in flight are in front."""
        due = self.session.direct.execute(
            """SELECT due_at FROM deliveries WHERE channel = ? AND state = 'waiting' AND begun_at IS NULL
            ORDER BY due_at, delivery_id LIMIT 1""",
            (channel,),
        ).get
        return maybe_time(due)

    def begin(self, channel: str, now: datetime, limit: int) -> list[StoredDelivery]:
        """Mark what is due as in flight, and count the attempt."""
        connection = self.session.direct
        rows: Iterable[tuple[int]] = connection.execute(
            """SELECT delivery_id FROM deliveries WHERE channel = ?1 AND state = 'waiting' AND due_at <= ?2
            AND begun_at IS NULL ORDER BY due_at, delivery_id LIMIT ?3""",
            (channel, millis(now), limit),
        )
        begun = []
        for (delivery_id,) in list(rows):
            connection.execute(
                "UPDATE deliveries SET begun_at = ?, attempts = attempts + 1 WHERE delivery_id = ?",
                (millis(now), delivery_id),
            )
            begun.append(self._read(delivery_id))
        return begun

    def release_in_flight(self) -> int:
        """Forget what was begun; there is one process for a database."""
        self.session.direct.execute("UPDATE deliveries SET begun_at = NULL WHERE begun_at IS NOT NULL")
        return self.session.direct.changes()

    def release_forgotten(self, kept: Collection[int]) -> None:
        """Walk through the index of what is in flight, which holds few rows."""
        self.session.direct.execute(
            """UPDATE deliveries SET begun_at = NULL, attempts = max(attempts - 1, 0)
            WHERE begun_at IS NOT NULL AND delivery_id NOT IN (SELECT value/*!::bigint*/ FROM json_each(?))""",
            (json.dumps(sorted(kept)),),
        )

    def finish(self, delivery_id: int, note: str, now: datetime) -> None:
        """Mark a row as sent, also one that was dropped meanwhile."""
        self.session.direct.execute(
            f"""UPDATE deliveries SET state = 'done', finished_at = ?, begun_at = NULL, note = ?,
            payload = {_KEPT_PAYLOAD} WHERE delivery_id = ?""",  # noqa: S608
            (millis(now), note, delivery_id),
        )

    def fail(
        self, delivery_id: int, error: str, now: datetime, retry_at: datetime | None, *, counts: bool = True
    ) -> None:
        """Put a row back, or mark it as dead; one that was dropped meanwhile stays dropped."""
        state, finished_at = ("waiting", None) if retry_at else ("dead", millis(now))
        self.session.direct.execute(
            """UPDATE deliveries SET begun_at = NULL, note = ?, due_at = ?, state = ?, finished_at = ?,
            attempts = max(attempts - ?, 0) WHERE delivery_id = ? AND state = 'waiting'""",
            (error, millis(retry_at or now), state, finished_at, int(not counts), delivery_id),
        )

    def iterate_newest(self, channel: str | None, state: DeliveryState | None, before: int) -> Iterator[StoredDelivery]:
        """Walk down from `before`, each row read when it is asked for."""
        wanted = {"channel": channel, "state": None if state is None else state.value}
        terms = "".join(f" AND {name} = :{name}" for name, value in wanted.items() if value is not None)
        rows = self.session.walk(
            self.session.direct,
            f"SELECT delivery_id FROM deliveries WHERE delivery_id < :before{terms} ORDER BY delivery_id DESC",  # noqa: S608
            {"before": before, **{name: value for name, value in wanted.items() if value is not None}},
        )
        return (self._read(delivery_id) for (delivery_id,) in rows)

    def retry(self, delivery_id: int, now: datetime) -> bool:
        """Make a row due before the others."""
        self.session.direct.execute(
            f"""UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = ?, finished_at = NULL
            WHERE delivery_id = ? AND {_OPEN}""",  # noqa: S608
            (millis(ahead_of_all(now)), delivery_id),
        )
        return self._has_changed() and self._wake()

    def retry_dead(self, channel: str | None, now: datetime, limit: int) -> int:
        """Make dead rows due now."""
        only = "" if channel is None else "AND channel = :channel"
        self.session.direct.execute(
            f"""UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = :now, finished_at = NULL
            WHERE delivery_id IN
            (SELECT delivery_id FROM deliveries WHERE state = 'dead' {only} ORDER BY delivery_id LIMIT :limit)""",  # noqa: S608
            {"now": millis(now), "limit": limit} | ({} if channel is None else {"channel": channel}),
        )
        count = self.session.direct.changes()
        if count:
            self._wake()
        return count

    def hasten(self, channel: str, target: str, now: datetime) -> int:
        """Make waiting rows due now, found among those of the channel that are due later."""
        self.session.direct.execute(
            """UPDATE deliveries SET due_at = ?1 WHERE channel = ?2 AND state = 'waiting' AND begun_at IS NULL
            AND due_at > ?1 AND target = ?3""",
            (millis(now), channel, target),
        )
        count = self.session.direct.changes()
        if count:
            self._wake()
        return count

    def bring_forward(self, channel: str, latest: datetime, now: datetime) -> int:
        """Update the last rows of the index of what is due."""
        self.session.direct.execute(
            """UPDATE deliveries SET due_at = ? WHERE channel = ? AND state = 'waiting' AND begun_at IS NULL
            AND due_at > ?""",
            (millis(now), channel, millis(latest)),
        )
        count = self.session.direct.changes()
        if count:
            self._wake()
        return count

    def drop(self, delivery_id: int, now: datetime) -> bool:
        """Mark a row as dropped, and forget its payload."""
        self.session.direct.execute(
            f"""UPDATE deliveries SET state = 'dropped', finished_at = ?,
            payload = {_KEPT_PAYLOAD} WHERE delivery_id = ? AND {_OPEN}""",  # noqa: S608
            (millis(now), delivery_id),
        )
        return self._has_changed()

    def drop_all(self, channel: str, target: str, now: datetime) -> int:
        """Mark rows as dropped, found among those of the channel that are waiting or dead."""
        self.session.direct.execute(
            f"""UPDATE deliveries SET state = 'dropped', finished_at = ?,
            payload = {_KEPT_PAYLOAD}
            WHERE state IN ('waiting', 'dead') AND channel = ? AND target = ? AND {_OPEN}""",  # noqa: S608
            (millis(now), channel, target),
        )
        return self.session.direct.changes()

    def counts(self) -> list[DeliveryCount]:
        """Count the rows of each state and channel, from the index alone."""
        rows = self.session.direct.execute(
            """SELECT found.channel, found.state, found.count, deliveries.created_at FROM (
                SELECT channel, state, count(*) AS count, min(delivery_id) AS first FROM deliveries
                GROUP BY state, channel) AS found
            JOIN deliveries ON deliveries.delivery_id = found.first ORDER BY found.channel, found.state"""
        )
        return [DeliveryCount(row[0], DeliveryState(row[1]), row[2], time_of(row[3])) for row in rows]

    def prune(
        self, channel: str, state: DeliveryState, before: datetime, now: datetime, *, keep: int, limit: int
    ) -> int:
        """Delete the oldest rows of the index of what is over, and count them."""
        direct = self.session.direct
        bindings = {"channel": channel, "state": state.value, "before": millis(before), "keep": keep, "limit": limit}
        count = 0
        for statement in (PRUNE_BY_AGE, PRUNE_BY_NUMBER):
            direct.execute(statement, bindings)
            count += direct.changes()
        if count:
            direct.execute(
                """INSERT INTO pruned_deliveries VALUES (?, ?, ?, ?) ON CONFLICT (channel, state)
                DO UPDATE SET count = pruned_deliveries.count + excluded.count, last_at = excluded.last_at""",
                (channel, state.value, count, millis(now)),
            )
        return count

    def count_pruned(self) -> list[PrunedCount]:
        """Read the counters."""
        rows = self.session.direct.execute(
            "SELECT channel, state, count, last_at FROM pruned_deliveries ORDER BY channel, state"
        )
        return [PrunedCount(channel, DeliveryState(state), count, time_of(at)) for channel, state, count, at in rows]

    def _read(self, delivery_id: int) -> StoredDelivery:
        found = self.find(delivery_id)
        if found is None:
            raise LookupError(f"there is no delivery {delivery_id}")
        return found

    def _has_changed(self) -> bool:
        return self.session.direct.changes() > 0

    def _wake(self) -> bool:
        if self.wake is not None:
            self.wake()
        return True


def _to_delivery(*row: Any) -> StoredDelivery:
    delivery_id, channel, key, target, payload, summary, state, attempts, created_at, *rest = row
    due_at, finished_at, begun_at, note = rest
    return StoredDelivery(
        delivery_id=delivery_id,
        channel=channel,
        key=key,
        target=target,
        payload=payload,
        summary=summary,
        state=DeliveryState(state),
        attempts=attempts,
        created_at=time_of(created_at),
        due_at=time_of(due_at),
        finished_at=maybe_time(finished_at),
        in_flight=begun_at is not None,
        note=note,
    )
