"""The leases of the nodes, by the clock of the database: a node whose lease is over counts as dead."""

from __future__ import annotations

from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

LEASE_S = 15.0
# Two that are lost do not end a lease.
RENEW_S = 5.0

# No flush is waited for: the lease of a database that has just crashed is renewed soon.
_WITHOUT_FLUSH = "SET synchronous_commit = off"
_RENEW = f"""WITH before AS (SELECT lease_until > {NOW} AS is_alive FROM nodes WHERE node_id = ?1)
    INSERT INTO nodes (node_id, last_group, seen_at, lease_until) VALUES (?1, 0, {NOW}, {NOW} + ?2)
    ON CONFLICT (node_id) DO UPDATE SET lease_until = excluded.lease_until
    RETURNING coalesce((SELECT is_alive FROM before), FALSE)::int"""  # noqa: S608
_END = "UPDATE nodes SET lease_until = 0 WHERE node_id = ?"
_COUNT = f"SELECT count(*) FROM nodes WHERE lease_until > {NOW}"  # noqa: S608


class NodeLease:
    """The lease of one node; `count` is how many nodes had one when it was renewed last."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self.count = 1

    def begin(self, connection: PostgresConnection) -> None:
        """Begin the lease on a new connection."""
        connection.execute(_WITHOUT_FLUSH)
        self.renew(connection)

    def renew(self, connection: PostgresConnection) -> bool:
        """Renew the lease, and count those of all nodes; returns whether this one's was not over."""
        was_alive = connection.execute(_RENEW, (self._node_id, round(LEASE_S * 1000))).get
        self.count = max(1, int(connection.execute(_COUNT).get))
        return bool(was_alive)

    def end(self, connection: PostgresConnection) -> None:
        """End the lease at once."""
        connection.execute(_END, (self._node_id,))
