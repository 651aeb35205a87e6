"""The errors of SQLite that the disk, the memory or another process cause."""

from __future__ import annotations

import apsw

# Every other error of SQLite is a defect of ours.
STORAGE_ERRORS = (
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.CorruptError,
    apsw.FullError,
    apsw.IOError,
    apsw.LockedError,
    apsw.NoMemError,
    apsw.NotADBError,
    apsw.PermissionsError,
    apsw.ReadOnlyError,
)

# Among them: the file does not hold what SQLite has written.
DAMAGE_ERRORS = (apsw.CorruptError, apsw.NotADBError)

# SQLite's own text belongs to a connection, and may be that of another one: "not an error".
_REASONS: dict[type[apsw.Error], tuple[str, str | None]] = {
    apsw.FullError: ("the disk is full", "free some space on this disk"),
    apsw.IOError: ("the disk fails to read or write", "see the system's log"),
    apsw.NoMemError: ("there is not enough memory", "free some memory"),
    apsw.ReadOnlyError: ("it is read-only", None),
}
_MEANINGLESS = "not an error"


def explain_error(error: apsw.Error) -> tuple[str, str | None]:
    """What an error of SQLite means, and what to do about it where that is known."""
    reason, hint = next((told for kind, told in _REASONS.items() if isinstance(error, kind)), (str(error), None))
    return (type(error).__name__ if reason.endswith(_MEANINGLESS) else reason), hint
