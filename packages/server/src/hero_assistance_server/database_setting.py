"""Which database the server works on: the secret `DATABASE` of its supervisor, or the file in its data folder."""

from __future__ import annotations

import asyncio

from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.files.data_folder import NODE_MARK, DatabaseState, find_state
from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SecretName, SettingsReader, Source
from hero_assistance_sdk.paths import Paths

# A supervisor that restarts at the same time as the server is back by then.
PATIENCE = 5
PAUSE_S = 0.5
_HINT = "hero_assistance --start starts a supervisor, which knows it; or delete {mark} for a desk in {data}"


async def read_database_setting(paths: Paths) -> str | None:
    """Return the URL of the PostgreSQL that the supervisor names, `None` for SQLite.

    Raises `Unavailable` where no supervisor tells it, and the data folder does not say that it is SQLite: a desk that
    begins empty in a wrong place would take what its users write.
    """
    reader = SettingsReader(paths, names=frozenset({SecretName.DATABASE}))
    settings = await reader.refresh()
    for _ in range(PATIENCE):
        if not _is_missed(paths, settings):
            return settings.database
        await asyncio.sleep(PAUSE_S)
        settings = await reader.refresh()
    if _is_missed(paths, settings):
        mark = paths.data / NODE_MARK
        hint = settings.fault_line or _HINT.format(mark=mark, data=paths.data)
        raise Unavailable("no supervisor tells which database this desk is in (DATABASE)", hint=hint)
    return settings.database


def _is_missed(paths: Paths, settings: DaemonSettings) -> bool:
    """Whether nothing told the setting, and it may have a value."""
    if settings.supervisor is not Source.DEFAULT:
        return False
    if (paths.data / NODE_MARK).exists():
        return True
    return settings.fault is not None and find_state(paths.data) is not DatabaseState.THERE
