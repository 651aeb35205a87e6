"""One open event stream of a server that may lie: what its answer is, and its events as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx2

from hero_assistance_sdk.errors import (
    Deactivated,
    Forbidden,
    HeroError,
    NotFound,
    ProtocolViolation,
    Unauthenticated,
    Unavailable,
)
from hero_assistance_sdk.foreign.event_reader import EventReader, Received
from hero_assistance_sdk.foreign.http_client import HEAD_TIMEOUT_S, check_encoding, media_type, read_body
from hero_assistance_sdk.foreign.json_checks import parse_json, quote
from hero_assistance_sdk.foreign.pace import Pace
from hero_assistance_sdk.sse import MEDIA_TYPE

# These answers do not change by asking again.
_REFUSALS: dict[int, type[HeroError]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}
# These say that they may.
_PASSING = frozenset({408, 425, 429})
# A refusal is one JSON-RPC error, with words for a line or two.
_REFUSAL_LIMIT = 64 * 1024
_LONGEST_MESSAGE = 300


async def check_stream(answer: httpx2.Response, name: str) -> None:
    """Raise what an answer is that is no event stream: `Unavailable` where asking again can help."""
    if (refusal := await read_refusal(answer, name)) is not None:
        raise refusal
    status = answer.status_code
    if 500 <= status < 600 or status in _PASSING:
        raise Unavailable(f"{name} does not stream events now (HTTP {status})")
    if status != 200 or media_type(answer) != MEDIA_TYPE:
        raise ProtocolViolation(f"{name} does not stream events (HTTP {status})", hint=_describe_kind(answer))
    check_encoding(answer, name)


async def read_refusal(answer: httpx2.Response, name: str) -> HeroError | None:
    """Return the error of an answer that asking again does not change, in the words of the server; else `None`."""
    kind = _REFUSALS.get(answer.status_code)
    if kind is None:
        return None
    error = _error_in(await _read_short_body(answer, name))
    data = error.get("data")
    details = data if isinstance(data, dict) else {}
    if details.get("reason") == Deactivated.reason:
        kind = Deactivated
    message, hint = error.get("message"), details.get("hint")
    if not isinstance(message, str):
        message = f"{name} refuses the event stream (HTTP {answer.status_code})"
    return kind(quote(message, _LONGEST_MESSAGE), hint=quote(hint, _LONGEST_MESSAGE) if isinstance(hint, str) else None)


async def _read_short_body(answer: httpx2.Response, name: str) -> bytes:
    """Return the body of a refusal; empty where it is too long, or too long in coming."""
    try:
        async with asyncio.timeout(HEAD_TIMEOUT_S):
            return await read_body(answer, _REFUSAL_LIMIT, name)
    except (TimeoutError, ProtocolViolation):
        return b""


def _error_in(body: bytes) -> dict[str, Any]:
    """Return the JSON-RPC error of an answer, empty where there is none."""
    try:
        answer = parse_json(body)
    except ValueError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _describe_kind(answer: httpx2.Response) -> str | None:
    kind = quote(media_type(answer))
    return f"it answers with {kind}" if kind else None


async def read_events(
    answer: httpx2.Response, reader: EventReader, silence_s: float, pace: Pace | None = None
) -> AsyncGenerator[Received, None]:
    """Yield what an open stream carries, until its end; close it with `aclosing`.

    Raises `ProtocolViolation`, and `httpx2.HTTPError` for a broken connection, for `silence_s` without a whole event:
    bytes that make none are silence; and for no byte in the time in which the server has said that it pings. A large
    event may take longer than that. The time that the caller takes between two events does not count.
    """
    clock = asyncio.get_running_loop().time
    waited = 0.0
    async with aclosing(_read_raw(answer)) as chunks:
        while True:
            begun = clock()
            left_s = silence_s - waited
            chunk = await _read_chunk(
                chunks, answer, left_s if reader.silence_s is None else min(left_s, reader.silence_s)
            )
            if chunk is None:
                return
            waited += clock() - begun
            count = 0
            for received in reader.read(chunk):
                waited, count = 0.0, count + 1
                yield received
            if pace is not None:
                await pace.spend(count, len(chunk))


async def _read_raw(answer: httpx2.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in answer.aiter_raw():
        yield chunk


async def _read_chunk(chunks: AsyncGenerator[bytes, None], answer: httpx2.Response, left_s: float) -> bytes | None:
    try:
        async with asyncio.timeout(left_s):
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise httpx2.ReadTimeout("no whole event in time", request=answer.request) from None
