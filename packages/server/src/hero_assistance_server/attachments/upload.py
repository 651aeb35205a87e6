"""`POST /attachments?name=...`: the body is a file, which is on the disk when its description is answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_sdk.errors import Conflict, HeroError, QuotaFull, TooLarge, Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import InvalidParams, InvalidRequest
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault
from hero_assistance_sdk.wire import UserId
from hero_assistance_server import serializers
from hero_assistance_server.attachments.media_type import HEAD_BYTES, sniff
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.attachments.permissions import UPLOAD
from hero_assistance_server.attachments.service import add_upload, find_room
from hero_assistance_server.identity.permissions import Caller, permit
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.incoming_bytes import Claim, IncomingBytes
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.files import IncomingFile
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.texts import TextFault, clean_line

# What a file system lets a name be, in bytes; a person's software has made it.
NAME_BYTES = 255
# At once: of all users, and of one user.
UPLOADS_LIMIT = 64
UPLOADS_EACH = 8
# Long enough for a train in a tunnel; after that the sender is taken for gone.
SILENCE_S = 30.0
# 10 MiB at 140 kbit/s.
LONGEST_S = 600.0
# A refused sender still sends; for this long it may finish, so that it reads the reason.
LINGER_S = 1.0
LINGER_BYTES = 16 * 1024 * 1024

_log = get_log("attachments")


class Upload:
    """An ASGI application that receives files; each takes a few kilobytes of memory, however large it is."""

    def __init__(
        self, storage: FileStorage, find_caller: Callable[[Request], Awaitable[Caller]], admission: Admission
    ) -> None:
        self._storage = storage
        self._find_caller = find_caller
        self._admission = admission
        self._running: Counter[UserId] = Counter()
        self._incoming = IncomingBytes(admission.check_files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Store the body as an attachment and answer 201 with its description."""
        request = Request(scope, receive)
        chunks = _read_chunks(request)
        try:
            attachment = await self._receive(request, chunks)
        except ClientDisconnect:
            # The client is gone: no answer is read.
            return
        except HeroError as error:
            await _linger(chunks)
            await failure_response(error)(scope, receive, send)
            return
        described = serializers.attachment(attachment).model_dump(mode="json")
        where = {"location": f"/attachments/{attachment.attachment_id}", "cache-control": "no-store"}
        await JSONResponse(described, status_code=201, headers=where)(scope, receive, send)

    async def _receive(self, request: Request, chunks: AsyncIterator[bytes]) -> Attachment:
        caller = await self._find_caller(request)
        permit(caller, UPLOAD)
        self._admission.admit(caller, Usage.FILES)
        name = name_of(request.scope["query_string"])
        uploader = caller.known().user_id
        with self._running_for(uploader):
            room = await self._storage.read(lambda snapshot: find_room(snapshot, caller))
            length = int(request.headers.get("content-length") or 0)
            if length > room.file_bytes:
                raise _too_large(room.file_bytes)
            with self._incoming.claiming(uploader, room.stored, room.quotas) as claim:
                claim.claim(length)
                return await self._keep(_limit(chunks, room.file_bytes), claim, name, caller)

    async def _keep(self, chunks: AsyncIterator[bytes], claim: Claim, name: str, caller: Caller) -> Attachment:
        try:
            with self._storage.files.incoming() as incoming:
                await self._fill(incoming, chunks, claim)
                return await self._save(incoming, name, caller)
        except OSError as error:
            _log.error("attachment.not-kept", error=error)
            raise StoreUnavailable("the file cannot be kept", hint=error.strerror) from error

    async def _fill(self, incoming: IncomingFile, chunks: AsyncIterator[bytes], claim: Claim) -> None:
        """Write what comes; what does not fit is refused before it is on the disk."""
        try:
            async with asyncio.timeout(LONGEST_S):
                async for chunk in chunks:
                    claim.claim(incoming.size + len(chunk))
                    await self._storage.in_thread(incoming.write, chunk)
                    claim.note_written(incoming.size)
        except TimeoutError:
            raise InvalidRequest(f"the file did not come within {LONGEST_S:.0f} s") from None

    async def _save(self, incoming: IncomingFile, name: str, caller: Caller) -> Attachment:
        files = self._storage.files
        digest = await self._storage.in_thread(incoming.finish)
        sniffed = sniff(await self._storage.in_thread(incoming.read, 0, HEAD_BYTES))
        try:
            with files.hold(digest):
                await self._storage.in_thread(files.adopt, incoming, digest)
                return await self._storage.write(
                    lambda work: add_upload(work, caller, name=name, size=incoming.size, sniffed=sniffed, sha256=digest)
                )
        except (Conflict, QuotaFull):
            # No row names the file.
            await delete_unnamed_files(self._storage, [digest])
            raise

    @contextmanager
    def _running_for(self, user_id: UserId) -> Iterator[None]:
        if self._running.total() >= UPLOADS_LIMIT or self._running[user_id] >= UPLOADS_EACH:
            raise Unavailable(
                "too many files are being sent at once",
                hint="send them one after the other",
                kind=RefusalKind.UPLOADS_AT_ONCE,
            )
        self._running[user_id] += 1
        try:
            yield
        finally:
            self._running[user_id] -= 1
            if not self._running[user_id]:
                del self._running[user_id]


def name_of(query: bytes) -> str:
    """The file's name; raises `InvalidParams` where there is none, or one that no file can have."""
    try:
        given = parse_qs(query.decode("ascii"), errors="strict", max_num_fields=1, keep_blank_values=True)
    except ValueError:
        raise _bad_name("the query is not one name in percent-encoded UTF-8") from None
    (name,) = given.get("name", [""])
    try:
        name = clean_line(name)
    except TextFault as fault:
        raise _bad_name(f"a name is a line with something to see in it: {fault}", fault.kind, **fault.details) from None
    if len(name.encode()) > NAME_BYTES:
        raise _bad_name(f"a name has at most {NAME_BYTES} bytes in UTF-8", FaultKind.TOO_MANY_BYTES, limit=NAME_BYTES)
    return name


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"a file has at most {limit} bytes here",
        hint="cut it in parts, or send a link",
        kind=RefusalKind.FILE_TOO_LARGE,
        values={"bytes": limit},
    )


def _bad_name(words: str, kind: FaultKind = FaultKind.INVALID, **details: str | int | list[str]) -> InvalidParams:
    fault = FieldFault("name", kind, words, details)
    return InvalidParams("a file needs a name", faults=[fault], hint="POST /attachments?name=trace.txt")


async def _read_chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces; raises `ClientDisconnect` when it ends too early, `InvalidRequest` after a long silence."""
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise InvalidRequest(f"nothing came for {SILENCE_S:.0f} s") from None
        if piece is None:
            return
        yield piece


async def _limit(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """The pieces of a file; raises `TooLarge` before one that is too much."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


async def _linger(chunks: AsyncIterator[bytes]) -> None:
    """Let a refused sender finish, within bounds: who still writes when the connection closes reads no answer."""
    size = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect, InvalidRequest):
        async with asyncio.timeout(LINGER_S):
            async for chunk in chunks:
                size += len(chunk)
                if size > LINGER_BYTES:
                    return
