"""The processes of one action: starting, adopting, recognising and ending them, and the record of each start."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.descendants import MARK, Instance, end_all, is_member, members, strays
from hero_assistance.supervisor.listening import require_free
from hero_assistance.supervisor.logs import log_path
from hero_assistance.supervisor.processes import Processes, Running, now_ms
from hero_assistance.supervisor.proctable import Identity
from hero_assistance.supervisor.registry import RunRecord, Runs
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import Job, LastExit
from hero_assistance_sdk.logs import get_log

_JOBS_KEPT = 50

_log = get_log("supervisor.action")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where the processes of every action live; `instance` is the id of this registry."""

    processes: Processes
    runs: Runs
    logs: Path
    instance: str


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
        # Whether it is known that nothing of an earlier start is left.
        self._clean = False

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
        if leader is not None:
            self._take(self._grounds.processes.adopt(leader))
            _log.info("action.adopted", action=self._name, pid=leader.pid)

    def launch(self, spec: ActionSpec, *, restarts: int, attempt: int) -> None:
        """Start the program; raises `NotFree` or `OSError`. Nothing is awaited, so the start is never half done."""
        require_free(spec)
        run = (self.record.run if self.record else 0) + 1
        running = self._grounds.processes.spawn(
            spec.argv,
            cwd=spec.cwd,
            env={**spec.env, MARK: self._instance.mark(run)},
            output=log_path(self._grounds.logs, self._name),
        )
        self.record = new_record(run, running.identity, spec, restarts=restarts, attempt=attempt)
        self._grounds.runs.save(self._service, self._name, self.record)
        self._take(running)
        _log.info("action.started", action=self._name, pid=running.pid, run=run, attempt=attempt)

    async def end(self, spec: ActionSpec, *, with_strays: bool = False) -> set[Identity]:
        """End all that this action started; what would not end is returned.

        `with_strays` takes along the orphans that hid where they come from: no mark, and a session of their own.
        """
        if self._clean and not with_strays:
            return set()

        def find() -> set[Identity]:
            found = members(self._instance)
            return found | strays(self._grounds.processes.children()) if with_strays else found

        left = await end_all(find, first=signal.Signals[spec.stop.signal], timeout_s=spec.stop.timeout_ms / 1000)
        if not left and self._running is not None:
            # The kernel told us of the end; how it ended comes with the reaping.
            await self._running.exited
        self._clean = not left
        return left

    def forget(self) -> None:
        """Nothing of it is left."""
        self._grounds.runs.forget(self._service, self._name)

    def remember_done(self) -> None:
        """It ran to its end and is not to be started again by the next supervisor."""
        if self.record is not None:
            self.record = self.record.model_copy(update={"done": True})
            self._grounds.runs.save(self._service, self._name, self.record)

    def _take(self, running: Running) -> None:
        self._running = running
        self._clean = False
        self._instance = Instance(self.owner, running.identity)
        self.jobs.append(self._job(running))
        running.exited.add_done_callback(self._ended)

    def _ended(self, exited: asyncio.Future[LastExit]) -> None:
        self._running = None
        self.last_exit = exited.result()
        self.jobs[-1] = self.jobs[-1].model_copy(update={"ended": self.last_exit})
        self._tell(self.last_exit)

    def _job(self, running: Running) -> Job:
        return Job(
            service=self._service,
            action=self._name,
            run=self.record.run if self.record else 0,
            pid=running.pid,
            adopted=running.adopted,
            started_at_ms=self.record.started_at_ms if self.record else now_ms(),
        )


def new_record(run: int, identity: Identity, spec: ActionSpec, *, restarts: int = 0, attempt: int = 0) -> RunRecord:
    """The record of a start that happened now."""
    return RunRecord(
        run=run,
        pid=identity.pid,
        started=identity.started,
        boot=identity.boot,
        started_at_ms=now_ms(),
        restarts=restarts,
        attempt=attempt,
        spec=spec,
    )


def how_it_ended(ended: LastExit) -> str:
    """The end of a process in words."""
    if ended.signal is not None:
        return f"was ended by {ended.signal}"
    return "ended" if ended.code is None else f"exited with status {ended.code}"
