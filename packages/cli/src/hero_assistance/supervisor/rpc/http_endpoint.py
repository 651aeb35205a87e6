"""The HTTP/1.1 server of the supervisor's socket, with as much of HTTP as its four paths need.

A web framework would cost more memory than the supervisor itself. The JSON-RPC behind it is the one of the sdk.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.peer_credentials import read_peer_credentials

_HEAD_LIMIT = 16 * 1024
_BODY_LIMIT = 1024 * 1024
# An idle connection is closed after this time.
_IDLE_S = 60.0
_BODY_S = 10.0
_HEAD_END = b"\r\n\r\n"

_log = get_log("supervisor.endpoint")


class _Refused(Exception):
    """A request that is answered by a status alone; the connection closes with the answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Head:
    method: str
    path: str
    length: int
    keep: bool


class HttpEndpoint:
    """Answers `POST /rpc` by `rpc`, and the JSON of the documents, by path, by GET."""

    def __init__(self, rpc: Callable[[bytes], Awaitable[bytes | None]], documents: Mapping[str, bytes]) -> None:
        self.connections = 0
        self._rpc = rpc
        self._documents = documents

    async def open(self, listening: socket.socket, group: asyncio.TaskGroup) -> asyncio.Server:
        """Serve a listening socket, each connection as a task of `group`."""

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            group.create_task(self._serve_connection(reader, writer))

        return await asyncio.start_unix_server(accept, sock=listening, limit=_HEAD_LIMIT)

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if not _is_same_user(writer.get_extra_info("socket")):
                _log.warning("caller.refused")
                return
            with contextlib.suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError):
                while await self._serve_request(reader, writer):
                    pass
        except Exception:  # noqa: BLE001
            # The outermost loop of a connection: a defect in one must not end the supervisor.
            _log.exception("connection.defect")
        finally:
            self.connections -= 1
            writer.close()

    async def _serve_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; true when another may follow on this connection."""
        try:
            async with asyncio.timeout(_IDLE_S):
                head = _parse_head(await reader.readuntil(_HEAD_END))
            async with asyncio.timeout(_BODY_S):
                body = await reader.readexactly(head.length)
        except asyncio.LimitOverrunError:
            _write(writer, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, None, keep=False)
            return False
        except _Refused as refused:
            _write(writer, refused.status, None, keep=False)
            return False
        status, content = await self._answer(head, body)
        _write(writer, status, content, keep=head.keep)
        await writer.drain()
        return head.keep

    async def _answer(self, head: _Head, body: bytes) -> tuple[HTTPStatus, bytes | None]:
        if head.path == "/rpc":
            if head.method != "POST":
                return HTTPStatus.METHOD_NOT_ALLOWED, None
            answer = await self._rpc(body)
            return (HTTPStatus.NO_CONTENT if answer is None else HTTPStatus.OK), answer
        document = self._documents.get(head.path)
        if document is None:
            return HTTPStatus.NOT_FOUND, None
        return (HTTPStatus.OK, document) if head.method == "GET" else (HTTPStatus.METHOD_NOT_ALLOWED, None)


def _parse_head(block: bytes) -> _Head:
    first, *lines = block[: -len(_HEAD_END)].decode("latin-1").split("\r\n")
    try:
        method, target, version = first.split(" ")
    except ValueError:
        raise _Refused(HTTPStatus.BAD_REQUEST) from None
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "transfer-encoding" in fields:
        raise _Refused(HTTPStatus.LENGTH_REQUIRED)
    length = fields.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise _Refused(HTTPStatus.BAD_REQUEST)
    if int(length) > _BODY_LIMIT:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    keep = version == "HTTP/1.1" and fields.get("connection", "").lower() != "close"
    return _Head(method, target.partition("?")[0], int(length), keep)


def _write(writer: asyncio.StreamWriter, status: HTTPStatus, content: bytes | None, *, keep: bool) -> None:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    if status is not HTTPStatus.NO_CONTENT:
        lines.append(f"content-length: {len(content or b'')}")
    if content is not None:
        lines.append("content-type: application/json")
    if not keep:
        lines.append("connection: close")
    writer.write("\r\n".join(lines).encode() + _HEAD_END + (content or b""))


def _is_same_user(connected: socket.socket) -> bool:
    """Whether the caller is this OS user or root; the socket's mode says the same where the system cannot tell."""
    peer = read_peer_credentials(connected)
    return peer is None or peer.user in (os.getuid(), 0)
