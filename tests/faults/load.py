"""A steady load on every door of a running service, and a reader of its events; every failure is kept."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.rpc.async_client import base_url
from hero_assistance_sdk.rpc.client import JSON_HEADERS, encode_request
from hero_assistance_sdk.wire import Event

TIMEOUT_S = 15.0
REQUESTS_S = 200
ALICE = {"x-dev-user": "alice"}


@dataclass
class Told:
    """What came of the load: answers by door, what failed, and the tickets in the order they were acknowledged."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)

    def note(self, door: str, failure: str | None) -> None:
        if failure is None:
            self.answered[door] += 1
        else:
            self.failed.append(f"{door}: {failure}")


class Load:
    """Asks each door in turn, `REQUESTS_S` times a second in all, half of them over a new connection each."""

    def __init__(self, *, rpc: Path, ui: Path, events: Path, tcp: str, ui_tcp: str, since: int) -> None:
        self.told = Told()
        self._events = events
        self._since = since
        self._http: dict[tuple[str, bool], httpx2.AsyncClient] = {}
        # A token of an earlier load would be answered with the ticket that it made then.
        self._tokens = (f"{uuid.uuid4()}-{number}" for number in itertools.count())
        self._doors: dict[str, tuple[Path | str, Callable[[httpx2.AsyncClient, str], Awaitable[str | None]]]] = {
            "rpc": (rpc, self._create),
            "tcp": (tcp, self._health),
            "ui": (ui, self._page),
            "ui-tcp": (ui_tcp, self._page),
        }

    @asynccontextmanager
    async def pressing(self) -> AsyncIterator[None]:
        """Press while open; then wait until all is answered, and every ticket has been heard of."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(self._read())
            pressing = group.create_task(self._press(stop))
            try:
                yield
            finally:
                stop.set()
                await pressing
                async with asyncio.timeout(TIMEOUT_S):
                    while len(self.told.heard) < len(self.told.created):  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                reader.cancel()
        for client in self._http.values():
            await client.aclose()

    async def _press(self, stop: asyncio.Event) -> None:
        due = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for kept, door in itertools.cycle(itertools.product((True, False), self._doors)):
                group.create_task(self._ask(door, kept=kept))
                due += 1 / REQUESTS_S
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await stop.wait()
                if stop.is_set():
                    return

    async def _ask(self, door: str, *, kept: bool) -> None:
        target, ask = self._doors[door]
        name = f"{door} {'kept' if kept else 'new'}"
        try:
            failure = await ask(self._client(target, door, kept=kept), next(self._tokens))
        except httpx2.HTTPError as error:
            failure = repr(error)
        self.told.note(name, failure)

    def _client(self, target: Path | str, door: str, *, kept: bool) -> httpx2.AsyncClient:
        client = self._http.get((door, kept))
        if client is None:
            limits = httpx2.Limits(max_keepalive_connections=20 if kept else 0)
            uds = str(target) if isinstance(target, Path) else None
            transport = httpx2.AsyncHTTPTransport(uds=uds, limits=limits, verify=False)
            client = httpx2.AsyncClient(
                transport=transport, base_url=base_url(target), timeout=TIMEOUT_S, trust_env=False
            )
            self._http[door, kept] = client
        return client

    async def _create(self, client: httpx2.AsyncClient, token: str) -> str | None:
        body = encode_request("ticket.create", {"title": token, "body": "", "client_token": token})
        answer = await client.post("/rpc", content=body, headers={**JSON_HEADERS, **ALICE})
        result = answer.json().get("result")
        if result is None:
            return answer.text
        self.told.created.append(result["ticket_id"])
        return None

    async def _health(self, client: httpx2.AsyncClient, _token: str) -> str | None:
        answer = await client.post("/rpc", content=encode_request("system.health", {}), headers=JSON_HEADERS)
        return None if "result" in answer.json() else answer.text

    async def _page(self, client: httpx2.AsyncClient, _token: str) -> str | None:
        answer = await client.get("/health")
        return None if answer.status_code == 200 else f"HTTP {answer.status_code}"

    async def _read(self) -> None:
        async with contextlib.aclosing(subscribe(self._events, headers=ALICE, since=self._since)) as events:
            async for event in events:
                assert isinstance(event, Event)
                assert event.ticket is not None
                self.told.heard.append(event.ticket.ticket_id)
