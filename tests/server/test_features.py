"""A folder registers itself: its method, its event and what pages may call of it come with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hero_assistance_server
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.features import discover_features, event_types
from tests.server.desk import running

pytestmark = pytest.mark.anyio

TOY = '''
from contextlib import asynccontextmanager

from hero_assistance_sdk.rpc.methods import NoParams, Result
from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import Audience, Change, Reach
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.permissions import STAFF, Caller

TOY_RUNG = EventType(EventKind("toy.rung"), "everybody")


class Rung(Result):
    seq: int


def _add_methods(registry, desk):
    @registry.method("toy.ring", allow=STAFF, page=True)
    async def ring(caller: Caller, params: NoParams) -> Rung:
        """Ring the bell."""
        change = Change(TOY_RUNG, None, None, Audience(Reach.EVERYONE))
        return Rung(seq=await desk.store.write(lambda work: work.apply(change, caller)))


@asynccontextmanager
async def _tune(desk):
    await desk.store.write(lambda work: work.record_audit_entry("toy.tuned", Caller(None), {}))
    yield
    await desk.store.write(lambda work: work.record_audit_entry("toy.shut", Caller(None), {}))


FEATURE = Feature(_add_methods, event_types=(TOY_RUNG,), background=_tune)
'''


@pytest.fixture
def _toys(tmp_path: Path) -> Iterator[None]:
    """A folder `toys` next to `tickets`, for the time of one test."""
    folder = tmp_path / "features" / "toys"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "feature.py").write_text(TOY)
    hero_assistance_server.__path__.append(str(folder.parent))
    discover_features.cache_clear()
    yield
    hero_assistance_server.__path__.remove(str(folder.parent))
    for name in [name for name in sys.modules if name.startswith("hero_assistance_server.toys")]:
        del sys.modules[name]
    discover_features.cache_clear()


@pytest.mark.usefixtures("_toys")
async def test_a_new_folder_needs_no_other_line(paths: Paths) -> None:
    async with running(paths) as desk:
        rung = await desk.call("toy.ring", "bob")
        heard = await desk.heard("carol", rung["seq"] - 1)
        document = await desk.call("rpc.discover")
    assert [(event.seq, event.kind) for event in heard] == [(rung["seq"], "toy.rung")]
    described = {method["name"]: method for method in document["methods"]}["toy.ring"]
    assert (described["x-allow"], described["x-page"]) == (["agent", "admin"], True)
    assert "toy.rung" in {event["name"] for event in document["x-events"]}


@pytest.mark.usefixtures("_toys")
async def test_its_work_in_the_background_lasts_as_long_as_the_server(paths: Paths) -> None:
    for _start in range(2):
        async with running(paths) as desk:
            entries = (await desk.call("audit.list"))["entries"]
    assert [entry["action"] for entry in entries if entry["action"].startswith("toy.")] == [
        "toy.tuned",
        "toy.shut",
        "toy.tuned",
    ]


@pytest.mark.usefixtures("_toys")
async def test_its_permission_is_its_own(paths: Paths) -> None:
    async with running(paths) as desk:
        with pytest.raises(RpcFailure, match=r"carol is a customer and may not call toy\.ring"):
            await desk.call("toy.ring", "carol")


async def test_without_the_folder_nothing_is_left_of_it(paths: Paths) -> None:
    assert "toy.rung" not in event_types()
    async with running(paths) as desk:
        with pytest.raises(RpcFailure, match=r"toy\.ring"):
            await desk.call("toy.ring", "bob")
