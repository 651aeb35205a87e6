"""`system.backup`: makes a backup now, and says how the backups are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.identity.authentication import refuse_from_afar
from hero_assistance_server.identity.permissions import ADMINS, Caller
from hero_assistance_server.jobs.job_state import JobState, job_fields
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.timestamps import millis

_LOOKS = Example(
    "An admin asks how the backups are",
    "alice",
    {"make": False},
    {"running": False, "done": 0, "total": 0, "last": None, "last_bytes": None, "last_at": None, "failure": None},
)


class BackupParams(Params):
    """Whether to make one."""

    make: Annotated[bool, Field(description="False only asks how they are.")] = True


class BackupState(JobState):
    """How far the running backup is, the file name of the last whole one, and why one after it failed."""

    last: str | None
    last_bytes: int | None
    last_at: wire.Millis | None
    failure: str | None


def add_methods(table: MethodRegistry, backups: Backups) -> None:
    """Register the method."""

    @table.method("system.backup", allow=ADMINS, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LOOKS])
    async def backup(caller: Caller, params: BackupParams) -> BackupState:
        """Begin a backup in the project's own folder of backups, unless one is being made; ask again how far it is.

        Only admins on this machine may.
        """
        refuse_from_afar(caller, "backups")
        if params.make:
            backups.begin()
        return _state(backups)


def _state(backups: Backups) -> BackupState:
    last = backups.newest()
    return BackupState(
        **job_fields(backups),
        last=last.name if last else None,
        last_bytes=last.size if last else None,
        last_at=millis(last.made_at) if last else None,
        failure=backups.failure(),
    )
