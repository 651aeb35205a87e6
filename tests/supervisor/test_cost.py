"""What the supervisor costs while nothing happens: memory and processor time, as the kernel counts them."""

from __future__ import annotations

import time
from pathlib import Path

from hero_assistance_sdk.hero_proc.wire import ActionState
from tests.capabilities import PROC, needs
from tests.supervisor.harness import Harness, wait_for

MEMORY_KB = 40 * 1024
IDLE_SHARE = 0.005
WINDOW_S = 5.0

pytestmark = needs(PROC)


def memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def processor_s(pid: int) -> float:
    """Processor time so far; counted in nanoseconds, where the usual counters have steps of 10 ms."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def test_two_probed_actions_cost_little(supervised: Harness) -> None:
    actions = [supervised.action(name=name, interval_ms=2_000) for name in ("one", "two")]
    supervised.start_actions(*actions)
    supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    pid = supervised.supervisor_pid
    begun, used = time.monotonic(), processor_s(pid)
    wait_for(lambda: time.monotonic() - begun >= WINDOW_S, "the window has passed")
    share = (processor_s(pid) - used) / (time.monotonic() - begun)
    assert share < IDLE_SHARE
    assert memory_kb(pid) < MEMORY_KB
