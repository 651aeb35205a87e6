"""The health of one process of an action, from all of its probes together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from hero_assistance.supervisor.probes.prober import ProbeFailed, Prober
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.sd_notify import NOTIFY_SOCKET
from hero_assistance_sdk.hero_proc.specs import ActionSpec, HealthCheck

# While an action starts it is asked often, then less often: waiting adds at most 4 % to its own cold start.
_FIRST_PAUSE_S = 0.01
_LONGEST_START_PAUSE_S = 0.25
_PART_OF_START = 0.04
# After a failure it is asked again sooner than at the interval, so that a hang is certain sooner.
_DOUBT_PAUSE_S = 0.5
# For an action that declares sockets and no probe; the same as the defaults of a health check.
_SOCKET_INTERVAL_S = 2.0
_SOCKET_FAILURES = 3
_SOCKET_START_S = 20.0


class HealthChange(StrEnum):
    """What the probes found that they did not find before."""

    RECOVERED = "recovered"
    FAILED = "failed"
    FAILED_FOR_GOOD = "failed-for-good"


class Health:
    """Asks the probes of an action; `last_fault` says why it last failed."""

    def __init__(self, processes: ChildProcesses, is_ours: Callable[[int], bool], spec: ActionSpec) -> None:
        self.last_fault: str | None = None
        self._spec = spec
        self._prober = Prober(processes, is_ours)
        self._notified = False
        self._failures: dict[str, int] = {}

    def begin(self, spec: ActionSpec, *, notified: bool = False) -> None:
        """Ask a new process, with this specification; `last_fault` stays, because it says why the process is new.

        `notified`: it has said `READY=1` to an earlier supervisor.
        """
        self._spec = spec
        self._notified = notified
        self._failures = {}

    def accept_answers_from(self, is_ours: Callable[[int], bool]) -> None:
        """Accept answers of the processes for which `is_ours` is true, and of no others."""
        self._prober = replace(self._prober, is_ours=is_ours)

    @property
    def has_probes(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self._spec.health_checks or self._spec.sockets or self._spec.notify)

    async def wait_until_ready(self) -> bool:
        """Ask until every probe passes; false when the start period ends first."""
        begun = time.monotonic()
        deadline = begun + self._start_period_s()
        while await self._find_faults():
            if time.monotonic() >= deadline:
                return False
            pause = (time.monotonic() - begun) * _PART_OF_START
            await asyncio.sleep(min(max(pause, _FIRST_PAUSE_S), _LONGEST_START_PAUSE_S))
        return True

    async def wait_for_change(self, *, degraded: bool) -> HealthChange:
        """Ask at each interval until the health changes."""
        if not self.has_probes:
            await asyncio.get_running_loop().create_future()
        while True:
            await asyncio.sleep(_DOUBT_PAUSE_S if degraded else self._interval_s())
            faults = await self._find_faults()
            if self._count(faults):
                return HealthChange.FAILED_FOR_GOOD
            if faults and not degraded:
                return HealthChange.FAILED
            if degraded and not faults:
                return HealthChange.RECOVERED

    def _count(self, faults: dict[str, str]) -> bool:
        """Count failures in a row; true once a probe has reached its limit."""
        self._failures = {probe: self._failures.get(probe, 0) + 1 for probe in faults}
        limits = {check.target: check.failures for check in self._spec.health_checks}
        return any(count >= limits.get(probe, _SOCKET_FAILURES) for probe, count in self._failures.items())

    async def _find_faults(self) -> dict[str, str]:
        """The faults by probe; asks all at once, so that a probe that hangs delays no other."""
        found: dict[str, str] = {}

        async def ask(check: HealthCheck) -> None:
            try:
                await self._prober.ask(check, self._spec.env)
            except ProbeFailed as failure:
                found[check.target] = str(failure)

        async with asyncio.TaskGroup() as group:
            for check in self._spec.health_checks:
                group.create_task(ask(check))
        for path in self._unasked_sockets():
            try:
                self._prober.reach(path)
            except ProbeFailed as failure:
                found[path] = str(failure)
        if not self._is_notified():
            found[NOTIFY_SOCKET] = "it has not said READY=1"
        if found:
            self.last_fault = "; ".join(found.values())
        return found

    def _is_notified(self) -> bool:
        """Whether it has said READY=1 once, or need not say so."""
        if self._spec.notify and not self._notified:
            self._notified = self._prober.processes.notify_socket.has_ready_process(self._prober.is_ours)
        return self._notified or not self._spec.notify

    def _unasked_sockets(self) -> list[str]:
        asked = {check.target for check in self._spec.health_checks}
        return [path for path in self._spec.sockets if path not in asked]

    def _interval_s(self) -> float:
        intervals = [check.interval_ms / 1000 for check in self._spec.health_checks]
        return min(intervals, default=_SOCKET_INTERVAL_S)

    def _start_period_s(self) -> float:
        periods = [check.start_period_ms / 1000 for check in self._spec.health_checks]
        return max(periods, default=_SOCKET_START_S)
