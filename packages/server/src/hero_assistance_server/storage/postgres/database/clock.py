"""The time of the database, which all nodes have in common."""

from __future__ import annotations

# Milliseconds since 1970, also within a transaction that began earlier; the clocks of the nodes need not agree.
NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
