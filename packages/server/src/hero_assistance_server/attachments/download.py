"""`GET /attachments/{attachment_id}`: the bytes of a file, for callers who see a ticket or message that shows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import BinaryIO

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.downloads import POLICY, disposition
from hero_assistance_httpd.event_response import ABORT
from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_sdk.errors import HeroError, NotFound
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId
from hero_assistance_server.attachments.media_type import TEXT
from hero_assistance_server.attachments.model import AttachmentRecord
from hero_assistance_server.attachments.permissions import DOWNLOAD
from hero_assistance_server.attachments.ranges import ByteRange, Unsatisfiable, part_of
from hero_assistance_server.attachments.service import visible_attachment
from hero_assistance_server.identity.permissions import Caller, permit
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage

# What is read at once, and so what one download has in memory next to the connection's own buffer.
CHUNK_BYTES = 64 * 1024
# After this time, close the file of a reader that has stopped reading.
STALL_S = 60.0

_log = get_log("attachments")


@dataclass(frozen=True, slots=True)
class Download:
    """An ASGI application that hands out files."""

    storage: FileStorage
    find_caller: Callable[[Request], Awaitable[Caller]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or the part of it that is asked for, if the caller sees where it is shown."""
        request = Request(scope, receive)
        try:
            record = await self._find(request)
            file = await self._open(record)
        except HeroError as error:
            await failure_response(error)(scope, receive, send)
            return
        with file:
            await self._answer(request, record, file, send)

    async def _find(self, request: Request) -> AttachmentRecord:
        caller = await self.find_caller(request)
        permit(caller, DOWNLOAD)
        attachment_id = _id_of(request.path_params["attachment_id"])
        return await self.storage.read(lambda snapshot: visible_attachment(snapshot, caller, attachment_id))

    async def _open(self, record: AttachmentRecord) -> BinaryIO:
        try:
            return await self.storage.in_thread(self.storage.files.open, record.sha256)
        except (OSError, ValueError) as error:
            _log.error("attachment.unreadable", attachment=record.attachment.attachment_id, error=error)
            raise StoreUnavailable("the file cannot be read", hint=getattr(error, "strerror", None)) from error

    async def _answer(self, request: Request, record: AttachmentRecord, file: BinaryIO, send: Send) -> None:
        size, headers = record.attachment.size, _headers(record)
        try:
            part = _requested_part(request, record)
        except Unsatisfiable:
            headers |= {"content-range": f"bytes */{size}", "content-length": "0"}
            await _start(send, 416, headers, more=False)
            return
        if headers["etag"] in _etags(request.headers.get("if-none-match", "")):
            await _start(send, 304, headers, more=False)
            return
        if part is not None:
            headers["content-range"] = f"bytes {part.first}-{part.last}/{size}"
        whole = part or ByteRange(0, size - 1)
        headers["content-length"] = str(whole.size)
        more = request.method != "HEAD" and whole.size > 0
        await _start(send, 200 if part is None else 206, headers, more=more)
        if more:
            await self._pump(request, file, whole, send)

    async def _pump(self, request: Request, file: BinaryIO, part: ByteRange, send: Send) -> None:
        try:
            async for chunk in self._read_chunks(file, part):
                async with asyncio.timeout(STALL_S):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, OSError) as error:
            # The length is sent already; cutting the connection is the only way to report the error.
            _log.warning("attachment.broken-off", error=repr(error))
            request.scope["extensions"][ABORT]()
            while (await request.receive())["type"] != "http.disconnect":
                pass

    async def _read_chunks(self, file: BinaryIO, part: ByteRange) -> AsyncIterator[bytes]:
        file.seek(part.first)
        left = part.size
        while left:
            chunk = await self.storage.in_thread(file.read, min(left, CHUNK_BYTES))
            if not chunk:
                raise OSError("the file is shorter than it was")
            left -= len(chunk)
            yield chunk


def _id_of(text: str) -> AttachmentId:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(ID_LIMIT))):
        raise NotFound("there is no such attachment", kind=RefusalKind.NO_ATTACHMENT)
    return AttachmentId(int(text))


def _headers(record: AttachmentRecord) -> dict[str, str]:
    attachment = record.attachment
    charset = "; charset=utf-8" if attachment.type == TEXT else ""
    return {
        "content-type": attachment.type + charset,
        "content-disposition": disposition(attachment.name, attachment.type),
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "accept-ranges": "bytes",
        "etag": f'"{record.sha256}"',
        # Revalidated each time: the readers may change, the bytes cannot.
        "cache-control": "private, no-cache",
    }


def _requested_part(request: Request, record: AttachmentRecord) -> ByteRange | None:
    """The part that is asked for, `None` for all of it; raises `Unsatisfiable`."""
    header = request.headers.get("range")
    if header is None or request.method != "GET":
        return None
    if request.headers.get("if-range", f'"{record.sha256}"') != f'"{record.sha256}"':
        return None
    return part_of(header, record.attachment.size)


def _etags(header: str) -> set[str]:
    """The tags of `If-None-Match`; a weak one compares as a strong one there."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


async def _start(send: Send, status: int, headers: dict[str, str], *, more: bool) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    if not more:
        await send({"type": "http.response.body", "body": b""})
