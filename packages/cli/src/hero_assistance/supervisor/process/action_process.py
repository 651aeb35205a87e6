"""The processes of one action: starting, adopting, recognising and ending them, and the record of each start."""

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
from hero_assistance.supervisor.registry.state_files import StateDamaged
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import Job, LastExit
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.sockets import TAKES_OVER

_JOBS_KEPT = 50

_log = get_log("supervisor.action")


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """Where the processes of every action live; `instance` is the id of this registry.

    `left` are the owners of what ran before this supervisor: nothing of any other action can be left from then.
    """

    processes: ChildProcesses
    runs: RunRecords
    logs: LogManager
    instance: str
    left: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """A start that is not yet the one that counts."""

    record: RunRecord
    running: RunningProcess


class ActionProcess:
    """What runs for one action now, if anything does; `ended` is told when its leader ends."""

    def __init__(self, service: str, name: str, grounds: ProcessContext, ended: Callable[[LastExit], None]) -> None:
        self.owner = f"{grounds.instance}/{service}/{name}"
        self.record: RunRecord | None = None
        self.last_exit: LastExit | None = None
        self.jobs: deque[Job] = deque(maxlen=_JOBS_KEPT)
        self._service = service
        self._name = name
        self._grounds = grounds
        self._tell = ended
        self._running: RunningProcess | None = None
        self._instance = ProcessFamily(self.owner)
        self._last_run = 0
        # Whether it is known that nothing of an earlier start is left.
        self._clean = self.owner not in grounds.left

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running else None

    @property
    def started_at_ms(self) -> int | None:
        return self.record.started_at_ms if self.record and self._running else None

    def runs_by(self, spec: ActionSpec) -> bool:
        """Whether nothing runs, or it was started by this very specification."""
        return self._running is None or self.record is None or self.record.spec == spec

    def owns(self, pid: int) -> bool:
        """Whether the process that has this pid now belongs to the action."""
        return is_member(pid, self._instance)

    def adopt(self, record: RunRecord, leader: ProcessIdentity | None) -> None:
        """Go on with what an earlier supervisor left running; without a leader there are only remains."""
        self.record = record
        self._grounds.logs.watch(self._name, record.spec.log)
        if leader is not None:
            self._take(self._grounds.processes.adopt(leader))
            _log.info("action.adopted", action=self._name, pid=leader.pid)

    def launch(self, spec: ActionSpec, *, restarts: int, attempt: int) -> None:
        """Start the program; raises `NotFree` or `OSError`. Nothing is awaited, so the start is never half done."""
        require_free(spec, lambda pid: self._earlier_family(pid) is not None)
        self.promote(self._spawn(spec, {}, restarts=restarts, attempt=attempt))

    def launch_successor(self, spec: ActionSpec) -> ProcessStart:
        """Start a process that is to take over from the one that runs; raises `NotFree` or `OSError`."""
        require_own(spec.sockets, self.owns)
        return self._spawn(spec, {TAKES_OVER: str(self.pid)}, restarts=0, attempt=0)

    def promote(self, started: ProcessStart) -> None:
        """Let this process be the one that runs; what ran before it is a remainder from now on."""
        self.record = started.record
        self._grounds.runs.save(self._service, self._name, self.record)
        self._take(started.running)

    def serves(self) -> bool:
        """Whether what runs listens on all the sockets that it was started for."""
        return self.record is not None and owns_all(self.record.spec.sockets, self.owns)

    def owned_by(self, started: ProcessStart) -> Callable[[int], bool]:
        """Tells whether the process that has a pid now belongs to this start and no other."""
        instance = ProcessFamily(self.owner, started.running.identity, started.record.run)
        return lambda pid: is_member(pid, instance)

    async def end(self, spec: ActionSpec, *, with_strays: bool = False) -> set[ProcessIdentity]:
        """End all that this action started; what would not end is returned.

        `with_strays` takes along the orphans that hid where they come from: no mark, and a session of their own.
        """
        if self._clean and not with_strays:
            return set()

        def find() -> set[ProcessIdentity]:
            found = find_members(self._instance)
            return found | find_strays(self._grounds.processes.children()) if with_strays else found

        left = await _end(find, spec)
        if not left and self._running is not None:
            # The kernel told us of the end; how it ended comes with the reaping.
            await self._running.exited
        self._clean = not left
        return left

    async def end_run(self, started: ProcessStart, spec: ActionSpec) -> None:
        """End all of one start, and nothing of the others."""
        instance = ProcessFamily(self.owner, started.running.identity, started.record.run)
        await _end(lambda: find_members(instance), spec)
        await started.running.exited

    async def end_earlier_runs(self, spec: ActionSpec) -> set[ProcessIdentity]:
        """End all that earlier starts left; what would not end is returned."""
        run = self.record.run if self.record else 0
        return await _end(lambda: find_earlier_members(self._instance, run), spec)

    async def end_earlier_holders(self, spec: ActionSpec) -> set[ProcessIdentity]:
        """End what listens at the action's places and is provably an earlier instance; what would not end is returned.

        The proof is its mark, with the id of this registry or the one that the record of the last start names, or
        that it is in the session of that very start. Whoever else listens there is left alone.
        """
        families = [self._earlier_family(pid) for _place, pid in find_holders(spec)]
        found = [family for family in families if family is not None]
        if found:
            _log.info("action.others", action=self._name, earlier=len(found))
        return await _end(lambda: set[ProcessIdentity]().union(*map(find_members, found)), spec)

    def forget(self) -> None:
        """Nothing of it is left."""
        self._grounds.runs.forget(self._service, self._name)

    def remember_done(self) -> None:
        """It ran to its end and is not to be started again by the next supervisor."""
        self._remember(done=True)

    def remember_ready(self) -> None:
        """It said that it is ready; it will not say so again to the next supervisor."""
        if self.record is not None and self.record.spec.notify and not self.record.ready:
            self._remember(ready=True)

    def _earlier_family(self, pid: int) -> ProcessFamily | None:
        """The earlier start of this action that a process provably belongs to."""
        known = [ProcessFamily(self.owner), *self._recorded()]
        families = (find_family(pid, instance) for instance in known)
        return next((family for family in families if family is not None), None)

    def _recorded(self) -> list[ProcessFamily]:
        """The last start that is on record, also when it was made under another registry."""
        try:
            record = self._grounds.runs.load(self._service, self._name)
        except StateDamaged:
            return []
        return [ProcessFamily(record.owner, record.identity)] if record and record.owner else []

    def _remember(self, **facts: bool) -> None:
        if self.record is not None:
            self.record = self.record.model_copy(update=facts)
            self._grounds.runs.save(self._service, self._name, self.record)

    def _spawn(self, spec: ActionSpec, more: Mapping[str, str], *, restarts: int, attempt: int) -> ProcessStart:
        place = self._grounds.logs.place(self._name)
        run = max(self._last_run, self.record.run if self.record else 0, find_newest_run(place)) + 1
        with open_live_file(place, run) as output:
            running = self._grounds.processes.spawn(
                spec.argv,
                cwd=spec.cwd,
                env={**spec.env, **more, **self._notify(spec), MARK: self._instance.mark(run)},
                output=output,
            )
        self._last_run = run
        self._grounds.logs.watch(self._name, spec.log)
        _log.info("action.started", action=self._name, pid=running.pid, run=run, attempt=attempt)
        record = make_record(run, running.identity, spec, self.owner, restarts=restarts, attempt=attempt)
        return ProcessStart(record, running)

    def _notify(self, spec: ActionSpec) -> dict[str, str]:
        path = self._grounds.processes.notices.path
        return {NOTIFY_SOCKET: path} if spec.notify and path else {}

    def _take(self, running: RunningProcess) -> None:
        self._running = running
        self._clean = False
        self._instance = ProcessFamily(self.owner, running.identity)
        self.jobs.append(self._job(running))
        running.exited.add_done_callback(partial(self._ended, running))

    def _ended(self, running: RunningProcess, exited: asyncio.Future[LastExit]) -> None:
        ended = exited.result()
        for index, job in enumerate(self.jobs):
            if job.pid == running.pid and job.ended is None:
                self.jobs[index] = job.model_copy(update={"ended": ended})
        if running is self._running:
            self._running = None
            self.last_exit = ended
            self._tell(ended)

    def _job(self, running: RunningProcess) -> Job:
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
    """The end of a process in words."""
    if ended.signal is not None:
        return f"was ended by {ended.signal}"
    return "ended" if ended.code is None else f"exited with status {ended.code}"
