"""Replacing what runs by a successor that takes its sockets while it still serves."""

from __future__ import annotations

from hero_assistance.supervisor.cancellation import run_unless
from hero_assistance.supervisor.probes.health import Health
from hero_assistance.supervisor.process.action_process import ActionProcess, describe_exit
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.socket_ownership import AddressTaken, describe_start_error
from hero_assistance_sdk.hero_proc.specs import ActionSpec


class HandoverFailed(Exception):
    """There is no successor, and what ran is left as it was; the text says why."""


async def start_successor(body: ActionProcess, spec: ActionSpec, processes: ChildProcesses) -> Health:
    """Start a successor and let it be what runs once it answers on every socket; its probes from then on.

    What ran before is left to be ended. Raises `NotReplaced`.
    """
    try:
        successor = body.launch_successor(spec)
    except (OSError, AddressTaken) as error:
        raise HandoverFailed(describe_start_error(spec, error)) from None
    health = Health(processes, body.owned_by(successor), spec)
    exited = successor.running.exited
    if not await run_unless(exited, health.until_ready()):
        why = describe_exit(exited.result()) if exited.done() else f"did not become healthy: {health.last_fault}"
        await body.end_run(successor, spec)
        raise HandoverFailed(f"the process that was to replace it {why}")
    body.promote(successor)
    # An answer of whatever it starts counts as well from now on.
    health.answers_count_from(body.owns)
    return health
