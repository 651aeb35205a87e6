"""Whether files still fit into the quotas of their uploader and of the project."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.errors import QuotaFull
from hero_assistance_sdk.refusals import RefusalKind

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
_UNITS = ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB"))


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """The bytes of files that count for one uploader, and for the project."""

    uploader: int = 0
    project: int = 0


@dataclass(frozen=True, slots=True)
class ByteQuotas:
    """The most that may be stored; `uploader` is `None` for staff."""

    uploader: int | None
    project: int


def check_room(stored: StoredBytes, size: int, quotas: ByteQuotas) -> None:
    """Return when `size` more bytes fit; raises `QuotaFull`."""
    if quotas.uploader is not None and stored.uploader + size > quotas.uploader:
        raise QuotaFull(
            f"your files take {format_bytes(stored.uploader)} of the {format_bytes(quotas.uploader)} that one customer"
            " may store here: this one does not fit",
            hint="send a link, or ask the team to raise the limit",
            kind=RefusalKind.OWN_FILES_FULL,
            values={"used": stored.uploader, "bytes": quotas.uploader},
        )
    if stored.project + size > quotas.project:
        raise QuotaFull(
            f"the files of this desk take {format_bytes(stored.project)} of the {format_bytes(quotas.project)} that"
            " they may",
            hint="send a link; an admin can raise the setting files_bytes",
            kind=RefusalKind.DESK_FILES_FULL,
            values={"used": stored.project, "bytes": quotas.project},
        )


def format_bytes(size: int) -> str:
    """Return a size in words, rounded down: `250 MiB`."""
    value, unit = next(((size / one, unit) for one, unit in _UNITS if size >= one), (float(size), "bytes"))
    return f"{int(value)} {unit}" if value >= 10 or value == int(value) else f"{int(value * 10) / 10} {unit}"
