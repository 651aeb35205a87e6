"""Finding what an earlier supervisor left running for an action, by its record or by the mark of its processes."""

from __future__ import annotations

from hero_assistance.supervisor.process.action_process import ProcessContext, make_record
from hero_assistance.supervisor.process.process_family import find_running_leader
from hero_assistance.supervisor.process.process_table import is_alive
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance.supervisor.registry.run_records import RunRecord
from hero_assistance_sdk.hero_proc.specs import ActionSpec


def find_last_start(
    context: ProcessContext, service: str, spec: ActionSpec, owner: str
) -> tuple[RunRecord | None, ProcessIdentity | None]:
    """The record of the last start of an action, and its leader if that still runs.

    The earlier supervisor may have died between a start and its record, so a newer run that is found by its mark
    counts more than the record.
    """
    record = context.runs.load(service, spec.name)
    leader, run = (find_running_leader(owner) if owner in context.left else None) or (None, 0)
    if record is not None and run <= record.run and is_alive(record.identity):
        return record, record.identity
    if leader is not None:
        return make_record(run, leader, spec, owner), leader
    return record, None
