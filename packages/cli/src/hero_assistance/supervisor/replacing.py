"""Replacing what runs by a successor that takes its sockets while it still serves."""

from __future__ import annotations

from hero_assistance.supervisor.exits import unless
from hero_assistance.supervisor.health import Health
from hero_assistance.supervisor.incarnation import Incarnation, how_it_ended
from hero_assistance.supervisor.listening import NotFree, in_words
from hero_assistance.supervisor.processes import Processes
from hero_assistance_sdk.hero_proc.specs import ActionSpec


class NotReplaced(Exception):
    """There is no successor, and what ran is left as it was; the text says why."""


async def succeed(body: Incarnation, spec: ActionSpec, processes: Processes) -> Health:
    """Start a successor and let it be what runs once it answers on every socket; its probes from then on.

    What ran before is left to be ended. Raises `NotReplaced`.
    """
    try:
        successor = body.launch_successor(spec)
    except (OSError, NotFree) as error:
        raise NotReplaced(in_words(spec, error)) from None
    health = Health(processes, body.owned_by(successor), spec)
    exited = successor.running.exited
    if not await unless(exited, health.until_ready()):
        why = how_it_ended(exited.result()) if exited.done() else f"did not become healthy: {health.last_fault}"
        await body.end_run(successor, spec)
        raise NotReplaced(f"the process that was to replace it {why}")
    body.promote(successor)
    # An answer of whatever it starts counts as well from now on.
    health.answers_count_from(body.owns)
    return health
