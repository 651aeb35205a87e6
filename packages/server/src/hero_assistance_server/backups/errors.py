"""What can be wrong with a backup."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError


class BackupDamaged(HeroError):
    """The file is no backup of ours, or not whole any more."""

    reason = "backup-damaged"


class BackupFailed(HeroError):
    """A backup could not be made; the one before it stays."""

    reason = "backup-failed"


class RestoreFailed(HeroError):
    """A backup could not be restored; the data is unchanged."""

    reason = "restore-failed"
