"""Bounds on how much work a hostile input makes: in processor time, which other programs do not use up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

# What grows with the square of its input takes longer for the inputs of these tests; what is linear, some hundredths.
LIMIT_S = 5.0


@contextmanager
def bounded_work(limit_s: float = LIMIT_S) -> Iterator[None]:
    """Fail when this thread uses more processor time than `limit_s` for the block."""
    started = time.thread_time()
    yield
    used = time.thread_time() - started
    assert used < limit_s, f"{used:.1f} s of processor time"
