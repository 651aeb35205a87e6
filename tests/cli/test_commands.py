"""The command line: exit statuses, errors in one line with a hint, JSON for machines."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from hero_assistance.command_line.main import cli
from hero_assistance.light_commands.help_page import COMMANDS
from hero_assistance.releases.install import install
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.header import Target
from tests.builds import ROOT, make_build

OPERATIONS = ROOT / "docs" / "operations.md"


def run(*arguments: str, env: dict[str, str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line from the installed wheel."""
    return subprocess.run(
        [sys.executable, "-m", "hero_assistance", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
        timeout=60,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--start", "--stop"],
        ["--start", "status"],
        ["--auth-mode", "dev"],
        ["--ui-tcp", "127.0.0.1:1", "--stop"],
        ["--start", "--auth-mode", "nobody"],
        ["--start", "--auth-mode", "dev", "--ui-tcp", "nowhere"],
        ["nothing"],
        ["install"],
        ["logs", "--lines", "-1"],
        ["rollback", "1.0-none"],
        [],
    ],
    ids=" ".join,
)
def test_a_usage_error_is_2_and_no_traceback(arguments: list[str], hero_env: dict[str, str]) -> None:
    done = run(*arguments, env=hero_env)
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr


def test_version_names_version_and_release(hero_env: dict[str, str]) -> None:
    done = run("--version", env=hero_env)
    assert re.fullmatch(r"hero_assistance \S+ \(release \S+\)\n", done.stdout)


def test_version_imports_nothing_heavy(hero_env: dict[str, str]) -> None:
    code = "import sys, hero_assistance.__main__ as m; sys.argv[1:] = ['--version']; m.main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=hero_env, capture_output=True, text=True, check=True)
    heavy = {"click", "asyncio", "pydantic", "rich", "json", "email", "importlib.metadata"}
    assert not heavy & set(done.stdout.split())


def test_status_of_nothing_is_3(hero_env: dict[str, str]) -> None:
    done = run("status", "--json", env=hero_env)
    found = json.loads(done.stdout)
    assert done.returncode == 3
    assert (found["service"], found["supervisor"], found["release"]) == ("hero_assistance", "none", None)
    assert [set(action) for action in found["actions"]] == [
        {"name", "state", "pid", "uptime_s", "restarts", "sockets"}
    ] * 2


def test_stopping_nothing_is_fine(hero_env: dict[str, str]) -> None:
    done = run("--stop", env=hero_env)
    assert (done.returncode, done.stdout) == (0, "nothing was running\n")


def test_starting_what_is_not_installed_says_what_to_do(hero_env: dict[str, str]) -> None:
    done = run("--start", env=hero_env)
    assert done.returncode == 1
    assert "hint: " in done.stderr
    assert "install" in done.stderr


def test_a_relative_root_is_refused(hero_env: dict[str, str]) -> None:
    done = run("status", env={**hero_env, "PATH_ROOT": "relative"})
    assert done.returncode == 2
    assert "PATH_ROOT must be an absolute path" in done.stderr


def test_a_root_too_deep_for_sockets_is_named(hero_env: dict[str, str], hero_root: Path) -> None:
    deep = hero_root / ("d" * 100)
    deep.mkdir()
    done = run("status", env={**hero_env, "PATH_ROOT": str(deep)})
    assert done.returncode == 2
    assert "bytes; the system accepts 107" in done.stderr
    assert "PATH_SOCKET" in done.stderr


def test_secrets_go_in_by_standard_input_and_are_listed_by_name(hero_env: dict[str, str]) -> None:
    assert run("secret", "set", "THEME", "-", env=hero_env, stdin="light\n").returncode == 0
    assert run("secret", "get", "THEME", env=hero_env).stdout == "light\n"
    assert json.loads(run("secret", "list", "--json", env=hero_env).stdout) == ["THEME"]
    assert run("secret", "delete", "THEME", env=hero_env).returncode == 0
    gone = run("secret", "get", "THEME", env=hero_env)
    assert (gone.returncode, "light" in gone.stderr) == (1, False)
    run("--stop", env=hero_env)


def test_releases_are_listed_for_machines(tmp_path: Path, paths: Paths, hero_env: dict[str, str]) -> None:
    for release in ("1.0-one", "1.0-two"):
        install(ReleaseStore.from_paths(paths), make_build(tmp_path / release, release), lambda _step: None)
    listed = json.loads(run("releases", "--json", env=hero_env).stdout)
    assert [(one["release"], one["live"]) for one in listed] == [("1.0-two", True), ("1.0-one", False)]


def test_install_says_which_line_puts_bin_on_the_path(
    tmp_path: Path, hero_root: Path, hero_env: dict[str, str]
) -> None:
    build = str(make_build(tmp_path / "dist", "1.0-one"))
    line = f'export PATH="{hero_root}/bin:$PATH"'
    assert line in run("install", build, env=hero_env).stderr
    assert line not in run("install", build, env={**hero_env, "PATH": f"{hero_root}/bin:{hero_env['PATH']}"}).stderr


def test_a_release_for_another_target_is_refused_and_found(
    tmp_path: Path, paths: Paths, hero_env: dict[str, str]
) -> None:
    """By `install`, `rollback` and `--start`, in one line; and `doctor` names it where an older install left it."""
    foreign = Target("CPython 3.9", "darwin-arm64")
    done = run("install", str(make_build(tmp_path / "foreign", "1.0-foreign", target=foreign)), env=hero_env)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"1.0-foreign is built for {foreign}, and this is CPython" in done.stderr
    assert "hint: take the build for CPython" in done.stderr
    for release in ("1.0-one", "1.0-two"):
        install(ReleaseStore.from_paths(paths), make_build(tmp_path / release, release), lambda _step: None)
        record = paths.releases / release / "release.json"
        about = {**json.loads(record.read_bytes()), "python": foreign.python, "platform": foreign.platform}
        record.write_text(json.dumps(about))
    for words in (["rollback"], ["rollback", "1.0-one"], ["--start"]):
        done = run(*words, env=hero_env)
        assert done.returncode == 1, words
        assert f"is built for {foreign}, and this is CPython" in done.stderr
    findings = json.loads(run("doctor", "--json", env=hero_env).stdout)["findings"]
    (found,) = [one for one in findings if one["check"] == "release"]
    assert found["verdict"] == "fault"
    assert str(foreign) in found["detail"]


@pytest.mark.parametrize("damage", ["remove", "change"])
def test_doctor_finds_a_damaged_file(
    damage: str, tmp_path: Path, paths: Paths, hero_root: Path, hero_env: dict[str, str]
) -> None:
    install(ReleaseStore.from_paths(paths), make_build(tmp_path / "dist", "1.0-one"), lambda _step: None)
    victim = paths.releases / "1.0-one" / "lib" / "alpha" / "alpha" / "__main__.py"
    victim.unlink()
    if damage == "change":
        victim.write_text("changed")
    done = run("doctor", "--json", env=hero_env)
    faults = [one for one in json.loads(done.stdout)["findings"] if one["verdict"] == "fault"]
    assert done.returncode == 1
    assert [(one["check"], str(victim) in one["detail"]) for one in faults] == [("files", True)]


def test_doctor_finds_a_foreign_file_and_a_dead_socket(
    tmp_path: Path, paths: Paths, hero_root: Path, hero_env: dict[str, str]
) -> None:
    install(ReleaseStore.from_paths(paths), make_build(tmp_path / "dist", "1.0-one"), lambda _step: None)
    (hero_root / "bin" / "beta").unlink()
    (hero_root / "bin" / "beta").write_text("mine")
    paths.service_sockets.mkdir(parents=True)
    code = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(paths.socket("rpc"))], check=True)
    text = run("doctor", env=hero_env).stdout
    assert "beta is not ours" in text
    assert "nobody listens on" in text


def test_every_command_has_help_and_is_documented() -> None:
    documented = OPERATIONS.read_text()
    for name in COMMANDS:
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0
        assert f"`hero_assistance {name}" in documented, name


def test_shells_get_completion(hero_env: dict[str, str]) -> None:
    env = {
        **hero_env,
        "_HERO_ASSISTANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": "hero_assistance ro",
        "COMP_CWORD": "1",
    }
    assert "rollback" in run(env=env).stdout


def test_ctrl_c_is_130(hero_env: dict[str, str], paths: Paths) -> None:
    """`logs --follow` waits for ever; an interrupt ends it as a shell expects."""
    paths.logs.mkdir(parents=True)
    (paths.logs / "hero_assistance_server.log").write_text("a line\n")
    following = subprocess.Popen(
        [sys.executable, "-m", "hero_assistance", "logs", "hero_assistance_server", "--follow"],
        env=hero_env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Who runs the tests in the background of a shell has it ignored, and children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert following.stdout is not None
    assert following.stdout.readline() == "a line\n"
    following.send_signal(signal.SIGINT)
    following.communicate(timeout=30)
    assert following.returncode == 130


def test_a_reader_that_leaves_is_no_error(hero_env: dict[str, str], paths: Paths) -> None:
    paths.logs.mkdir(parents=True)
    (paths.logs / "hero_assistance_server.log").write_text("a line\n" * 50_000)
    command = f'"{sys.executable}" -m hero_assistance logs hero_assistance_server -n 50000 | head -1'
    done = subprocess.run(["sh", "-c", command], env=hero_env, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("a line\n", "")
