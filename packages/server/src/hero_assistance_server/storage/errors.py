"""What can be wrong with the database as a whole."""

from __future__ import annotations

from hero_assistance_sdk.errors import STORE_UNAVAILABLE, HeroError, Unavailable


class StoreUnavailable(Unavailable):
    """The database cannot take or answer this now: the disk is full, fails, or is too slow."""

    reason = STORE_UNAVAILABLE
    # A database that is started again is back in about this time.
    retry_after = 2


class DiskFull(StoreUnavailable):
    """The disk has no more space than is reserved for what is more important."""

    reason = "disk-full"


class NodeOutdated(StoreUnavailable):
    """What this node has in memory is of a past that the database does not have: it has to start again."""


class DataInUse(HeroError):
    """Another server works on the same data folder."""

    reason = "data-in-use"


class DatabaseTooNew(HeroError):
    """A newer release has written this database."""

    reason = "database-too-new"


class DatabaseUnusable(HeroError):
    """It is no database of ours, is damaged, or is of a kind that cannot serve."""

    reason = "database-unusable"
