"""The limits: read from one setting, documented with their defaults, kept within what the system gives."""

from __future__ import annotations

import math
import re
import resource
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from hero_assistance_httpd.connection_limits import ConnectionLimits
from hero_assistance_sdk.errors import HeroError, SettingError, TooMany, Unavailable
from hero_assistance_sdk.limits import DEFAULTS, JSON_DEPTH, OTHER_FILES, SETTING, Limits, room_for
from hero_assistance_sdk.rpc.dispatch import BATCH_LIMIT
from scripts.build.workspace import REPOSITORY

OPERATIONS = (REPOSITORY / "docs" / "operations.md").read_text()


def test_what_is_not_set_has_its_default() -> None:
    assert Limits.from_environ({}) == DEFAULTS
    assert Limits.from_environ({SETTING: " streams=7, body_seconds=0.5 ,"}) == replace(
        DEFAULTS, streams=7, body_seconds=0.5
    )


@pytest.mark.parametrize(
    "text", ["nothing=1", "streams", "streams=", "streams=x", "streams=0", "streams=-1", "streams=inf"]
)
def test_what_is_no_limit_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(SettingError):
        Limits.from_environ({SETTING: text})


def test_a_rate_can_be_off_and_what_protects_the_process_cannot() -> None:
    assert Limits.from_environ({SETTING: "tickets_per_hour=off"}).tickets_per_hour == math.inf
    with pytest.raises(SettingError):
        Limits.from_environ({SETTING: "connections=off"})


def test_every_limit_is_documented_with_its_default() -> None:
    section = OPERATIONS.partition("### Limits\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", section, re.MULTILINE))
    assert rows == {field.name: str(getattr(DEFAULTS, field.name)) for field in fields(Limits)}
    assert [field.name for field in fields(Limits) if field.metadata["meaning"] not in OPERATIONS] == []
    assert f"to a depth of {JSON_DEPTH}, a batch holds at most {BATCH_LIMIT} calls" in OPERATIONS


def test_room_is_what_the_files_allow() -> None:
    """In a process of its own: the limit of this one must stay."""
    program = (
        "import resource as r; from dataclasses import replace\n"
        "from hero_assistance_sdk.limits import DEFAULTS, room_for\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (256, 1024))\n"
        "print(room_for(replace(DEFAULTS, connections=100)), r.getrlimit(r.RLIMIT_NOFILE)[0])\n"
        "print(room_for(DEFAULTS), r.getrlimit(r.RLIMIT_NOFILE)[0])\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert printed.stdout.split() == ["100", "256", str(1024 - OTHER_FILES), "1024"]


def test_a_crowd_is_bounded_in_all_and_from_each_address() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections=4, connections_per_peer=2))
    entered = [connections.enter(peer) for peer in ("a", "a", "a", "b", None, None)]
    kinds: list[type[HeroError] | None] = [None, None, TooMany, None, None, Unavailable]
    assert [type(refusal) if refusal else None for refusal in entered] == kinds
    connections.leave("a")
    assert connections.enter("a") is None
    assert room_for(DEFAULTS) <= resource.getrlimit(resource.RLIMIT_NOFILE)[0]
