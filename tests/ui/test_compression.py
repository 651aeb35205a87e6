"""Answers are compressed as the browser accepts it, and others do not wait for a long one."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import suppress

import pytest

from hero_assistance_sdk.size_limits import MIB
from hero_assistance_ui.relays.compression import compress

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
async def test_what_is_not_accepted_is_sent_as_it_is(accepted: str) -> None:
    assert await compress(b"x" * 10_000, accepted) == (b"x" * 10_000, {"vary": "accept-encoding"})


async def test_a_long_answer_stops_no_other_caller() -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    sent, _ = await compress(b"An answer. " * MIB, "gzip")
    others.cancel()
    with suppress(asyncio.CancelledError):
        await others
    assert gzip.decompress(sent) == b"An answer. " * MIB
    assert turns > 0
