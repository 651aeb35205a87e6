"""The part of a supervisor that tells secrets, for servers that are measured."""

from __future__ import annotations

import asyncio
import json
from typing import Any


def answer_secrets(secrets: dict[str, str]) -> Any:
    """Return the handler of a connection that tells these secrets."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                call = json.loads(await reader.readexactly(int(lengths[0].split(b":")[1])))
                value = secrets.get(call["params"]["name"])
                found = {"error": {"code": -32001, "message": "not found", "data": {"reason": "not-found"}}}
                if value is not None:
                    found = {"result": {"value": value}}
                body = json.dumps({"jsonrpc": "2.0", "id": call["id"], **found}).encode()
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                writer.write(head + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return answer
