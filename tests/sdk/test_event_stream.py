"""How long a stream may be silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2
import pytest

from hero_assistance_sdk.foreign.event_reader import EventReader
from hero_assistance_sdk.foreign.event_stream import read_events
from hero_assistance_sdk.sse import encode
from tests.sdk.sample_events import event, sent

pytestmark = pytest.mark.anyio

CONNECTED = encode(event="connected", data=json.dumps({"connection": "c", "presence": [], "ping_s": 1}))
# 2.5 of its pings.
SAID_S = 2.5
PARTS = 5


class Trickle(httpx2.AsyncByteStream):
    """Sends one event in parts, each after a pause."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        yield CONNECTED
        data = sent(1)
        size = -(-len(data) // PARTS)
        for begin in range(0, len(data), size):
            await asyncio.sleep(self._pause_s)
            yield data[begin : begin + size]


async def read_kinds(pause_s: float, silence_s: float) -> list[str]:
    answer = httpx2.Response(200, stream=Trickle(pause_s), request=httpx2.Request("GET", "http://desk/events"))
    reader = EventReader("desk", 0)
    async with aclosing(read_events(answer, reader, silence_s)) as events:
        return [received.kind async for received in events]


async def test_an_event_may_take_longer_than_a_silence_between_pings() -> None:
    """Over a slow line, a long text takes longer than the server is ever silent; to begin again would not end."""
    assert await read_kinds(SAID_S / 4, 60) == ["connected", event(1).kind]


@pytest.mark.parametrize(("pause_s", "silence_s"), [(SAID_S * 2, 60), (SAID_S / 4, SAID_S / 2)])
async def test_no_byte_in_that_time_and_no_event_in_all_end_a_stream(pause_s: float, silence_s: float) -> None:
    with pytest.raises(httpx2.ReadTimeout, match="no whole event"):
        await read_kinds(pause_s, silence_s)
