"""Implements `SearchRepository`: ids from the node's index, tickets from the snapshot, each asked for its audience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.search.filters import Filter
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.database.values import write_array
from hero_assistance_server.storage.postgres.search.index_file import IndexFile
from hero_assistance_server.storage.postgres.search.index_follower import IndexFollower
from hero_assistance_server.storage.sql.search.expression import FullTextQuery, find_full_text_query
from hero_assistance_server.storage.sql.tickets.ticket_columns import COLUMNS, TABLES
from hero_assistance_server.storage.sql.tickets.ticket_lists import OVERDUE_TERMS
from hero_assistance_server.tickets.json_row import decode_values
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import maybe_millis
from hero_assistance_server.users.model import User

# How long a search waits for the index to follow what was committed before it; then it finds what is there.
WAIT_S = 1.0
# Ids that are read at once, where tickets of the index were not in the answer.
PORTION = 64
_READ = f"""SELECT {COLUMNS} {TABLES} WHERE ticket_id = ANY (:ids::bigint[])
    AND (:since::bigint IS NULL OR tickets.created_at >= :since)
    AND (:until::bigint IS NULL OR tickets.created_at < :until)"""
_NEWEST = " ORDER BY ticket_id DESC"


@dataclass(frozen=True, slots=True)
class NodeIndex:
    """The index of this node, and what keeps it up to date."""

    file: IndexFile
    follower: IndexFollower


@dataclass(frozen=True, slots=True)
class PostgresSearch:
    """Implements `SearchRepository` for one snapshot."""

    connection: PostgresConnection
    index: NodeIndex

    def find(self, filter_: Filter, reader: User, before: int, limit: int) -> list[Ticket]:
        """Wait until the index follows what the snapshot has; what is committed later is not in the answer."""
        asked = find_full_text_query(self.connection, filter_, reader)
        if asked is None:
            return []
        self.index.follower.wait_for(read_last_seq(self.connection), WAIT_S)
        found: list[Ticket] = []
        # Nearly always all of the first ones are in the answer.
        portion = limit
        while len(found) < limit:
            ids = self.index.file.match(asked.expression, before, portion)
            found += [ticket for ticket in self._read(ids, asked) if Caller(reader).sees(ticket)]
            if len(ids) < portion:
                break
            before, portion = ids[-1], max(PORTION, limit)
        return found[:limit]

    def count_missing(self) -> int:
        """Return how many tickets the index of this node has still to take in."""
        return self.index.file.progress.indexed_from - 1

    def index_missing(self) -> int:
        """Leave it to the thread of each node; nothing is missing that a command could write."""
        return 0

    def _read(self, ids: Sequence[int], asked: FullTextQuery) -> list[Ticket]:
        """Read those tickets that are there, and as what the index cannot say asks for."""
        since, until = maybe_millis(asked.since), maybe_millis(asked.until)
        overdue = "".join(f" AND {term}" for term in OVERDUE_TERMS[asked.overdue])
        asked_for = {"ids": write_array(ids), "since": since, "until": until}
        rows = self.connection.execute(_READ + overdue + _NEWEST, asked_for)
        return [decode_values(row) for row in rows]
