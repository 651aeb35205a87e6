"""Peers of the overlay and strangers, each by its own address, in a network that a test has for itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trust.namespace import LAST, NEIGHBOUR, NODE, PEER, STRANGER, inside

BROAD = {NODE: 200, PEER: 200, LAST: 200, STRANGER: 403, NEIGHBOUR: 403, "127.0.0.1": 200, "192.0.2.7": 403}
NOBODY = dict.fromkeys(BROAD)
# Whoever speaks to it from its own address reaches the one that was bound; the others find nobody.
NODE_ALONE = {**NOBODY, NODE: 200}


def test_the_overlay_on_the_list_of_the_page(hero_env: dict[str, str]) -> None:
    assert inside("tests.trust.namespace_page", hero_env) == {
        NODE: 200,
        PEER: 200,
        LAST: 200,
        STRANGER: 403,
        NEIGHBOUR: 403,
        "192.0.2.7": 200,
        "127.0.0.1": 403,
        "::1": 403,
    }


def _served(env: dict[str, str], bind: str = "", told: dict[str, str] | None = None) -> Any:
    return inside("tests.trust.namespace_server", env, bind, json.dumps(told) if told else "")


def test_the_ticket_server_serves_the_overlay_and_this_machine(hero_env: dict[str, str]) -> None:
    assert _served(hero_env) == {"tcp": "[::]:9770", "asked": BROAD, "refused": []}


@pytest.mark.parametrize(
    ("bind", "told"),
    [
        (NODE, None),
        (f" [{NODE}]:9770\n", None),
        ("auto:", {"nodeSubnet": "54f:b680:ba6e:7ced::/64", "nodeIp": NODE, "nodePubkey": "02" * 32}),
        ("auto:9770", {"nodeSubnet": "54f:b680:ba6e:7ced::/64"}),
    ],
    ids=["address", "with port", "auto", "auto by the subnet"],
)
def test_mycelium_bind_narrows_it(hero_env: dict[str, str], bind: str, told: dict[str, str] | None) -> None:
    assert _served(hero_env, bind, told) == {"tcp": f"[{NODE}]:9770", "asked": NODE_ALONE, "refused": []}


@pytest.mark.parametrize(
    ("bind", "told", "reason"),
    [
        ("auto:", None, "no mycelium daemon answers on 127.0.0.1:8989"),
        ("auto:", {"node": "none"}, "what answers on 127.0.0.1:8989 is not a mycelium daemon"),
        ("auto:", {"nodeSubnet": "2001:db8::/64", "nodeIp": STRANGER}, "is not an address of the overlay"),
        ("auto:", {"nodeSubnet": "4ff:1:2:3::/64"}, "no address of this machine is in 4ff:1:2:3::/64"),
        ("400::1234", None, "cannot listen on [400::1234]:9770"),
        ("s3cret", None, "MYCELIUM_BIND is not an address"),
    ],
    ids=["no daemon", "no mycelium", "no overlay", "no address", "not ours", "junk"],
)
def test_an_address_that_cannot_be_had_leaves_the_unix_sockets(
    hero_env: dict[str, str], bind: str, told: dict[str, str] | None, reason: str
) -> None:
    """That they serve is what told us; nothing broader is bound instead, and the log says why."""
    served = _served(hero_env, bind, told)
    assert (served["tcp"], served["asked"]) == (None, NOBODY)
    (line,) = served["refused"]
    assert reason in line
    assert "s3cret" not in line
