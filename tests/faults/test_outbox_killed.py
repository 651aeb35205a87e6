"""A server that is killed while it sends letters: none is lost, and none comes twice but what was in flight."""

from __future__ import annotations

import os

import pytest

from benchmarks.mail.outbox import TIMEOUT_S, send_all, send_through_kills

pytestmark = [pytest.mark.fault, pytest.mark.anyio]

LETTERS, KILLS = (1000, 20) if os.environ.get("FAULT_ROUNDS") == "full" else (80, 3)


async def test_letters_through_kills() -> None:
    found = await send_through_kills(LETTERS, KILLS)
    assert (found.lost, found.twice) == (0, 0)


async def test_letters_without_a_kill() -> None:
    assert 0 < await send_all(LETTERS) < TIMEOUT_S
