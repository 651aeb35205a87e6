"""Two servers on one database, each a process on a machine of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.files.data_folder import DATABASE, NODE_MARK
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Event
from tests.capabilities import PROC, needs
from tests.server.desk import START_S, STOP_S, Child, spawn
from tests.server.postgres.daemons import DEV, another_root, daemon

pytestmark = pytest.mark.anyio


async def call(server: Child, method: str, user: str = "alice", /, **params: Any) -> Any:
    def ask() -> Any:
        with server.client(user) as client:
            return client.call(method, **params)

    return await asyncio.to_thread(ask)


async def wait_for_title(server: Child, user: str, since: int, title: str) -> Event:
    """Wait until a stream brings an event of a ticket with this title."""
    events = subscribe(server.paths.socket("events"), headers={"x-dev-user": user}, since=since)
    async with contextlib.aclosing(events), asyncio.timeout(STOP_S):
        async for event in events:
            if isinstance(event, Event) and event.ticket is not None and event.ticket.title == title:
                return event
    raise AssertionError("the stream ended")


async def test_what_one_server_writes_the_other_reads_and_tells(hero_env: dict[str, str], postgres_url: str) -> None:
    with another_root(hero_env) as other_env:
        async with daemon(hero_env, postgres_url) as one, daemon(other_env, postgres_url) as other:
            before = (await call(other, "system.health"))["seq"]
            made = await call(one, "ticket.create", "carol", title="the printer burns", body="help")
            event = await wait_for_title(other, "bob", before, "the printer burns")
            assert event.ticket is not None
            assert event.ticket.ticket_id == made["ticket_id"]
            read = await call(other, "ticket.get", "bob", ticket_id=made["ticket_id"])
            assert read["title"] == "the printer burns"
            assert not (one.paths.data / DATABASE).exists()


async def test_a_server_that_is_killed_leaves_the_other_at_work(hero_env: dict[str, str], postgres_url: str) -> None:
    with another_root(hero_env) as other_env:
        async with daemon(other_env, postgres_url) as other:
            async with daemon(hero_env, postgres_url) as one:
                first = await call(one, "ticket.create", "carol", title="first", body="b")
                one.process.send_signal(signal.SIGKILL)
                await asyncio.to_thread(one.process.wait, STOP_S)
            second = await call(other, "ticket.create", "carol", title="second", body="b")
            assert second["ticket_id"] == first["ticket_id"] + 1
            async with daemon(hero_env, postgres_url) as again:
                found = await call(again, "ticket.list", "bob")
                assert {row["title"] for row in found["tickets"]} == {"first", "second"}


async def test_a_node_without_its_setting_begins_no_empty_desk(
    hero_env: dict[str, str], paths: Paths, postgres_url: str
) -> None:
    """Nothing listens where the supervisor would tell `DATABASE`."""
    async with daemon(hero_env, postgres_url):
        pass
    server = spawn(hero_env, paths, *DEV)
    assert await asyncio.to_thread(server.process.wait, START_S) == 1
    log = server.log.read_text()
    assert "no supervisor tells which database this desk is in (DATABASE)" in log
    assert str(paths.data / NODE_MARK) in log
    assert not (paths.data / DATABASE).exists()


async def test_a_second_server_on_a_data_folder_is_refused(
    hero_env: dict[str, str], paths: Paths, postgres_url: str
) -> None:
    async with daemon(hero_env, postgres_url) as first:
        second = spawn(hero_env, paths, *DEV)
        assert await asyncio.to_thread(second.process.wait, START_S) == 1
        assert f"process {first.process.pid} already serves {paths.data}" in second.log.read_text()


@needs(PROC)
async def test_no_argument_and_no_file_has_the_url(hero_env: dict[str, str], postgres_url: str) -> None:
    url = postgres_url.replace("desk@", "desk:s3cr3t-of-the-database@")
    async with daemon(hero_env, url) as server:
        assert await call(server, "ticket.create", "carol", title="t", body="b")
        process = read_files(Path(f"/proc/{server.process.pid}/{name}") for name in ("cmdline", "environ"))
        assert DEV[0].encode() in process
    assert b"s3cr3t" not in process + read_files(path for path in server.paths.root.rglob("*") if path.is_file())


def read_files(paths: Iterable[Path]) -> bytes:
    return b"".join(path.read_bytes() for path in paths)
