"""What an action does in each state: a step, a coroutine that waits for what ends the state and names it."""

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
    """The steps of one action; `reason` says why it is not healthy, `kept` why it was not replaced.

    `alone` tells whether all other actions of the supervisor are at rest.
    """

    def __init__(
        self,
        spec: ActionSpec,
        body: ActionProcess,
        processes: ChildProcesses,
        order: Dependencies,
        changes: Revision,
        alone: Callable[[], bool],
    ) -> None:
        self.spec = spec
        self.body = body
        self.backoff = BackOff(spec.retry_policy)
        self.health = Health(processes, body.owns, spec)
        self.hurry = asyncio.Event()
        self.replacing = False
        self.restarts = 0
        self.reason: str | None = None
        self.kept: str | None = None
        self._processes = processes
        self._order = order
        self._changes = changes
        self._alone = alone

    def take(self, state: ActionState, *, wanted: bool) -> Awaitable[Trigger]:
        """The step of this state, not begun."""
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

    def begin_anew(self) -> None:
        """Forget what went wrong: an operator asked."""
        self.backoff.forget()
        self.restarts = 0
        self.reason = None
        self.kept = None

    def explain(self, reason: str | None) -> None:
        """Say why the action is not healthy."""
        if reason != self.reason:
            self.reason = reason
            self._changes.announce()

    # One for each state.

    async def _rest(self, *, start: bool) -> Trigger:
        return Trigger.START if start else await _never()

    async def _start(self) -> Trigger:
        replacing, self.replacing = self.replacing, False
        if replacing and not await self._replace():
            return Trigger.READY if self.body.serves() else Trigger.UNHEALTHY
        if self.body.pid is not None and await self._left(self.body.end_earlier_runs(self.spec)):
            return Trigger.UNHEALTHY
        if self.body.pid is None:
            try:
                await self._launch()
            except (OSError, AddressTaken) as error:
                self.explain(describe_start_error(self.spec, error))
                return Trigger.EXITED
        if not self.spec.is_process and not self.health.asks:
            return await _never()
        if await self.health.until_ready():
            return Trigger.READY
        self.explain(f"did not become healthy: {self.health.last_fault}")
        return Trigger.UNHEALTHY

    async def _watch(self, *, degraded: bool) -> Trigger:
        change = await self.health.until_change(degraded=degraded)
        if change is not HealthChange.RECOVERED:
            self.explain(self.health.last_fault)
        return _TRIGGERS[change]

    async def _back_off(self) -> Trigger:
        self.hurry.clear()
        begun = time.monotonic()
        delay = self.backoff.failed(begun)
        remains = self.spec.singleton or self.body.pid is not None
        if (remains and not await self._end_all()) or delay is None:
            return Trigger.GIVE_UP
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, begun + delay - time.monotonic())):
                await self.hurry.wait()
        self.restarts += 1
        return Trigger.RETRY

    async def _stop(self) -> Trigger:
        await self._order.until_dependents_ended()
        # Asked once its own are gone: of two that end at the same time, the later one is the last.
        if not await self._end_all() or (self._alone() and not await self._end_all(with_strays=True)):
            return Trigger.GIVE_UP
        remove_stale_sockets(self.spec.sockets)
        self.body.forget()
        self.explain(None)
        return Trigger.GONE

    # What they are made of.

    async def _launch(self) -> None:
        """Start the program once all that it needs is there; raises `NotFree` or `OSError`."""
        await self._order.until_needs_met(self.spec, self.explain)
        if self.spec.singleton and not await self._end_all():
            raise AddressTaken(f"an earlier instance is in the way: {self.reason}")
        if self.spec.kill_other and await self._left(self.body.end_earlier_holders(self.spec)):
            raise AddressTaken(f"an earlier instance is in the way: {self.reason}")
        self.health.begin(self.spec)
        self.body.launch(self.spec, restarts=self.restarts, attempt=self.backoff.attempt)
        self.explain(None)
        self._changes.announce()

    async def _replace(self) -> bool:
        """Start a successor and let it take over once it is well; false, and why, when what runs is kept."""
        await self._order.until_needs_met(self.spec, self.explain)
        kept = self._order.kept_need(self.spec)
        try:
            if kept:
                raise HandoverFailed(f"{kept} was not replaced")
            self.health = await start_successor(self.body, self.spec, self._processes)
            self.kept = None
        except HandoverFailed as error:
            self.kept = str(error)
            _log.warning("action.kept", action=self.spec.name, reason=self.kept)
        return self.kept is None

    async def _end_all(self, *, with_strays: bool = False) -> bool:
        """End all that this action started; false, and the reason, when something would not end."""
        return not await self._left(self.body.end(self.spec, with_strays=with_strays))

    async def _left(self, ending: Awaitable[set[ProcessIdentity]]) -> bool:
        """Whether something is left after `ending`; the reason says what."""
        left = await ending
        if left:
            self.explain(f"cannot end {', '.join(f'process {one.pid}' for one in left)}")
        return bool(left)


async def _never() -> Trigger:
    """Wait to be cut short: only what comes from outside leads on."""
    while True:
        await asyncio.get_running_loop().create_future()
