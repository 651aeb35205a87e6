"""The errors of PostgreSQL that the network, its disk or an operator cause."""

from __future__ import annotations

import psycopg
from psycopg import errors

from hero_assistance_server.storage.postgres.database.old_primaries import TimelineHidden

# Every other error of PostgreSQL is a defect of ours.
STORAGE_ERRORS: tuple[type[psycopg.Error], ...] = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.InsufficientResources,
    errors.OperatorIntervention,
    errors.SystemError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
    errors.InsufficientPrivilege,
)
STANDBY_HINT = "name all hosts in DATABASE, or let it be promoted"
# What is known better than by the error's own words.
_HINTS: tuple[tuple[type[psycopg.Error], str, str | None], ...] = (
    (errors.DiskFull, "its disk is full", "free some space on the disk of PostgreSQL"),
    (errors.TooManyConnections, "it has too many connections", "raise max_connections of PostgreSQL"),
    (errors.ReadOnlySqlTransaction, "it is a standby", STANDBY_HINT),
    (
        TimelineHidden,
        "it does not tell this user its timeline, which shows a fail-over",
        "GRANT EXECUTE ON FUNCTION pg_control_system(), pg_current_wal_lsn() TO desk, or use another PostgreSQL",
    ),
    (
        errors.InsufficientPrivilege,
        "it gives this user too few rights",
        "make the user its owner: ALTER DATABASE desk OWNER TO desk",
    ),
)


# SQLSTATEs of a connection that is refused or ended, by their first letters.
_AWAY = ("08", "57")


def explain_error(error: psycopg.Error) -> tuple[str, str | None]:
    """Return what an error of PostgreSQL means to a caller, and what to do about it where that is known.

    Any user may be told it: no address, name or statement of the database is in it.
    """
    for kind, reason, hint in _HINTS:
        if isinstance(error, kind):
            return reason, hint
    if error.sqlstate is None or error.sqlstate.startswith(_AWAY):
        return "it cannot be reached", None
    return f"PostgreSQL fails with {error.sqlstate}", None


def describe_error(error: psycopg.Error) -> tuple[str, str | None]:
    """Return what an operator is told of an error: PostgreSQL's own words, which never have a password."""
    for kind, reason, hint in _HINTS:
        if isinstance(error, kind):
            return reason, hint
    lines = [line.strip(" -") for line in str(error).splitlines() if line.strip()]
    # Of several hosts, the first line says only that none of them was reached.
    said = lines[1:] if len(lines) > 1 and lines[0].endswith("failures were:") else lines[:1]
    return "; ".join(said) or type(error).__name__, None
