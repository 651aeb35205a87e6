"""The limits: read from one setting, documented with their defaults, kept within what the system gives."""

from __future__ import annotations

import math
import re
import resource
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from hero_assistance_httpd.connections.connection_limits import ConnectionLimits
from hero_assistance_httpd.connections.memory_budget import Account, MemoryBudget
from hero_assistance_sdk.errors import SettingError, TooMany, Unavailable
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
    assert printed.stdout.split() == ["100", "328", str((1024 - OTHER_FILES) // 2), "1024"]


@pytest.mark.parametrize(("files", "said"), [(128, "128 files, and it needs 144"), (144, "room 8"), (64, "64 files")])
def test_too_few_files_are_named(files: int, said: str) -> None:
    program = (
        "import resource as r, sys\n"
        "from hero_assistance_sdk.limits import DEFAULTS, TooFewFiles, room_for\n"
        f"r.setrlimit(r.RLIMIT_NOFILE, ({files}, {files}))\n"
        "try:\n    print('room', room_for(DEFAULTS))\nexcept TooFewFiles as error:\n    print(error)\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert said in printed.stdout


class Peer:
    """A connection from an address, or (without one) over a Unix socket."""

    def __init__(self, peer: str | None) -> None:
        self.peer = peer
        self.is_ended = False

    def end_idle(self) -> None:
        self.is_ended = True


def enter(connections: ConnectionLimits, *peers: str | None) -> list[Peer]:
    """Connections that were admitted and have asked something."""
    entered = [Peer(peer) for peer in peers]
    for each in entered:
        assert connections.enter(each) is None
        connections.note_request(each)
    return entered


def test_connections_are_bounded_in_all_and_from_each_address() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections=8, connections_per_peer=2))
    first, *_ = enter(connections, "a", "a", "b", None, None, None, None)
    assert isinstance(connections.enter(Peer("a")), TooMany)
    enter(connections, "c")
    assert isinstance(connections.enter(Peer("d")), Unavailable)
    assert isinstance(connections.enter(Peer(None)), Unavailable)
    connections.leave(first)
    enter(connections, "a")
    assert room_for(DEFAULTS) <= resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_all_addresses_of_a_node_are_one_peer() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections_per_peer=2))
    first, _ = enter(connections, "400:1:2:3::1", "400:1:2:3:ffff::1")
    assert isinstance(connections.enter(Peer("400:1:2:3::2")), TooMany)
    enter(connections, "400:1:2:4::1", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2")
    assert isinstance(connections.enter(Peer("10.0.0.1")), TooMany)
    connections.leave(first)
    enter(connections, "400:1:2:3::2")


def test_the_memory_of_all_addresses_of_a_node_is_that_of_one_peer() -> None:
    budget = MemoryBudget(replace(DEFAULTS, memory_bytes_per_peer=100_000))
    first, second = (Account(budget, f"400:1:2:3::{number}") for number in (1, 2))
    first.take(60_000)
    with pytest.raises(Unavailable):
        second.take(60_000)
    Account(budget, "400:1:2:4::1").take(60_000)
    first.close()


def test_tcp_leaves_a_part_to_the_unix_sockets() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections=16))
    enter(connections, *(f"address {number}" for number in range(14)))
    assert isinstance(connections.enter(Peer("one more")), Unavailable)
    enter(connections, None, None)


def test_the_stranger_that_has_waited_longest_makes_room_then_the_caller_that_has() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections=8))
    callers = enter(connections, "a", "b", "c")
    for caller in (callers[1], callers[0]):
        connections.note_answer(caller)
    strangers = [Peer("d"), Peer("e"), Peer("f"), Peer("g")]
    for stranger in strangers:
        assert connections.enter(stranger) is None
    order = [strangers[0], strangers[1], strangers[2], strangers[3], callers[1], callers[0]]
    for count in range(1, len(order) + 1):
        enter(connections, "new")
        assert [each.is_ended for each in order] == [True] * count + [False] * (len(order) - count)
    assert isinstance(connections.enter(Peer("new")), Unavailable)
    assert not callers[2].is_ended


def test_a_unix_socket_is_never_closed_for_tcp_and_tcp_is_for_a_unix_socket() -> None:
    connections = ConnectionLimits(replace(DEFAULTS, connections=2))
    unix = [Peer(None), Peer(None)]
    for each in unix:
        assert connections.enter(each) is None
    assert isinstance(connections.enter(Peer("a")), Unavailable)
    connections.leave(unix.pop())
    over_tcp = Peer("a")
    assert connections.enter(over_tcp) is None
    enter(connections, None)
    assert over_tcp.is_ended
    assert not unix[0].is_ended
    enter(connections, None)
    assert unix[0].is_ended


def test_memory_is_bounded_in_all_and_for_each_address_and_given_back() -> None:
    budget = MemoryBudget(replace(DEFAULTS, memory_bytes=1_000_000, memory_bytes_per_peer=400_000))
    accounts = [Account(budget, peer) for peer in ("a", "a", "b", "c", None)]
    accounts[0].take(300_000)
    with pytest.raises(Unavailable):
        accounts[1].take(200_000)
    accounts[2].take(400_000)
    with pytest.raises(Unavailable):
        accounts[3].take(400_000)
    accounts[4].take(1_000_000)
    accounts[0].take(1_000)
    accounts[0].close()
    accounts[3].close()
    accounts[3].take(400_000)
    for account in accounts:
        account.close()
        account.close()
    assert budget.take("a", 400_000)
    assert budget.take("b", 400_000)
    assert budget.take(None, 1_000_000)
