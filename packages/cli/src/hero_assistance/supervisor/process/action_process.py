"""The processes of one action: starts, adopts, recognises and ends them, and records each start."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.logs.live_file import find_newest_run, open_live_file
from hero_assistance.supervisor.logs.log_manager import LogManager
from hero_assistance.supervisor.process.child_processes import ChildProcesses, RunningProcess
from hero_assistance.supervisor.process.process_family import (
    MARK,
    ProcessFamily,
    end_all,
    find_earlier_members,
    find_family,
    find_members,
    find_strays,
    is_member,
)
from hero_assistance.supervisor.process.sd_notify import NOTIFY_SOCKET
from hero_assistance.supervisor.process.socket_ownership import find_holders, owns_all, require_free, require_own
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance.supervisor.registry.run_records import RunRecord, RunRecords
from hero_assistance.supervisor.registry.stored_model import StateDamaged
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import Job, LastExit
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.sockets import TAKES_OVER

# As many starts as the logs keep output of (`RUNS_KEPT`).
_JOBS_KEPT = 50

_log = get_log("supervisor.action")


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """What the processes of all actions share; `instance` is the id of this registry.

    `left` are the owners of the processes that an earlier supervisor left running; other actions have none.
    """

    processes: ChildProcesses
    runs: RunRecords
    logs: LogManager
    instance: str
    left: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """A started process that is not yet the action's current one."""

    record: RunRecord
    running: RunningProcess


class ActionProcess:
    """The current process of one action, if it has one; calls `on_exit` when that process ends."""

    def __init__(self, service: str, name: str, context: ProcessContext, on_exit: Callable[[LastExit], None]) -> None:
        self.owner = f"{context.instance}/{service}/{name}"
        self.record: RunRecord | None = None
        self.last_exit: LastExit | None = None
        self.jobs: deque[Job] = deque(maxlen=_JOBS_KEPT)
        self._service = service
        self._name = name
        self._context = context
        self._on_exit = on_exit
        self._running: RunningProcess | None = None
        self._family = ProcessFamily(self.owner)
        self._last_run = 0
        # Whether no process of an earlier start can be left.
        self._is_clean = self.owner not in context.left

    @property
    def pid(self) -> int | None:
        """The pid of the current process, `None` without one."""
        return self._running.pid if self._running else None

    @property
    def started_at_ms(self) -> int | None:
        """When the current process was started, `None` without one."""
        return self.record.started_at_ms if self.record and self._running else None

    def runs_with(self, spec: ActionSpec) -> bool:
        """Whether nothing runs, or what runs was started with exactly this specification."""
        return self._running is None or self.record is None or self.record.spec == spec

    def owns(self, pid: int) -> bool:
        """Whether the process that has this pid now belongs to the action."""
        return is_member(pid, self._family)

    def adopt(self, record: RunRecord, leader: ProcessIdentity | None) -> None:
        """Adopt what an earlier supervisor left running; without a leader there are only remains."""
        self.record = record
        self._context.logs.watch(self._name, record.spec.log)
        if leader is not None:
            self._set_running(self._context.processes.adopt(leader))
            _log.info("action.adopted", action=self._name, pid=leader.pid)

    def launch(self, spec: ActionSpec, *, restarts: int, attempt: int) -> None:
        """Start the program; raises `AddressTaken` or `OSError`. Awaits nothing, so that no start is cut in half."""
        require_free(spec, lambda pid: self._find_earlier_family(pid) is not None)
        self.promote(self._spawn(spec, {}, restarts=restarts, attempt=attempt))

    def launch_successor(self, spec: ActionSpec) -> ProcessStart:
        """Start a process that takes over from the current one; raises `AddressTaken` or `OSError`."""
        require_own(spec.sockets, self.owns)
        return self._spawn(spec, {TAKES_OVER: str(self.pid)}, restarts=0, attempt=0)

    def promote(self, started: ProcessStart) -> None:
        """Make this process the current one; what ran before is a leftover from now on."""
        self.record = started.record
        self._save_record(started.record)
        self._set_running(started.running)

    def is_serving(self) -> bool:
        """Whether the action listens on all the sockets that its current process was started for."""
        return self.record is not None and owns_all(self.record.spec.sockets, self.owns)

    def make_owner_check(self, started: ProcessStart) -> Callable[[int], bool]:
        """Make a function that tells whether the process with a pid belongs to this start and no other."""
        instance = ProcessFamily(self.owner, started.running.identity, started.record.run)
        return lambda pid: is_member(pid, instance)

    async def end(self, spec: ActionSpec, *, with_strays: bool = False) -> set[ProcessIdentity]:
        """End all that this action started; return what does not end.

        `with_strays` also ends the orphans without a mark that have a session of their own.
        """
        if self._is_clean and not with_strays:
            return set()

        def find() -> set[ProcessIdentity]:
            found = find_members(self._family)
            return found | find_strays(self._context.processes.children()) if with_strays else found

        left = await _end(find, spec)
        if not left and self._running is not None:
            # The process has ended; its exit status is known once it is reaped.
            await self._running.exited
        self._is_clean = not left
        return left

    async def end_run(self, started: ProcessStart, spec: ActionSpec) -> None:
        """End all of one start, and nothing of the others."""
        instance = ProcessFamily(self.owner, started.running.identity, started.record.run)
        await _end(lambda: find_members(instance), spec)
        await started.running.exited

    async def end_earlier_runs(self, spec: ActionSpec) -> set[ProcessIdentity]:
        """End all that earlier starts left; return what does not end."""
        run = self.record.run if self.record else 0
        return await _end(lambda: find_earlier_members(self._family, run), spec)

    async def end_earlier_holders(self, spec: ActionSpec) -> set[ProcessIdentity]:
        """End the earlier instances that hold a socket or port of the action; return what does not end.

        An earlier instance is proven by its mark, with the id of this registry or of the one in the record of the
        last start, or by the session of that start. Any other process that listens there is left alone.
        """
        families = [self._find_earlier_family(pid) for _address, pid in find_holders(spec)]
        found = [family for family in families if family is not None]
        if found:
            _log.info("action.ending-earlier-instances", action=self._name, earlier=len(found))
        return await _end(lambda: set[ProcessIdentity]().union(*map(find_members, found)), spec)

    def remove_record(self) -> None:
        """Remove the record: no process of the action is left. One that stays names a process that has ended."""
        try:
            self._context.runs.remove(self._service, self._name)
        except OSError as error:
            _log.warning("action.record-not-removed", action=self._name, reason=error.strerror or str(error))

    def record_done(self) -> None:
        """Record that it ran to its end, so that the next supervisor does not start it again."""
        self._update_record(done=True)

    def record_ready(self) -> None:
        """Record that it has said READY=1, because it does not say so again to the next supervisor."""
        if self.record is not None and self.record.spec.notify and not self.record.ready:
            self._update_record(ready=True)

    def _find_earlier_family(self, pid: int) -> ProcessFamily | None:
        """The earlier start of this action that a process provably belongs to."""
        known = [ProcessFamily(self.owner), *self._recorded_families()]
        families = (find_family(pid, instance) for instance in known)
        return next((family for family in families if family is not None), None)

    def _recorded_families(self) -> list[ProcessFamily]:
        """The last start that is on record, also one that another registry made."""
        try:
            record = self._context.runs.load(self._service, self._name)
        except StateDamaged:
            return []
        return [ProcessFamily(record.owner, record.identity)] if record and record.owner else []

    def _update_record(self, **facts: bool) -> None:
        if self.record is not None:
            self.record = self.record.model_copy(update=facts)
            self._save_record(self.record)

    def _save_record(self, record: RunRecord) -> None:
        """Save a record, or go on without: the next supervisor then finds the process by its mark."""
        try:
            self._context.runs.save(self._service, self._name, record)
        except OSError as error:
            _log.warning("action.not-recorded", action=self._name, reason=error.strerror or str(error))

    def _spawn(self, spec: ActionSpec, more: Mapping[str, str], *, restarts: int, attempt: int) -> ProcessStart:
        layout = self._context.logs.layout(self._name)
        run = max(self._last_run, self.record.run if self.record else 0, find_newest_run(layout)) + 1
        with open_live_file(layout, run) as output:
            running = self._context.processes.spawn(
                spec.argv,
                cwd=spec.cwd,
                env={**spec.env, **more, **self._notify_variable(spec), MARK: self._family.mark(run)},
                output=output,
            )
        self._last_run = run
        self._context.logs.watch(self._name, spec.log)
        _log.info("action.started", action=self._name, pid=running.pid, run=run, attempt=attempt)
        record = make_record(run, running.identity, spec, self.owner, restarts=restarts, attempt=attempt)
        return ProcessStart(record, running)

    def _notify_variable(self, spec: ActionSpec) -> dict[str, str]:
        path = self._context.processes.notify_socket.path
        return {NOTIFY_SOCKET: path} if spec.notify and path else {}

    def _set_running(self, running: RunningProcess) -> None:
        self._running = running
        self._is_clean = False
        self._family = ProcessFamily(self.owner, running.identity)
        self.jobs.append(self._make_job(running))
        running.exited.add_done_callback(partial(self._note_exit, running))

    def _note_exit(self, running: RunningProcess, exited: asyncio.Future[LastExit]) -> None:
        ended = exited.result()
        for index, job in enumerate(self.jobs):
            if job.pid == running.pid and job.ended is None:
                self.jobs[index] = job.model_copy(update={"ended": ended})
        if running is self._running:
            self._running = None
            self.last_exit = ended
            self._on_exit(ended)

    def _make_job(self, running: RunningProcess) -> Job:
        return Job(
            service=self._service,
            action=self._name,
            run=self.record.run if self.record else 0,
            pid=running.pid,
            adopted=running.adopted,
            started_at_ms=self.record.started_at_ms if self.record else now_ms(),
        )


async def _end(find: Callable[[], set[ProcessIdentity]], spec: ActionSpec) -> set[ProcessIdentity]:
    return await end_all(find, first=signal.Signals[spec.stop.signal], timeout_s=spec.stop.timeout_ms / 1000)


def make_record(
    run: int, identity: ProcessIdentity, spec: ActionSpec, owner: str, *, restarts: int = 0, attempt: int = 0
) -> RunRecord:
    """The record of a start that happened now."""
    return RunRecord(
        run=run,
        pid=identity.pid,
        started=identity.started,
        boot=identity.boot,
        started_at_ms=now_ms(),
        restarts=restarts,
        attempt=attempt,
        owner=owner,
        spec=spec,
    )


def describe_exit(ended: LastExit) -> str:
    """How a process ended, for a message."""
    if ended.signal is not None:
        return f"was ended by {ended.signal}"
    return "ended" if ended.code is None else f"exited with status {ended.code}"
