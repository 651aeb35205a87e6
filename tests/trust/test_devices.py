"""Devices of the overlay, each by its own address, against a real server in a network that a test has for itself."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.capabilities import NAMESPACES, needs
from tests.trust.namespace import LAST, NODE, PEER, inside
from tests.ui.daemons import plain_environment

pytestmark = needs(NAMESPACES)

# What a device may do of which no user is known; `user.me` answers null.
UNBOUND = [
    *("auth.oidc_finish", "auth.oidc_start", "auth.passkey_finish", "auth.passkey_start"),
    "auth.redeem",
    "auth.request_link",
    "auth.sign_out",
    "project.info",
    "project.prove",
    "rpc.discover",
    "system.health",
    "user.me",
]


@pytest.fixture(scope="module")
def found() -> Any:
    """Everything that the peers have seen, which takes one start of a server."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        return inside("tests.trust.namespace_devices", plain_environment(Path(folder)))


def test_an_unknown_device_may_sign_in_and_nothing_else(found: Any) -> None:
    assert found["walk"]["unbound"] == UNBOUND


def test_no_header_makes_anybody_of_an_unknown_device(found: Any) -> None:
    assert found["walk"]["claims"] == [None] * 5


def test_a_link_binds_the_address_and_makes_no_session(found: Any) -> None:
    walk = found["walk"]
    assert walk["redeemed"] == ["carol-example", None, None]
    assert walk["bound"] == ["carol-example", "carol-example", None]
    assert walk["again"] == "!not-found"


def test_a_user_has_many_devices_and_sees_them(found: Any) -> None:
    walk = found["walk"]
    assert walk["code"] == "carol-example"
    assert walk["devices"] == [[PEER, "Carol's laptop", "address", True], [LAST, "a device", "address", False]]


def test_a_bound_device_may_what_its_user_may(found: Any) -> None:
    assert found["walk"]["customer"] == ["!forbidden", []]


def test_a_revoked_device_is_unknown_at_once_and_its_stream_ends(found: Any) -> None:
    walk = found["walk"]
    assert (walk["ended"], walk["other"]) == (True, "carol-example")
    assert walk["revoked"] == [None, True]
    assert walk["signed out"] == [True, None, False]


def test_two_users_at_one_address_are_one_after_the_other(found: Any) -> None:
    assert (found["hands"]["taken over"], found["hands"]["ended"]) == (["bob-example", "bob-example"], True)


def test_the_device_of_a_deactivated_user_is_refused(found: Any) -> None:
    assert found["hands"]["deactivated"] == [None, "!unauthenticated", "Support"]


def test_this_machine_is_no_device(found: Any) -> None:
    assert found["hands"]["loopback"] == ["!forbidden", None]


def test_bindings_survive_a_restart(found: Any) -> None:
    assert found["restarted"] == "carol-example"


def test_a_node_whose_key_is_known_is_one_device(found: Any) -> None:
    key = found["key"]
    assert key["names"] == [None, "carol-example", "carol-example", None]
    assert key["device"] == [NODE, "key"]
    assert key["bound"] == ["carol-example", NODE, "0a" * 32]
    assert key["created"] == ["carol-example", "54f:b680:ba6e:7ced::2"]
    assert key["signed out"] == [True, None, None]


def test_a_node_is_one_device_of_one_user(found: Any) -> None:
    node = found["node"]
    assert node["by address"] == ["bob-example", "bob-example"]
    assert node["ended"] is True
    assert node["by key"] == ["carol-example", "carol-example"]
    assert node["rows"] == [[], [NODE]]
    assert node["signed out"] == [True, None, None]


def test_a_user_who_is_activated_again_binds_their_device_again(found: Any) -> None:
    assert found["hands"]["reactivated"] is None
