"""The processes of one action: starting, adopting, recognising and ending them, and the record of each start."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hero_assistance.supervisor.descendants import (
    MARK,
    Instance,
    end_all,
    family_of,
    is_member,
    members,
    members_before,
    strays,
)
from hero_assistance.supervisor.listening import hold_all, holders, require_free, require_own
from hero_assistance.supervisor.logs.keeper import LogKeeper
from hero_assistance.supervisor.logs.live import newest_run, opened
from hero_assistance.supervisor.notices import NOTIFY_SOCKET
from hero_assistance.supervisor.processes import Processes, Running, now_ms
from hero_assistance.supervisor.proctable import Identity
from hero_assistance.supervisor.registry import RunRecord, Runs, StateDamaged
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import Job, LastExit
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.sockets import TAKES_OVER

_JOBS_KEPT = 50

_log = get_log("supervisor.action")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where the processes of every action live; `instance` is the id of this registry.

    `left` are the owners of what ran before this supervisor: nothing of any other action can be left from then.
    """

    processes: Processes
    runs: Runs
    logs: LogKeeper
    instance: str
    left: frozenset[str]


@dataclass(frozen=True, slots=True)
class Successor:
    """A start that is not yet the one that counts."""

    record: RunRecord
    running: Running


class Incarnation:
    """What runs for one action now, if anything does; `ended` is told when its leader ends."""

    def __init__(self, service: str, name: str, grounds: Grounds, ended: Callable[[LastExit], None]) -> None:
        self.owner = f"{grounds.instance}/{service}/{name}"
        self.record: RunRecord | None = None
        self.last_exit: LastExit | None = None
        self.jobs: deque[Job] = deque(maxlen=_JOBS_KEPT)
        self._service = service
        self._name = name
        self._grounds = grounds
        self._tell = ended
        self._running: Running | None = None
        self._instance = Instance(self.owner)
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

    def adopt(self, record: RunRecord, leader: Identity | None) -> None:
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

    def launch_successor(self, spec: ActionSpec) -> Successor:
        """Start a process that is to take over from the one that runs; raises `NotFree` or `OSError`."""
        require_own(spec.sockets, self.owns)
        return self._spawn(spec, {TAKES_OVER: str(self.pid)}, restarts=0, attempt=0)

    def promote(self, started: Successor) -> None:
        """Let this process be the one that runs; what ran before it is a remainder from now on."""
        self.record = started.record
        self._grounds.runs.save(self._service, self._name, self.record)
        self._take(started.running)

    def serves(self) -> bool:
        """Whether what runs listens on all the sockets that it was started for."""
        return self.record is not None and hold_all(self.record.spec.sockets, self.owns)

    def owned_by(self, started: Successor) -> Callable[[int], bool]:
        """Tells whether the process that has a pid now belongs to this start and no other."""
        instance = Instance(self.owner, started.running.identity, started.record.run)
        return lambda pid: is_member(pid, instance)

    async def end(self, spec: ActionSpec, *, with_strays: bool = False) -> set[Identity]:
        """End all that this action started; what would not end is returned.

        `with_strays` takes along the orphans that hid where they come from: no mark, and a session of their own.
        """
        if self._clean and not with_strays:
            return set()

        def find() -> set[Identity]:
            found = members(self._instance)
            return found | strays(self._grounds.processes.children()) if with_strays else found

        left = await _end(find, spec)
        if not left and self._running is not None:
            # The kernel told us of the end; how it ended comes with the reaping.
            await self._running.exited
        self._clean = not left
        return left

    async def end_run(self, started: Successor, spec: ActionSpec) -> None:
        """End all of one start, and nothing of the others."""
        instance = Instance(self.owner, started.running.identity, started.record.run)
        await _end(lambda: members(instance), spec)
        await started.running.exited

    async def end_earlier_runs(self, spec: ActionSpec) -> set[Identity]:
        """End all that earlier starts left; what would not end is returned."""
        run = self.record.run if self.record else 0
        return await _end(lambda: members_before(self._instance, run), spec)

    async def end_earlier_holders(self, spec: ActionSpec) -> set[Identity]:
        """End what listens at the action's places and is provably an earlier instance; what would not end is returned.

        The proof is its mark, with the id of this registry or the one that the record of the last start names, or
        that it is in the session of that very start. Whoever else listens there is left alone.
        """
        families = [self._earlier_family(pid) for _place, pid in holders(spec)]
        found = [family for family in families if family is not None]
        if found:
            _log.info("action.others", action=self._name, earlier=len(found))
        return await _end(lambda: set[Identity]().union(*map(members, found)), spec)

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

    def _earlier_family(self, pid: int) -> Instance | None:
        """The earlier start of this action that a process provably belongs to."""
        known = [Instance(self.owner), *self._recorded()]
        families = (family_of(pid, instance) for instance in known)
        return next((family for family in families if family is not None), None)

    def _recorded(self) -> list[Instance]:
        """The last start that is on record, also when it was made under another registry."""
        try:
            record = self._grounds.runs.load(self._service, self._name)
        except StateDamaged:
            return []
        return [Instance(record.owner, record.identity)] if record and record.owner else []

    def _remember(self, **facts: bool) -> None:
        if self.record is not None:
            self.record = self.record.model_copy(update=facts)
            self._grounds.runs.save(self._service, self._name, self.record)

    def _spawn(self, spec: ActionSpec, more: Mapping[str, str], *, restarts: int, attempt: int) -> Successor:
        place = self._grounds.logs.place(self._name)
        run = max(self._last_run, self.record.run if self.record else 0, newest_run(place)) + 1
        with opened(place, run) as output:
            running = self._grounds.processes.spawn(
                spec.argv,
                cwd=spec.cwd,
                env={**spec.env, **more, **self._notify(spec), MARK: self._instance.mark(run)},
                output=output,
            )
        self._last_run = run
        self._grounds.logs.watch(self._name, spec.log)
        _log.info("action.started", action=self._name, pid=running.pid, run=run, attempt=attempt)
        record = new_record(run, running.identity, spec, self.owner, restarts=restarts, attempt=attempt)
        return Successor(record, running)

    def _notify(self, spec: ActionSpec) -> dict[str, str]:
        path = self._grounds.processes.notices.path
        return {NOTIFY_SOCKET: path} if spec.notify and path else {}

    def _take(self, running: Running) -> None:
        self._running = running
        self._clean = False
        self._instance = Instance(self.owner, running.identity)
        self.jobs.append(self._job(running))
        running.exited.add_done_callback(partial(self._ended, running))

    def _ended(self, running: Running, exited: asyncio.Future[LastExit]) -> None:
        ended = exited.result()
        for index, job in enumerate(self.jobs):
            if job.pid == running.pid and job.ended is None:
                self.jobs[index] = job.model_copy(update={"ended": ended})
        if running is self._running:
            self._running = None
            self.last_exit = ended
            self._tell(ended)

    def _job(self, running: Running) -> Job:
        return Job(
            service=self._service,
            action=self._name,
            run=self.record.run if self.record else 0,
            pid=running.pid,
            adopted=running.adopted,
            started_at_ms=self.record.started_at_ms if self.record else now_ms(),
        )


async def _end(find: Callable[[], set[Identity]], spec: ActionSpec) -> set[Identity]:
    return await end_all(find, first=signal.Signals[spec.stop.signal], timeout_s=spec.stop.timeout_ms / 1000)


def new_record(
    run: int, identity: Identity, spec: ActionSpec, owner: str, *, restarts: int = 0, attempt: int = 0
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


def how_it_ended(ended: LastExit) -> str:
    """The end of a process in words."""
    if ended.signal is not None:
        return f"was ended by {ended.signal}"
    return "ended" if ended.code is None else f"exited with status {ended.code}"
