"""Run alone in a network: strangers of the overlay who guess, flood and come back, with the limits of every desk."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from ipaddress import IPv6Address
from typing import Any

from hero_assistance_sdk.limits import SETTING
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.trust.harness import supervised
from tests.trust.namespace import LAST, NODE, PEER
from tests.trust.namespace_devices import Caller, Operator
from tests.ui.daemons import desk

CAROL = "carol@example.org"
# Addresses of one node, and nodes of their own.
SIBLINGS = [f"54f:1:2:3::{number:x}" for number in range(1, 9)]
NODES = [f"54f:1:2:{number:x}::1" for number in range(0x100, 0x11C)]
CONNECTIONS = 1000
REFUSED = b"HTTP/1.1 429"


def wrong(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06}"


def guess(operator: Operator) -> dict[str, Any]:
    """A stranger guesses a code, its user types it at another device, and the stranger tries that one again."""
    stranger, user, code = Caller(PEER), Caller(LAST), operator.code(CAROL)
    tried = [stranger.call("auth.redeem", email=CAROL, code=wrong(code)) for _ in range(6)]
    signed_in = user.call("auth.redeem", email=CAROL, code=code)["user"]["user_id"]
    return {"tried": tried, "user": signed_in, "stranger": stranger.name(), "after": Caller(NODE).name()}


def use_again(operator: Operator) -> dict[str, Any]:
    """A link is used by its user, by another device after that, and late."""
    other, user = Caller(SIBLINGS[0]), Caller(LAST)
    token = operator.token(CAROL)
    used = [user.call("auth.redeem", token=token)["user"]["user_id"], other.call("auth.redeem", token=token)]
    return {"used": used, "other": other.name()}


def come_late(operator: Operator, paths: Paths) -> dict[str, Any]:
    """The time of a link and its code is over."""
    link = operator.call("user.link", email=CAROL)
    with closing(sqlite3.connect(paths.data / "tickets.db", timeout=10)) as database:
        database.execute("UPDATE sign_in_tokens SET expires_at = 1, code_expires_at = 1")
        database.commit()
    late = Caller(SIBLINGS[1])
    tried = [late.call("auth.redeem", token=str(link["link"]).partition("token=")[2])]
    return {"tried": [*tried, late.call("auth.redeem", email=CAROL, code=link["code"])], "name": late.name()}


def gang_up(operator: Operator) -> dict[str, Any]:
    """Many nodes try codes of one address; its user has the link."""
    link = operator.call("user.link", email=CAROL)
    tried = [Caller(node).call("auth.redeem", email=CAROL, code=wrong(link["code"])) for node in NODES]
    user = Caller(LAST).call("auth.redeem", token=str(link["link"]).partition("token=")[2])
    return {"counts": {reason: tried.count(reason) for reason in set(tried)}, "user": user["user"]["user_id"]}


def flood(operator: Operator) -> dict[str, Any]:
    """One node has a thousand connections, from eight of its addresses; another one signs in and calls."""
    with ExitStack() as opened:
        connections = [opened.enter_context(connect(SIBLINGS[number % len(SIBLINGS)])) for number in range(CONNECTIONS)]
        user = Caller(LAST)
        answers = [user.call("auth.redeem", token=operator.token(CAROL))["user"]["user_id"], user.name()]
        refused = sum(is_refused(connection) for connection in connections)
    return {"refused": refused, "user": answers, "after": Caller(SIBLINGS[0]).call("project.info")["name"]}


def connect(source: str) -> socket.socket:
    """A connection from an address, on which nothing is sent."""
    return socket.create_connection((NODE, 9770), timeout=20.0, source_address=(source, 0))


def is_refused(connection: socket.socket) -> bool:
    """Whether the server has refused a connection; one that is let in waits for a request."""
    connection.settimeout(0.02)
    try:
        return connection.recv(len(REFUSED)) in (REFUSED, b"")
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def ask_for_links(operator: Operator) -> dict[str, Any]:
    """A stranger asks for links of an address again and again; what the operator handed over counts."""
    token, stranger = operator.token(CAROL), Caller(SIBLINGS[2])
    asked = [stranger.call("auth.request_link", email=CAROL) for _ in range(8)]
    unknown = [stranger.call("auth.request_link", email="nobody@example.org") for _ in range(8)]
    user = Caller(LAST).call("auth.redeem", token=token)
    return {"asked": asked, "unknown": unknown, "user": user["user"]["user_id"]}


def main() -> None:
    for address in (*SIBLINGS, *NODES):
        subprocess.run(["ip", "address", "add", f"{IPv6Address(address)}/128", "dev", "lo"], check=True)
    # One that is named has its default, and so have all others then.
    env = {**os.environ, SETTING: "links_per_hour=6"}
    paths = Paths.from_environ(env)
    with supervised(paths, env), desk(paths.root, env, "hero") as made:
        made.env["HERO_ASSISTANCE_TCP"] = "9770"
        made.start_server()
        operator = Operator(paths)
        operator.call("project.update", page_address="https://desk.example.org")
        operator.call("user.add", email=CAROL, name="Carol Example")
        found = {
            "guess": guess(operator),
            "again": use_again(operator),
            "late": come_late(operator, paths),
            "links": ask_for_links(operator),
            "flood": flood(operator),
            "gang": gang_up(operator),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except RpcFailure as error:
        raise SystemExit(f"{error.message} {error.data}") from None
