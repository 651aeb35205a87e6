"""Tests that fail because the processor is busy: a starved event loop, and a time-out."""

from __future__ import annotations

import asyncio
import time

import pytest

# Five times what they take on an idle core: eight workers to a core take more, a busy machine alone does not.
PATIENCE = 5


def burn(seconds: float) -> None:
    """Use the processor for so many seconds."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_wants_a_quick_event_loop() -> None:
    async def beats() -> float:
        begin = time.monotonic()
        for _ in range(10):
            burn(0.005)
            await asyncio.sleep(0)
        return time.monotonic() - begin

    assert asyncio.run(beats()) < 0.05 * PATIENCE, "the event loop was starved"


def test_times_out_beside_load() -> None:
    begin = time.monotonic()
    burn(0.05)
    assert time.monotonic() - begin < 0.05 * PATIENCE, "timed out"


@pytest.mark.parametrize("number", range(6))
def test_uses_the_processor(number: int) -> None:
    burn(0.01 + 0.005 * number)
