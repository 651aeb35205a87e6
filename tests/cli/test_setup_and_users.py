"""`setup` and `user`: from an empty desk to people who can sign in, and demo users that have to go."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance.setup.page_listener import check_page, listener_of, read_listeners, store_listeners
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.cli.test_commands import run
from tests.server.desk import child, spawn

PAGE = "http://localhost:9771"


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        yield {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        run("--stop", env={"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder})


@pytest.fixture
def paths(env: dict[str, str]) -> Paths:
    return Paths.from_environ(env)


@pytest.fixture
def hero(env: dict[str, str], paths: Paths) -> Iterator[dict[str, str]]:
    """The environment of an empty desk that runs in hero mode."""
    with child(env, paths, "--auth-mode", "hero"):
        yield env


def answer(env: dict[str, str], *words: str) -> Any:
    """The JSON that a command prints."""
    done = run(*words, "--json", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_setup_lets_the_first_admin_in(hero: dict[str, str], paths: Paths) -> None:
    done = answer(hero, "setup", "--admin", "Ann@Example.org", "--page", f"{PAGE}/", "--name", "Vpn desk")
    assert (done["name"], done["page_address"], done["listens"]) == ("Vpn desk", PAGE, "127.0.0.1:9771")
    assert (done["admin"]["role"], done["admin"]["email"]) == ("admin", "ann@example.org")
    assert done["mail"]["way"] == "folder"
    assert "noun" not in done["admin"]
    page, _, token = done["link"].partition("/sign-in/link?token=")
    assert page == PAGE
    assert read_listeners(paths) == ("127.0.0.1:9771",)
    with RpcClient(paths.socket("rpc")) as client:
        session = client.call("auth.redeem", token=token)["session"]
    with RpcClient(paths.socket("rpc"), headers={"x-hero-session": session}) as client:
        assert client.call("user.me")["role"] == "admin"
        assert client.call("system.health")["has_admin"] is True


def test_setup_again_changes_what_is_given(hero: dict[str, str]) -> None:
    first = answer(hero, "setup", "--admin", "ann@example.org", "--page", PAGE, "--name", "Desk")
    again = answer(hero, "setup", "--admin", "ann@example.org", "--page", "https://desk.example.org")
    assert again["admin"] == first["admin"]
    assert (again["name"], again["listens"]) == ("Desk", None)
    assert again["link"].startswith("https://desk.example.org/sign-in/link?token=")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--admin is missing"),
        (("--admin", "ann@example.org"), "--page is missing"),
        (("--admin", "ann@example.org", "--page", "desk.example.org"), "is no address of a page"),
        (("--admin", "ann", "--page", PAGE), "is no e-mail address"),
        (
            ("--admin", "ann@b.c", "--page", PAGE, "--smtp-url", "mail", "--mail-from", "a@b.c"),
            "no address of a mail server",
        ),
        (
            ("--admin", "ann@b.c", "--page", PAGE, "--smtp-url", "smtp://m", "--mail-from", "Me"),
            "is no sender of mails",
        ),
        (("--admin", "ann@example.org", "--page", PAGE, "--smtp-url", "smtp://mail"), "--smtp-url needs --mail-from"),
    ],
)
def test_setup_says_what_is_wrong(hero: dict[str, str], words: tuple[str, ...], said: str) -> None:
    done = run("setup", *words, env=hero)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    # It is refused before anything is changed.
    assert answer(hero, "call", "project.get", "--operator")["page_address"] == ""


def test_setup_without_a_desk_that_runs_says_so(env: dict[str, str]) -> None:
    done = run("setup", "--admin", "ann@example.org", "--page", PAGE, env=env)
    assert done.returncode != 0
    assert "rpc.sock" in done.stderr


def test_the_operator_looks_after_users(hero: dict[str, str]) -> None:
    answer(hero, "setup", "--admin", "ann@example.org", "--page", PAGE)
    added = answer(hero, "user", "add", "bob@example.org", "--role", "agent", "--name", "Bob")
    assert (added["user"]["user_id"], added["user"]["role"]) == ("bob", "agent")
    assert added["expires_at"] > added["code_expires_at"]
    linked = answer(hero, "user", "link", "BOB@example.org")
    assert linked["link"] not in (None, added["link"])
    deactivated = answer(hero, "user", "deactivate", "bob@example.org")["user"]
    assert deactivated["active"] is False
    listed = answer(hero, "user", "list")
    assert [one for one in (added["user"], deactivated, *listed) if "noun" in one] == []
    assert [(one["user_id"], one["active"]) for one in listed] == [("ann", True), ("bob", False)]
    assert answer(hero, "user", "reactivate", "bob")["active"] is True
    shown = run("user", "list", env=hero).stdout
    assert "bob@example.org" in shown
    printed = run("user", "link", "bob@example.org", env=hero)
    assert f"{PAGE}/sign-in/link?token=" in printed.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "link", "nobody@example.org"), "no user has the address"),
        (("user", "add", "no-address"), "email"),
        (("user", "add", "a@b.c", "--role", "king"), "king"),
        (("user", "deactivate", "nobody"), "there is no user nobody"),
        (("user", "deactivate"), "give USER or --demo"),
        (("user", "deactivate", "--demo", "bob"), "give USER or --demo"),
        (("call", "user.list", "--operator", "--as", "ann"), "exclude each other"),
    ],
)
def test_a_wrong_word_is_explained(hero: dict[str, str], words: tuple[str, ...], said: str) -> None:
    done = run(*words, env=hero)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_any_method_can_be_called_as_the_operator(hero: dict[str, str]) -> None:
    assert answer(hero, "call", "user.list", "--operator") == {"users": [], "next_cursor": None}


def test_doctor_says_that_a_desk_has_no_admin(hero: dict[str, str]) -> None:
    def admin_findings() -> list[dict[str, str]]:
        findings = json.loads(run("doctor", "--json", env=hero).stdout)["findings"]
        return [finding for finding in findings if finding["check"] == "admin"]

    (found,) = admin_findings()
    assert (found["verdict"], found["hint"]) == ("warning", "hero_assistance setup")
    answer(hero, "setup", "--admin", "ann@example.org", "--page", PAGE)
    assert admin_findings() == []


def test_demo_users_keep_a_desk_out_of_hero_mode_until_they_are_removed(env: dict[str, str], paths: Paths) -> None:
    with child(env, paths, "--auth-mode", "dev", "--seed-dev-users") as served:
        with served.client("carol") as carol:
            carol.call("ticket.create", title="t", body="b")
        busy = run("user", "deactivate", "--demo", env=env)
        assert busy.returncode != 0
    refused = spawn(env, paths, "--auth-mode", "hero")
    assert refused.process.wait(30) != 0
    log = refused.log.read_text()
    assert "there are demo users in this database: alice, bob, carol, dave" in log
    assert "hero_assistance user deactivate --demo" in log
    assert answer(env, "user", "deactivate", "--demo") == {"removed": ["alice", "bob", "carol", "dave"]}
    assert answer(env, "user", "deactivate", "--demo") == {"removed": []}
    with child(env, paths, "--auth-mode", "hero"):
        assert [one["active"] for one in answer(env, "user", "list")] == [False] * 4
        with RpcClient(paths.socket("rpc"), headers={"x-hero-user": "alice"}) as client:
            newcomer = client.call("user.me")
        assert (newcomer["role"], newcomer["user_id"]) == ("customer", "alice-2")
        actions = {one["action"] for one in answer(env, "call", "audit.list", "--operator")["entries"]}
        assert {"user.deactivated", "user.login_unbound"} <= actions
    # In dev mode they are there again.
    with child(env, paths, "--auth-mode", "dev", "--seed-dev-users") as served, served.client("alice") as alice:
        assert alice.call("user.me")["role"] == "admin"


def test_demo_users_are_for_dev_mode(env: dict[str, str], paths: Paths) -> None:
    refused = spawn(env, paths, "--auth-mode", "hero", "--seed-dev-users")
    assert refused.process.wait(30) != 0
    assert "demo users are for --auth-mode dev" in refused.log.read_text()


@pytest.mark.parametrize(
    ("page", "listener"),
    [
        ("http://localhost:9771", "127.0.0.1:9771"),
        ("http://localhost", "127.0.0.1:80"),
        ("http://127.0.0.1:9771", "127.0.0.1:9771"),
        ("http://192.168.1.5:8000", "192.168.1.5:8000"),
        ("http://[400::7]:9771", "[400::7]:9771"),
        ("https://localhost:9771", None),
        ("https://desk.example.org", None),
        ("http://desk.example.org", None),
        ("http://localhost:9771/desk", None),
    ],
)
def test_where_the_page_of_an_address_is_served(page: str, listener: str | None) -> None:
    assert listener_of(check_page(page)) == listener


@pytest.mark.parametrize(
    "page",
    [
        "",
        "localhost:9771",
        "ftp://x",
        "http://",
        "http://x:99999",
        "http://x:0",
        "http://x?q",
        "http://x#f",
        "http://u:p@x",
        "http://x\n",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_page_is_refused(page: str) -> None:
    with pytest.raises(UsageError):
        check_page(page)


def test_a_damaged_file_of_listeners_is_explained(paths: Paths) -> None:
    assert read_listeners(paths) == ()
    store_listeners(paths, ("127.0.0.1:1",))
    assert read_listeners(paths) == ("127.0.0.1:1",)
    (paths.state / "page.json").write_text('{"listens": 5}')
    with pytest.raises(UsageError, match=r"page\.json is damaged"):
        read_listeners(paths)
