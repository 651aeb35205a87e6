"""What an action does in each state: one coroutine for each, which returns the trigger that ends the state."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from hero_assistance.supervisor.handover.successor import HandoverFailed, start_successor
from hero_assistance.supervisor.probes.health import Health, HealthChange
from hero_assistance.supervisor.process.action_process import ActionProcess
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.socket_ownership import AddressTaken, describe_start_error, remove_stale_sockets
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance.supervisor.state.backoff import BackOff
from hero_assistance.supervisor.state.dependencies import Dependencies
from hero_assistance.supervisor.state.revision import Revision
from hero_assistance.supervisor.state.states import Trigger
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.logs import get_log

_TRIGGERS = {
    HealthChange.RECOVERED: Trigger.READY,
    HealthChange.FAILED: Trigger.PROBE_FAILED,
    HealthChange.FAILED_FOR_GOOD: Trigger.UNHEALTHY,
}

_log = get_log("supervisor.action")


class StateHandlers:
    """The handlers of one action; `reason` says why it is not healthy, `kept_reason` why it was not replaced.

    `is_last_active` tells whether all other actions of the supervisor are at rest.
    """

    def __init__(
        self,
        spec: ActionSpec,
        process: ActionProcess,
        processes: ChildProcesses,
        dependencies: Dependencies,
        revision: Revision,
        is_last_active: Callable[[], bool],
    ) -> None:
        self.spec = spec
        self.process = process
        self.backoff = BackOff(spec.retry_policy)
        self.health = Health(processes, process.owns, spec)
        self.retry_now = asyncio.Event()
        self.replacing = False
        self.restarts = 0
        self.reason: str | None = None
        self.kept_reason: str | None = None
        self._processes = processes
        self._dependencies = dependencies
        self._revision = revision
        self._is_last_active = is_last_active

    def handle(self, state: ActionState, *, wanted: bool) -> Awaitable[Trigger]:
        """The coroutine of this state, not started."""
        match state:
            case ActionState.STOPPED | ActionState.FAILED:
                return self._rest(start=wanted and state is ActionState.STOPPED)
            case ActionState.STARTING:
                return self._start()
            case ActionState.HEALTHY | ActionState.DEGRADED:
                return self._watch(degraded=state is ActionState.DEGRADED)
            case ActionState.BACKOFF:
                return self._back_off()
            case ActionState.STOPPING:
                return self._stop()

    def reset(self) -> None:
        """Forget earlier failures, because an operator asked for a start."""
        self.backoff.reset()
        self.restarts = 0
        self.reason = None
        self.kept_reason = None

    def explain(self, reason: str | None) -> None:
        """Note why the action is not healthy, `None` when it is."""
        if reason != self.reason:
            self.reason = reason
            self._revision.announce()

    # One handler for each state.

    async def _rest(self, *, start: bool) -> Trigger:
        return Trigger.START if start else await _wait_for_ever()

    async def _start(self) -> Trigger:
        replacing, self.replacing = self.replacing, False
        if replacing and not await self._hand_over():
            return Trigger.READY if self.process.is_serving() else Trigger.UNHEALTHY
        if self.process.pid is not None and await self._has_leftovers(self.process.end_earlier_runs(self.spec)):
            return Trigger.UNHEALTHY
        if self.process.pid is None:
            try:
                await self._start_program()
            except (OSError, AddressTaken) as error:
                self.explain(describe_start_error(self.spec, error))
                return Trigger.EXITED
        if not self.spec.is_process and not self.health.has_probes:
            return await _wait_for_ever()
        if await self.health.wait_until_ready():
            return Trigger.READY
        self.explain(f"did not become healthy: {self.health.last_fault}")
        return Trigger.UNHEALTHY

    async def _watch(self, *, degraded: bool) -> Trigger:
        change = await self.health.wait_for_change(degraded=degraded)
        if change is not HealthChange.RECOVERED:
            self.explain(self.health.last_fault)
        return _TRIGGERS[change]

    async def _back_off(self) -> Trigger:
        self.retry_now.clear()
        begun = time.monotonic()
        delay = self.backoff.count_failure(begun)
        remains = self.spec.singleton or self.process.pid is not None
        if (remains and not await self._end_all()) or delay is None:
            return Trigger.GIVE_UP
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, begun + delay - time.monotonic())):
                await self.retry_now.wait()
        self.restarts += 1
        return Trigger.RETRY

    async def _stop(self) -> Trigger:
        await self._dependencies.wait_for_dependents()
        # Asked after the end of its own processes: of two actions that stop at once, the later one is the last.
        if not await self._end_all() or (self._is_last_active() and not await self._end_all(with_strays=True)):
            return Trigger.GIVE_UP
        remove_stale_sockets(self.spec.sockets)
        self.process.remove_record()
        self.explain(None)
        return Trigger.GONE

    # What the handlers share.

    async def _start_program(self) -> None:
        """Start the program once its dependencies are met; raises `AddressTaken` or `OSError`."""
        await self._dependencies.wait_for_needs(self.spec, self.explain)
        if self.spec.singleton and not await self._end_all():
            raise AddressTaken(f"an earlier instance is in the way: {self.reason}")
        if self.spec.kill_other and await self._has_leftovers(self.process.end_earlier_holders(self.spec)):
            raise AddressTaken(f"an earlier instance is in the way: {self.reason}")
        self.health.begin(self.spec)
        self.process.launch(self.spec, restarts=self.restarts, attempt=self.backoff.attempt)
        self.explain(None)
        self._revision.announce()

    async def _hand_over(self) -> bool:
        """Start a successor and let it take over; false, with `kept_reason` set, when the old process stays."""
        await self._dependencies.wait_for_needs(self.spec, self.explain)
        kept = self._dependencies.find_kept_need(self.spec)
        try:
            if kept:
                raise HandoverFailed(f"{kept} was not replaced")
            self.health = await start_successor(self.process, self.spec, self._processes)
            self.kept_reason = None
        except HandoverFailed as error:
            self.kept_reason = str(error)
            _log.warning("action.handover-failed", action=self.spec.name, reason=self.kept_reason)
        return self.kept_reason is None

    async def _end_all(self, *, with_strays: bool = False) -> bool:
        """End all that this action started; false, with the reason noted, when a process does not end."""
        return not await self._has_leftovers(self.process.end(self.spec, with_strays=with_strays))

    async def _has_leftovers(self, ending: Awaitable[set[ProcessIdentity]]) -> bool:
        """Whether a process is left after `ending`; the reason names it."""
        left = await ending
        if left:
            self.explain(f"cannot end {', '.join(f'process {one.pid}' for one in left)}")
        return bool(left)


async def _wait_for_ever() -> Trigger:
    """Wait until cancelled: only a call from outside leads to another state."""
    while True:
        await asyncio.get_running_loop().create_future()
