"""One caller's slow downloads leave the others theirs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from hero_assistance_sdk.errors import TooMany
from hero_assistance_ui.identity import PAGE_USER, AuthMode, BrowserIdentity
from hero_assistance_ui.relays.file_places import FilePlaces
from hero_assistance_ui.trust import Trust
from tests.ui.daemons import Desk, http, picked

FILES = "/projects/hero_assistance/attachments"
# More than every pool of connections to the ticket server has held.
STALLED = 120
SIZE = 2_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@contextlib.asynccontextmanager
async def opened(log: list[str], name: str) -> AsyncIterator[Any]:
    log.append(name)
    yield name


@pytest.mark.anyio
async def test_a_caller_waits_for_a_place_of_their_own() -> None:
    log: list[str] = []
    places = FilePlaces(each=1, wait_s=0.2)
    async with places.take("carol", opened(log, "first")):
        with pytest.raises(TooMany):
            async with places.take("carol", opened(log, "second")):
                pytest.fail("there is one place")
        async with places.take("bob", opened(log, "bob's")):
            waiting = asyncio.create_task(places.take("carol", opened(log, "third")).__aenter__())
            await asyncio.sleep(0.05)
            assert log == ["first", "bob's"]
    await waiting
    assert log == ["first", "bob's", "third"]


@pytest.mark.parametrize("named", ["carol", "bob", "1"])
def test_for_whom_a_page_asks_makes_no_other_caller(named: str) -> None:
    """Else who writes another name with each file has as many places as names."""
    identity = BrowserIdentity(AuthMode.HERO, Trust.SOCKET, is_local=True)

    def claims(*more: tuple[bytes, bytes]) -> dict[bytes, bytes]:
        headers = [(b"x-hero-user", b"carol"), *more]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
        return identity.claims(Request(scope))

    assert claims((PAGE_USER.lower().encode(), named.encode())) == claims()


def test_stalled_downloads_of_one_caller_stop_no_other(dev_desk: Desk) -> None:
    ui = dev_desk.paths.socket("ui")
    with http(ui) as client, contextlib.ExitStack() as stack:
        sent = client.post(
            f"{FILES}?name=a.bin",
            content=b"x" * SIZE,
            headers={"content-type": "application/octet-stream", **picked("carol")},
        ).json()
        dev_desk.call("carol", "ticket.create", title="A file", body="", attachments=[sent["attachment_id"]])
        path = f"{FILES}/{sent['attachment_id']}"
        ask = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nx-picked-user: carol\r\n\r\n".encode()
        for _ in range(STALLED):
            sock = stack.enter_context(socket.socket(socket.AF_UNIX))
            sock.connect(str(ui))
            sock.sendall(ask)
        for _ in range(3):
            answer = client.get(path, headers=picked("bob"))
            assert (answer.status_code, len(answer.content)) == (200, SIZE)
