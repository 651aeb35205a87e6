"""The space that a start needs: found out before anything that runs is touched."""

from __future__ import annotations

from hero_assistance_sdk.files.allocation import START_BYTES, require_space
from hero_assistance_sdk.paths import Paths

_WHAT = "a start"
# Registrations and records; the first lines of two logs.
_SMALL_BYTES = 64 * 1024
# A socket takes a name and no block.
_SOCKET_BYTES = 4 * 1024


def require_start_space(paths: Paths) -> None:
    """Raise `TooLittleSpace` where a disk does not take what a start writes; what runs is as it was."""
    for folder, size in (
        (paths.data, START_BYTES),
        (paths.state, _SMALL_BYTES),
        (paths.logs, _SMALL_BYTES),
        (paths.service_sockets, _SOCKET_BYTES),
    ):
        require_space(folder, size, _WHAT)
