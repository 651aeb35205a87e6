"""The quarantine is bounded, and an operator refiles or discards what is in it; old bytes are found by an index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.mail.receiving import retention
from hero_assistance_server.mail.receiving.filing import filing
from hero_assistance_server.mail.receiving.model import (
    Arrival,
    FilingOutcome,
    IncomingMail,
    MailId,
    MailState,
    StoredSize,
)
from hero_assistance_server.mail.receiving.retention import Retention, choose_portion
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.mail.incoming_mails import OLD_BYTES
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.capabilities import sqlite_only
from tests.server.databases import execute
from tests.server.desk import OPERATOR, Desk, running
from tests.server.mail.mails import deliver, settled, write
from tests.server.store_fixtures import NOON, opened

pytestmark = pytest.mark.anyio

NAMELESS = b"Subject: hello\r\n\r\n%d\r\n"


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


async def add(
    store: FileStorage,
    count: int,
    state: MailState = MailState.QUARANTINED,
    age: timedelta = timedelta(),
    size: int = 20,
) -> None:
    def command(work: UnitOfWork) -> None:
        for number in range(count):
            raw = b"%d %d " % (number, age.total_seconds())
            mail_id = work.incoming_mails.add(Arrival("listener", raw.ljust(size, b"x")), f"{number} {age}", NOON - age)
            assert mail_id is not None
            work.incoming_mails.finish(mail_id, FilingOutcome(state, "because"))

    await store.write(command)


async def records(store: FileStorage) -> list[IncomingMail]:
    return await store.read(lambda snapshot: snapshot.incoming_mails.list_before(MailId(10**9), 1000))


async def read_raw(store: FileStorage, mail_id: MailId) -> bytes | None:
    return await store.read(lambda snapshot: snapshot.incoming_mails.read_raw(mail_id))


async def test_what_is_quarantined_too_long_is_discarded(store: FileStorage) -> None:
    await add(store, 1, age=retention.QUARANTINE_KEPT_FOR + timedelta(minutes=1))
    await add(store, 1, age=retention.QUARANTINE_KEPT_FOR - timedelta(minutes=1))
    await Retention(store).keep(1.0)
    kept, old = await records(store)
    assert (kept.state, old.state) == (MailState.QUARANTINED, MailState.IGNORED)
    assert old.reason == "discarded after 90 days: because"
    assert await read_raw(store, old.mail_id) is None
    assert await read_raw(store, kept.mail_id) is not None


async def test_the_oldest_of_too_many_is_discarded_at_once(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "QUARANTINE_MAILS", 3)
    monkeypatch.setattr(retention, "PORTION", 2)
    keeping = Retention(store)
    await keeping.keep(1.0)
    await add(store, 10)
    await keeping.keep(2.0)
    quarantined = [one.mail_id for one in await records(store) if one.state is MailState.QUARANTINED]
    assert quarantined == [10, 9, 8]


async def test_the_quarantine_is_bounded_in_bytes(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "QUARANTINE_BYTES", 1000)
    await add(store, 10, size=300)
    await Retention(store).keep(1.0)
    assert sum(one.size for one in await records(store) if one.state is MailState.QUARANTINED) == 900


async def test_the_bytes_of_what_is_dealt_with_are_deleted_after_a_month(store: FileStorage) -> None:
    await add(store, 2, MailState.FILED, retention.RAW_KEPT_FOR + timedelta(minutes=1))
    await add(store, 1, MailState.FILED, retention.RAW_KEPT_FOR - timedelta(minutes=1))
    await Retention(store).keep(1.0)
    newest, *old = await records(store)
    assert await read_raw(store, newest.mail_id) is not None
    assert [await read_raw(store, one.mail_id) for one in old] == [None, None]
    assert {one.state for one in old} == {MailState.FILED}


@sqlite_only("asks for a plan of SQLite")
async def test_old_bytes_are_found_by_an_index_that_has_no_others(store: FileStorage) -> None:
    plan = [row[3] for row in execute(store.folder, f"EXPLAIN QUERY PLAN {OLD_BYTES}", "filed", 0, 1)]
    assert plan == ["SEARCH incoming_mails USING INDEX incoming_mails_with_old_bytes (state=? AND received_at<?)"]


async def test_old_bytes_are_looked_for_once_an_hour(store: FileStorage) -> None:
    keeping = Retention(store)
    assert await keeping.keep(100.0) == retention.LOOK_EVERY_S
    await add(store, 1, MailState.FILED, retention.RAW_KEPT_FOR * 2)
    assert await keeping.keep(200.0) == retention.LOOK_EVERY_S - 100
    assert await read_raw(store, MailId(1)) is not None
    await keeping.keep(100.0 + retention.LOOK_EVERY_S)
    assert await read_raw(store, MailId(1)) is None


@pytest.mark.parametrize("state", [MailState.IGNORED, MailState.FILED])
async def test_the_bytes_of_what_is_dealt_with_are_bounded(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch, state: MailState
) -> None:
    """At once, the oldest first; the records stay."""
    monkeypatch.setitem(retention.RAW_BYTES, state, 1000)
    monkeypatch.setattr(retention, "PORTION", 2)
    keeping = Retention(store)
    await keeping.keep(1.0)
    await add(store, 10, state, size=300)
    await add(store, 3, MailState.QUARANTINED, timedelta(hours=1), size=900)
    await keeping.keep(2.0)
    found = await records(store)
    stored = [one.mail_id for one in found if await read_raw(store, one.mail_id) is not None]
    assert stored == [13, 12, 11, 10, 9, 8]
    assert [one.state for one in found if one.mail_id <= 10] == [state] * 10
    measured = await store.read(lambda snapshot: snapshot.incoming_mails.measure_bytes())
    assert {key: size for key, size in measured.items() if size} == {state: 900, MailState.QUARANTINED: 2700}


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        (b"A: b\r\n\r\nbody\n\nmore", b"A: b\r\n\r\n"),
        (b"A: b\n\nbody\r\n\r\nmore", b"A: b\n\n"),
        (b"a" * 99_999, b"a" * retention.HEADER_LIMIT),
        (b"", b""),
    ],
)
def test_a_header_ends_at_the_first_empty_line(raw: bytes, header: bytes) -> None:
    assert retention.cut_to_header(raw) == header


async def test_of_a_large_automatic_answer_the_header_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "AUTOMATIC_LIMIT", 1000)
    large = write(("y" * 70 + "\n") * 20, Auto_Submitted="auto-replied", Message_ID="<1@x>")
    ignored = await deliver(desk, large)
    assert (ignored["state"], ignored["reason"]) == ("ignored", "an automatic answer, of which the header is kept")
    read = await desk.call("mail.read", "alice", mail_id=ignored["mail_id"])
    assert "auto-replied" in read["raw"]
    assert "yyy" not in read["raw"]
    assert ignored["size"] == len(read["raw"])
    small = await deliver(desk, write("y" * 70, Auto_Submitted="auto-replied"))
    assert small["reason"] == "an automatic answer"
    assert "yyy" in (await desk.call("mail.read", "alice", mail_id=small["mail_id"]))["raw"]


def test_a_transaction_deletes_so_many_bytes_at_most() -> None:
    large = [StoredSize(MailId(number), retention.PORTION_BYTES // 2) for number in range(9)]
    assert choose_portion(large) == [0, 1]
    assert choose_portion([StoredSize(MailId(1), 10 * retention.PORTION_BYTES)]) == [1]
    assert choose_portion([]) == []


async def quarantined(desk: Desk, count: int) -> None:
    for number in range(count):
        await desk.call("mail.deliver", "alice", text=(NAMELESS % number).decode())
    assert {one["state"] for one in await settled(desk)} == {"quarantined"}


async def audited(desk: Desk, action: str) -> list[dict[str, Any]]:
    page = await desk.call("audit.list", "alice")
    return [one for one in page["entries"] if one["action"] == action]


async def test_an_operator_discards_one_mail(desk: Desk) -> None:
    await quarantined(desk, 2)
    gone = await desk.call("mail.discard", OPERATOR, mail_id=1)
    assert (gone["state"], gone["reason"]) == ("ignored", "discarded: it names no sender, or more than one")
    assert (await desk.call("mail.read", "alice", mail_id=1))["raw"] is None
    assert (await desk.call("mail.inbox", "alice"))["counts"]["quarantined"] == 1
    (entry,) = await audited(desk, "mail.discarded")
    assert entry["detail"]["first"] == "1"
    with pytest.raises(RpcFailure, match="bytes of mail 1 are deleted"):
        await desk.call("mail.refile", "alice", mail_id=1)


async def test_a_filed_mail_is_not_discarded(desk: Desk) -> None:
    filed = await deliver(desk, write())
    with pytest.raises(RpcFailure, match="is filed on ticket"):
        await desk.call("mail.discard", "alice", mail_id=filed["mail_id"])
    with pytest.raises(RpcFailure, match="there is no mail 77"):
        await desk.call("mail.discard", "alice", mail_id=77)


async def test_an_operator_discards_all_or_what_is_old(desk: Desk) -> None:
    await quarantined(desk, 3)
    assert await desk.call("mail.discard_quarantined", "alice", before=1000) == 0
    assert await desk.call("mail.discard_quarantined", "alice", before=4_000_000_000_000) == 3
    assert await desk.call("mail.discard_quarantined", "alice") == 0
    assert (await desk.call("mail.inbox", "alice"))["counts"] == {
        "received": 0,
        "filed": 0,
        "ignored": 3,
        "quarantined": 0,
    }


async def test_an_operator_refiles_all(desk: Desk) -> None:
    await quarantined(desk, 3)
    assert await desk.call("mail.refile_quarantined", "alice") == 3
    assert {one["state"] for one in await settled(desk)} == {"filed"}
    assert await desk.call("mail.refile_quarantined", "alice") == 0
    assert len(await audited(desk, "mail.refiled")) == 1


@pytest.fixture
async def desk(paths: Any) -> AsyncIterator[Desk]:
    async with running(paths) as desk:
        yield desk
