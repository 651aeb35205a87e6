"""Passes files between the browser and the ticket server.

The ticket server may be a stranger's, so the headers that decide how a browser treats a file are made here: it shows
a picture, downloads anything else, and runs nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager

import anyio
import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.downloads import PICTURES, POLICY, checked_disposition
from hero_assistance_httpd.event_response import ABORT
from hero_assistance_httpd.request_headers import pick_headers
from hero_assistance_sdk.errors import HeroError, ProtocolViolation
from hero_assistance_sdk.foreign.http_client import read_body
from hero_assistance_ui.errors import failure_response

# Another site's form cannot send it without a preflight, which is never answered.
MEDIA_TYPE = "application/octet-stream"
ASKED = (b"range", b"if-range", b"if-none-match")
_STATUS = frozenset({200, 206, 304, 416})
_PASSED = (b"content-length", b"content-range", b"etag", b"accept-ranges")
# A refusal is one JSON-RPC error.
_REFUSAL_LIMIT = 64 * 1024


def range_headers(request: Request) -> dict[bytes, bytes]:
    """Return the headers of a request that say which part of a file it wants."""
    return pick_headers(request, ASKED)


def upload_headers(request: Request) -> dict[bytes, bytes]:
    """Return the headers of an upload to pass on: the server refuses by its length before the first byte."""
    return {b"content-type": MEDIA_TYPE.encode(), **pick_headers(request, [b"content-length"])}


async def read_chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield the bytes of an upload as they come; a browser that leaves ends the request to the server too."""
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def relay_upload(
    opened: AbstractAsyncContextManager[httpx2.Response], failure: Callable[[httpx2.HTTPError], HeroError]
) -> Response:
    """Return the ticket server's answer to an upload."""
    try:
        async with opened as answer:
            body = await _read_bounded(answer)
    except httpx2.HTTPError as error:
        return failure_response(failure(error))
    except HeroError as error:
        return failure_response(error)
    except ClientDisconnect:
        # The browser has left; no answer reaches it.
        return Response(status_code=400)
    if body is None or not (answer.status_code == 201 or 400 <= answer.status_code < 600) or not _is_json(answer):
        return failure_response(ProtocolViolation("what answers takes no files"))
    headers = {"cache-control": "no-store", **_retry_header(answer)}
    return Response(body, status_code=answer.status_code, media_type="application/json", headers=headers)


class FileRelay(Response):
    """Answers with a file of the ticket server, a piece at a time, until the browser has it or leaves."""

    def __init__(
        self,
        opened: AbstractAsyncContextManager[httpx2.Response],
        failure: Callable[[httpx2.HTTPError], HeroError],
    ) -> None:
        self._opened = opened
        self._failure = failure
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with anyio.create_task_group() as group:

            async def wait_until_browser_leaves() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            group.start_soon(wait_until_browser_leaves)
            refusal = await self._relay(scope, send)
            if refusal is not None:
                await refusal(scope, receive, send)
            group.cancel_scope.cancel()

    async def _relay(self, scope: Scope, send: Send) -> Response | None:
        """Send the file, or return the answer that takes its place."""
        started = False
        try:
            async with self._opened as answer:
                if answer.status_code not in _STATUS:
                    return await _read_refusal(answer)
                headers = list(make_file_headers(answer.headers.raw).items())
                await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
                started = True
                if scope["method"] != "HEAD":
                    async for chunk in answer.aiter_raw():
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except HeroError as error:
            return failure_response(error)
        except httpx2.HTTPError as error:
            if not started:
                return failure_response(self._failure(error))
            # The length was promised: that it is not kept is how the browser learns of it.
            scope["extensions"][ABORT]()
            await anyio.sleep_forever()
        await send({"type": "http.response.body", "body": b""})
        return None


def make_file_headers(given: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers that a browser gets with a file; nothing that a ticket server sends makes the file run."""
    sent = {name.lower(): value for name, value in given}
    media_type = sent.get(b"content-type", b"").partition(b";")[0].strip().decode("latin-1")
    shown = media_type if media_type in PICTURES else MEDIA_TYPE
    named = checked_disposition(sent.get(b"content-disposition", b"").decode("latin-1"), media_type)
    return {
        **{name: sent[name] for name in _PASSED if name in sent},
        b"content-type": shown.encode(),
        b"content-disposition": named.encode(),
        b"content-security-policy": POLICY.encode(),
        b"cache-control": b"private, no-cache",
    }


async def _read_refusal(answer: httpx2.Response) -> Response:
    body = await _read_bounded(answer)
    if body is None or not 400 <= answer.status_code < 600 or not _is_json(answer):
        return failure_response(ProtocolViolation("what answers has no files"))
    return Response(body, status_code=answer.status_code, media_type="application/json")


def _retry_header(answer: httpx2.Response) -> dict[str, str]:
    seconds = answer.headers.get("retry-after", "")
    return {"retry-after": seconds} if seconds.isascii() and seconds.isdigit() else {}


async def _read_bounded(answer: httpx2.Response) -> bytes | None:
    try:
        return await read_body(answer, _REFUSAL_LIMIT, "the server")
    except ProtocolViolation:
        return None


def _is_json(answer: httpx2.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("application/json")
