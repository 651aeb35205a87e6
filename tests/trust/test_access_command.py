"""`hero_assistance access`: the list from a shell, where a page that keeps its operator out cannot be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from hero_assistance_sdk.errors import NotFound
from tests.trust.harness import Supervised

Run = Callable[..., subprocess.CompletedProcess[str]]
EVERYBODY = "everybody may open the page over TCP\n"


@pytest.fixture
def access(embedded: Supervised, hero_env: dict[str, str]) -> Run:
    """Run `access` beside a supervisor."""
    embedded.start()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hero_assistance", "access", *arguments]
        return subprocess.run(command, env=hero_env, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_a_list_from_nothing_to_nothing(access: Run, embedded: Supervised) -> None:
    assert access("list").stdout == EVERYBODY
    assert access("add", "10.1.2.3/8", "127.0.0.1, 400::/7").stdout == "10.0.0.0/8\n127.0.0.1\n400::/7\n"
    assert embedded.get("ADMIN_SECRETS") == "10.0.0.0/8,127.0.0.1,400::/7"
    assert access("add", "127.0.0.1").stdout == "10.0.0.0/8\n127.0.0.1\n400::/7\n"
    assert access("remove", "10.9.9.9/8", "400::/7").stdout == "127.0.0.1\n"
    listed = json.loads(access("list", "--json").stdout)
    assert listed == {"enforced": True, "entries": ["127.0.0.1"], "invalid": []}
    assert access("clear").stdout == EVERYBODY
    assert access("clear").returncode == 0
    with pytest.raises(NotFound):
        embedded.get("ADMIN_SECRETS")


def test_the_last_one_is_not_removed_by_mistake(access: Run, embedded: Supervised) -> None:
    embedded.set("ADMIN_SECRETS", "127.0.0.1")
    refused = access("remove", "127.0.0.1")
    assert refused.returncode == 1
    assert "access clear" in refused.stderr
    assert embedded.get("ADMIN_SECRETS") == "127.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["add"], 2, "ADDRESS"),
        (["add", "localhost"], 2, "neither address nor network: localhost"),
        (["add", " , "], 2, "neither address nor network: nothing"),
        (["remove", "192.0.2.1"], 1, "not on the list: 192.0.2.1"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    access: Run, embedded: Supervised, arguments: list[str], status: int, said: str
) -> None:
    embedded.set("ADMIN_SECRETS", "127.0.0.1")
    done = access(*arguments)
    assert (done.returncode, said in done.stderr) == (status, True)
    assert embedded.get("ADMIN_SECRETS") == "127.0.0.1"


def test_entries_that_are_none_are_shown_and_then_left_out(access: Run, embedded: Supervised) -> None:
    embedded.set("ADMIN_SECRETS", "junk,127.0.0.1")
    assert "junk" in access("list").stderr
    access("add", "127.0.0.2")
    assert embedded.get("ADMIN_SECRETS") == "127.0.0.1,127.0.0.2"
