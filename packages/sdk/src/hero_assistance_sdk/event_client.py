"""The client side of `GET /events`: every event from a number on, across broken connections."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
from pydantic_core import from_json

from hero_assistance_sdk.errors import Deactivated, Forbidden, HeroError, NotFound, ProtocolViolation, Unauthenticated
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.async_client import base_url, unreachable
from hero_assistance_sdk.sse import MEDIA_TYPE, PING_S
from hero_assistance_sdk.wire import CONNECTED, CONTROL, RESET, Event, Reset

CONNECT_TIMEOUT_S = 5.0
# A running server sends something at least every PING_S; after 2.5 of them the connection is dead.
WATCHDOG_S = 2.5 * PING_S
BACKOFF_FIRST_S = 0.2
BACKOFF_LAST_S = 15.0
# A refusal is one JSON-RPC error.
_REFUSAL_LIMIT = 64 * 1024
# These answers do not change by asking again.
_REFUSALS: dict[int, type[HeroError]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}

_log = get_log("events")


async def subscribe(
    target: Path | str,
    *,
    headers: Mapping[str, str] | None = None,
    since: int | None = None,
    watchdog_s: float = WATCHDOG_S,
) -> AsyncGenerator[Event | Reset, None]:
    """Yield what happens after `since` (`None`: from now on), in order, each once; close it with `aclosing`.

    `target` is an `events.sock` or `host:port`. A broken connection is opened again, with back-off, without limit.
    After a `Reset` the caller fetches a snapshot; events go on after its `seq`.
    Raises `Unauthenticated`, `Deactivated`, `Forbidden`, `NotFound` or `ProtocolViolation` when asking again cannot
    help, with the reason that the server gives.
    """
    position = _Position(since)
    attempt = 0
    async with _client(target, headers, watchdog_s) as http:
        while True:
            try:
                async with aclosing(_connection(http, target, position)) as arrived:
                    async for event in arrived:
                        attempt = 0
                        if event is not None:
                            yield event
                reason = "ended"
            except httpx2.SSEError as error:
                raise ProtocolViolation(f"{target} does not stream events", hint=str(error)) from error
            except httpx2.HTTPError as error:
                reason = unreachable(target, error).message
            delay = backoff(attempt)
            attempt += 1
            _log.debug("events.reconnecting", reason=reason, delay_s=round(delay, 2), since=position.seq)
            await asyncio.sleep(delay)


def backoff(attempt: int) -> float:
    """Seconds to wait before another attempt: doubling, with jitter so that clients do not connect all at once."""
    longest = min(BACKOFF_LAST_S, BACKOFF_FIRST_S * 2 ** min(attempt, 16))
    return random.uniform(longest / 2, longest)  # noqa: S311


class _Position:
    """The number of the last event read."""

    def __init__(self, seq: int | None) -> None:
        self.seq = seq

    def move(self, text: str) -> None:
        if text.isascii() and text.isdigit():
            self.seq = int(text)


def _client(target: Path | str, headers: Mapping[str, str] | None, watchdog_s: float) -> httpx2.AsyncClient:
    # There is no TLS, and to read the certificates for it takes 50 to 150 ms of the loop.
    transport = httpx2.AsyncHTTPTransport(uds=str(target), verify=False) if isinstance(target, Path) else None
    return httpx2.AsyncClient(
        transport=transport,
        verify=False,
        base_url=base_url(target),
        # As bytes: the library takes ASCII alone for a text, and names are UTF-8.
        headers={name.encode(): value.encode() for name, value in {"accept": MEDIA_TYPE, **(headers or {})}.items()},
        timeout=httpx2.Timeout(watchdog_s, connect=CONNECT_TIMEOUT_S),
        trust_env=False,
    )


async def _connection(
    http: httpx2.AsyncClient, target: Path | str, position: _Position
) -> AsyncGenerator[Event | Reset | None, None]:
    """One connection's events; `None` means that the server is alive."""
    resume = {} if position.seq is None else {"last-event-id": str(position.seq)}
    async with http.stream("GET", "/events", headers=resume) as response:
        await _check(target, response)
        async for sent in httpx2.EventSource(response):
            position.move(sent.id)
            # The opening lines carry a position and a name; they do not prove yet that the stream works.
            if sent.data and sent.event != CONNECTED:
                yield _parsed(target, sent)


async def _check(target: Path | str, response: httpx2.Response) -> None:
    if (refusal := await read_refusal(str(target), response)) is not None:
        raise refusal
    # A server that is starting, stopping or out of order is worth another attempt.
    response.raise_for_status()


async def read_refusal(name: str, response: httpx2.Response) -> HeroError | None:
    """Return the error of an answer that asking again does not change, in the words of the server; else `None`."""
    kind = _REFUSALS.get(response.status_code)
    if kind is None:
        return None
    error = _error_in(await _beginning(response))
    data = error.get("data")
    details = data if isinstance(data, dict) else {}
    if details.get("reason") == Deactivated.reason:
        kind = Deactivated
    message, hint = error.get("message"), details.get("hint")
    if not isinstance(message, str):
        message = f"{name} refuses the event stream (HTTP {response.status_code})"
    return kind(message, hint=hint if isinstance(hint, str) else None)


async def _beginning(response: httpx2.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _REFUSAL_LIMIT:
            break
    return body


def _error_in(body: bytes) -> dict[str, Any]:
    """Return the JSON-RPC error of an answer, empty where there is none."""
    try:
        answer = from_json(body)
    except ValueError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _parsed(target: Path | str, sent: httpx2.ServerSentEvent) -> Event | Reset | None:
    """Read one event; `None` for a line that has no number, or is of a kind of a later release in another shape."""
    try:
        if sent.event == RESET:
            return Reset.model_validate_json(sent.data)
        if sent.event in CONTROL or not _claims_to_be_event(sent):
            return None
        return Event.model_validate_json(sent.data)
    except ValueError as error:
        raise ProtocolViolation(f"{target} sent an event that is none", hint=str(error)) from error


def _claims_to_be_event(sent: httpx2.ServerSentEvent) -> bool:
    """Whether the data repeats the kind, as every `Event` does; raises `ValueError` when it is not JSON."""
    data = json.loads(sent.data)
    return isinstance(data, dict) and data.get("kind") == sent.event
