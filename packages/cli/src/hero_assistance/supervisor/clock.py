"""The time of day."""

from __future__ import annotations

import time


def now_ms() -> int:
    """The time of day in milliseconds UTC."""
    return time.time_ns() // 1_000_000
