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
