"""Running one action: its state, and whether an operator wants it up.

A call from outside (`start`, `stop`, `restart`, the end of the process) changes the state at once and cancels the
handler of the old state.
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

# A defect of a handler is logged and the handler is run again; this pause keeps it from filling the log.
_AFTER_DEFECT_S = 5.0
_ANSWERS = frozenset({ActionState.HEALTHY, ActionState.DEGRADED})
_SERVING = frozenset({ActionState.STARTING, ActionState.HEALTHY, ActionState.DEGRADED})

_log = get_log("supervisor.action")


class ActionRunner:
    """Goes with one action from state to state.

    `peers` are the actions of its service, itself included; `is_last_active` tells whether all others of the
    supervisor are at rest.
    """

    def __init__(
        self,
        service: str,
        spec: ActionSpec,
        context: ProcessContext,
        revision: Revision,
        peers: Mapping[str, ActionRunner],
        is_last_active: Callable[[ActionRunner], bool],
    ) -> None:
        self.service = service
        self.state = ActionState.STOPPED
        self.wanted = False
        self.retired = False
        self.process = ActionProcess(service, spec.name, context, self._on_exit)
        self._revision = revision
        dependencies = Dependencies(spec.name, peers, revision)
        self._handlers = StateHandlers(
            spec, self.process, context.processes, dependencies, revision, lambda: is_last_active(self)
        )
        self._interrupt: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        """The name of the action."""
        return self.spec.name

    @property
    def spec(self) -> ActionSpec:
        """The specification of the next start; `set_spec` sets it."""
        return self._handlers.spec

    @property
    def kept_reason(self) -> str | None:
        """Why the last restart did not replace its process."""
        return self._handlers.kept_reason

    @property
    def outdated(self) -> bool:
        """Whether its process was started with an older specification than the registered one."""
        return not self.process.runs_with(self.spec)

    @property
    def has_started(self) -> bool:
        """Whether a process of it runs that is not being ended."""
        return self.state in _SERVING and self.process.pid is not None

    @property
    def at_rest(self) -> bool:
        """Whether it stays as it is until an operator asks for a change."""
        return self.state in AT_REST

    def set_spec(self, spec: ActionSpec) -> None:
        """Use this specification from the next start on."""
        self._handlers.spec = spec
        self._handlers.backoff.policy = spec.retry_policy
        self._revision.announce()

    def start(self) -> None:
        """Start it, as an operator asks; an action that waits in `backoff` starts at once."""
        self.wanted = True
        if self.at_rest or self.state is ActionState.BACKOFF:
            self._handlers.reset()
            self._handlers.retry_now.set()
        self._fire(Trigger.START)

    def stop(self) -> None:
        """End everything that this action started, as an operator asks."""
        self.wanted = False
        self._fire(Trigger.STOP)

    def restart(self) -> None:
        """End it, if it runs, and start it again."""
        if self.at_rest:
            self.start()
            return
        self._handlers.reset()
        self._fire(Trigger.STOP)
        self.wanted = True

    def replace(self) -> None:
        """Replace its process by a successor that takes over; restart it where it cannot hand over."""
        if self.spec.hands_over and self.state in _ANSWERS and sys.platform == "linux":
            self._handlers.reset()
            self._handlers.replacing = True
            self._fire(Trigger.REPLACE)
        else:
            self.restart()

    def retire(self) -> None:
        """End it for good, because it is not registered any more."""
        self.retired = True
        self.stop()
        self._wake()

    def adopt(self, record: RunRecord, leader: ProcessIdentity | None) -> None:
        """Adopt what an earlier supervisor left running; without a leader there are only remains."""
        self.wanted = True
        self._handlers.restarts = record.restarts
        self._handlers.backoff.attempt = record.attempt
        self._fire(Trigger.START)
        self.process.adopt(record, leader)
        self._handlers.health.begin(record.spec, notified=record.ready)

    def describe(self) -> ActionStatus:
        """Describe it for callers."""
        started = self.process.started_at_ms
        return ActionStatus(
            name=self.name,
            state=self.state,
            pid=self.process.pid,
            uptime_s=None if started is None else max(0, now_ms() - started) / 1000,
            restarts=self._handlers.restarts,
            attempt=self._handlers.backoff.attempt,
            sockets=self.spec.sockets,
            reason=None if self.state is ActionState.HEALTHY else self._handlers.reason,
            kept=self.kept_reason,
            last_exit=self.process.last_exit,
            last_probe_error=self._handlers.health.last_fault,
        )

    async def run(self) -> None:
        """Run the handlers, state after state, until retired."""
        while not (self.retired and self.at_rest):
            interrupt = self._interrupt = asyncio.get_running_loop().create_future()
            try:
                trigger = await run_unless(interrupt, self._handlers.handle(self.state, wanted=self.wanted))
            except Exception:  # noqa: BLE001
                # The outermost loop of an action: a defect here must not end the other actions.
                _log.exception("action.defect", action=self.name, state=self.state)
                await asyncio.sleep(_AFTER_DEFECT_S)
                continue
            if trigger is not None and not interrupt.done():
                self._apply(trigger)

    def _fire(self, trigger: Trigger) -> None:
        before = self.state
        self._apply(trigger)
        if self.state is not before:
            self._wake()

    def _wake(self) -> None:
        if not self._interrupt.done():
            self._interrupt.set_result(None)

    def _on_exit(self, ended: LastExit) -> None:
        self._handlers.reason = describe_exit(ended)
        _log.info("action.ended", action=self.name, how=self._handlers.reason)
        if self.state not in _SERVING:
            self._revision.announce()
        elif self.spec.is_process or ended.code != 0:
            self._fire(Trigger.EXITED)
        else:
            self.process.record_done()
            self._fire(Trigger.DONE)

    def _apply(self, trigger: Trigger) -> None:
        before, self.state = self.state, next_state(self.state, trigger)
        if self.state is ActionState.HEALTHY:
            self._handlers.backoff.note_healthy(time.monotonic())
            self.process.record_ready()
            self._handlers.reason = None
        if trigger is Trigger.DONE:
            self.wanted = False
        if self.state is not before:
            facts = {"reason": self._handlers.reason} if self._handlers.reason else {}
            _log.info("action.state", action=self.name, state=self.state, trigger=trigger, **facts)
        self._revision.announce()
