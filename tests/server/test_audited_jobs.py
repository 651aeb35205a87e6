"""Work of minutes is in the audit trail before it begins: what cannot be recorded there is not done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sql.write_path.unit_of_work import SqlUnitOfWork
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio

# What begins a job, how it is asked about, and the action of its entry.
JOBS: list[tuple[str, str, dict[str, Any], str]] = [
    ("system.backup", "system.backup", {"make": False}, "system.backup_started"),
    ("export.create", "export.get", {}, "export.started"),
]
ERASURES: list[tuple[str, dict[str, Any], str]] = [
    ("ticket.delete", {"ticket_id": 1}, "ticket.deletion_started"),
    ("user.erase", {"user_id": "carol"}, "user.erasure_started"),
]


@pytest.fixture
def full_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry of its own can be written."""

    def refuse(_work: SqlUnitOfWork, _action: str, _by: Caller, _detail: Mapping[str, str]) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(SqlUnitOfWork, "record_audit_entry", refuse)


async def actions(desk: Desk, action: str) -> list[str | None]:
    return [one["actor"] for one in (await desk.call("audit.list", "alice", action=action))["entries"]]


@pytest.mark.parametrize(("begin", "ask", "params", "action"), JOBS)
async def test_what_begins_is_recorded(paths: Paths, begin: str, ask: str, params: dict[str, Any], action: str) -> None:
    async with running(paths) as desk:
        assert (await desk.call(begin, "alice"))["running"]
        assert await actions(desk, action) == ["alice"]
        await desk.call(ask, "alice", **params)
        assert await actions(desk, action) == ["alice"]


@pytest.mark.usefixtures("full_trail")
@pytest.mark.parametrize(("begin", "ask", "params", "action"), JOBS)
async def test_what_cannot_be_recorded_is_not_begun(
    paths: Paths, begin: str, ask: str, params: dict[str, Any], action: str
) -> None:
    async with running(paths) as desk:
        with pytest.raises(RpcFailure, match="the disk is full"):
            await desk.call(begin, "alice")
        assert not (await desk.call(ask, "alice", **params))["running"]
        assert await actions(desk, action) == []


@pytest.mark.parametrize(("method", "params", "action"), ERASURES)
async def test_an_erasure_is_recorded_before_its_first_portion(
    paths: Paths, method: str, params: dict[str, Any], action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        monkeypatch.setattr(SqlUnitOfWork, "apply", _stop)
        with pytest.raises(RpcFailure, match="the disk is full"):
            await desk.call(method, "alice", **params)
        assert await actions(desk, action) == ["alice"], "it has begun, and has not ended"
        monkeypatch.undo()
        await desk.call(method, "alice", **params)
        assert await actions(desk, action) == ["alice", "alice"]
        entries = (await desk.call("audit.list", "alice"))["entries"]
        assert method == "ticket.delete" or "carol" not in str(entries)


@pytest.mark.usefixtures("full_trail")
@pytest.mark.parametrize(("method", "params", "action"), ERASURES)
async def test_an_erasure_that_cannot_be_recorded_takes_nothing(
    paths: Paths, method: str, params: dict[str, Any], action: str
) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        before = (await desk.call("event.list", "alice", since=0))["events"]
        with pytest.raises(RpcFailure, match="the disk is full"):
            await desk.call(method, "alice", **params)
        assert (await desk.call("event.list", "alice", since=0))["events"] == before != []
        assert await actions(desk, action) == []


@pytest.mark.parametrize(("method", "params", "action"), ERASURES)
async def test_a_dry_run_records_nothing(paths: Paths, method: str, params: dict[str, Any], action: str) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        await desk.call(method, "alice", **params, dry_run=True)
        assert await actions(desk, action) == []


def _stop(*_change: object, **_more: object) -> None:
    raise StoreUnavailable("the disk is full")
