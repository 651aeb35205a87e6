"""Backups and exports that somebody made to harm: refused, with nothing written outside, and nothing changed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.archive_reader import read_backup
from hero_assistance_server.backups.errors import BackupDamaged, RestoreFailed
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.storage.files import FOLDER, Files, file_name, is_digest
from hero_assistance_server.storage.sql.connection import quote_name
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.backup_samples import CONTENT, NOW, SQLITE, backed_up, fill_past, silent
from tests.server.desk import running
from tests.server.test_exports import elsewhere
from tests.server.uploads import digest

pytestmark = sqlite_only("moves SQLite's file; postgres/test_transfer.py moves both")

# Each has 64 characters, as a digest has, and would lead elsewhere as a path.
CHOSEN = {
    "upwards": ("../" * 30)[: 64 - len("stolen")] + "stolen",
    "absolute": "/" + "tmp/" + "x" * 59,
    "dots": "../" + "x" * 61,
    "capitals": "A" * 64,
    "line feed": "a" * 63 + "\n",
    "other digits": "٣" * 64,
}


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file below a folder but a lock, with its time and content; links are not followed."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.name != "server.lock"
    }


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """The data folder of a server that has run."""

    async def run(paths: Paths) -> None:
        async with running(paths) as desk:
            await fill_past(desk)

    with tempfile.TemporaryDirectory(prefix="ha") as root:
        paths = Paths.from_environ({"PATH_ROOT": root, "HOME": root})
        asyncio.run(run(paths))
        yield paths.data


@pytest.fixture
def past(paths: Paths, template: Path) -> Paths:
    """A root where a server has run; its data is at rest."""
    shutil.copytree(template, paths.data)
    return paths


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup whose members `change` has changed; the sums of its database are right."""
    with tarfile.open(backup) as archive:
        content = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    change(content)
    about = json.loads(content["backup.json"])
    about["database_sha256"] = hashlib.sha256(content[DATABASE]).hexdigest()
    about["database_bytes"] = len(content[DATABASE])
    content["backup.json"] = json.dumps(about).encode()
    made = backup.with_name("crafted.tar")
    with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made


def edited(database: bytes, folder: Path, *statements: str) -> bytes:
    """The bytes of a database after these statements."""
    path = folder / "edited.db"
    path.write_bytes(database)
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("chosen", CHOSEN)
def test_a_backup_whose_digest_is_a_path_is_refused(past: Paths, chosen: str) -> None:
    target, _ = backed_up(past)
    bad, root = CHOSEN[chosen], past.root

    def change(content: dict[str, bytes]) -> None:
        name = f"{FOLDER}/{file_name(digest(CONTENT))}"
        content[f"{FOLDER}/{bad[:2]}/{bad[2:]}"] = content.pop(name)
        content[DATABASE] = edited(content[DATABASE], root, f"UPDATE attachments SET sha256 = '{bad}'")  # noqa: S608

    crafted = rewritten(target, change)
    before = everything(past.root)
    with pytest.raises(BackupDamaged, match="no whole backup") as refused:
        restore(SQLITE, crafted, past.data, NOW, silent)
    assert "no SHA-256" in str(refused.value.hint)
    assert everything(past.root) == before
    assert [path.name for path in past.data.parent.iterdir()] == [past.data.name]
    assert not Path(CHOSEN["absolute"]).exists()


@pytest.mark.parametrize("chosen", CHOSEN)
def test_an_export_whose_digest_is_a_path_is_refused(past: Paths, chosen: str) -> None:
    bad, export, other = CHOSEN[chosen], past.root / "export", elsewhere(past)
    write_export(SQLITE, past.data, export, silent)
    rows = [json.loads(line) for line in (export / "attachments.jsonl").read_text().splitlines()]
    _save_rows(export, "attachments", [row | {"sha256": bad} for row in rows])
    place = export / FOLDER / bad[:2] / bad[2:]
    if place.is_relative_to(past.root) and "\n" not in bad and ".." not in bad:
        place.parent.mkdir(parents=True)
        place.write_bytes(CONTENT)
    before = everything(past.root)
    with pytest.raises(ImportRefused) as refused:
        read_export(SQLITE, export, other.data, silent)
    assert "no SHA-256" in str(refused.value.hint)
    left = everything(past.root)
    assert {name: left[name] for name in before} == before
    assert set(left) == set(before)


def _save_rows(export: Path, table: str, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a table, with sums that are right."""
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (export / f"{table}.jsonl").write_bytes(text)
    about = json.loads((export / "project.json").read_text())
    about["tables"][table] = {"rows": len(rows), "sha256": hashlib.sha256(text).hexdigest()}
    (export / "project.json").write_text(json.dumps(about))


@pytest.mark.parametrize("name", ["tickets.jsonl", "project.json", "attachment", "folder of attachments"])
@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_an_export_leads_nowhere_else(past: Paths, name: str, kind: str) -> None:
    """Neither a link to another file of the operator's, nor what never ends."""
    export, other = past.root / "export", elsewhere(past)
    write_export(SQLITE, past.data, export, silent)
    place = {
        "attachment": export / FOLDER / file_name(digest(CONTENT)),
        "folder of attachments": export / FOLDER,
    }.get(name, export / name)
    moved = past.root / "elsewhere"
    place.rename(moved)
    if kind == "link":
        place.symlink_to(moved)
    else:
        os.mkfifo(place)
    with pytest.raises(ImportRefused):
        read_export(SQLITE, export, other.data, silent)
    assert [path.name for path in other.data.iterdir()] == ["server.lock"]


@pytest.mark.parametrize(
    "damage",
    [
        {"tables": []},
        {"tables": {"../tickets": {"rows": 0, "sha256": ""}}},
        {"tables": {"tickets": []}},
        {"tables": {"tickets": {"rows": "all", "sha256": 5}}},
        {"files": 0},
        {"files": "many"},
        {"version": "new"},
        {"version": None},
    ],
)
def test_what_an_export_says_of_itself_is_not_believed(past: Paths, damage: dict[str, Any]) -> None:
    export, other = past.root / "export", elsewhere(past)
    write_export(SQLITE, past.data, export, silent)
    about = json.loads((export / "project.json").read_text())
    (export / "project.json").write_text(json.dumps(about | damage))
    with pytest.raises(ImportRefused):
        read_export(SQLITE, export, other.data, silent)
    assert [path.name for path in other.data.iterdir()] == ["server.lock"]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"format": 1, "tables": ' + "[" * 100_000, "7", "null", '""', "\ud800"]
)
def test_hostile_json_is_refused_in_one_line(past: Paths, text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    export, other = past.root / "export", elsewhere(past)
    write_export(SQLITE, past.data, export, silent)
    (export / "project.json").write_bytes(raw)
    with pytest.raises(ImportRefused):
        read_export(SQLITE, export, other.data, silent)
    target, _ = backed_up(past)
    crafted = target.with_name("crafted.tar")
    with tarfile.open(crafted, "w") as archive:
        member = tarfile.TarInfo("backup.json")
        member.size = len(raw)
        archive.addfile(member, io.BytesIO(raw))
    with pytest.raises(BackupDamaged):
        read_backup(SQLITE, crafted)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("made_at", 5),
        ("made_at", "\x1b[2J"),
        ("release", "\x1b[2J"),
        ("release", None),
        ("version", "1"),
        ("version", True),
        ("rows", []),
        ("rows", {"tickets": "1"}),
        ("attachments", 2),
        ("attachments", None),
        ("format", []),
    ],
)
def test_what_a_backup_says_of_itself_is_not_believed(past: Paths, field: str, value: object) -> None:
    target, _ = backed_up(past)

    def change(content: dict[str, bytes]) -> None:
        content["backup.json"] = json.dumps(json.loads(content["backup.json"]) | {field: value}).encode()

    with pytest.raises(BackupDamaged) as refused:
        read_backup(SQLITE, rewritten(target, change))
    assert str(refused.value).isprintable() or "\x1b" not in str(refused.value)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_file_is_refused(past: Paths, kind: bytes) -> None:
    target, _ = backed_up(past)
    crafted = target.with_name("crafted.tar")
    with tarfile.open(target) as source, tarfile.open(crafted, "w", format=tarfile.PAX_FORMAT) as made:
        for member in source:
            data = source.extractfile(member)
            if member.name.startswith(FOLDER):
                member.type, member.linkname, member.size, data = kind, "/etc/passwd", 0, None
            made.addfile(member, data)
    before = everything(past.data)
    with pytest.raises(BackupDamaged):
        restore(SQLITE, crafted, past.data, NOW, silent)
    assert everything(past.data) == before


def test_a_sparse_member_that_claims_a_terabyte_is_refused_at_once(past: Paths) -> None:
    target, _ = backed_up(past)
    crafted = target.with_name("crafted.tar")
    with tarfile.open(target) as source, tarfile.open(crafted, "w", format=tarfile.PAX_FORMAT) as made:
        for member in source:
            data = source.extractfile(member)
            if member.name == DATABASE:
                sparse = tarfile.TarInfo(DATABASE)
                sparse.pax_headers = {
                    "GNU.sparse.major": "0",
                    "GNU.sparse.minor": "1",
                    "GNU.sparse.map": "0,0",
                    "GNU.sparse.size": str(1 << 40),
                    "GNU.sparse.realsize": str(1 << 40),
                    "GNU.sparse.name": DATABASE,
                }
                made.addfile(sparse, io.BytesIO())
            else:
                made.addfile(member, data)
    with pytest.raises(BackupDamaged):
        read_backup(SQLITE, crafted)


def test_the_name_of_a_table_is_no_statement(past: Paths) -> None:
    """Neither when a backup is read, nor when what was restored is exported or backed up again."""
    target, _ = backed_up(past)
    stolen = past.root / "stolen.db"
    name = f"x\"; VACUUM INTO '{stolen}' --"

    def change(content: dict[str, bytes]) -> None:
        content[DATABASE] = edited(content[DATABASE], past.root, f"CREATE TABLE {quote_name(name)} (y TEXT)")
        about = json.loads(content["backup.json"])
        about["rows"][name] = 0
        content["backup.json"] = json.dumps(about).encode()

    restore(SQLITE, rewritten(target, change), past.data, NOW, silent)
    backed_up(past, "again.tar")
    with pytest.raises(HeroError, match="cannot be written"):
        # The name of the table holds a slash, which no file of an export does.
        write_export(SQLITE, past.data, past.root / "export", silent)
    assert not stolen.exists()
    assert not (past.root / "export").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deleted_tickets SET ticket_id = 9223372036854775807",
        "UPDATE deleted_tickets SET last_message_id = 9223372036854775807",
        "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'events'",
        "UPDATE sqlite_sequence SET seq = 'many' WHERE name = 'events'",
    ],
)
def test_a_backup_whose_numbers_none_can_follow_is_refused(past: Paths, statement: str) -> None:
    target, _ = backed_up(past)

    def change(content: dict[str, bytes]) -> None:
        add = "INSERT INTO deleted_tickets VALUES (1000, 1000, 0)"
        content[DATABASE] = edited(content[DATABASE], past.root, add, statement)
        about = json.loads(content["backup.json"])
        about["rows"]["deleted_tickets"] += 1
        content["backup.json"] = json.dumps(about).encode()

    crafted = rewritten(target, change)
    before = (past.data / DATABASE).read_bytes()
    with pytest.raises(RestoreFailed, match="nothing has changed") as refused:
        restore(SQLITE, crafted, past.data, NOW, silent)
    assert "numbers" in str(refused.value.hint)
    assert (past.data / DATABASE).read_bytes() == before


def test_no_statement_of_ours_opens_another_database(past: Paths) -> None:
    copy = past.root / "copy.db"
    for statement in (f"ATTACH '{copy}' AS other", f"VACUUM INTO '{copy}'"):
        reader = open_reader(past.data / DATABASE)
        with pytest.raises(apsw.Error, match="attached"):
            reader.execute(statement)
        reader.close()
    assert not copy.exists()


def test_links_in_the_data_folder_are_left_alone(past: Paths) -> None:
    """Garbage collection and the start delete files below the attachments, and nothing that a link leads to."""
    mine = past.root / "mine"
    mine.mkdir()
    (mine / "half").write_text("mine")
    (mine / ("b" * 62)).write_text("mine")
    folder = past.data / FOLDER
    (folder / "aa").symlink_to(mine)
    files = Files(folder)
    assert "aa" not in files.groups()
    with pytest.raises(OSError, match="aa"):
        files.discard(["aa" + "b" * 62], lambda digests: digests)
    shutil.rmtree(folder / ".incoming")
    (folder / ".incoming").symlink_to(mine)
    with pytest.raises(OSError, match="incoming"):
        files.prepare()
    assert sorted(path.name for path in mine.iterdir()) == ["b" * 62, "half"]


@pytest.mark.parametrize("value", [*CHOSEN.values(), "", "a" * 63, "a" * 65, None, 5, b"a" * 64])
def test_only_a_digest_names_a_file(value: Any) -> None:
    assert not is_digest(value)
    with pytest.raises(ValueError, match="no SHA-256"):
        file_name(value)


def test_a_digest_is_a_name_in_a_folder() -> None:
    assert file_name("ab" * 32) == "ab/" + "ab" * 31
