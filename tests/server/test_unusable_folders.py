"""A folder that cannot be used is said in one line with a hint, by the server and by each command on its data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.files.usable_folder import FolderUnusable
from hero_assistance_sdk.net.sockets import TAKES_OVER, bind_unix
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.storage.errors import DatabaseUnusable
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import NAMESPACES, require, sqlite_only
from tests.server.backup_samples import SQLITE, backed_up, silent
from tests.server.desk import START_S
from tests.server.store_fixtures import opened_sqlite

pytestmark = pytest.mark.anyio


def on_read_only_disk(folder: Path) -> list[str]:
    """What starts a program for which `folder` is a file system of its own that cannot be written."""
    require(NAMESPACES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = f'mount --bind {folder} {folder}; mount -o remount,ro,bind {folder}; exec "$@"'
    return ["unshare", "--mount", *mapped, "--", "sh", "-ec", script, "sh"]


def refusal(env: dict[str, str], paths: Paths, *arguments: str, around: list[str]) -> str:
    command = [*around, sys.executable, "-m", "hero_assistance_server", *arguments]
    done = subprocess.run(
        command,
        env={**env, "HERO_ASSISTANCE_TCP": "off"},
        cwd=paths.root,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize("command", ["serve", "restore", "import"])
async def test_a_read_only_data_folder(hero_env: dict[str, str], paths: Paths, command: str) -> None:
    async with opened_sqlite(paths.data):
        pass
    backed_up(paths)
    write_export(SQLITE, paths.data, paths.root / "export", silent)
    arguments = {"serve": ["--auth-mode", "dev"], "restore": ["restore", "b.tar"], "import": ["import", "export"]}
    said = refusal(hero_env, paths, *arguments[command], around=on_read_only_disk(paths.data))
    assert f"{paths.data} cannot be used: Read-only file system\n  hint: it must be a folder on a writable disk" in said


def test_a_read_only_folder_of_sockets(hero_env: dict[str, str], paths: Paths) -> None:
    around = on_read_only_disk(paths.service_sockets)
    said = refusal(hero_env, paths, "--auth-mode", "dev", around=around)
    assert f"{paths.service_sockets} cannot be used: Read-only file system" in said


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize("arguments", [("--auth-mode", "dev"), ("backup", "b.tar"), ("export", "export")])
def test_a_folder_in_the_place_of_the_database(hero_env: dict[str, str], paths: Paths, arguments: list[str]) -> None:
    (paths.data / DATABASE).mkdir(parents=True)
    said = refusal(hero_env, paths, *arguments, around=[])
    assert f"{paths.data / DATABASE} is a folder\n  hint: move it away" in said


@pytest.mark.parametrize("takes_over", [False, True])
def test_too_few_open_files_are_named_before_a_socket_is_made(
    hero_env: dict[str, str], paths: Paths, takes_over: bool
) -> None:
    """Nor is one taken from the server that is to be replaced."""
    few = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"]
    env = {**hero_env, TAKES_OVER: str(os.getpid())} if takes_over else hero_env
    said = refusal(env, paths, "--auth-mode", "dev", around=few)
    assert "the system lets this process open 128 files, and it needs 144\n  hint: raise the limit" in said
    assert not paths.service_sockets.exists()


def test_a_server_does_not_start_in_a_file(hero_env: dict[str, str], paths: Paths) -> None:
    paths.data.parent.mkdir(parents=True)
    paths.data.write_text("a file")
    said = refusal(hero_env, paths, "--auth-mode", "dev", around=[])
    assert f"{paths.data} cannot be used: Not a directory\n  hint: it must be a folder" in said


@sqlite_only("is about SQLite's file")
async def test_a_file_in_the_place_of_a_folder(paths: Paths) -> None:
    paths.data.parent.mkdir(parents=True)
    paths.data.write_text("a file")
    with pytest.raises(FolderUnusable, match="cannot be used"), locked_folder(paths.data):
        pass
    paths.service_sockets.parent.mkdir(parents=True, exist_ok=True)
    paths.service_sockets.write_text("a file")
    with pytest.raises(FolderUnusable, match="cannot be used"):
        bind_unix(paths.socket("rpc"))
    paths.data.unlink()
    paths.data.mkdir()
    (paths.data / "attachments").write_text("a file")
    with pytest.raises(FolderUnusable, match="attachments cannot be used"):
        async with opened_sqlite(paths.data):
            pass


@sqlite_only("is about SQLite's file")
async def test_a_broken_link_in_the_place_of_the_database(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    (paths.data / DATABASE).symlink_to(paths.root / "unmounted" / DATABASE)
    with pytest.raises(DatabaseUnusable, match="cannot be opened"):
        async with opened_sqlite(paths.data):
            pass
