"""The search index of a node: it follows all nodes, is made again when needed, and shows each what they may see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import psycopg
import pytest

from hero_assistance_sdk.wire import MessageKind, Seq, TicketId, UserId
from hero_assistance_server.erasure import rules as erasure_rules
from hero_assistance_server.erasure.model import FilePolicy, NamedEntries
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.search import index_file, index_follower, search_repository
from hero_assistance_server.storage.postgres.search.changed_tickets import list_changed
from hero_assistance_server.storage.postgres.search.index_file import FILE, IndexFile, IndexProgress
from hero_assistance_server.storage.postgres.search.index_follower import IndexFollower
from hero_assistance_server.storage.postgres.store import PostgresStore, open_store
from hero_assistance_server.storage.sql.search import index_portions
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User
from tests.postgres import Cluster, name_of
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, create, set_fields, write
from tests.server.postgres.test_nodes import cut
from tests.server.store_fixtures import NOON

pytestmark = pytest.mark.anyio

FIRST = TicketId(1)


@asynccontextmanager
async def node(url: str, folder: Path | None = None) -> AsyncIterator[PostgresStore]:
    async with open_store(url, clock=lambda: NOON, publish=lambda _: None, folder=folder) as store:
        await store.write(add_users)
        yield store


def add_users(work: UnitOfWork) -> None:
    for user in DEMO_USERS:
        if work.users.find(user.user_id) is None:
            work.users.save(user, work.now)


async def found(store: PostgresStore, text: str, reader: User = BOB) -> list[int]:
    tickets = await store.read(lambda snapshot: snapshot.search.find(parse(text), reader, 100, 10))
    return [ticket.ticket_id for ticket in tickets]


async def until_found(store: PostgresStore, text: str, expected: list[int], reader: User = BOB) -> None:
    """Return once the index has followed."""
    async with asyncio.timeout(30):
        while await found(store, text, reader) != expected:
            pass


def delete(work: UnitOfWork, ticket_id: TicketId = FIRST) -> None:
    ticket = work.tickets.find(ticket_id)
    assert ticket is not None
    plan = work.erasure.plan_ticket(ticket_id)
    work.erasure.delete_tickets([ticket], work.now)
    work.erasure.forget_events_of([ticket_id], Seq(0), work.events.last_seq())
    work.apply(erasure_rules.delete_ticket(ticket, plan), Caller(BOB))


async def test_each_node_finds_what_another_wrote(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.write(lambda work: create(work, "red gateway"))
        assert await found(other, "gateway") == [1]
        await other.write(lambda work: set_fields(work, work.tickets.find(TicketId(1)), Patch(title="keyboard")))  # type: ignore[arg-type]
        assert [await found(one, text) for text in ("gateway", "keyboard")] == [[], [1]]


async def test_a_node_that_was_away_goes_on_where_it_was(postgres_url: str, tmp_path: Path) -> None:
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "gateway"))
        assert await found(one, "gateway") == [1]
    async with node(postgres_url) as other:
        await other.write(lambda work: create(work, "second gateway"))
    before = (tmp_path / FILE).stat().st_ino
    async with node(postgres_url, tmp_path) as one:
        assert await found(one, "gateway") == [2, 1]
    assert (tmp_path / FILE).stat().st_ino == before


async def test_it_is_made_again_where_events_are_missing(postgres_url: str, tmp_path: Path) -> None:
    """They were deleted while the node was away."""
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "gateway"))
        assert await found(one, "gateway") == [1]
    async with node(postgres_url) as other:
        await other.write(lambda work: set_fields(work, work.tickets.find(TicketId(1)), Patch(title="keyboard")))  # type: ignore[arg-type]
        await other.write(lambda work: work.erasure.forget_events(work.events.last_seq()))
    async with node(postgres_url, tmp_path) as one:
        assert [await found(one, text) for text in ("gateway", "keyboard")] == [[], [1]]


async def test_a_ticket_that_was_the_newest_leaves_no_document(postgres_url: str, tmp_path: Path) -> None:
    """It was deleted while the node was away: no older ticket says that its document is to go."""
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "laptop"))
        await one.write(lambda work: create(work, "quetzalcoatl"))
        assert await found(one, "quetzalcoatl") == [2]
    async with node(postgres_url) as other:
        await other.write(lambda work: create(work, "vanishes too"))
        for last in (TicketId(3), TicketId(2)):
            await other.write(lambda work, ticket_id=last: delete(work, ticket_id))  # type: ignore[misc]
    async with node(postgres_url, tmp_path) as one:
        assert await found(one, "laptop") == [1]
        assert one.index.file.match("quetzalcoatl", 100, 10) == []


async def test_it_is_made_again_when_the_only_ticket_was_deleted(postgres_url: str, tmp_path: Path) -> None:
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "quetzalcoatl"))
        assert await found(one, "quetzalcoatl") == [1]
    async with node(postgres_url) as other:
        await other.write(lambda work: set_fields(work, work.tickets.find(FIRST), Patch(title="other")))  # type: ignore[arg-type]
        await other.write(delete)
    async with node(postgres_url, tmp_path) as one:
        assert await found(one, "laptop") == []
        assert one.index.file.match("quetzalcoatl", 100, 10) == []
        assert await one.read(lambda snapshot: snapshot.search.count_missing()) == 0


async def get_ahead(url: str, cluster: Cluster, folder: Path) -> str:
    """Copy the database, then have the index in the folder follow one more ticket; returns the copy's URL."""
    async with node(url) as one:
        await one.write(lambda work: create(work, "laptop"))
    earlier = cluster.create_database(name_of(url))
    async with node(url, folder) as one:
        await one.write(lambda work: create(work, "gateway"))
        assert await found(one, "gateway") == [2]
    return earlier


async def test_it_is_made_again_when_it_is_ahead_of_a_database_that_was_set_back(
    postgres_url: str, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    """Its numbers would be those of other events."""
    earlier = await get_ahead(postgres_url, postgres_cluster, tmp_path)
    async with node(earlier, tmp_path) as one:
        assert one.index.file.match("gateway", 100, 10) == []
        await one.write(lambda work: create(work, "keyboard"))
        assert [await found(one, text) for text in ("gateway", "keyboard", "laptop")] == [[], [2], [1]]


async def test_it_is_made_again_where_a_restore_left_numbers_out(
    postgres_url: str, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    """The numbers of the restored database are ahead of those that the file has."""
    earlier = await get_ahead(postgres_url, postgres_cluster, tmp_path)
    with psycopg.connect(earlier) as connection:
        connection.execute("UPDATE hero_assistance.last_ids SET last_id = 2^40 WHERE name = 'events'")
    async with node(earlier, tmp_path) as one:
        assert one.index.file.match("gateway", 100, 10) == []
        assert one.index.file.progress == IndexProgress(Seq(2**40), 1)
        await one.write(lambda work: create(work, "keyboard"))
        assert [await found(one, text) for text in ("gateway", "keyboard", "laptop")] == [[], [2], [1]]


async def test_it_is_made_again_when_it_is_damaged_while_it_is_used(postgres_url: str, tmp_path: Path) -> None:
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "gateway"))
        assert await found(one, "gateway") == [1]
        other = apsw.Connection(str(tmp_path / FILE))
        other.execute("UPDATE search_index_data SET block = x'ffffffffffffffff' WHERE id > 100")
        other.close()
        with pytest.raises(StoreUnavailable, match="search index"):
            await found(one, "gateway")
        await until_found(one, "gateway", [1])


def test_how_far_it_is_does_not_outrun_the_file(tmp_path: Path) -> None:
    """What a commit refused is written once more."""
    file = IndexFile(tmp_path, "database", Seq(0))
    made, later = file.progress, IndexProgress(Seq(1), 1)
    file._writer.set_commit_hook(lambda: True)
    with pytest.raises(StoreUnavailable):
        file.write([(1, "gateway", "", "")], (), later)
    assert (file.progress, file.match("gateway", 100, 10)) == (made, [])
    file._writer.set_commit_hook(None)
    file.write([(1, "gateway", "", "")], (), later)
    assert (file.progress, file.match("gateway", 100, 10)) == (later, [1])
    file.close()


@pytest.mark.parametrize("spoil", ["missing", "damaged", "other words", "other database"])
async def test_a_file_that_is_of_no_use_is_made_again(
    postgres_url: str, tmp_path: Path, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "gateway"))
        assert await found(one, "gateway") == [1]
    if spoil == "missing":
        (tmp_path / FILE).unlink()
    elif spoil == "damaged":
        (tmp_path / FILE).write_bytes(b"no database" * 1000)
    elif spoil == "other words":
        monkeypatch.setattr(index_file, "WORDS_VERSION", 9999)
    else:
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE hero_assistance.identity SET database_id = 'restored'")
    async with node(postgres_url, tmp_path) as one:
        assert await found(one, "gateway") == [1]
        assert await one.read(lambda snapshot: snapshot.search.count_missing()) == 0


async def test_a_large_desk_is_indexed_in_portions_newest_first(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with node(postgres_url) as one:
        for _ in range(7):
            await one.write(lambda work: create(work, "gateway"))
        await one.write(lambda work: delete(work, TicketId(4)))
        database = await one.read(
            lambda snapshot: snapshot.session.direct.execute("SELECT database_id FROM identity").get
        )
    monkeypatch.setattr(index_portions, "PORTION", 2)
    monkeypatch.setattr(index_follower, "INDEXED_AT_START", 1)
    file, connection = IndexFile(tmp_path, database, Seq(8)), PostgresConnection(postgres_url)
    follower = IndexFollower(postgres_url, file, Seq(8))
    follower.catch_up(connection)
    assert (file.match("gateway", 100, 10), file.progress.indexed_from) == ([7, 6], 6)
    monkeypatch.setattr(index_follower, "INDEXED_AT_START", 3)
    follower.catch_up(connection)
    assert (file.match("gateway", 100, 10), file.progress.indexed_from) == ([7, 6, 5, 3, 2, 1], 1)
    connection.close()
    file.close()


async def test_older_tickets_are_indexed_although_there_are_always_more_events(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(index_portions, "PORTION", 1)
    monkeypatch.setattr(index_follower, "INDEXED_AT_START", 1)
    async with node(postgres_url) as one:
        database = await one.read(
            lambda snapshot: snapshot.session.direct.execute("SELECT database_id FROM identity").get
        )
        for _ in range(3):
            await one.write(lambda work: create(work, "gateway"))
        file, connection = IndexFile(tmp_path, database, Seq(3)), PostgresConnection(postgres_url)
        follower = IndexFollower(postgres_url, file, Seq(3))
        found = []
        for last in (3, 4, 5):
            follower.want(Seq(last))
            follower.catch_up(connection)
            found.append((file.progress.seq, file.progress.indexed_from))
            await one.write(lambda work: create(work, "gateway"))
    connection.close()
    assert found == [(3, 3), (4, 2), (5, 1)]
    assert file.match("gateway", 100, 10) == [5, 4, 3, 2, 1]
    file.close()


async def test_no_word_of_a_deleted_ticket_is_found(postgres_url: str, tmp_path: Path) -> None:
    async with node(postgres_url, tmp_path) as one:
        await one.write(lambda work: create(work, "quetzalcoatl"))
        await one.write(lambda work: create(work, "laptop"))
        assert await found(one, "quetzalcoatl") == [1]
        await one.write(delete)
        assert [await found(one, text) for text in ("quetzalcoatl", "laptop")] == [[], [2]]
        assert one.index.file.match("quetzalcoatl", 100, 10) == []


async def test_an_erased_customer_is_not_found(postgres_url: str) -> None:
    erin = User(UserId("erin-xample"), "Erin Xample", CAROL.role, "erin@example.org")
    heir = erasure_rules.make_heir(erin, UserId("erased-user"))

    def erase(work: UnitOfWork) -> None:
        work.users.save(heir, work.now)
        plan = work.erasure.plan_user(erin, FilePolicy.KEEP)
        work.erasure.erase_user(erin, heir, FilePolicy.KEEP, NamedEntries())
        work.erasure.forget_events(work.events.last_seq())
        work.skip_event()
        work.apply(erasure_rules.erase_user(heir, plan, FilePolicy.KEEP), Caller(BOB))

    async with node(postgres_url) as one:
        await one.write(lambda work: work.users.save(erin, work.now))
        await one.write(lambda work: create(work, "laptop", customer=erin))
        assert await found(one, "xample") == [1]
        await one.write(erase)
        await until_found(one, "xample", [])
        assert await found(one, "laptop") == [1]
        assert await found(one, "customer:erased-user") == [1]


async def test_what_a_lagging_index_has_is_shown_to_no_one_who_may_not_see_it(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index still says that Dave sees the ticket."""
    monkeypatch.setattr(search_repository, "WAIT_S", 0.0)
    async with node(postgres_url) as one:
        await one.write(lambda work: create(work, "gateway", customer=DAVE))
        await until_found(one, "gateway", [1], DAVE)
        await asyncio.to_thread(one.index.follower.stop)
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE hero_assistance.tickets SET customer = 'carol'")
        assert one.index.file.match("gateway", 100, 10) == [1]
        assert [await found(one, "gateway", reader) for reader in (DAVE, BOB)] == [[], [1]]


async def test_notes_are_found_by_the_team_alone(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        await one.write(lambda work: write(work, create(work), MessageKind.NOTE, "secret"))
        assert [await found(one, "secret", reader) for reader in (BOB, CAROL)] == [[1], []]


async def test_it_goes_on_after_its_connection_was_cut(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with node(postgres_url) as one:
        cut(postgres_cluster, postgres_url)
        await one.write(lambda work: create(work, "gateway"))
        await until_found(one, "gateway", [1])


def test_an_event_names_its_tickets() -> None:
    events = [
        '{"ticket":{"ticket_id":3},"message":null,"record":null}',
        '{"ticket":null,"message":{"ticket_id":2},"record":null}',
        '{"ticket":null,"record":{"noun":"removed","of":"ticket","key":"1"}}',
        '{"ticket":null,"record":{"noun":"removed","of":"view","key":"9"}}',
    ]
    assert list_changed(events) == [1, 2, 3]
