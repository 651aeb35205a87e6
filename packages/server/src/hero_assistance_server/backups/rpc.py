"""`system.backup`: makes a backup now, and says how the backups are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, TooOften, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.backups.service import STARTED, Backups
from hero_assistance_server.identity.authentication import is_from_afar
from hero_assistance_server.identity.permissions import ADMINS, Caller
from hero_assistance_server.jobs.job_state import JobState, job_fields
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.timestamps import millis

_LOOKS = Example(
    "An admin asks how the backups are",
    "alice",
    {"make": False},
    {
        "running": False,
        "done": 0,
        "total": 0,
        "last": None,
        "last_bytes": None,
        "last_at": None,
        "failure": None,
        "kept": [],
    },
)


class BackupParams(Params):
    """Whether to make one."""

    make: Annotated[bool, Field(description="False only asks how they are.")] = True


class KeptBackup(Result):
    """A whole backup in the folder of the project."""

    name: str
    size: int
    made_at: wire.Millis


class BackupState(JobState):
    """How far the running backup is, the last whole one, why one after it failed, and those kept, newest first."""

    last: str | None
    last_bytes: int | None
    last_at: wire.Millis | None
    failure: str | None
    kept: list[KeptBackup]


def add_methods(table: MethodRegistry, backups: Backups, storage: Storage, clock: Callable[[], datetime]) -> None:
    """Register the method."""

    @table.method(
        "system.backup",
        allow=ADMINS,
        page=True,
        errors=[Unauthenticated, Forbidden, Conflict, TooOften, Unavailable],
        examples=[_LOOKS],
    )
    async def backup(caller: Caller, params: BackupParams) -> BackupState:
        """Begin a backup in the project's own folder of backups, unless one is being made; ask again how far it is.

        Nothing of it leaves this machine. Who calls from elsewhere begins one an hour at most.
        """
        if params.make and not backups.is_running:
            backups.require_files()
            # First the entry: without one no backup is begun.
            with backups.beginning_from_afar(clock()) if is_from_afar(caller) else backups.beginning():
                await storage.write(lambda work: work.record_audit_entry(STARTED, caller, {}))
        return await asyncio.to_thread(_state, backups)


def _state(backups: Backups) -> BackupState:
    kept = backups.list_kept()
    last = kept[0] if kept else None
    return BackupState(
        **job_fields(backups),
        last=last.name if last else None,
        last_bytes=last.size if last else None,
        last_at=millis(last.made_at) if last else None,
        failure=backups.failure(),
        kept=[KeptBackup(name=one.name, size=one.size, made_at=millis(one.made_at)) for one in kept],
    )
