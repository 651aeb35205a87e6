"""How old the last whole backup is, and whether one after it failed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.shell_words import quote_command

# One a day is made while the server runs.
_WARNING_DAYS = 3
_DAY_S = 86_400


def check_backups(paths: Paths) -> Iterator[Finding]:
    """Look at what the server has left where it keeps its backups."""
    from hero_assistance_sdk.files.backup_files import FAILURE, newest_backup
    from hero_assistance_sdk.files.data_folder import NODE_MARK

    if (paths.data / NODE_MARK).exists():
        yield Finding("backups", Verdict.OK, "the desk is in PostgreSQL, which has its own: see that one is made")
        return
    failed = paths.backups / FAILURE
    if failed.exists():
        detail = f"the last one failed: {_read_failure(failed)}"
        yield Finding("backups", Verdict.FAULT, detail, "free space, or see the log")
    newest = newest_backup(paths.backups)
    if newest is None:
        yield Finding("backups", Verdict.OK, "none yet; a running server makes one each day")
        return
    days = (time.time() - newest.stat().st_mtime) / _DAY_S
    if days > _WARNING_DAYS:
        detail = f"the last one is {days:.0f} days old"
        yield Finding("backups", Verdict.WARNING, detail, quote_command("hero_assistance", "backup", paths.backups))
    else:
        yield Finding("backups", Verdict.OK, f"the last one is {newest.name}")


def _read_failure(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["error"])
    except (ValueError, KeyError, TypeError):
        return f"see {path}"
