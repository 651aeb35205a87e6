"""A load of HTTP requests, made by a process of its own.

    python -m benchmarks.desk.load ADDRESS CALLERS SECONDS < REQUEST

A caller keeps one connection, where the server lets it, and sends its next request as soon as the answer is there.
The whole of a request is prepared beforehand and an answer is only searched for its length, so that one process asks
several times faster than the servers that are measured can answer; what it prints says how busy it was.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import uvloop

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
_CLOSES = re.compile(rb"\r\n[Cc]onnection: *[Cc]lose\r\n")
_HEAD_END = b"\r\n\r\n"
# What is answered in this time is not counted: connections, caches and the interpreter get warm.
WARM_UP_S = 1.0
CALL_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Load:
    """What one run found: requests a second, milliseconds of one, and the share of its core that the load took."""

    per_second: float
    median_ms: float
    p99_ms: float
    busy: float


def load(address: str, requests: Sequence[bytes], callers: int, seconds: float) -> Load:
    """Load a server from a process of its own; raises `CalledProcessError` when it answers anything but 200."""
    command = [sys.executable, "-m", "benchmarks.desk.load", address, str(callers), str(seconds)]
    given = b"\0".join(requests)
    done = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE, timeout=CALL_TIMEOUT_S + seconds)
    return Load(**json.loads(done.stdout))


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of one request."""
    content = {"content-type": "application/json", "content-length": str(len(body))}
    named = {"host": "localhost", **(headers or {}), **content}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class _Caller(asyncio.Protocol):
    """One who asks, waits and asks again; on a new connection when the server closes the old one after an answer."""

    def __init__(self, address: str, requests: Sequence[bytes], first: int) -> None:
        self._host, _, self._port = address.rpartition(":")
        self._loop = asyncio.get_running_loop()
        self._connecting: asyncio.Task[None] | None = None
        self._requests = requests
        self._next = first
        self._received = b""
        self._sent_s = 0.0
        self.took_s: list[float] = []
        self.counting = self._stopping = False
        self.ended: asyncio.Future[None] = self._loop.create_future()

    async def connect(self) -> None:
        """Open a connection, which asks at once."""
        await self._loop.create_connection(lambda: self, self._host, int(self._port))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(_HEAD_END)
        if head < 0:
            return
        found = _LENGTH.search(self._received, 0, head + 2)
        if not self._received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")) or found is None:
            self._fail(f"answered {self._received[:300]!r}")
        elif len(self._received) >= head + len(_HEAD_END) + int(found[1]):
            if self.counting:
                self.took_s.append(time.perf_counter() - self._sent_s)
            closes = _CLOSES.search(self._received, 0, head + 2)
            self._received = b""
            if closes is None:
                self._ask()
            else:
                self._transport.abort()
                self._connecting = self._loop.create_task(self.connect())

    def connection_lost(self, error: Exception | None) -> None:
        if self._connecting is None and not self._stopping:
            self._fail("closed the connection")

    async def stop(self) -> None:
        """Ask no more; a connection that is being made is made first."""
        self._stopping = True
        if self._connecting is not None:
            await self._connecting
        self._transport.abort()

    def _ask(self) -> None:
        if self._stopping:
            return
        self._sent_s = time.perf_counter()
        self._transport.write(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)

    def _fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(f"the server {why}"))


async def _run(address: str, requests: Sequence[bytes], callers: int, seconds: float) -> Load:
    made = [_Caller(address, requests, number * len(requests) // callers) for number in range(callers)]
    for caller in made:
        await caller.connect()
    await _while_well(made, WARM_UP_S)
    for one in made:
        one.counting = True
    started_s, cpu_s = time.perf_counter(), time.process_time()
    await _while_well(made, seconds)
    took_s, busy = time.perf_counter() - started_s, time.process_time() - cpu_s
    for one in made:
        await one.stop()
    times = sorted(one_s * 1000 for one in made for one_s in one.took_s)
    if not times:
        raise RuntimeError(f"the server answered nothing within {seconds:g} s")
    return Load(len(times) / took_s, statistics.median(times), times[int(len(times) * 0.99)], busy / took_s)


async def _while_well(callers: Sequence[_Caller], seconds: float) -> None:
    """Let them ask for a time; raises what the first of them met."""
    done, _ = await asyncio.wait(
        [caller.ended for caller in callers], timeout=seconds, return_when=asyncio.FIRST_EXCEPTION
    )
    for ended in done:
        ended.result()


def main() -> None:
    """Ask the requests on standard input, which NUL separates, and print what was found as JSON."""
    address, callers, seconds = sys.argv[1:]
    requests = sys.stdin.buffer.read().split(b"\0")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_run(address, requests, int(callers), float(seconds)))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
