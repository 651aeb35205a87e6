"""Finds out that a batch is held up by a neighbour that hangs."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.runner import trial_log

STUCK_SECONDS = 60.0  # without a start or an end of any run


@dataclass
class StuckBatch:
    """Watches the logs of a batch; `targets` are the tests that it is about, which may take their time."""

    log_folder: Path
    targets: Collection[str]
    running: dict[str, str] = field(default_factory=dict)  # by log file: what ran when the batch was ended

    def is_stuck(self) -> bool:
        """Tell whether neighbours alone are running, and none has begun or ended for a minute."""
        if not self.targets:
            return False
        times = [path.stat().st_mtime for path in self.log_folder.glob("*.jsonl")]
        if not times or time.time() - max(times) < STUCK_SECONDS:
            return False
        running = trial_log.list_running(self.log_folder)
        return bool(running) and not any(nodeid in self.targets for nodeid in running.values())

    def note_running(self) -> None:
        """Note what runs now: after the batch is ended, a run that hung looks like one whose process died before."""
        self.running = trial_log.list_running(self.log_folder)
