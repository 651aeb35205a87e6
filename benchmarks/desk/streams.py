"""Readers of an event stream, in a process of its own.

    python -m benchmarks.desk.streams RPC EVENTS PID READERS STALLED

RPC is the socket where tickets are filed, EVENTS the one where the server PID tells of them: the same server, or
another node. Some readers stop to read while much happens, and come back by `Last-Event-ID` when they were cut off; a
reader that misses an event, or gets one twice, is counted.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
import uvloop

from benchmarks.desk.desk_server import Served

_EVENT = re.compile(rb"^id: (\d+)\nevent: ticket", re.MULTILINE)
_FIRST = re.compile(rb"^id: (\d+)$", re.MULTILINE)
_AGENT = {"x-dev-user": "bob"}
ROUNDS = 20
# More than a reader may be behind, and than the buffers of its socket hold.
BURST = 600
BURST_BODY = "x" * 1000
WRITERS = 8
DEADLINE_S = 120.0
_KEPT_S = 1.0


@dataclass(frozen=True)
class Streams:
    """What one run found: milliseconds to the last reader, the server's bytes for each, who lost or came back."""

    last_ms: list[float]
    bytes_each: float
    faults: int
    returned: int

    @property
    def median_ms(self) -> float:
        """Return the median time until the last reader had an event."""
        return statistics.median(self.last_ms)


def streams(filed_at: Served, served: Served, readers: int, stalled: int) -> Streams:
    """Open streams on a server and hear of tickets that are filed there, or at another node.

    Raises `CalledProcessError`.
    """
    sockets = [str(filed_at.paths.socket("rpc")), str(served.paths.socket("events"))]
    counts = map(str, (served.pid, readers, stalled))
    command = [sys.executable, "-m", "benchmarks.desk.streams", *sockets, *counts]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=3 * DEADLINE_S)
    return Streams(**json.loads(done.stdout))


class _Reader(asyncio.Protocol):
    """One stream, over however many connections."""

    def __init__(self, path: Path, heard: Callable[[], None]) -> None:
        self._path, self._heard = str(path), heard
        self._rest = b""
        self._connecting: asyncio.Task[None] | None = None
        self.last = -1
        self.faults = self.connections = 0
        self.closing = False

    async def connect(self) -> None:
        """Open the stream, after the last event that was heard."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, self._path)

    async def stop(self) -> None:
        """Come back no more; a connection that is being made is made first."""
        self.closing = True
        if self._connecting is not None:
            await self._connecting
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.connections += 1
        since = f"last-event-id: {self.last}\r\n" if self.last >= 0 else ""
        transport.write(f"GET /events HTTP/1.1\r\nhost: localhost\r\nx-dev-user: bob\r\n{since}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        received = self._rest + data
        end = received.rfind(b"\n\n") + 2
        whole, self._rest = received[:end], received[end:]
        if self.last < 0:
            first = _FIRST.search(whole)
            if first is None:
                return
            self.last = int(first[1])
        for found in _EVENT.finditer(whole):
            self.faults += int(found[1]) != self.last + 1
            self.last = int(found[1])
        self._heard()

    def connection_lost(self, error: Exception | None) -> None:
        self._rest = b""
        if not self.closing:
            self._connecting = asyncio.get_running_loop().create_task(self.connect())


async def _run(rpc: Path, events: Path, pid: int, count: int, stalled: int) -> Streams:
    changed = asyncio.Event()
    readers = [_Reader(events, changed.set) for _ in range(count)]
    # Less than the server keeps a connection, which may else end as it is used again.
    limits = httpx2.Limits(keepalive_expiry=_KEPT_S)
    transport = httpx2.AsyncHTTPTransport(uds=str(rpc), verify=False, limits=limits)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://bench", headers=_AGENT, timeout=DEADLINE_S
    ) as http:
        await _create(http, "first")
        before = _resident(pid)
        for reader in readers:
            await reader.connect()
        await _until(changed, lambda: all(reader.last >= 1 for reader in readers))
        each = (_resident(pid) - before) / count
        last_ms = [await _time_delivery(http, readers, changed) for _ in range(ROUNDS)]
        for reader in readers[:stalled]:
            reader.transport.pause_reading()
        await _burst(http)
        reached = 1 + ROUNDS + BURST
        await _until(changed, lambda: all(reader.last >= reached for reader in readers[stalled:]))
        for reader in readers[:stalled]:
            reader.transport.resume_reading()
        await _until(changed, lambda: all(reader.last >= reached for reader in readers))
    for reader in readers:
        await reader.stop()
    returned = sum(reader.connections > 1 for reader in readers)
    return Streams(last_ms, each, sum(reader.faults for reader in readers), returned)


async def _time_delivery(http: httpx2.AsyncClient, readers: Sequence[_Reader], changed: asyncio.Event) -> float:
    """Milliseconds from the request that files a ticket, so before its commit, to the last reader's event."""
    wanted = readers[0].last + 1
    started_s = time.perf_counter()
    filing = asyncio.create_task(_create(http, "body"))
    await _until(changed, lambda: all(reader.last >= wanted for reader in readers))
    took_ms = (time.perf_counter() - started_s) * 1000
    await filing
    return took_ms


async def _burst(http: httpx2.AsyncClient) -> None:
    async def write(number: int) -> None:
        for _ in range(number):
            await _create(http, BURST_BODY)

    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(write(BURST // WRITERS))


async def _create(http: httpx2.AsyncClient, body: str) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "ticket.create", "params": {"title": "Event", "body": body}}
    answer = (await http.post("/rpc", json=request)).json()
    if "result" not in answer:
        raise RuntimeError(f"the server answered {answer}")


async def _until(changed: asyncio.Event, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            changed.clear()
            await changed.wait()


def _resident(pid: int) -> int:
    """The bytes of memory that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has ended")


def main() -> None:
    """Read, and print what was found as JSON."""
    rpc, events, pid, readers, stalled = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_run(Path(rpc), Path(events), int(pid), int(readers), int(stalled)))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
