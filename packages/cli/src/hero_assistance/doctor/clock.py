"""Whether the clock was set while the service ran."""

from __future__ import annotations

import time
from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.paths import Paths

# What a time daemon corrects without a jump is slewed, in the clock of the boot as well; this is far above both
# the 10 ms in which the system counts the start of a process and a busy machine's delay before it is written down.
_JUMP_S = 5.0


def check_jump(paths: Paths) -> Iterator[Finding]:
    """Compare what the clock said at the start of each process with what it should have said by the clock of now."""
    from hero_assistance.supervisor.process.process_table import is_alive, measure_age_s
    from hero_assistance.supervisor.registry.registry import Registry

    records = [row for row in Registry(paths.state).runs.list_all() if is_alive(row[2].identity)]
    ages = [(action, record, measure_age_s(record.identity)) for _service, action, record in records]
    jumps = [
        (action, time.time() - age - record.started_at_ms / 1000) for action, record, age in ages if age is not None
    ]
    action, seconds = max(jumps, key=lambda found: abs(found[1]), default=("", 0.0))
    if abs(seconds) >= _JUMP_S:
        way = "forward" if seconds > 0 else "back"
        detail = f"it was set {way} by {abs(seconds):,.0f} s since {action} was started"
        hint = "times in the logs and uptimes from before are off by that; see: timedatectl"
        yield Finding("clock", Verdict.WARNING, detail, hint)
    elif jumps:
        yield Finding("clock", Verdict.OK, "it was not set since the service was started")
