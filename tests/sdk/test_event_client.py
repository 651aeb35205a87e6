"""`subscribe`: resumes, waits out a silent or broken server, and gives up where asking again cannot help."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import serve, unix_listener
from hero_assistance_sdk import event_client as client
from hero_assistance_sdk.errors import Forbidden, HeroError, NotFound, ProtocolViolation, Unauthenticated
from hero_assistance_sdk.event_client import backoff, subscribe
from hero_assistance_sdk.sse import MEDIA_TYPE, encode
from hero_assistance_sdk.wire import Event, EventKind, Priority, Reset, Seq, Status, Ticket

pytestmark = pytest.mark.anyio

TIMEOUT_S = 20.0
_TICKET = Ticket.model_validate(
    {
        "ticket_id": 1,
        "title": "t",
        "excerpt": "b",
        "body": "b",
        "status": Status.NEW,
        "priority": Priority.LOW,
        "tags": [],
        "customer": "carol",
        "customer_name": "Carol",
        "created_at": 1,
        "updated_at": 1,
        "collaborators": [],
        "assignee": None,
        "followers": [],
        "snoozed_until": None,
        "first_response_due": None,
        "first_response_at": None,
        "solved_at": None,
        "merged_into": None,
        "split_from": None,
        "message_count": 0,
        "last_message_id": 0,
        "attachments": [],
    }
)


def event(seq: int) -> Event:
    return Event(seq=Seq(seq), kind=EventKind("ticket.created"), ticket=_TICKET, message=None, record=None)


def sent(seq: int) -> bytes:
    return encode(event="ticket.created", data=event(seq).model_dump_json(), seq=seq)


OPENING = encode(retry_ms=1000)


class Scripted:
    """A server that answers each connection with the next entry of a script, and notes what was asked."""

    def __init__(self, *script: Callable[[], Response] | list[bytes]) -> None:
        self.script = list(script)
        self.asked: list[str | None] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request.headers.get("last-event-id"))
        entry = self.script.pop(0) if self.script else _silence
        return entry() if callable(entry) else StreamingResponse(_each(entry), media_type=MEDIA_TYPE)


async def _each(chunks: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _for_ever() -> AsyncIterator[bytes]:
    yield OPENING
    await asyncio.Event().wait()


def _silence() -> Response:
    return StreamingResponse(_for_ever(), media_type=MEDIA_TYPE)


@asynccontextmanager
async def served(root: Path, scripted: Scripted) -> AsyncIterator[Path]:
    stop, path = asyncio.Event(), root / "e.sock"
    app = Router([Route("/events", scripted.__call__)])
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
        group.create_task(serve([unix_listener(path, app)], stop=stop, grace_s=1))
        try:
            yield path
        finally:
            stop.set()


async def first(path: Path, count: int, *, since: int | None = 0, watchdog_s: float = 5.0) -> list[Event | Reset]:
    """The first `count` things that a subscription yields."""
    async with contextlib.aclosing(subscribe(path, since=since, watchdog_s=watchdog_s)) as events:
        return [await anext(events) for _ in range(count)]


async def test_it_resumes_where_the_connection_broke(hero_root: Path) -> None:
    scripted = Scripted([OPENING, sent(1), sent(2)], [OPENING], [OPENING, sent(3)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 3) == [event(1), event(2), event(3)]
    assert scripted.asked[:3] == ["0", "2", "2"]


async def test_from_now_on_resumes_from_where_the_server_said_now_was(hero_root: Path) -> None:
    scripted = Scripted([encode(retry_ms=1000, seq=41)], [OPENING, sent(42)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 1, since=None) == [event(42)]
    assert scripted.asked[:2] == [None, "41"]


async def test_a_half_sent_event_is_not_an_event(hero_root: Path) -> None:
    scripted = Scripted([OPENING, sent(1), sent(2)[:-40]], [OPENING, sent(2)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 2) == [event(1), event(2)]
    assert scripted.asked[:2] == ["0", "1"]


async def test_a_silent_connection_is_given_up(hero_root: Path) -> None:
    scripted = Scripted(_silence, [OPENING, sent(1)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 1, watchdog_s=0.1) == [event(1)]


async def test_a_reset_is_told_and_resumed_from(hero_root: Path) -> None:
    reset = encode(event="reset", data='{"seq":9}', seq=9)
    scripted = Scripted([OPENING, reset], [OPENING, sent(10)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 2, since=500) == [Reset(seq=Seq(9)), event(10)]
    assert scripted.asked[:2] == ["500", "9"]


async def test_kinds_of_a_later_release_are_passed_over(hero_root: Path) -> None:
    later = encode(event="ticket.teleported", data="{}", seq=1)
    scripted = Scripted([OPENING, later, encode(event="ping", data="{}"), sent(2)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 1) == [event(2)]


async def test_a_new_kind_in_the_known_shape_is_delivered(hero_root: Path) -> None:
    """A folder that a later release adds records events that an older client can apply."""
    later = event(1).model_copy(update={"kind": EventKind("ticket.teleported")})
    scripted = Scripted([OPENING, encode(event=later.kind, data=later.model_dump_json(), seq=1)])
    async with served(hero_root, scripted) as path:
        assert await first(path, 1) == [later]


async def test_a_server_that_is_not_there_yet_is_waited_for(hero_root: Path) -> None:
    waiting = asyncio.ensure_future(first(hero_root / "e.sock", 1))
    async with served(hero_root, Scripted(lambda: Response(status_code=503), [OPENING, sent(1)])):
        assert await waiting == [event(1)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda: Response(status_code=401), Unauthenticated),
        (lambda: Response(status_code=403), Forbidden),
        (lambda: Response(status_code=404), NotFound),
        (lambda: PlainTextResponse("hello"), ProtocolViolation),
        ([OPENING, encode(event="ticket.created", data="{", seq=1)], ProtocolViolation),
        ([OPENING, encode(event="ticket.created", data='{"kind": "ticket.created"}', seq=1)], ProtocolViolation),
    ],
)
async def test_where_asking_again_cannot_help_it_raises(
    hero_root: Path, answer: Callable[[], Response] | list[bytes], expected: type[HeroError]
) -> None:
    async with served(hero_root, Scripted(answer)) as path:
        with pytest.raises(expected):
            await first(path, 1)


@pytest.mark.parametrize("attempt", [0, 1, 5, 10, 1000])
def test_backoff_grows_to_a_limit(attempt: int) -> None:
    longest = min(client.BACKOFF_LAST_S, client.BACKOFF_FIRST_S * 2 ** min(attempt, 30))
    delays = [backoff(attempt) for _ in range(200)]
    assert longest / 2 <= min(delays) < max(delays) <= longest
