"""What the outbox forgets: by age and by number, of each channel and state for itself, and from an index alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_server.outbox import pruning
from hero_assistance_server.outbox.model import Delivery, DeliveryState
from hero_assistance_server.outbox.pruning import prune
from hero_assistance_server.outbox.rules import BACK_OFF, KEPT, Bounds
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import PRUNE_BY_AGE, PRUNE_BY_NUMBER
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.capabilities import sqlite_only
from tests.server.databases import open_store

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DONE, DEAD, DROPPED = DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.DROPPED


@dataclass
class Outbox:
    """A store whose clock the test moves."""

    now: datetime = NOON
    stores: list[FileStorage] = field(default_factory=list)

    @property
    def store(self) -> FileStorage:
        return self.stores[0]

    async def add(self, state: DeliveryState | None, *keys: str, channel: str = "mail") -> None:
        def command(work: UnitOfWork) -> None:
            for key in keys:
                work.outbox.add(Delivery(channel, key, "a@example.org", "{}", work.now), work.now)
                added = next(work.outbox.iterate_newest(None, None, 2**62)).delivery_id
                if state is DONE:
                    work.outbox.finish(added, "250 OK", work.now)
                elif state is DEAD:
                    work.outbox.fail(added, "550 no", work.now, None)
                elif state is DROPPED:
                    work.outbox.drop(added, work.now)

        await self.store.write(command)

    async def keys(self) -> list[str]:
        found = await self.store.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 2**62)))
        return [one.key for one in found][::-1]


@pytest.fixture
async def outbox(hero_root: Path) -> AsyncIterator[Outbox]:
    made = Outbox()
    async with open_store(hero_root, clock=lambda: made.now, publish=lambda _event: None) as store:
        made.stores.append(store)
        yield made


async def test_each_state_has_an_age(outbox: Outbox) -> None:
    for state in (DONE, DROPPED, DEAD, None):
        await outbox.add(state, f"{state}")
    outbox.now += KEPT[DONE].age - timedelta(seconds=1)
    assert await prune(outbox.store, ["mail"]) == 0
    outbox.now += timedelta(seconds=2)
    assert await prune(outbox.store, ["mail"]) == 2
    assert await outbox.keys() == ["dead", "None"]
    outbox.now += KEPT[DEAD].age
    assert await prune(outbox.store, ["mail"]) == 1
    assert await outbox.keys() == ["None"]


async def test_the_oldest_beyond_a_number_go_of_each_channel(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 3)
    monkeypatch.setattr(pruning, "KEPT", {DEAD: Bounds(DAY, 2), DONE: Bounds(DAY, 2)})
    await outbox.add(DEAD, *(f"dead{number}" for number in range(9)))
    await outbox.add(DONE, "done")
    await outbox.add(DEAD, "w0", "w1", channel="webhook")
    assert await prune(outbox.store, ["mail", "webhook"]) == 7
    assert await outbox.keys() == ["dead7", "dead8", "done", "w0", "w1"]
    (counted,) = await outbox.store.read(lambda snapshot: snapshot.outbox.count_pruned())
    assert (counted.channel, counted.state, counted.count) == ("mail", DEAD, 7)


async def test_what_was_given_up_and_retried_has_no_age(outbox: Outbox) -> None:
    await outbox.add(DEAD, "a")
    outbox.now += KEPT[DEAD].age * 2
    await outbox.store.write(lambda work: work.outbox.retry(1, work.now))
    assert await prune(outbox.store, ["mail"]) == 0
    await outbox.store.write(lambda work: work.outbox.fail(1, "no", work.now, None))
    assert await prune(outbox.store, ["mail"]) == 0


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("statement", [PRUNE_BY_AGE, PRUNE_BY_NUMBER])
async def test_it_reads_an_index_alone(outbox: Outbox, statement: str) -> None:
    values = {"channel": "mail", "state": "done", "before": 0, "keep": 10, "limit": 10}
    connection = open_reader(outbox.store.folder / DATABASE)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    connection.close()
    assert not [line for line in plan if line.startswith("SCAN")]
    assert any("COVERING INDEX deliveries_finished" in line for line in plan)
    assert not [line for line in plan if "TEMP B-TREE" in line]


async def test_what_was_put_off_while_the_clock_was_ahead_is_due_now(outbox: Outbox) -> None:
    await outbox.add(None, "next", "far")
    await outbox.store.write(lambda work: work.outbox.fail(1, "451 later", work.now, work.now + max(BACK_OFF)))
    await outbox.store.write(lambda work: work.outbox.fail(2, "451 later", work.now, work.now + 3650 * DAY))
    await prune(outbox.store, ["webhook"])
    due = await outbox.store.read(lambda snapshot: snapshot.outbox.next_due("mail"))
    assert due == NOON + max(BACK_OFF)
    await prune(outbox.store, ["mail"])
    found = await outbox.store.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 2**62)))
    assert [(one.key, one.due_at) for one in found] == [("far", NOON), ("next", NOON + max(BACK_OFF))]
