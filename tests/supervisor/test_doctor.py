"""`doctor` finds what is wrong by its real cause, names it, and says what to do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hero_assistance.action_names import SERVER
from hero_assistance.releases.install import install
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.zipapp.system_command import SCRIPT
from tests.builds import ROOT, make_build
from tests.capabilities import AS_ROOT, NAMESPACES, PROC, needs, require
from tests.supervisor.harness import PROGRAM, Harness, wait_for
from tests.supervisor.test_foreign_processes import foreign

Found = list[tuple[str, str]]
DOCTOR = [sys.executable, "-m", "hero_assistance", "doctor", "--json"]


def findings(printed: str, check: str) -> Found:
    """Verdict and detail of what a check found; what is not well has a hint."""
    found = json.loads(printed)["findings"]
    assert all(one["hint"] for one in found if one["verdict"] != "ok")
    return [(one["verdict"], one["detail"]) for one in found if one["check"] == check]


def doctor(env: dict[str, str], check: str) -> Found:
    done = subprocess.run(DOCTOR, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return findings(done.stdout, check)


def service_of(harness: Harness, env: dict[str, str] | None = None, name: str = "rpc") -> int:
    """The real service's name around a program of this test that has the server's; its pid once it is healthy."""
    action = harness.action(name=name).model_copy(update={"name": SERVER, "env": env or {}})
    with harness.client() as client:
        client.service_set(ServiceSpec(name=SERVICE, actions=(action,)))
        known = client.service_start(SERVICE)
        while known.state is not ActionState.HEALTHY:
            known = client.service_change(known, 20)
    pid = known.actions[0].pid
    assert pid is not None
    return pid


@pytest.fixture
def box(harness: Harness) -> Iterator[Harness]:
    """A supervisor where hero_proc listens, with a root of its own."""
    root = harness.paths.root / "b"
    root.mkdir()
    env = {**harness.env, "PATH_ROOT": str(root)}
    made = Harness(Paths.from_environ(env), env)
    layout = harness.paths.hero_proc_socket
    layout.parent.mkdir(parents=True)
    layout.symlink_to(made.paths.socket("supervisor"))
    yield made
    made.clean_up()


def test_what_is_well_is_told_without_a_warning(supervised: Harness) -> None:
    pid = service_of(supervised)
    said = subprocess.run(DOCTOR, env=supervised.env, capture_output=True, text=True, timeout=60, check=False).stdout
    assert findings(said, "supervisor") == [("ok", "embedded")]
    assert findings(said, "service") == [("ok", f"{SERVER} is healthy")]
    assert ("ok", f"rpc.sock is held by process {pid}") in findings(said, "sockets")
    assert findings(said, "clock") == [("ok", "it was not set since the service was started")]


def test_no_supervisor(harness: Harness) -> None:
    assert doctor(harness.env, "supervisor") == [("warning", "no supervisor runs, and no service")]


def test_no_supervisor_though_the_service_was_started(supervised: Harness) -> None:
    service_of(supervised)
    supervised.end_supervisor(signal.SIGKILL)
    supervised.clean_up()
    assert doctor(supervised.env, "supervisor") == [("fault", "no supervisor runs, though the service was started")]


def test_no_supervisor_for_what_runs(supervised: Harness) -> None:
    pid = service_of(supervised)
    supervised.end_supervisor(signal.SIGKILL)
    said = f"no supervisor runs, and nobody looks after {SERVER} (process {pid})"
    assert doctor(supervised.env, "supervisor") == [("fault", said)]


@pytest.mark.parametrize(
    ("mode", "verdict", "said"),
    [
        (0o777, "fault", "can be written by others"),
        (0o700, "warning", "has mode 700: a proxy of another user cannot enter"),
    ],
)
def test_a_wrong_mode_of_a_socket_folder(harness: Harness, mode: int, verdict: str, said: str) -> None:
    for folder in (harness.paths.sockets, harness.paths.service_sockets):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    assert doctor(harness.env, "folders") == []
    harness.paths.service_sockets.chmod(mode)
    assert doctor(harness.env, "folders") == [(verdict, f"{harness.paths.service_sockets} {said}")]


@needs(AS_ROOT)
def test_a_wrong_owner_of_a_socket_folder(harness: Harness) -> None:
    folder = harness.paths.service_sockets
    folder.mkdir(parents=True)
    os.chown(folder, 12345, -1)
    assert doctor(harness.env, "folders") == [("fault", f"{folder} belongs to user 12345")]


def test_a_stale_socket(harness: Harness) -> None:
    path = harness.socket("events")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    assert doctor(harness.env, "sockets") == [("warning", f"nobody listens on {path}")]


def test_a_stale_socket_of_hero_proc(harness: Harness) -> None:
    path = harness.paths.hero_proc_socket
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert doctor(harness.env, "sockets") == [("warning", f"nobody listens on {path}")]


def test_a_foreign_listener_on_a_socket(supervised: Harness) -> None:
    service_of(supervised)
    path = supervised.socket("ui")
    with foreign(sys.executable, "-I", PROGRAM, "serve", path) as program:
        wait_for(lambda: listening_pid(Path(path)) == program.pid, "the foreign program listens")
        (found,) = (row for row in doctor(supervised.env, "sockets") if row[0] != "ok")
    assert found[0] == "fault"
    assert found[1].startswith(f"{path} is held by process {program.pid} (python")


def test_a_folder_that_the_group_of_the_page_cannot_enter(supervised: Harness) -> None:
    service_of(supervised, {"HERO_ASSISTANCE_SOCKET_GROUP": str(os.getegid())})
    root = supervised.paths.root
    root.chmod(0o700)
    found = [row for row in doctor(supervised.env, "folders") if row[0] == "fault"]
    assert f"the group that may connect to ui.sock cannot enter {root}" in [detail for _, detail, *_ in found]
    root.chmod(0o710)
    assert [row for row in doctor(supervised.env, "folders") if row[0] == "fault"] == []


def test_a_group_that_is_gone(supervised: Harness) -> None:
    service_of(supervised, {"HERO_ASSISTANCE_SOCKET_GROUP": "no-such-group"})
    (found,) = (row for row in doctor(supervised.env, "folders") if row[0] == "fault")
    assert "there is no group no-such-group" in found[1]


@pytest.mark.parametrize(
    ("damage", "check", "said"),
    [
        (lambda store: (store.bin / "alpha").unlink(), "links", "alpha is missing"),
        (lambda store: (store.folder / "1.0-one" / "alpha").unlink(), "links", "which is not there"),
        (lambda store: (store.folder / "1.0-one").rename(store.folder / "gone"), "release", "has no record"),
        (lambda store: store.current.unlink(), "release", "none is live"),
    ],
    ids=["no link", "nothing behind it", "no release", "none is live"],
)
def test_broken_links_of_a_release(
    damage: Callable[[ReleaseStore], object], check: str, said: str, harness: Harness, tmp_path: Path
) -> None:
    store = ReleaseStore.from_paths(harness.paths)
    install(store, make_build(tmp_path / "dist", "1.0-one"), lambda _step: None)
    damage(store)
    (found,) = (row for row in doctor(harness.env, check) if row[0] == "fault")
    assert said in found[1]


def doctor_with_mounts(harness: Harness, mounts: dict[str, str], *, full: str = "", then: str = "") -> Found:
    """What it finds of disks where folders below the root are file systems of their own, of these sizes.

    That of `full` is filled. `then` is run behind the mounts.
    """
    require(NAMESPACES)
    made = "".join(
        f'mkdir -p "$PATH_ROOT/{folder}"; mount -t tmpfs -o size={size} tmpfs "$PATH_ROOT/{folder}"; '
        for folder, size in mounts.items()
    )
    if full:
        made += f'cat /dev/zero > "$PATH_ROOT/{full}/filler" 2>"$PATH_ROOT/refused" || true; '
    made += f"{then}; " if then else ""
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-ec", f'{made}exec "$@"', "sh", *DOCTOR],
        env={**harness.env, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return findings(done.stdout, "disk")


@pytest.mark.parametrize(("size", "verdict"), [("100m", "fault"), ("600m", "warning"), ("2g", "ok")])
def test_a_disk_that_is_nearly_full(harness: Harness, size: str, verdict: str) -> None:
    (found,) = doctor_with_mounts(harness, {"": size})
    assert found[0] == verdict
    assert "GiB free" in found[1]


@pytest.mark.parametrize("mounted", ["data", "backups", "exports", "log", "state", "sockets", "releases"])
def test_a_folder_that_is_a_mount_of_its_own_is_looked_at(harness: Harness, mounted: str) -> None:
    """A root with room, and one folder that has none."""
    name = {"log": "logs"}.get(mounted, mounted)
    found = doctor_with_mounts(harness, {"": "4g", f"var/{mounted}": "8m"}, full=f"var/{mounted}")
    assert len(found) == 2
    (full,) = (detail for verdict, detail in found if verdict == "fault")
    assert full.startswith("0 MiB free in ")
    assert f", where {name}" in full


def test_a_small_disk_of_its_own_is_no_fault_while_it_has_room(harness: Harness) -> None:
    found = doctor_with_mounts(harness, {"": "4g", "var/log": "50m", "var/data": "200m"})
    assert [verdict for verdict, _ in found] == ["ok", "ok", "ok"]
    assert [detail.rpartition(", where ")[2] for _, detail in found] == [
        "releases, backups, exports, state and sockets are",
        "data and files are",
        "logs are",
    ]


@needs(PROC)
@pytest.mark.parametrize(("seconds", "way"), [(3_600, "forward"), (-7_200, "back")])
def test_a_jump_of_the_clock(supervised: Harness, seconds: int, way: str) -> None:
    """The clock of this machine is not ours to set: the record is as one would have left it that was wrong then."""
    service_of(supervised)
    started = json.loads(supervised.record_path(SERVER, SERVICE).read_text())["started_at_ms"]
    supervised.change_record(SERVER, SERVICE, started_at_ms=started - seconds * 1000)
    said = f"it was set {way} by {abs(seconds):,} s since {SERVER} was started"
    assert doctor(supervised.env, "clock") == [("warning", said)]


@pytest.mark.parametrize(
    ("twice", "verdict", "said"),
    [
        (True, "fault", "the service is registered with hero_proc and with the embedded supervisor"),
        (False, "warning", "hero_proc listens, and the service is registered with the embedded supervisor"),
    ],
)
def test_a_service_of_two_supervisors(supervised: Harness, box: Harness, twice: bool, verdict: str, said: str) -> None:
    service_of(supervised)
    box.start_supervisor()
    box.start_actions(box.action())
    if twice:
        service_of(box)
    assert (verdict, said) in doctor(supervised.env, "supervisor")
    status = [sys.executable, "-m", "hero_assistance", "status"]
    shown = subprocess.run(status, env=supervised.env, capture_output=True, text=True, timeout=60, check=False).stdout
    assert f"{said}; hero_assistance --start moves it to hero_proc" in shown


def test_a_supervisor_that_hangs_is_a_fault_and_ends_no_other_check(supervised: Harness) -> None:
    service_of(supervised)
    assert supervised.supervisor is not None
    supervised.supervisor.send_signal(signal.SIGSTOP)
    try:
        done = subprocess.run(DOCTOR, env=supervised.env, capture_output=True, text=True, timeout=60, check=False)
        (found,) = findings(done.stdout, "supervisor")
        assert found[0] == "fault"
        assert "did not answer in time" in found[1]
        assert findings(done.stdout, "disk") != []
    finally:
        supervised.supervisor.send_signal(signal.SIGCONT)


def test_a_database_that_is_gone_is_told_before_a_start(harness: Harness) -> None:
    data = harness.paths.data
    assert doctor(harness.env, "data") == []
    data.mkdir(parents=True)
    (data / "tickets.db").write_bytes(b"SQLite format 3\0" + b"\1" * 1024)
    assert doctor(harness.env, "data") == [("ok", f"{data / 'tickets.db'} has 0.0 MiB")]
    (data / "tickets.db").write_bytes(b"")
    (data / "attachments" / ".incoming").mkdir(parents=True)
    ((verdict, detail),) = doctor(harness.env, "data")
    assert (verdict, "is empty, but there is what an earlier desk left" in detail) == ("fault", True)
    (data / "tickets.db").unlink()
    (data / "tickets.db").mkdir()
    assert doctor(harness.env, "data") == [("fault", f"{data / 'tickets.db'} is a folder")]


@needs(NAMESPACES)
@pytest.mark.parametrize(
    ("mounted", "option", "said"),
    [
        ("", "ro", "mounted read-only"),
        ("var/data", "ro", "mounted read-only"),
        ("", "noexec", "mounted noexec"),
        ("var/releases", "noexec", "mounted noexec"),
    ],
)
def test_how_a_disk_is_mounted(harness: Harness, mounted: str, option: str, said: str) -> None:
    remounted = f'mount -o remount,{option} "$PATH_ROOT/{mounted}"'
    found = doctor_with_mounts(harness, {"": "4g", mounted: "4g"}, then=remounted)
    (fault,) = (detail for verdict, detail in found if verdict == "fault")
    assert said in fault
    assert f"free in {harness.paths.root / mounted}" in fault


@needs(NAMESPACES)
def test_a_disk_of_data_alone_may_be_noexec(harness: Harness) -> None:
    remounted = 'mount -o remount,noexec "$PATH_ROOT/var/data"'
    found = doctor_with_mounts(harness, {"": "4g", "var/data": "4g"}, then=remounted)
    assert [verdict for verdict, _ in found] == ["ok", "ok"]


@pytest.fixture
def installed_bin(harness: Harness, tmp_path: Path) -> Path:
    """The folder of an installed release of small programs."""
    store = ReleaseStore.from_paths(harness.paths)
    install(store, make_build(tmp_path / "dist", "1.0-one"), lambda _step: None)
    return store.bin


def _searching(harness: Harness, *folders: object) -> Found:
    return doctor({**harness.env, "PATH": os.pathsep.join(map(str, (*folders, harness.env["PATH"])))}, "PATH")


def test_a_folder_on_the_search_path_in_another_spelling(harness: Harness, installed_bin: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(installed_bin)
    well = [("ok", f"{installed_bin} is on PATH")]
    for spelling in (installed_bin, f"{installed_bin}/", link, f"{installed_bin.parent}/home/../bin"):
        assert _searching(harness, spelling) == well
    assert _searching(harness) == [("warning", f"{installed_bin} is not on PATH")]


def test_another_program_of_the_same_name_that_comes_first(
    harness: Harness, installed_bin: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "alpha"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert _searching(harness, other.parent, installed_bin) == [
        ("warning", f"{other} is found before {installed_bin / 'alpha'}")
    ]
    assert _searching(harness, installed_bin, other.parent) == [("ok", f"{installed_bin} is on PATH")]
    # A link to ours is ours.
    other.unlink()
    other.symlink_to(installed_bin / "alpha")
    assert _searching(harness, other.parent, installed_bin) == [("ok", f"{installed_bin} is on PATH")]


def test_too_few_open_files(harness: Harness) -> None:
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh", *DOCTOR],
        env=harness.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert findings(done.stdout, "open_files") == [
        ("fault", "the system lets this process open 128 files, and it needs 144")
    ]
    assert [verdict for verdict, _ in doctor(harness.env, "open_files")] == ["ok"]


def test_the_command_of_all_users_is_no_other_program(harness: Harness, installed_bin: Path, tmp_path: Path) -> None:
    command = tmp_path / "system" / "hero_assistance"
    command.parent.mkdir()
    command.write_text(SCRIPT)
    command.chmod(0o755)
    assert _searching(harness, command.parent) == [("ok", f"{command} runs the live release")]
