"""The operator's four words, spoken to the real Nushell; what they call is recorded by small programs."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sh

from scripts.build.npm import nu_executable
from scripts.build.workspace import REPOSITORY

MODULE = "service_assistance.nu"
NU_TIMEOUT_S = 60
# Writes one line a call: the program's name and its arguments; then answers like the file beside it says.
RECORDER = """\
#!/bin/sh
printf '%s' "${0##*/}" >> "$CALLS"
printf '|%s' "$@" >> "$CALLS"
printf '\\n' >> "$CALLS"
[ -f "$0.out" ] && cat "$0.out"
[ -f "$0.err" ] && cat "$0.err" >&2
[ -f "$0.exit" ] && exit "$(cat "$0.exit")"
exit 0
"""
# Runs what it is asked to run, so that the call behind it is recorded as well.
SUDO = """\
#!/bin/sh
printf 'sudo|%s|%s\\n' "$1" "$2" >> "$CALLS"
shift 2
exec "$@"
"""
SERVER = {
    "name": "hero_assistance_server",
    "state": "healthy",
    "pid": 7,
    "uptime_s": 1.5,
    "restarts": 0,
    "sockets": [],
}
PAGES = {**SERVER, "name": "hero_assistance_ui", "state": "backoff"}


@dataclass
class Answer:
    """How Nushell ended, and what it printed."""

    status: int
    output: str
    errors: str


class Desk:
    """A checkout, a root and a PATH in which every program only records that it was called."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.root, self.path = folder / "checkout", folder / "root", folder / "path"
        self.calls_file = folder / "calls"
        self.module = self.checkout / "scripts" / MODULE
        for made in (self.checkout / "scripts", self.root / "bin", self.path):
            made.mkdir(parents=True)
        shutil.copyfile(REPOSITORY / "scripts" / MODULE, self.module)
        for tool in ("sh", "env", "test", "cat"):
            (self.path / tool).symlink_to(shutil.which(tool) or tool)
        self.program("buildenv.sh", self.checkout)

    def program(self, name: str, folder: Path | None = None, text: str = RECORDER) -> Path:
        """Put a program in the folder, or on PATH."""
        file = (folder or self.path) / name
        file.write_text(text)
        file.chmod(0o755)
        return file

    def installed(self, output: str = "", errors: str = "", status: int = 0) -> None:
        """Install a hero_assistance that answers like this."""
        file = str(self.program("hero_assistance", self.root / "bin"))
        for suffix, content in (("out", output), ("err", errors), ("exit", str(status))):
            Path(f"{file}.{suffix}").write_text(content)

    def says(self, words: str, **environment: str) -> Answer:
        """Let Nushell use the module and run the words."""
        settings = {"PATH": str(self.path), "HOME": str(self.root.parent), "PATH_ROOT": str(self.root)}
        code = f"use {self.module} *; {words}"
        process = sh.Command(str(nu_executable(REPOSITORY)))(
            *("--no-config-file", "--no-history", "--error-style", "plain", "--commands", code),
            _env={**settings, "CALLS": str(self.calls_file), **environment},
            _cwd=str(self.root.parent),
            _ok_code=list(range(256)),
            _return_cmd=True,
            _timeout=NU_TIMEOUT_S,
            _tty_out=False,
        )
        return Answer(process.exit_code, process.stdout.decode(), process.stderr.decode())

    def calls(self) -> list[str]:
        """What was called so far, in order."""
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def report(*actions: dict[str, Any], release: str | None = "r1", supervisor: str = "embedded") -> str:
    head = {"service": "hero_assistance", "supervisor": supervisor, "release": release}
    return json.dumps({**head, "actions": actions})


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("start", ["hero_assistance|--start"]),
        ("start --auth-mode dev", ["hero_assistance|--start|--auth-mode|dev"]),
        ("start --seed-dev-users", ["hero_assistance|--start|--seed-dev-users"]),
        ("start --ui-tcp '[::1]:80'", ["hero_assistance|--start|--ui-tcp|[::1]:80"]),
        ("start --ui-tcp 'a b'", ["hero_assistance|--start|--ui-tcp|a b"]),
        ("start --reset", ["hero_assistance|--stop", "hero_assistance|--start"]),
        ("stop", ["hero_assistance|--stop"]),
        ("install", ["buildenv.sh|nox|-s|install"]),
        ("install --reset", ["hero_assistance|--stop", "buildenv.sh|nox|-s|install|--|--force"]),
    ],
)
def test_each_word_is_one_call(desk: Desk, words: str, calls: list[str]) -> None:
    desk.installed()
    answer = desk.says(f"service_assistance {words}")
    assert (answer.status, desk.calls()) == (0, calls), answer.errors


def test_the_sessions_run_in_the_checkout_wherever_the_operator_is(desk: Desk) -> None:
    desk.program("buildenv.sh", desk.checkout, '#!/bin/sh\nprintf "%s" "$PWD" > "$CALLS"\n')
    answer = desk.says("service_assistance install; print $env.PWD")
    assert desk.calls() == [str(desk.checkout)]
    assert answer.output.strip() == str(desk.root.parent)


def test_the_first_install_with_reset_has_nothing_to_stop(desk: Desk) -> None:
    assert desk.says("service_assistance install --reset").status == 0
    assert desk.calls() == ["buildenv.sh|nox|-s|install|--|--force"]


def test_through_a_link_it_is_the_checkout_that_is_pulled_and_built(desk: Desk, tmp_path: Path) -> None:
    """A person's own repository may hold a link to the module; nothing of that repository is touched."""
    (desk.checkout / ".git").mkdir()
    desk.program("git")
    dotfiles = tmp_path / "dotfiles"
    (dotfiles / ".git").mkdir(parents=True)
    (dotfiles / "scripts").mkdir()
    (dotfiles / "scripts" / MODULE).symlink_to(desk.checkout / "scripts" / MODULE)
    desk.program("buildenv.sh", desk.checkout, '#!/bin/sh\nprintf "%s\\n" "$PWD" >> "$CALLS"\n')
    desk.module = dotfiles / "scripts" / MODULE
    answer = desk.says("service_assistance install --update")
    assert (answer.status, desk.calls()) == (0, [f"git|-C|{desk.checkout}|pull|--ff-only", str(desk.checkout)])
    desk.module = tmp_path / "linked" / MODULE
    desk.module.parent.symlink_to(desk.checkout / "scripts")
    assert desk.says("service_assistance install").status == 0
    assert desk.calls()[2:] == [str(desk.checkout)]


@pytest.mark.parametrize("words", ["install", "install --update", "install --reset"])
def test_a_copy_outside_a_checkout_pulls_and_stops_nothing(desk: Desk, tmp_path: Path, words: str) -> None:
    desk.installed()
    desk.program("git")
    (tmp_path / "dotfiles" / ".git").mkdir(parents=True)
    (tmp_path / "dotfiles" / "scripts").mkdir()
    desk.module = tmp_path / "dotfiles" / "scripts" / MODULE
    shutil.copyfile(REPOSITORY / "scripts" / MODULE, desk.module)
    answer = desk.says(f"service_assistance {words}")
    assert (answer.status, desk.calls()) == (1, [])
    assert f"there is no buildenv.sh in {tmp_path}/dotfiles" in answer.errors


def test_update_pulls_before_it_builds(desk: Desk) -> None:
    (desk.checkout / ".git").mkdir()
    desk.program("git")
    assert desk.says("service_assistance install --update").status == 0
    assert desk.calls() == [f"git|-C|{desk.checkout}|pull|--ff-only", "buildenv.sh|nox|-s|install"]


def test_a_pull_that_fails_ends_the_update(desk: Desk) -> None:
    (desk.checkout / ".git").mkdir()
    Path(f"{desk.program('git')}.exit").write_text("128")
    answer = desk.says("service_assistance install --update")
    assert answer.status == 1
    assert "pull --ff-only` failed with exit status 128" in answer.errors
    assert "buildenv.sh" not in " ".join(desk.calls())


@pytest.mark.parametrize("missing", ["git", ".git"])
def test_without_git_an_update_warns_and_installs(desk: Desk, missing: str) -> None:
    if missing == "git":
        (desk.checkout / ".git").mkdir()
    else:
        desk.program("git")
    answer = desk.says("service_assistance install --update")
    assert "warning: no git" in answer.errors
    assert (answer.status, desk.calls()) == (0, ["buildenv.sh|nox|-s|install"])


def test_without_hero_proc_a_start_warns_and_goes_on(desk: Desk) -> None:
    desk.installed()
    assert "warning: hero_proc" in desk.says("service_assistance start").errors
    desk.program("hero_proc")
    assert desk.says("service_assistance start").errors == ""
    assert desk.calls() == ["hero_assistance|--start"] * 2


@pytest.mark.parametrize("status", [0, 1, 3])
def test_status_is_a_table_however_the_service_is(desk: Desk, status: int) -> None:
    desk.installed(report(SERVER, PAGES), status=status)
    answer = desk.says("service_assistance status | to json")
    extra = {"release": "r1", "supervisor": "embedded"}
    assert json.loads(answer.output) == [{**SERVER, **extra}, {**PAGES, **extra}]
    assert (answer.status, desk.calls()) == (0, ["hero_assistance|status|--json"])


def test_what_needs_looking_after_is_a_filter(desk: Desk) -> None:
    desk.installed(report(SERVER, PAGES), status=1)
    answer = desk.says("service_assistance status | where state != healthy | get name | to json --raw")
    assert json.loads(answer.output) == ["hero_assistance_ui"]


def test_a_service_that_knows_no_action_is_an_empty_table(desk: Desk) -> None:
    desk.installed(report(release=None, supervisor="none"), status=3)
    answer = desk.says("service_assistance status | where state != healthy | to json --raw")
    assert (answer.status, answer.output.strip()) == (0, "[]")


@pytest.mark.parametrize(("output", "status"), [("", 2), ("", 0), ("Traceback", 1), ("[]", 3), (report(SERVER), 2)])
def test_a_status_without_a_report_is_an_error_with_its_reason(desk: Desk, output: str, status: int) -> None:
    desk.installed(output, "the reason", status)
    answer = desk.says("service_assistance status")
    assert answer.status == 1
    assert f"hero_assistance status failed with exit status {status}" in answer.errors
    assert "the reason" in answer.errors


@pytest.mark.parametrize("word", ["start", "stop"])
def test_a_failure_is_an_error_that_names_the_call(desk: Desk, word: str) -> None:
    desk.installed(errors="the reason", status=4)
    answer = desk.says(f"service_assistance {word}; print unreachable")
    assert answer.status == 1
    assert f"hero_assistance --{word}` failed with exit status 4" in answer.errors
    assert "the reason" in answer.errors
    assert "unreachable" not in answer.output


@pytest.mark.parametrize("word", ["start", "install"])
def test_the_error_record_carries_the_programs_own_reason(desk: Desk, word: str) -> None:
    reason = "hero_assistance: port 9770 is taken\n  hint: stop the other one"
    desk.installed(errors=f"\x1b[31m{reason}\x1b[0m\n", status=4)
    Path(f"{desk.checkout}/buildenv.sh.err").write_text("progress\n" * 100 + reason)
    Path(f"{desk.checkout}/buildenv.sh.exit").write_text("4")
    answer = desk.says(f"try {{ service_assistance {word} }} catch {{|failure| print $failure.details.help }}")
    assert answer.output.strip().endswith(reason)
    assert len(answer.output.strip().splitlines()) <= 12
    assert reason.splitlines()[0] in answer.errors  # it is shown while it is printed, too


def test_a_failure_without_a_word_says_so(desk: Desk) -> None:
    desk.installed(status=4)
    answer = desk.says("try { service_assistance stop } catch {|failure| print $failure.details.help }")
    assert answer.output.strip() == "it printed no reason"


@pytest.mark.parametrize("given", ["root", "./root", "../{home}/root", "~/root"])
@pytest.mark.parametrize("word", ["install", "start", "status"])
def test_a_root_is_seen_from_where_the_operator_is(desk: Desk, given: str, word: str) -> None:
    """The programs take an absolute one only, and `install` runs them in the checkout."""
    says_root = f'#!/bin/sh\nprintf "%s" "$PATH_ROOT" > "$CALLS"\nprintf \'%s\' \'{report(SERVER)}\'\n'
    desk.program("buildenv.sh", desk.checkout, says_root)
    desk.program("hero_assistance", desk.root / "bin", says_root)
    answer = desk.says(f"service_assistance {word}", PATH_ROOT=given.format(home=desk.root.parent.name))
    assert (answer.status, desk.calls()) == (0, [str(desk.root)]), answer.errors


def test_a_program_that_cannot_run_is_an_error_with_its_reason(desk: Desk) -> None:
    (desk.checkout / "buildenv.sh").chmod(0o644)
    answer = desk.says("service_assistance install")
    assert answer.status == 1
    assert "`./buildenv.sh nox -s install` failed" in answer.errors
    assert "not executable" in answer.errors


@pytest.mark.parametrize("word", ["start", "stop", "status", "start --reset"])
def test_what_is_not_installed_is_told_with_a_hint(desk: Desk, word: str) -> None:
    answer = desk.says(f"service_assistance {word}")
    assert answer.status == 1
    assert f"there is no {desk.root}/bin/hero_assistance" in answer.errors
    assert "run `service_assistance install`" in answer.errors


@pytest.mark.parametrize("unset", ["", None])
def test_without_path_root_it_is_hero_in_the_home_folder(desk: Desk, unset: str | None) -> None:
    words = "service_assistance stop" if unset == "" else "hide-env PATH_ROOT; service_assistance stop"
    answer = desk.says(words, **({"PATH_ROOT": ""} if unset == "" else {}))
    assert f"there is no {desk.root.parent}/hero/bin/hero_assistance" in answer.errors


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("start --root --auth-mode dev", "hero_assistance|--start|--auth-mode|dev"),
        ("stop --root", "hero_assistance|--stop"),
        ("status --root", "hero_assistance|status|--json"),
        ("install --root", "buildenv.sh|nox|-s|install"),
    ],
)
def test_root_goes_through_sudo_with_the_callers_environment(desk: Desk, words: str, call: str) -> None:
    desk.installed(report(SERVER))
    desk.program("sudo", text=SUDO)
    answer = desk.says(f"service_assistance {words}")
    assert answer.status == 0, answer.errors
    assert desk.calls()[-2:] == ["sudo|-E|-H", call]
    assert set(desk.calls()) == {"sudo|-E|-H", call}


def test_root_means_roots_home_unless_path_root_says_otherwise(desk: Desk) -> None:
    desk.installed()
    desk.program("sudo", text=SUDO)
    assert f"acting in {desk.root}" in desk.says("service_assistance stop --root").errors
    # Whatever really is in root's home, this sudo finds nothing there, so that nothing is stopped.
    desk.program("sudo", text="#!/bin/sh\nexit 1\n")
    answer = desk.says("service_assistance stop --root", PATH_ROOT="")
    assert f"there is no {Path('~root').expanduser()}/hero/bin/hero_assistance" in answer.errors


def test_without_sudo_only_root_may_act_for_root(desk: Desk) -> None:
    desk.installed()
    answer = desk.says("service_assistance stop --root")
    if os.getuid() == 0:
        assert (answer.status, desk.calls()) == (0, ["hero_assistance|--stop"])
    else:
        assert (answer.status, desk.calls()) == (1, [])
        assert "--root needs sudo" in answer.errors


def test_the_module_lists_its_four_words_with_a_line_of_help_each(desk: Desk) -> None:
    words = json.loads(desk.says("service_assistance | to json").output)
    assert [word["name"].split()[1] for word in words] == ["install", "start", "status", "stop"]
    assert all(word["description"] for word in words)


def test_every_flag_has_a_help_text(desk: Desk) -> None:
    query = 'scope commands | where name starts-with "service_assistance " | get signatures | each { values }'
    flags = json.loads(
        desk.says(f"{query} | flatten | flatten | where parameter_type =~ 'switch|named' | to json").output
    )
    assert len(flags) >= 10
    assert not [flag["parameter_name"] for flag in flags if not flag["description"]]
