"""Replacing the process of an action by a successor that takes its sockets while the old one still serves."""

from __future__ import annotations

from hero_assistance.supervisor.cancellation import run_unless
from hero_assistance.supervisor.probes.health import Health
from hero_assistance.supervisor.process.action_process import ActionProcess, describe_exit
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.socket_ownership import AddressTaken, describe_start_error
from hero_assistance_sdk.hero_proc.specs import ActionSpec


class HandoverFailed(Exception):
    """No successor took over, and the old process runs as before; the text says why."""


async def start_successor(process: ActionProcess, spec: ActionSpec, processes: ChildProcesses) -> Health:
    """Start a successor and promote it once it answers on every socket; return its health.

    The caller ends the old process. Raises `HandoverFailed`.
    """
    try:
        successor = process.launch_successor(spec)
    except (OSError, AddressTaken) as error:
        raise HandoverFailed(describe_start_error(spec, error)) from None
    health = Health(processes, process.make_owner_check(successor), spec)
    exited = successor.running.exited
    if not await run_unless(exited, health.wait_until_ready()):
        why = describe_exit(exited.result()) if exited.done() else f"did not become healthy: {health.last_fault}"
        await process.end_run(successor, spec)
        raise HandoverFailed(f"the process that was to replace it {why}")
    process.promote(successor)
    # From now on an answer of any process that it starts counts as well.
    health.accept_answers_from(process.owns)
    return health
