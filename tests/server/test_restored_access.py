"""What let users in when a backup or an export was made lets no one in at what is made of it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.replica import restore_replica
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.exports.export import ABOUT, write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from tests.capabilities import sqlite_only
from tests.server.backup_samples import NOW, backed_up, silent
from tests.server.databases import open_store
from tests.server.desk import OPERATOR, Desk, running
from tests.server.signing_in import EMAIL, ask, hand_over, reason, set_up, token_of
from tests.server.test_end_of_access import CAROL, TABLES, count_access, give_access, sign_in

SQLITE = SqliteDatabaseFiles()
# Whose account of a provider is whose stays in a backup: the provider ends its own accounts.
KEPT = dict.fromkeys(TABLES, 0) | {"oidc_identities": 1}
DEVICE = {
    "mycelium_addr": "400::7",
    "user_id": "carol",
    "name": "laptop",
    "bound_at": 1,
    "last_seen_at": None,
    "public_key": None,
}

pytestmark = [pytest.mark.anyio, sqlite_only("is about backups of SQLite; PostgreSQL has its own")]


async def past(paths: Paths) -> tuple[dict[str, str], str]:
    """Run a desk at which Carol comes in by everything; returns the headers of her browser, and a link."""
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        browser, link = await sign_in(desk), (await hand_over(desk))["link"]
        await ask(desk, "auth.request_link", {}, email=EMAIL)
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        await store.write(give_access)
    return browser, token_of(link)


def list_waiting(desk: Desk) -> list[str]:
    """The keys of letters that wait."""
    return [str(key) for (key,) in desk.execute("SELECT key FROM deliveries WHERE state = 'waiting'")]


async def test_a_restored_backup_lets_in_none_who_was_in(paths: Paths) -> None:
    browser, link = await past(paths)
    target, about = backed_up(paths)
    assert all(about.rows[table] for table in TABLES)
    restore(SQLITE, target, paths.data, NOW, silent)
    # The key of the codes is in no backup.
    assert not (paths.data / "code.key").exists()
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert count_access(desk, CAROL) == KEPT
        assert list_waiting(desk) == []
        assert await reason(desk, "user.me", browser) == "unauthenticated"
        assert await reason(desk, "auth.redeem", {}, token=link) == "not-found"
        assert (await desk.call("user.devices", OPERATOR, user_id=CAROL))["devices"] == []
        await sign_in(desk)


async def test_a_restored_replica_lets_in_none_who_was_in(paths: Paths, tmp_path: Path) -> None:
    browser, link = await past(paths)
    fetched = shutil.copytree(paths.data, tmp_path / "fetched")
    restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert count_access(desk, CAROL) == KEPT
        assert await reason(desk, "user.me", browser) == "unauthenticated"
        assert await reason(desk, "auth.redeem", {}, token=link) == "not-found"


async def test_a_letter_with_a_link_does_not_wait_in_a_restored_backup(paths: Paths) -> None:
    await past(paths)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        desk.execute("UPDATE deliveries SET state = 'waiting', due_at = 9999999999999")
        assert list_waiting(desk)
    target, _ = backed_up(paths)
    restore(SQLITE, target, paths.data, NOW, silent)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert list_waiting(desk) == []


async def test_a_trigger_of_a_crafted_backup_does_not_run(paths: Paths) -> None:
    await past(paths)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        desk.execute("CREATE TRIGGER t AFTER DELETE ON sessions BEGIN UPDATE users SET role = 'admin'; END")
    target, _ = backed_up(paths)
    restore(SQLITE, target, paths.data, NOW, silent)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert desk.execute("SELECT role FROM users WHERE user_id = 'carol'") == [("customer",)]


async def test_an_imported_project_lets_in_none_who_was_in(paths: Paths, tmp_path: Path) -> None:
    browser, link = await past(paths)
    export = tmp_path / "export"
    write_export(SQLITE, paths.data, export, silent)
    assert not (export / "device_bindings.jsonl").exists()
    other = Paths(paths.root / "b", paths.root / "b" / "s", paths.root / "b" / "v")
    other.data.mkdir(parents=True)
    add_devices(export)
    read_export(SQLITE, export, other.data, silent)
    async with running(other, mode=AuthMode.HERO, seed=False) as desk:
        assert count_access(desk, CAROL) == dict.fromkeys(TABLES, 0)
        assert await reason(desk, "user.me", browser) == "unauthenticated"
        assert await reason(desk, "auth.redeem", {}, token=link) == "not-found"


def add_devices(export: Path) -> None:
    """Make an export one of an earlier release, which had the devices."""
    line = json.dumps(DEVICE).encode() + b"\n"
    (export / "device_bindings.jsonl").write_bytes(line)
    about = json.loads((export / ABOUT).read_text())
    about["tables"]["device_bindings"] = {"rows": 1, "sha256": sha256(line).hexdigest()}
    (export / ABOUT).write_text(json.dumps(about))
