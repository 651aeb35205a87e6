"""The HTTP side of a JSON-RPC endpoint, over real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.routing import Router

from hero_assistance_httpd.health import Health
from hero_assistance_httpd.listeners import serve, unix_listener
from hero_assistance_httpd.rpc_endpoint import RpcEndpoint, ServiceInfo, rpc_routes, service_routes
from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.methods import MethodTable, NoParams
from hero_assistance_sdk.rpc.openrpc import OpenRpcDocument

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0
LIMIT = 100_000
# One for each call of `fill` since the test began.
FILLED: list[int] = []


async def find_caller(request: Request) -> str:
    """The endpoint's way to know its callers; it can fail."""
    if "x-broken" in request.headers:
        raise Unavailable("nobody can be looked up now")
    return request.headers.get("x-user", "nobody")


@asynccontextmanager
async def served(root: Path) -> AsyncIterator[Path]:
    table: MethodTable[str] = MethodTable()

    @table.method("who")
    async def who(caller: str, _params: NoParams) -> str:
        """Say who calls."""
        return caller

    @table.method("fill")
    async def fill(_caller: str, _params: NoParams) -> str:
        """Answer with 32 KiB, and remember it."""
        FILLED.append(1)
        return "x" * 32768

    info = ServiceInfo("things", "Things", "1.0", "About things.", "rpc.sock")
    routes = rpc_routes(
        RpcEndpoint(Dispatcher(table), find_caller, LIMIT), OpenRpcDocument(lambda: {"openrpc": "1.3.2"})
    )
    stop, path = asyncio.Event(), root / "rpc.sock"
    listener = unix_listener(path, Router([*routes, *service_routes(info, Health())]))
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
        group.create_task(serve([listener], stop=stop))
        try:
            yield path
        finally:
            stop.set()


def client(path: Path) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(uds=str(path), verify=False), base_url="http://x", trust_env=False
    )


ASK = b'{"jsonrpc":"2.0","id":1,"method":"who"}'


@pytest.mark.parametrize(
    ("body", "headers", "status", "answer"),
    [
        (ASK, {"x-user": "carol"}, 200, {"jsonrpc": "2.0", "id": 1, "result": "carol"}),
        (b'{"jsonrpc":"2.0","method":"who"}', {}, 204, None),
        (b'[{"jsonrpc":"2.0","method":"who"}]', {}, 204, None),
    ],
)
async def test_answers(hero_root: Path, body: bytes, headers: dict[str, str], status: int, answer: Any) -> None:
    async with served(hero_root) as path, client(path) as http:
        response = await http.post("/rpc", content=body, headers=headers)
        assert response.status_code == status
        assert (response.json() if response.content else None) == answer


async def test_a_batch_is_one_array(hero_root: Path) -> None:
    async with served(hero_root) as path, client(path) as http:
        response = await http.post("/rpc", content=b"[" + ASK + b"," + ASK + b"]")
        assert response.headers["content-type"] == "application/json"
        assert [one["result"] for one in response.json()] == ["nobody", "nobody"]


async def test_a_client_of_http_1_0_is_told_the_length_of_a_batch(hero_root: Path) -> None:
    async with served(hero_root) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        batch = b"[" + ASK + b"]"
        writer.write(f"POST /rpc HTTP/1.0\r\nhost: x\r\ncontent-length: {len(batch)}\r\n\r\n".encode() + batch)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert b"chunked" not in head
        assert f"content-length: {len(body)}".encode() in head
        assert json.loads(body) == [{"jsonrpc": "2.0", "id": 1, "result": "nobody"}]


async def test_a_reader_who_does_not_read_keeps_the_calls_of_its_batch_waiting(hero_root: Path) -> None:
    """Of 100 answers of 32 KiB no more are made than fit on the way to it; the others once it reads."""
    async with served(hero_root) as path:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=1)
        many = b"[" + b",".join([ASK.replace(b"who", b"fill")] * 100) + b"]"
        head = f"POST /rpc HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {len(many)}\r\n\r\n"
        FILLED.clear()
        writer.write(head.encode() + many)
        await writer.drain()
        made = 0
        while made == 0 or made != len(FILLED):
            made = len(FILLED)
            await asyncio.sleep(0.1)
        assert made < 50
        while await reader.read(65536):
            pass
        assert len(FILLED) == 100
        writer.close()


async def test_a_caller_who_cannot_be_known_gets_the_error(hero_root: Path) -> None:
    async with served(hero_root) as path, client(path) as http:
        response = await http.post("/rpc", content=ASK, headers={"x-broken": "yes"})
        assert (response.status_code, response.json()["error"]["code"]) == (503, -32007)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_413(hero_root: Path, declared: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LIMIT // 1000 + 1):
            yield b" " * 1000

    async with served(hero_root) as path, client(path) as http:
        content: Any = b" " * (LIMIT + 1) if declared else chunks()
        response = await http.post("/rpc", content=content)
        assert (response.status_code, response.json()["error"]["code"]) == (413, -32005)


async def test_a_caller_who_leaves_in_the_middle_is_no_defect(
    hero_root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No traceback in the log, and the next caller is answered."""
    with caplog.at_level(logging.WARNING):
        async with served(hero_root) as path, client(path) as http:
            _, writer = await asyncio.open_unix_connection(str(path))
            writer.write(b"POST /rpc HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nhalf")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            assert (await http.post("/rpc", content=ASK)).status_code == 200
    assert caplog.records == []


async def test_the_documents_of_a_socket(hero_root: Path) -> None:
    async with served(hero_root) as path, client(path) as http:
        assert (await http.get("/health")).json() == {
            "status": "ok",
            "conditions": [],
            "service": "things",
            "version": "1.0",
        }
        assert (await http.get("/.well-known/heroservice.json")).json()["protocol"] == "openrpc"
        assert (await http.get("/openrpc.json")).json() == {"openrpc": "1.3.2"}
        assert (await http.get("/rpc")).status_code == 405


async def test_a_client_that_has_the_document_is_told_that_it_is_the_same(hero_root: Path) -> None:
    async with served(hero_root) as path, client(path) as http:
        etag = (await http.get("/openrpc.json")).headers["etag"]
        for known in (etag, f'"other", W/{etag}', "*"):
            again = await http.get("/openrpc.json", headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        other = await http.get("/openrpc.json", headers={"if-none-match": '"other"'})
        assert other.json() == {"openrpc": "1.3.2"}
