"""What an operator asks to have checked is checked, or said to be impossible."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from hero_assistance import status
from hero_assistance.command_line.main import cli
from hero_assistance.releases import upgrade
from hero_assistance.releases.errors import BadBuild, BadSignature
from hero_assistance.releases.install import install
from hero_assistance.releases.sources.checksums import ArchiveChecks, choose_checks
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.status import ActionRow, Status
from hero_assistance.supervisor_lookup import Kind
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.hero_proc.states import ActionState
from hero_assistance_sdk.paths import Paths
from scripts.build.release.archive import write_archive
from tests.builds import make_build

DIGEST = "a" * 64


def test_an_empty_checksum_is_no_wish_for_another_one(paths: Paths) -> None:
    """As of a script whose variable is empty: another checksum would be one that the archive brings along."""
    with pytest.raises(UsageError, match="not a SHA-256"):
        choose_checks(paths, "", None)


@pytest.mark.parametrize("checks", [(DIGEST, None), (None, Path("signers"))])
def test_a_folder_cannot_have_what_was_asked_for(
    checks: tuple[str | None, Path | None], store: ReleaseStore, paths: Paths, tmp_path: Path
) -> None:
    build = make_build(tmp_path / "x.tar.zst", "1.0-one")
    with pytest.raises(UsageError, match="is a folder"):
        install(store, build, print, checks=choose_checks(paths, *checks))
    assert not store.folder.exists()


def test_the_signers_of_the_root_are_asked_for_though_they_are_gone(
    store: ReleaseStore, paths: Paths, tmp_path: Path
) -> None:
    paths.signers.parent.mkdir(parents=True)
    assert choose_checks(paths, None, None) == ArchiveChecks()
    paths.signers.symlink_to(tmp_path / "not mounted")
    archive = write_archive(make_build(tmp_path / "dist", "1.0-one"))
    with pytest.raises(BadSignature, match="no file of signers"):
        install(store, archive, print, checks=choose_checks(paths, None, None))


def test_what_is_not_there_is_said_to_be_no_folder_without_a_manifest(store: ReleaseStore, tmp_path: Path) -> None:
    with pytest.raises(BadBuild, match=r"there is no .*/x\.tar\.zst\n") as failed:
        install(store, tmp_path / "x.tar.zst", print)
    assert "https://" in str(failed.value.hint)


@pytest.mark.parametrize(
    ("arguments", "env", "reason", "status"),
    [
        (["none"], {}, "bad-build", 1),
        (["none", "--sha256", ""], {}, "usage", 2),
        (["none"], {"PATH_ROOT": "relative"}, "bad-setting", 2),
        (["none"], {"PATH_ROOT": "/dev/null"}, "system-fault", 1),
        (["http://["], {}, "usage", 2),
    ],
)
def test_json_names_the_reason_of_every_failure(
    arguments: list[str], env: dict[str, str], reason: str, status: int, hero_env: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hero_assistance", "install", *arguments, "--json"],
        env={**hero_env, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["reason"]) == (status, reason)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("runs", [True, False])
def test_what_was_installed_is_said_before_the_restart(
    runs: bool, hero_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> bool:
        if runs:
            raise upgrade.UpgradeRolledBack("release 1.0-one did not become healthy")
        return False

    monkeypatch.setattr(upgrade, "restart_or_roll_back", fail)
    build = make_build(tmp_path / "dist", "1.0-one")
    done = CliRunner().invoke(cli, ["install", str(build), "--restart"], env=hero_env)
    assert "installed release 1.0-one" in done.output
    assert isinstance(done.exception, upgrade.UpgradeRolledBack) == runs
    assert ("nothing runs; start it with: hero_assistance --start" in done.output) != runs
    assert "running on" not in done.output


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (None, "nothing runs; start it with: hero_assistance --start"),
        ("0.9-old", "release 0.9-old still runs; replace it with: hero_assistance restart"),
        ("1.0-one", None),
    ],
)
def test_an_install_says_how_the_release_comes_to_run(
    runs: str | None, said: str | None, hero_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = ActionState.STOPPED if runs is None else ActionState.HEALTHY
    found = Status("", Kind.EMBEDDED, runs, (ActionRow("server", state),))
    monkeypatch.setattr(status, "read_status", lambda _paths: found)
    build = make_build(tmp_path / "dist", "1.0-one")
    done = CliRunner().invoke(cli, ["install", str(build)], env=hero_env)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[-1] == said if said else not any("runs" in line for line in lines)


def test_a_shell_completes_files() -> None:
    found = ShellComplete(cli, {}, "hero_assistance", "_COMPLETE").get_completions(["install"], "di")
    assert [(one.type, one.value) for one in found] == [("file", "di")]
