"""Tells a primary from the one that was promoted in its place: its timeline is older than one that was seen.

One that comes back after a fail-over takes writes, and PostgreSQL does not hinder it. It may be the first of the hosts.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors

# The identifier of the cluster's files, and the timeline in hexadecimal digits. A standby, which only who asks for it
# gets, cannot tell its timeline.
READ_TIMELINE = """SELECT system_identifier, CASE WHEN pg_is_in_recovery() THEN NULL
    ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END FROM pg_control_system()"""
_LISTS = ("host", "hostaddr", "port")
# The newest timeline that this process has seen of each cluster, by the cluster's identifier.
_newest: dict[int, int] = {}


class TimelineHidden(psycopg.OperationalError):
    """The database does not let this user ask for its timeline, or has none."""


def is_old(connection: psycopg.Connection[Any]) -> bool:
    """Whether another primary was seen that was promoted after this one; raises `TimelineHidden`."""
    try:
        row = connection.execute(READ_TIMELINE, prepare=False).fetchone()
    except (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFunction) as error:
        raise TimelineHidden(str(error)) from error
    if row is None or row[1] is None:
        return False
    cluster, timeline = row[0], int(row[1], 16)
    newest = _newest[cluster] = max(timeline, _newest.get(cluster, 0))
    return bool(timeline < newest)


def list_orders(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of a connection with each of the hosts as the first one."""
    lists = {name: str(parameters[name]).split(",") for name in _LISTS if "," in str(parameters.get(name, ""))}
    count = max(map(len, lists.values()), default=1)
    return [
        {**parameters, **{name: ",".join(found[turn:] + found[:turn]) for name, found in lists.items()}}
        for turn in range(count)
    ]
