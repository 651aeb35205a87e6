"""`export.*`: the project as JSON Lines and files, written while the server runs."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams
from hero_assistance_server.exports.service import STARTED, Exports
from hero_assistance_server.identity.authentication import refuse_from_afar
from hero_assistance_server.identity.permissions import ADMINS, Caller
from hero_assistance_server.jobs.job_state import JobState, job_fields
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.timestamps import millis

_NONE = {"running": False, "done": 0, "total": 0, "folder": None, "made_at": None, "failure": None}
_BEGINS = Example("An admin asks for an export", "alice", {}, _NONE | {"running": True})
_LOOKS = Example("An admin asks how far it is, or where the last one is", "alice", {}, _NONE)


class ExportState(JobState):
    """How far the running export is, the folder of the last whole one, and why one after it failed."""

    folder: str | None
    made_at: wire.Millis | None
    failure: str | None


def add_methods(table: MethodRegistry, exports: Exports, storage: Storage) -> None:
    """Register the methods."""
    errors = [Unauthenticated, Forbidden, Unavailable]

    @table.method("export.create", allow=ADMINS, errors=errors, examples=[_BEGINS])
    async def create(caller: Caller, _params: NoParams) -> ExportState:
        """Begin an export, unless one is being made; it takes the place of the last one. Only admins here may."""
        refuse_from_afar(caller, "exports")
        if not exports.is_running:
            # First the entry: without one no export is begun.
            with exports.beginning():
                await storage.write(lambda work: work.record_audit_entry(STARTED, caller, {}))
        return _state(exports)

    @table.method("export.get", allow=ADMINS, errors=errors, examples=[_LOOKS])
    async def get(caller: Caller, _params: NoParams) -> ExportState:
        """Tell how far the export is, and in which folder of this machine the last one is. Only admins here may."""
        refuse_from_afar(caller, "exports")
        return _state(exports)


def _state(exports: Exports) -> ExportState:
    last = exports.newest()
    return ExportState(
        **job_fields(exports),
        folder=str(last.folder) if last else None,
        made_at=millis(last.made_at) if last else None,
        failure=exports.failure,
    )
