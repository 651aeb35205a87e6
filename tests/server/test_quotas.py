"""How many bytes of files are stored for one customer and for a project, however they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hero_assistance_sdk.errors import QuotaFull
from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.attachments.service import UNUSED_LIMIT
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.quotas.incoming_bytes import IncomingBytes
from hero_assistance_server.quotas.rules import GIB, KIB, MIB, ByteQuotas, StoredBytes, check_room, format_bytes
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.desk import Desk, running, until
from tests.server.store_fixtures import CAROL
from tests.server.uploads import digest, kept, post, reason

pytestmark = pytest.mark.anyio

# The last migration before files were counted.
BEFORE = 18


def _sums(connection: apsw.Connection) -> dict[str, int]:
    """What the files take, added up from the rows."""
    users = connection.execute("SELECT 'user:' || uploader, sum(size) FROM attachments GROUP BY uploader")
    files = connection.execute("SELECT sum(size) FROM (SELECT DISTINCT sha256, size FROM attachments)").get
    return {scope: size for scope, size in [*users, ("project", files or 0)] if size}


def _counted(connection: apsw.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT scope, bytes FROM stored_bytes WHERE bytes <> 0"))


async def _in_pieces(content: bytes, gate: asyncio.Event) -> AsyncIterator[bytes]:
    """A file of unknown length, of which the last piece comes when the gate opens."""
    middle = len(content) // 2
    yield content[:middle]
    await gate.wait()
    yield content[middle:]


async def _counts(desk: Desk, user: str) -> tuple[int, int | None]:
    listed = await desk.call("attachment.list", user)
    return listed["stored_bytes"], listed["most_stored_bytes"]


async def test_many_streams_at_once_do_not_pass_the_quota(desk: Desk) -> None:
    """With their length told before, and without."""
    await desk.call("project.update", "alice", files_bytes_per_customer=2 * MIB)
    declared = await asyncio.gather(*(post(desk, bytes([number]) * MIB) for number in range(8)))
    assert sorted(answer.status_code for answer in declared) == [201] * 2 + [507] * 6
    gate = asyncio.Event()
    gate.set()
    answers = await asyncio.gather(*(post(desk, _in_pieces(bytes([n]) * MIB, gate), "dave") for n in range(10, 18)))
    stored = sum(answer.status_code == 201 for answer in answers)
    assert {answer.status_code for answer in answers} <= {201, 507}
    assert stored <= 2
    assert len(kept(desk.paths)) == 2 + stored
    assert [await _counts(desk, user) for user in ("carol", "dave")] == [
        (2 * MIB, 2 * MIB),
        (stored * MIB, 2 * MIB),
    ]


async def test_the_refusal_says_how_much_and_what_to_do(desk: Desk) -> None:
    await desk.call("project.update", "alice", files_bytes_per_customer=3 * MIB)
    assert (await post(desk, bytes(2 * MIB))).status_code == 201
    refused = await post(desk, bytes(2 * MIB))
    assert (refused.status_code, reason(refused)) == (507, "quota-full")
    error = refused.json()["error"]
    assert error["code"] == -32013
    assert (
        error["message"] == "your files take 2 MiB of the 3 MiB that one customer may store here: this one does not fit"
    )
    assert error["data"]["hint"] == "send a link, or ask the team to raise the limit"


async def test_deleting_gives_back(desk: Desk) -> None:
    await desk.call("project.update", "alice", files_bytes_per_customer=10)
    first = await desk.upload("carol", "a", b"12345678")
    assert (await post(desk, b"123")).status_code == 507
    await desk.call("attachment.delete", "carol", attachment_id=first["attachment_id"])
    assert await _counts(desk, "carol") == (0, 10)
    assert (await post(desk, b"123")).status_code == 201


async def test_a_sent_file_counts_for_who_uploaded_it(desk: Desk) -> None:
    await desk.call("project.update", "alice", files_bytes_per_customer=10)
    await desk.upload("carol", "a", b"12345678")
    await desk.call("ticket.create", "carol", title="t", body="b", attachments=[1])
    assert await _counts(desk, "carol") == (8, 10)
    assert (await post(desk, b"123")).status_code == 507
    assert (await post(desk, b"123", "dave")).status_code == 201


async def test_staff_have_the_quota_of_the_project_alone(desk: Desk) -> None:
    await desk.call("project.update", "alice", files_bytes_per_customer=1, files_bytes=10)
    await desk.upload("bob", "a", b"1234")
    # The same bytes are one file.
    await desk.upload("alice", "a", b"1234")
    await desk.upload("bob", "a", b"5678")
    assert await _counts(desk, "bob") == (8, None)
    refused = await post(desk, b"123", "alice")
    assert (refused.status_code, reason(refused)) == (507, "quota-full")
    assert refused.json()["error"]["message"] == "the files of this desk take 8 bytes of the 10 bytes that they may"


async def test_a_refused_file_is_not_on_the_disk(desk: Desk) -> None:
    """Also when the refusal comes after the file was put in its place."""
    for _ in range(UNUSED_LIMIT - 1):
        await desk.upload("carol", "a", b"the same")
    gate = asyncio.Event()
    sending = [asyncio.create_task(post(desk, _in_pieces(bytes([n]) * 10, gate))) for n in range(3)]
    await until(lambda: kept(desk.paths).count(".incoming") == 3)
    gate.set()
    answers = await asyncio.gather(*sending)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(kept(desk.paths)) == 2
    assert (await post(desk, b"one more")).status_code == 409
    assert digest(b"one more") not in kept(desk.paths)


async def test_a_sender_that_leaves_gives_back_what_it_claimed(desk: Desk) -> None:
    await desk.call("project.update", "alice", files_bytes_per_customer=1000)
    _reader, writer = await asyncio.open_unix_connection(str(desk.paths.socket("rpc")))
    writer.write(
        b"POST /attachments?name=a HTTP/1.1\r\nhost: desk\r\nx-dev-user: carol\r\ncontent-length: 900\r\n\r\nabc"
    )
    await until(lambda: kept(desk.paths) == [".incoming"])
    assert (await post(desk, bytes(200))).status_code == 507
    writer.close()
    await until(lambda: kept(desk.paths) == [])
    assert (await post(desk, bytes(200))).status_code == 201


async def test_the_default_refuses_300_mib_of_one_customer(paths: Paths) -> None:
    """Without sending them: each stream tells its length and then waits."""
    settings, size = ProjectSettings(), 10 * MIB
    assert settings.files_bytes_per_customer < 300 * MIB
    async with running(paths, limits=DEFAULTS) as desk:
        await desk.upload("carol", "a", b"x")
        desk.execute("UPDATE stored_bytes SET bytes = ?", settings.files_bytes_per_customer - 2 * size)
        gate = asyncio.Event()
        # The head alone is sent until the gate opens, and the gate never does.
        sending = [asyncio.create_task(_announce(desk, size, gate)) for _ in range(8)]
        await until(lambda: sum(task.done() for task in sending) >= 6)
        assert sorted(task.result() for task in sending if task.done()) == [507] * 6
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


async def _announce(desk: Desk, size: int, gate: asyncio.Event) -> int:
    """Announce a file without sending it; returns the status of the refusal."""
    reader, writer = await asyncio.open_unix_connection(str(desk.paths.socket("rpc")))
    head = f"POST /attachments?name=a HTTP/1.1\r\nhost: desk\r\nx-dev-user: carol\r\ncontent-length: {size}\r\n\r\n"
    writer.write(head.encode() + b"first bytes")
    try:
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()


@sqlite_only("counts in SQLite's memory; contract/test_attachment_repository.py has both")
@settings(max_examples=30)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("add", "add", "use", "delete", "prune", "hand over")),
            st.sampled_from(("carol", "dave")),
            st.integers(0, 5),
        ),
        max_size=30,
    )
)
def test_the_counters_are_the_sums_of_the_rows(steps: list[tuple[str, str, int]]) -> None:
    """Whatever adds, deletes and hands over attachments."""
    connection = apsw.Connection(":memory:")
    migrate(connection, migrations())
    for user in ("carol", "dave"):
        connection.execute(
            "INSERT INTO users (user_id, name, role, created_at) VALUES (?, ?, 'customer', 0)", (user, user)
        )
    for step, user, number in steps:
        _do(connection, step, user, number)
        assert _counted(connection) == _sums(connection)


def _do(connection: apsw.Connection, step: str, user: str, number: int) -> None:
    match step:
        case "add":
            connection.execute(
                """INSERT INTO attachments (sha256, name, size, type, uploader, uploaded_at)
                VALUES (?, 'a', ?, 't', ?, ?)""",
                (digest(bytes(number)), number, user, number),
            )
        case "use":
            connection.execute("UPDATE attachments SET used = 1 WHERE attachment_id % 6 = ?", (number,))
        case "delete":
            connection.execute("DELETE FROM attachments WHERE attachment_id % 6 = ? AND uploader = ?", (number, user))
        case "prune":
            list(connection.execute("DELETE FROM attachments WHERE uploaded_at < ? RETURNING sha256", (number,)))
        case _:
            connection.execute("UPDATE attachments SET uploader = ? WHERE attachment_id % 6 = ?", (user, number))


@sqlite_only("migrates a file of an earlier release")
def test_files_of_before_are_counted(tmp_path: Path) -> None:
    connection = open_writer(tmp_path / DATABASE)
    migrate(connection, migrations()[:BEFORE])
    connection.execute("INSERT INTO users (user_id, name, role, created_at) VALUES ('carol', 'Carol', 'customer', 0)")
    for number in (3, 3, 4):
        _do(connection, "add", "carol", number)
    migrate(connection, migrations())
    assert _counted(connection) == _sums(connection) == {"user:carol": 10, "project": 7}
    connection.close()


@sqlite_only("migrates a file of an earlier release")
def test_a_new_project_has_no_row_of_it(tmp_path: Path) -> None:
    """An import takes a folder without any row for empty."""
    connection = open_writer(tmp_path / DATABASE)
    migrate(connection, migrations())
    assert connection.execute("SELECT count(*) FROM stored_bytes").get == 0
    connection.close()


def test_running_uploads_count_until_they_end() -> None:
    incoming, quotas, stored = IncomingBytes(), ByteQuotas(10, 15), StoredBytes(2, 5)
    with incoming.claiming(CAROL.user_id, stored, quotas) as first:
        first.claim(5)
        first.claim(3)
        with incoming.claiming(CAROL.user_id, stored, quotas) as second, pytest.raises(QuotaFull):
            second.claim(4)
    with incoming.claiming(CAROL.user_id, stored, quotas) as third:
        third.claim(8)
        with pytest.raises(QuotaFull):
            third.claim(9)


def test_the_disk_is_asked_for_what_is_still_to_be_written() -> None:
    asked: list[int] = []
    incoming, quotas = IncomingBytes(asked.append), ByteQuotas(None, 100)
    with incoming.claiming(CAROL.user_id, StoredBytes(), quotas) as first:
        first.claim(10)
        first.note_written(4)
        with incoming.claiming(CAROL.user_id, StoredBytes(), quotas) as second:
            second.claim(5)
        first.claim(10)
    with incoming.claiming(CAROL.user_id, StoredBytes(), quotas) as third:
        third.claim(1)
    assert asked == [10, 11, 6, 1]


@pytest.mark.parametrize(
    ("stored", "size", "quotas", "fits"),
    [
        (StoredBytes(0, 0), 10, ByteQuotas(10, 10), True),
        (StoredBytes(1, 1), 10, ByteQuotas(10, 100), False),
        (StoredBytes(1, 1), 10, ByteQuotas(None, 100), True),
        (StoredBytes(0, 95), 10, ByteQuotas(10, 100), False),
        (StoredBytes(0, 95), 10, ByteQuotas(None, 100), False),
        (StoredBytes(0, 0), 0, ByteQuotas(0, 0), True),
        (StoredBytes(0, 0), 1, ByteQuotas(0, 10), False),
    ],
)
def test_what_fits(stored: StoredBytes, size: int, quotas: ByteQuotas, fits: bool) -> None:
    if fits:
        check_room(stored, size, quotas)
    else:
        with pytest.raises(QuotaFull):
            check_room(stored, size, quotas)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (KIB, "1 KiB"),
        (1536, "1.5 KiB"),
        (250 * MIB + 5, "250 MiB"),
        (50 * GIB, "50 GiB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert format_bytes(size) == words
