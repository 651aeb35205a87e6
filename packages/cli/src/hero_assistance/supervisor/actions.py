"""Running one action: each state has a step, a coroutine that waits for what ends the state and names it.

What comes from outside (`start`, `stop`, `restart`, the end of the process) changes the state at once and cuts the
step short.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Mapping

from hero_assistance.supervisor.backoff import BackOff
from hero_assistance.supervisor.changes import Changes
from hero_assistance.supervisor.exits import unless
from hero_assistance.supervisor.health import Health
from hero_assistance.supervisor.incarnation import Grounds, Incarnation, how_it_ended
from hero_assistance.supervisor.listening import NotFree, clear_sockets, in_words
from hero_assistance.supervisor.order import Order
from hero_assistance.supervisor.processes import now_ms
from hero_assistance.supervisor.proctable import Identity
from hero_assistance.supervisor.registry import RunRecord
from hero_assistance.supervisor.replacing import NotReplaced, succeed
from hero_assistance.supervisor.states import AT_REST, Trigger, next_state
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus, LastExit
from hero_assistance_sdk.logs import get_log

# A defect of a step is logged and tried again; this keeps it from filling the log.
_AFTER_DEFECT_S = 5.0
_ANSWERS = frozenset({ActionState.HEALTHY, ActionState.DEGRADED})
_SERVING = frozenset({ActionState.STARTING, ActionState.HEALTHY, ActionState.DEGRADED})

_log = get_log("supervisor.action")


class ActionRunner:
    """One action: its state, what is wanted of it, and why it is not healthy.

    `peers` are the actions of its service, itself among them; `alone` tells whether all others of the supervisor
    are at rest.
    """

    def __init__(
        self,
        service: str,
        spec: ActionSpec,
        grounds: Grounds,
        changes: Changes,
        peers: Mapping[str, ActionRunner],
        alone: Callable[[ActionRunner], bool],
    ) -> None:
        self.service = service
        self.spec = spec
        self.state = ActionState.STOPPED
        self.wanted = False
        self.retired = False
        self.body = Incarnation(service, spec.name, grounds, self._ended)
        self._changes = changes
        self._order = Order(spec.name, peers, changes)
        self._alone = alone
        self._backoff = BackOff(spec.retry_policy)
        self._processes = grounds.processes
        self._health = Health(grounds.processes, self.body.owns, spec)
        self._reason: str | None = None
        self._restarts = 0
        self.kept: str | None = None
        self._replacing = False
        self._asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hurry = asyncio.Event()
        self._steps: dict[ActionState, Callable[[], Awaitable[Trigger]]] = {
            ActionState.STOPPED: self._rest,
            ActionState.STARTING: self._start,
            ActionState.HEALTHY: self._watch,
            ActionState.DEGRADED: self._watch,
            ActionState.BACKOFF: self._back_off,
            ActionState.FAILED: self._rest,
            ActionState.STOPPING: self._stop,
        }

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def outdated(self) -> bool:
        """Whether its process runs by an older specification than the registered one."""
        return not self.body.runs_by(self.spec)

    @property
    def has_started(self) -> bool:
        """Whether a process of it runs that is not being ended."""
        return self.state in _SERVING and self.body.pid is not None

    @property
    def at_rest(self) -> bool:
        return self.state in AT_REST

    def set_spec(self, spec: ActionSpec) -> None:
        """Use this specification from the next start on."""
        self.spec = spec
        self._backoff.policy = spec.retry_policy
        self._changes.announce()

    def start(self) -> None:
        """An operator asks for a start; one that waits to be started again does so at once."""
        self.wanted = True
        if self.at_rest or self.state is ActionState.BACKOFF:
            self._anew()
            self._hurry.set()
        self._ask(Trigger.START)

    def stop(self) -> None:
        """An operator asks for the end of everything that this action started."""
        self.wanted = False
        self._ask(Trigger.STOP)

    def restart(self) -> None:
        """End it, if it runs, and start it again."""
        if self.at_rest:
            self.start()
            return
        self._anew()
        self._ask(Trigger.STOP)
        self.wanted = True

    def replace(self) -> None:
        """Have a successor take over from what serves; where that cannot be, end it and start it again."""
        if self.spec.hands_over and self.state in _ANSWERS and sys.platform == "linux":
            self._anew()
            self._replacing = True
            self._ask(Trigger.REPLACE)
        else:
            self.restart()

    def retire(self) -> None:
        """End it and never start it again: it is not registered any more."""
        self.retired = True
        self.stop()
        self._wake()

    def take_over(self, record: RunRecord, leader: Identity | None) -> None:
        """Go on with what an earlier supervisor left running."""
        self.wanted = True
        self._restarts = record.restarts
        self._backoff.attempt = record.attempt
        self._ask(Trigger.START)
        self.body.adopt(record, leader)
        self._health.begin(record.spec, notified=record.ready)

    def status(self) -> ActionStatus:
        """What callers see of it."""
        started = self.body.started_at_ms
        return ActionStatus(
            name=self.name,
            state=self.state,
            pid=self.body.pid,
            uptime_s=None if started is None else max(0, now_ms() - started) / 1000,
            restarts=self._restarts,
            attempt=self._backoff.attempt,
            sockets=self.spec.sockets,
            reason=None if self.state is ActionState.HEALTHY else self._reason,
            kept=self.kept,
            last_exit=self.body.last_exit,
            last_probe_error=self._health.last_fault,
        )

    async def run(self) -> None:
        """Go from state to state until retired."""
        while not (self.retired and self.at_rest):
            asked = self._asked = asyncio.get_running_loop().create_future()
            try:
                trigger = await unless(asked, self._steps[self.state]())
            except Exception:  # noqa: BLE001
                # The outermost loop of an action: a defect here must not take the other actions down.
                _log.exception("action.defect", action=self.name, state=self.state)
                await asyncio.sleep(_AFTER_DEFECT_S)
                continue
            if trigger is not None and not asked.done():
                self._apply(trigger)

    # What comes from outside of the steps.

    def _ask(self, trigger: Trigger) -> None:
        before = self.state
        self._apply(trigger)
        if self.state is not before:
            self._wake()

    def _wake(self) -> None:
        if not self._asked.done():
            self._asked.set_result(None)

    def _ended(self, ended: LastExit) -> None:
        self._reason = how_it_ended(ended)
        _log.info("action.ended", action=self.name, how=self._reason)
        if self.state not in _SERVING:
            self._changes.announce()
        elif self.spec.is_process or ended.code != 0:
            self._ask(Trigger.EXITED)
        else:
            self.body.remember_done()
            self._ask(Trigger.DONE)

    def _apply(self, trigger: Trigger) -> None:
        before, self.state = self.state, next_state(self.state, trigger)
        if self.state is ActionState.HEALTHY:
            self._backoff.became_healthy(time.monotonic())
            self.body.remember_ready()
            self._reason = None
        if trigger is Trigger.DONE:
            self.wanted = False
        if self.state is not before:
            facts = {"reason": self._reason} if self._reason else {}
            _log.info("action.state", action=self.name, state=self.state, trigger=trigger, **facts)
        self._changes.announce()

    def _anew(self) -> None:
        self._backoff.forget()
        self._restarts = 0
        self._reason = None
        self.kept = None

    def _explain(self, reason: str | None) -> None:
        if reason != self._reason:
            self._reason = reason
            self._changes.announce()

    # The steps, one for each state.

    async def _rest(self) -> Trigger:
        if self.state is ActionState.STOPPED and self.wanted:
            return Trigger.START
        return await _never()

    async def _start(self) -> Trigger:
        replacing, self._replacing = self._replacing, False
        if replacing and not await self._replace():
            return Trigger.READY if self.body.serves() else Trigger.UNHEALTHY
        if self.body.pid is not None and await self._left(self.body.end_earlier_runs(self.spec)):
            return Trigger.UNHEALTHY
        if self.body.pid is None:
            try:
                await self._launch()
            except (OSError, NotFree) as error:
                self._explain(in_words(self.spec, error))
                return Trigger.EXITED
        if not self.spec.is_process and not self._health.asks:
            return await _never()
        if await self._health.until_ready():
            return Trigger.READY
        self._explain(f"did not become healthy: {self._health.last_fault}")
        return Trigger.UNHEALTHY

    async def _watch(self) -> Trigger:
        trigger = await self._health.until_change(degraded=self.state is ActionState.DEGRADED)
        if trigger is not Trigger.READY:
            self._explain(self._health.last_fault)
        return trigger

    async def _back_off(self) -> Trigger:
        self._hurry.clear()
        begun = time.monotonic()
        delay = self._backoff.failed(begun)
        remains = self.spec.singleton or self.body.pid is not None
        if (remains and not await self._end_all()) or delay is None:
            return Trigger.GIVE_UP
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, begun + delay - time.monotonic())):
                await self._hurry.wait()
        self._restarts += 1
        return Trigger.RETRY

    async def _stop(self) -> Trigger:
        await self._order.until_dependents_ended()
        if not await self._end_all():
            return Trigger.GIVE_UP
        clear_sockets(self.spec.sockets)
        self.body.forget()
        self._explain(None)
        return Trigger.GONE

    # What the steps are made of.

    async def _launch(self) -> None:
        """Start the program once all that it needs is there; raises `NotFree` or `OSError`."""
        await self._order.until_needs_met(self.spec, self._explain)
        if self.spec.singleton and not await self._end_all():
            raise NotFree(f"an earlier instance is in the way: {self._reason}")
        if self.spec.kill_other and await self._left(self.body.end_earlier_holders(self.spec)):
            raise NotFree(f"an earlier instance is in the way: {self._reason}")
        self._health.begin(self.spec)
        self.body.launch(self.spec, restarts=self._restarts, attempt=self._backoff.attempt)
        self._explain(None)
        self._changes.announce()

    async def _replace(self) -> bool:
        """Start a successor and let it take over once it is well; false, and why, when what runs is kept."""
        await self._order.until_needs_met(self.spec, self._explain)
        kept = self._order.kept_need(self.spec)
        try:
            if kept:
                raise NotReplaced(f"{kept} was not replaced")
            self._health = await succeed(self.body, self.spec, self._processes)
            self.kept = None
        except NotReplaced as error:
            self.kept = str(error)
            _log.warning("action.kept", action=self.name, reason=self.kept)
        return self.kept is None

    async def _end_all(self) -> bool:
        """End all that this action started; false, and the reason, when something would not end."""
        if await self._left(self.body.end(self.spec)):
            return False
        # Asked once its own are gone: of two that end at the same time, the later one is the last.
        last = self.state is ActionState.STOPPING and self._alone(self)
        return not (last and await self._left(self.body.end(self.spec, with_strays=True)))

    async def _left(self, ending: Awaitable[set[Identity]]) -> bool:
        """Whether something is left after `ending`; the reason says what."""
        left = await ending
        if left:
            self._explain(f"cannot end {', '.join(f'process {one.pid}' for one in left)}")
        return bool(left)


async def _never() -> Trigger:
    """Wait to be cut short: only what comes from outside leads on."""
    while True:
        await asyncio.get_running_loop().create_future()
