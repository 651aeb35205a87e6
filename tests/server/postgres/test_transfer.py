"""A project moves between SQLite and PostgreSQL, and its export stays the same in every byte."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.exports.errors import ExportFailed, ImportRefused
from hero_assistance_server.exports.export import export_project, write_export
from hero_assistance_server.exports.import_ import import_project, read_export
from hero_assistance_server.storage.errors import DataInUse
from hero_assistance_server.storage.postgres.store import open_store
from hero_assistance_server.storage.postgres.transfer.export_source import PostgresExportSource
from hero_assistance_server.storage.postgres.transfer.import_target import PostgresImportTarget
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from tests.postgres import Cluster
from tests.server.desk import running
from tests.server.store_fixtures import NOON

pytestmark = pytest.mark.anyio
SQLITE = SqliteDatabaseFiles()


def silent(_done: int, _total: int) -> None:
    """Report nothing."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
async def exported(past: Paths) -> Path:
    """The export of a desk on SQLite with a past."""
    write_export(SQLITE, past.data, past.root / "first", silent)
    return past.root / "first"


async def test_there_and_back_the_export_is_the_same(exported: Path, postgres_url: str, tmp_path: Path) -> None:
    moved = import_project(PostgresImportTarget(postgres_url), exported, silent)
    assert moved.rows["tickets"] > 0
    assert moved.files > 0
    export_project(PostgresExportSource(postgres_url), tmp_path / "second", silent)
    assert contents(tmp_path / "second") == contents(exported)
    read_export(SQLITE, tmp_path / "second", tmp_path / "data", silent)
    write_export(SQLITE, tmp_path / "data", tmp_path / "third", silent)
    assert contents(tmp_path / "third") == contents(exported)


async def test_what_was_imported_is_served(exported: Path, postgres_url: str, hero_root: Path) -> None:
    import_project(PostgresImportTarget(postgres_url), exported, silent)
    titles = {json.loads(line)["title"] for line in (exported / "tickets.jsonl").read_text().splitlines()}
    paths = Paths.from_environ({"PATH_ROOT": str(hero_root / "other"), "HOME": str(hero_root)})
    paths.root.mkdir()
    async with running(paths, seed=False, database=postgres_url) as desk:
        found = await desk.call("ticket.list", "alice", order="id")
        assert {ticket["title"] for ticket in found["tickets"]} == titles
        highest = max(ticket["ticket_id"] for ticket in found["tickets"])
        made = await desk.call("ticket.create", "carol", title="after the move", body="b")
        assert made["ticket_id"] == highest + 1
        # A client that saw events of the desk before takes none of the new ones for those.
        assert (await desk.call("system.health"))["seq"] > 2**32
        assert await desk.call("ticket.history", "alice", ticket_id=made["ticket_id"])


async def test_a_database_with_a_project_is_refused(exported: Path, postgres_url: str) -> None:
    target = PostgresImportTarget(postgres_url)
    import_project(target, exported, silent)
    with pytest.raises(Conflict, match="there is a project in this database already"):
        import_project(target, exported, silent)


async def test_a_database_in_use_is_refused(exported: Path, postgres_url: str) -> None:
    async with open_store(postgres_url, clock=lambda: NOON, publish=lambda _event: None):
        with pytest.raises(DataInUse, match="servers work on this database: 1"):
            import_project(PostgresImportTarget(postgres_url), exported, silent)


async def test_a_damaged_export_changes_nothing(exported: Path, postgres_url: str) -> None:
    digest = next(path for path in (exported / "attachments").rglob("*") if path.is_file())
    digest.write_bytes(b"others")
    with pytest.raises(ImportRefused, match="nothing has changed"):
        import_project(PostgresImportTarget(postgres_url), exported, silent)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM hero_assistance.users").fetchone() == (0,)


@pytest.mark.parametrize(
    ("table", "column", "fault"),
    [("messages", "author", "messages_author_fkey"), ("tickets", "customer", "refers to a user who is not there")],
)
async def test_a_row_that_refers_to_nothing_is_refused(
    exported: Path, postgres_url: str, table: str, column: str, fault: str
) -> None:
    import hashlib

    path = exported / f"{table}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0][column] = "nobody"
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(content)
    about = json.loads((exported / "project.json").read_text())
    about["tables"][table]["sha256"] = hashlib.sha256(content).hexdigest()
    (exported / "project.json").write_text(json.dumps(about))
    with pytest.raises(ImportRefused) as caught:
        import_project(PostgresImportTarget(postgres_url), exported, silent)
    assert fault in (caught.value.hint or "")


async def test_an_export_of_an_earlier_schema_goes_by_sqlite(exported: Path, postgres_url: str) -> None:
    about = json.loads((exported / "project.json").read_text())
    (exported / "project.json").write_text(json.dumps({**about, "version": 35}))
    with pytest.raises(ImportRefused) as caught:
        import_project(PostgresImportTarget(postgres_url), exported, silent)
    assert "import it into a desk with SQLite first" in (caught.value.hint or "")


async def test_both_engines_export_the_same_tables(exported: Path, postgres_url: str) -> None:
    with PostgresExportSource(postgres_url).read_tables() as reader:
        assert reader.tables == list(json.loads((exported / "project.json").read_text())["tables"])


async def test_an_export_of_a_database_that_is_away_says_so(postgres_cluster: Cluster, tmp_path: Path) -> None:
    source = PostgresExportSource(postgres_cluster.url_of("nowhere"))
    with pytest.raises(ExportFailed, match='database "nowhere" does not exist'):
        export_project(source, tmp_path / "export", silent)
    assert contents(tmp_path) == {}


async def test_a_host_that_does_not_answer_is_told_with_what_helps(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match=r"the database cannot be opened: .* refused") as caught:
        export_project(PostgresExportSource("postgresql://desk@127.0.0.1:1/desk"), tmp_path / "export", silent)
    assert "hero_assistance secret get DATABASE" in (caught.value.hint or "")
