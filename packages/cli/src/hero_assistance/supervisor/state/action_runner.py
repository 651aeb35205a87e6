"""Running one action: its state, what is wanted of it, and what comes from outside while it takes a step.

What comes from outside (`start`, `stop`, `restart`, the end of the process) changes the state at once and cuts the
step short.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Mapping

from hero_assistance.supervisor.cancellation import run_unless
from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.process.action_process import ActionProcess, ProcessContext, describe_exit
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance.supervisor.registry.run_records import RunRecord
from hero_assistance.supervisor.state.dependencies import Dependencies
from hero_assistance.supervisor.state.revision import Revision
from hero_assistance.supervisor.state.state_handlers import StateHandlers
from hero_assistance.supervisor.state.states import AT_REST, Trigger, next_state
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus, LastExit
from hero_assistance_sdk.logs import get_log

# A defect of a step is logged and tried again; this keeps it from filling the log.
_AFTER_DEFECT_S = 5.0
_ANSWERS = frozenset({ActionState.HEALTHY, ActionState.DEGRADED})
_SERVING = frozenset({ActionState.STARTING, ActionState.HEALTHY, ActionState.DEGRADED})

_log = get_log("supervisor.action")


class ActionRunner:
    """One action: its state, and what is wanted of it.

    `peers` are the actions of its service, itself among them; `alone` tells whether all others of the supervisor
    are at rest.
    """

    def __init__(
        self,
        service: str,
        spec: ActionSpec,
        grounds: ProcessContext,
        changes: Revision,
        peers: Mapping[str, ActionRunner],
        alone: Callable[[ActionRunner], bool],
    ) -> None:
        self.service = service
        self.state = ActionState.STOPPED
        self.wanted = False
        self.retired = False
        self.body = ActionProcess(service, spec.name, grounds, self._ended)
        self._changes = changes
        order = Dependencies(spec.name, peers, changes)
        self._steps = StateHandlers(spec, self.body, grounds.processes, order, changes, lambda: alone(self))
        self._asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def spec(self) -> ActionSpec:
        """The specification of the next start; set it with `set_spec`."""
        return self._steps.spec

    @property
    def kept(self) -> str | None:
        """Why the last restart left its process alone."""
        return self._steps.kept

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
        self._steps.spec = spec
        self._steps.backoff.policy = spec.retry_policy
        self._changes.announce()

    def start(self) -> None:
        """An operator asks for a start; one that waits to be started again does so at once."""
        self.wanted = True
        if self.at_rest or self.state is ActionState.BACKOFF:
            self._steps.begin_anew()
            self._steps.hurry.set()
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
        self._steps.begin_anew()
        self._ask(Trigger.STOP)
        self.wanted = True

    def replace(self) -> None:
        """Have a successor take over from what serves; where that cannot be, end it and start it again."""
        if self.spec.hands_over and self.state in _ANSWERS and sys.platform == "linux":
            self._steps.begin_anew()
            self._steps.replacing = True
            self._ask(Trigger.REPLACE)
        else:
            self.restart()

    def retire(self) -> None:
        """End it and never start it again: it is not registered any more."""
        self.retired = True
        self.stop()
        self._wake()

    def take_over(self, record: RunRecord, leader: ProcessIdentity | None) -> None:
        """Go on with what an earlier supervisor left running."""
        self.wanted = True
        self._steps.restarts = record.restarts
        self._steps.backoff.attempt = record.attempt
        self._ask(Trigger.START)
        self.body.adopt(record, leader)
        self._steps.health.begin(record.spec, notified=record.ready)

    def status(self) -> ActionStatus:
        """What callers see of it."""
        started = self.body.started_at_ms
        return ActionStatus(
            name=self.name,
            state=self.state,
            pid=self.body.pid,
            uptime_s=None if started is None else max(0, now_ms() - started) / 1000,
            restarts=self._steps.restarts,
            attempt=self._steps.backoff.attempt,
            sockets=self.spec.sockets,
            reason=None if self.state is ActionState.HEALTHY else self._steps.reason,
            kept=self.kept,
            last_exit=self.body.last_exit,
            last_probe_error=self._steps.health.last_fault,
        )

    async def run(self) -> None:
        """Go from state to state until retired."""
        while not (self.retired and self.at_rest):
            asked = self._asked = asyncio.get_running_loop().create_future()
            try:
                trigger = await run_unless(asked, self._steps.take(self.state, wanted=self.wanted))
            except Exception:  # noqa: BLE001
                # The outermost loop of an action: a defect here must not take the other actions down.
                _log.exception("action.defect", action=self.name, state=self.state)
                await asyncio.sleep(_AFTER_DEFECT_S)
                continue
            if trigger is not None and not asked.done():
                self._apply(trigger)

    def _ask(self, trigger: Trigger) -> None:
        before = self.state
        self._apply(trigger)
        if self.state is not before:
            self._wake()

    def _wake(self) -> None:
        if not self._asked.done():
            self._asked.set_result(None)

    def _ended(self, ended: LastExit) -> None:
        self._steps.reason = describe_exit(ended)
        _log.info("action.ended", action=self.name, how=self._steps.reason)
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
            self._steps.backoff.became_healthy(time.monotonic())
            self.body.remember_ready()
            self._steps.reason = None
        if trigger is Trigger.DONE:
            self.wanted = False
        if self.state is not before:
            facts = {"reason": self._steps.reason} if self._steps.reason else {}
            _log.info("action.state", action=self.name, state=self.state, trigger=trigger, **facts)
        self._changes.announce()
