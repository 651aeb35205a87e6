"""Reads what used the processors: all programs together, and this one with the children that it has waited for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flake_quarantine.machine_load import MachineLoad, is_foreign
from flake_quarantine.runner.batches import count_cores

STAT = Path("/proc/stat")
# Columns of a line of it: user, nice, system, irq and softirq; guests are counted as user.
BUSY_COLUMNS = (0, 1, 2, 5, 6)
STEAL_COLUMN = 7
QUIET_SECONDS = 1.0  # so long others must have left the processors alone before a run is repeated


class ProcessorTimes(NamedTuple):
    """Seconds of the processors' time so far, and when they were read."""

    at: float  # seconds of the monotonic clock
    average: float  # the system's load average of one minute
    busy: float
    steal: float
    own: float


def read_processor_times() -> ProcessorTimes | None:
    """Read the times of the cores that this process may use; None where there is no Linux, or no /proc."""
    if sys.platform != "linux":
        return None
    try:
        lines = [line.split() for line in STAT.read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    usable = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    cores = [[int(ticks) for ticks in line[1:]] for line in lines if line[0] in usable]
    second = os.sysconf("SC_CLK_TCK")
    used = os.times()
    return ProcessorTimes(
        at=time.monotonic(),
        average=os.getloadavg()[0],
        busy=sum(core[column] for core in cores for column in BUSY_COLUMNS) / second,
        steal=sum(core[STEAL_COLUMN] for core in cores) / second,
        own=used.user + used.system + used.children_user + used.children_system,
    )


def compare_times(
    before: ProcessorTimes | None, after: ProcessorTimes | None, uncounted_seconds: float = 0.0
) -> MachineLoad | None:
    """Return the load between two readings; None if one is missing, or no time has passed.

    `uncounted_seconds` is what processes of our own used that this process has not waited for.
    """
    if before is None or after is None or after.at <= before.at:
        return None
    available = (after.at - before.at) * count_cores()
    own = after.own - before.own + uncounted_seconds
    return MachineLoad(
        average=before.average,
        steal=(after.steal - before.steal) / available,
        own=own / available,
        others=max(0.0, after.busy - before.busy - own) / available,
    )


def wait_until_quiet(
    read_times: Callable[[], ProcessorTimes | None],
    most: float,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Wait until others have used no more than this share of the processors for a second, and return the seconds.

    They are at most those that are given. Where the load is not known, there is nothing to wait for.
    """
    waited, before = 0.0, read_times()
    while before is not None and waited < seconds:
        sleep(QUIET_SECONDS)
        waited += QUIET_SECONDS
        after = read_times()
        if not is_foreign(compare_times(before, after), most):
            break
        before = after
    return waited
