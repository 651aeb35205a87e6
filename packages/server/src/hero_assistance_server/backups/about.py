"""The description of a backup in its own archive, written by us and read from what others may have made."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from hero_assistance_server.backups.errors import BackupFailed
from hero_assistance_server.storage.files import is_digest

FORMAT = 1
NAME = "backup.json"
LIMIT = 1024 * 1024

# It is printed, so it holds no control characters.
_RELEASE = re.compile(r"[A-Za-z0-9._+-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class About:
    """What is in a backup, and who made it when."""

    format: int
    made_at: str
    release: str
    version: int
    rows: dict[str, int]
    attachments: int
    database_bytes: int
    database_sha256: str

    def encode(self) -> bytes:
        """Return the bytes of `backup.json`; raises `BackupFailed` for more than a reader takes."""
        text = json.dumps(asdict(self), indent=2).encode()
        if len(text) > LIMIT:
            raise BackupFailed("the database has more tables than a backup can describe")
        return text


def parse_about(text: bytes) -> About:
    """Read `backup.json`; raises `ValueError` for anything that a backup of ours never says."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{NAME} is no object")
    if found.get("format") != FORMAT:
        raise ValueError(f"its format is {found.get('format')!r:.50}; this release reads {FORMAT}")
    faults = [name for name, fits in _CHECKS.items() if not fits(found.get(name))]
    if faults:
        raise ValueError(f"{NAME} does not tell its {', '.join(faults)}")
    return About(**{field.name: found[field.name] for field in fields(About)})


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _are_rows(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


_CHECKS = {
    "made_at": _is_time,
    "release": lambda value: isinstance(value, str) and _RELEASE.fullmatch(value) is not None,
    "version": _is_count,
    "rows": _are_rows,
    "attachments": _is_count,
    "database_bytes": _is_count,
    "database_sha256": is_digest,
}
