"""Run alone in a network: devices of the overlay that are unknown, bound, bound by their node's key, and revoked."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from contextlib import closing
from typing import Any

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.test_policy import NO_METHODS, PARAMS
from tests.trust.harness import supervised
from tests.trust.mycelium import mycelium
from tests.trust.namespace import LAST, NODE, PEER
from tests.ui.daemons import desk

SAME_NODE = "54f:b680:ba6e:7ced::2"
KEY_ANSWERS = {
    "/api/v1/pubkey/" + address: {"NodePubKey": key} for address, key in ((NODE, "0a" * 32), (SAME_NODE, "0A" * 32))
}
CAROL, BOB = "carol@example.org", "bob@example.org"
TIMEOUT_S = 20.0
# Half of them would be enough to say that a header is read.
CLAIMS = {"x-hero-user": "alice", "x-dev-user": "alice", "x-hero-operator": "1", "cookie": "hero_session=x"}


class Caller:
    """A peer that calls from an address of its own."""

    def __init__(self, source: str, host: str = NODE) -> None:
        self.source = source
        self.host = host

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, 9770, source_address=(self.source, 0), timeout=TIMEOUT_S)

    def call(self, method: str, headers: dict[str, str] | None = None, /, **params: Any) -> Any:
        """The result of a call, or the reason of its refusal as a text that begins with `!`."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        with closing(self.connection()) as connection:
            connection.request("POST", "/rpc", body, {"content-type": "application/json", **(headers or {})})
            answer = json.loads(connection.getresponse().read())
        return answer["result"] if "result" in answer else f"!{answer['error']['data']['reason']}"

    def name(self, headers: dict[str, str] | None = None) -> Any:
        """The id of the user who calls from here."""
        user = self.call("user.me", headers)
        return user["user_id"] if isinstance(user, dict) else user


class Operator:
    """The operator, on the Unix socket."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def call(self, method: str, **params: Any) -> Any:
        with RpcClient(self._paths.socket("rpc"), headers={"x-hero-operator": "1"}) as client:
            return client.call(method, **params)

    def token(self, email: str) -> str:
        return str(self.call("user.link", email=email)["link"]).partition("token=")[2]

    def code(self, email: str) -> str:
        return str(self.call("user.link", email=email)["code"])


def permitted(caller: Caller) -> list[str]:
    """The methods that are not refused for want of a user."""
    document = caller.call("rpc.discover")
    names = {method["name"] for method in document["methods"]} - NO_METHODS
    return sorted(name for name in names if caller.call(name, **PARAMS.get(name, {})) != "!unauthenticated")


def walk(operator: Operator, session: str) -> dict[str, Any]:
    """What unknown, bound and revoked devices may do."""
    peer, last = Caller(PEER), Caller(LAST)
    found: dict[str, Any] = {"unbound": permitted(peer)}
    found["claims"] = [peer.name({name: value}) for name, value in {**CLAIMS, "x-hero-session": session}.items()]
    token = operator.token(CAROL)
    redeemed = peer.call("auth.redeem", token=token, device_name="Carol's laptop")
    found["redeemed"] = [redeemed["user"]["user_id"], redeemed["session"], redeemed["expires_at"]]
    found["bound"] = [peer.name(), peer.name(CLAIMS), last.name()]
    found["again"] = last.call("auth.redeem", token=token)
    found["code"] = last.call("auth.redeem", email=CAROL, code=operator.code(CAROL))["user"]["user_id"]
    devices = peer.call("user.devices")["devices"]
    found["devices"] = [[one["address"], one["name"], one["bound_by"], one["is_current"]] for one in devices]
    found["customer"] = [peer.call("audit.list"), peer.call("ticket.list")["tickets"]]
    with closing(stream(peer)) as revoked, closing(stream(last)) as goes_on:
        operator.call("user.revoke", address=PEER)
        found["ended"] = read_to_end(revoked)
        found["other"] = last.name()
        assert goes_on.sock is not None
    found["revoked"] = [peer.name(), permitted(peer) == found["unbound"]]
    found["signed out"] = [last.call("auth.sign_out"), last.name(), last.call("auth.sign_out")]
    return found


def stream(caller: Caller) -> http.client.HTTPConnection:
    """A connection with an open event stream, of which the first bytes have come."""
    connection = caller.connection()
    connection.request("GET", "/events")
    connection.answer = connection.getresponse()  # type: ignore[attr-defined]
    assert connection.answer.status == 200  # type: ignore[attr-defined]
    connection.answer.read1()  # type: ignore[attr-defined]
    return connection


def read_to_end(connection: http.client.HTTPConnection) -> bool:
    """Read until the server ends the stream; raises `TimeoutError` when it does not."""
    while connection.answer.read1():  # type: ignore[attr-defined]
        pass
    return True


def change_hands(operator: Operator) -> dict[str, Any]:
    """An address is one device: who signs in there takes it over, and a deactivated user loses it."""
    peer = Caller(PEER)
    found: dict[str, Any] = {}
    peer.call("auth.redeem", token=operator.token(CAROL))
    with closing(stream(peer)) as before:
        found["taken over"] = [peer.call("auth.redeem", token=operator.token(BOB))["user"]["user_id"], peer.name()]
        found["ended"] = read_to_end(before)
    operator.call("user.deactivate", user_id="bob-example")
    found["deactivated"] = [peer.name(), peer.call("ticket.list"), peer.call("project.info")["name"]]
    operator.call("user.reactivate", user_id="bob-example")
    found["reactivated"] = peer.name()
    loopback = Caller("::1", "::1")
    found["loopback"] = [loopback.call("auth.redeem", token=operator.token(CAROL)), loopback.name()]
    return found


def bind_by_key(operator: Operator) -> dict[str, Any]:
    """A node whose key the daemon tells is one device, under each of its addresses."""
    node, same, peer = Caller(NODE), Caller(SAME_NODE), Caller(PEER)
    before = same.name()
    node.call("auth.redeem", token=operator.token(CAROL))
    names = [before, node.name(), same.name(), peer.name()]
    (device,) = node.call("user.devices")["devices"]
    origin = operator.call("audit.list", action="auth.device_bound", limit=1)["entries"][0]
    same.call("ticket.create", title="from the other address", body="b")
    created = operator.call("audit.list", action="ticket.created", limit=1)["entries"][0]
    return {
        "names": names,
        "device": [device["address"], device["bound_by"]],
        "bound": [origin["actor"], origin["origin"], origin["detail"].get("public_key")],
        "created": [created["actor"], created["origin"]],
        "signed out": [same.call("auth.sign_out"), node.name(), same.name()],
    }


def bind_addresses(operator: Operator) -> dict[str, Any]:
    """No daemon tells a key: each address of a node is a device of its own."""
    node, same = Caller(NODE), Caller(SAME_NODE)
    for caller in (node, same):
        caller.call("auth.redeem", token=operator.token(BOB))
    return {"by address": [node.name(), same.name()]}


def unite_node(operator: Operator) -> dict[str, Any]:
    """The daemon tells it now: who signs in takes the whole node over, and leaves it whole."""
    node, same = Caller(NODE), Caller(SAME_NODE)
    with closing(stream(same)) as before:
        node.call("auth.redeem", token=operator.token(CAROL))
        ended = read_to_end(before)
    names = [node.name(), same.name()]
    devices = [operator.call("user.devices", user_id=user)["devices"] for user in ("bob-example", "carol-example")]
    rows = [[one["address"] for one in listed] for listed in devices]
    signed_out = [same.call("auth.sign_out"), node.name(), same.name()]
    return {"ended": ended, "by key": names, "rows": rows, "signed out": signed_out}


def main() -> None:
    subprocess.run(["ip", "address", "add", f"{SAME_NODE}/128", "dev", "lo"], check=True)
    env = {**os.environ, "HERO_ASSISTANCE_TCP": "9770"}
    paths = Paths.from_environ(env)
    answers: dict[str, Any] = {}
    with supervised(paths, env), mycelium(answers), desk(paths.root, env, "hero") as made:
        made.env["HERO_ASSISTANCE_TCP"] = "9770"
        server = made.start_server()
        operator = Operator(paths)
        operator.call("project.update", page_address="https://desk.example.org")
        operator.call("user.add", email=CAROL, name="Carol Example")
        operator.call("user.add", email=BOB, name="Bob Example", role="agent")
        with RpcClient(paths.socket("rpc")) as client:
            session = client.call("auth.redeem", token=operator.token(CAROL))["session"]
        found = {"walk": walk(operator, session), "hands": change_hands(operator)}
        Caller(PEER).call("auth.redeem", token=operator.token(CAROL))
        found["node"] = bind_addresses(operator)
        answers.update(KEY_ANSWERS)
        server.end()
        made.start_server()
        found["restarted"] = Caller(PEER).name()
        operator.call("user.revoke", address=PEER)
        found["node"] |= unite_node(operator)
        found["key"] = bind_by_key(operator)
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except RpcFailure as error:
        raise SystemExit(f"{error.message} {error.data}") from None
