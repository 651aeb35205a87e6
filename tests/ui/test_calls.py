"""Which calls of a browser go on to the ticket server, and in whose name."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.rpc.errors import MethodNotFound
from hero_assistance_sdk.size_limits import REQUEST_BYTES
from hero_assistance_ui.page_methods import REFRESH_AFTER_S, PageMethods, read_page_methods
from tests.ui.daemons import Desk, http, picked, rpc_body

RPC = "/projects/hero_assistance/rpc"
JSON = {"content-type": "application/json"}


def _ask(client: httpx2.Client, method: str, headers: dict[str, str] | None = None, **params: Any) -> Any:
    answer = client.post(RPC, content=rpc_body(method, **params), headers={**JSON, **(headers or {})})
    return answer.json()


def test_a_method_of_the_page_goes_on(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        assert _ask(client, "system.health")["result"]["auth_mode"] == "dev"


def test_a_long_answer_is_compressed_where_that_is_accepted(dev_desk: Desk) -> None:
    """A page of tickets is long on a phone's network; a short answer fits one packet as it is."""
    with http(dev_desk.paths.socket("ui")) as client:

        def ask(method: str, accepted: str) -> httpx2.Response:
            return client.post(RPC, content=rpc_body(method), headers={**JSON, "accept-encoding": accepted})

        for number in range(10):
            _ask(client, "ticket.create", title=f"A long list, {number}", body="The gateway does not answer. " * 20)
        plain, sent = ask("ticket.list", "br"), ask("ticket.list", "br, gzip")
        assert sent.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert "content-encoding" not in ask("system.health", "gzip").headers
        assert sent.json()["result"] == plain.json()["result"]
        assert int(sent.headers["content-length"]) * 3 < int(plain.headers["content-length"])
        assert sent.headers["vary"] == plain.headers["vary"] == "accept-encoding"
        assert sent.headers["cache-control"] == "no-store"


def test_every_method_of_the_page_is_one_of_the_server(dev_desk: Desk) -> None:
    with dev_desk.client() as client:
        document = client.call("rpc.discover")
    listed = read_page_methods(json.dumps(document).encode())
    assert {"ticket.list", "user.me"} <= listed < {method["name"] for method in document["methods"]}


@pytest.mark.parametrize("method", ["rpc.discover", "secret.get", "system.shutdown", "no.such.method", ""])
def test_a_method_that_the_page_does_not_call_is_refused(dev_desk: Desk, method: str) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.post(RPC, content=rpc_body(method), headers=JSON)
    assert answer.status_code == 404
    assert answer.json()["error"]["data"]["reason"] == "method-not-found"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"null",
        b"[]",
        b'[{"jsonrpc":"2.0","id":1,"method":"system.health"}]',
        b'{"jsonrpc":"2.0","method":"system.health"}',
        b'{"jsonrpc":"2.0","id":1,"method":["system.health"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"system.health","params":[1]}',
        b'{"jsonrpc":"2.0","id":"\\ud800","method":"system.health"}',
        b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{"title":"\\ud800"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{"\\udfff":1}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{"title":"\xff"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{"title":NaN}}',
        b'{"jsonrpc":"2.0","id":1,"method":"x","params":' + b'{"a":' * 900 + b"1" + b"}" * 901,
        b'{"jsonrpc":"2.0","id":1' + b"0" * 5000 + b',"method":"\\ud800"}',
    ],
)
def test_what_is_no_request_of_the_page_is_refused(dev_desk: Desk, body: bytes) -> None:
    """Before it is asked who calls, and without a word in the log."""
    log = dev_desk.log_of("hero_assistance_ui")
    before = log.stat().st_size
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.post(RPC, content=body, headers=JSON)
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert log.stat().st_size == before


def test_a_method_named_twice_cannot_slip_through(dev_desk: Desk) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover","method":"system.health"}'
    with http(dev_desk.paths.socket("ui")) as client:
        assert client.post(RPC, content=body, headers=JSON).json()["result"]["status"] == "ok"


def test_a_body_over_the_limit_is_refused(dev_desk: Desk) -> None:
    body = rpc_body("message.reply", ticket_id=1, body="x" * REQUEST_BYTES)
    with http(dev_desk.paths.socket("ui")) as client:
        assert client.post(RPC, content=body, headers=JSON).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {**JSON, "origin": "http://elsewhere.example"},
        {**JSON, "origin": "null"},
        {**JSON, "sec-fetch-site": "cross-site"},
        {**JSON, "sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_is_refused(dev_desk: Desk, headers: dict[str, str]) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.post(RPC, content=rpc_body("system.health"), headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["data"]["reason"] == "forbidden"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost"},
        {"origin": "https://desk.example", "x-forwarded-host": "desk.example"},
        {"origin": "https://desk.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_the_page_itself_is_let_through(dev_desk: Desk, headers: dict[str, str]) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        assert "result" in _ask(client, "system.health", headers)


def test_over_tcp_a_foreign_host_is_refused(dev_desk: Desk) -> None:
    """A name of somebody else's that resolves to this machine must not open the page."""
    address = dev_desk.tcp_of_ui()
    assert httpx2.get(f"http://{address}/", headers={"host": "rebound.example"}).status_code == 403
    assert httpx2.get(f"http://{address}/", headers={"host": "localhost"}).status_code == 200
    assert httpx2.get(f"http://{address}/", headers={"host": "[400:1::2]:9771"}).status_code == 200


def test_the_picked_demo_user_calls(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui"), headers=picked("carol")) as client:
        assert _ask(client, "user.me")["result"]["user_id"] == "carol"


def test_in_dev_mode_the_header_of_the_edge_is_ignored(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui"), headers=picked("carol")) as client:
        assert _ask(client, "user.me", {"x-hero-user": "alice"})["result"]["user_id"] == "carol"


def test_a_browser_cannot_name_the_demo_user_by_header(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui"), headers=picked("carol")) as client:
        assert _ask(client, "user.me", {"x-dev-user": "alice"})["result"]["user_id"] == "carol"


def test_the_picker_offers_everybody_whoever_was_picked(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui"), headers=picked("carol")) as client:
        users = client.get("/projects/hero_assistance/people").json()["result"]["users"]
    assert [user["user_id"] for user in users] == ["alice", "bob", "carol", "dave"]


def test_in_hero_mode_the_header_of_the_edge_names_the_user(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui")) as client:
        assert _ask(client, "user.me", {"x-hero-user": "erin"})["result"]["user_id"] == "erin"


@pytest.mark.parametrize("named", ["bob", "", "%0D%0Ax-dev-user:%20carol", "car%6Fl2", "%ff"])
def test_what_a_page_asks_for_another_user_than_the_one_here_is_refused(dev_desk: Desk, named: str) -> None:
    """Somebody else has signed in in the same browser since: what was written is not sent as theirs."""
    written: dict[str, Any] = {"title": "Mine", "body": "Text"}
    with http(dev_desk.paths.socket("ui"), headers={**picked("carol"), "x-page-user": named}) as client:
        answer = _ask(client, "ticket.create", **written)
    assert answer["error"]["data"]["reason"] == "another-user"


def test_what_a_page_asks_for_its_user_is_answered(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui"), headers=picked("carol")) as client:
        assert _ask(client, "user.me", {"x-page-user": "car%6Fl"})["result"]["user_id"] == "carol"


def test_in_hero_mode_nothing_else_names_a_user(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui"), headers=picked("carol")) as client:
        answer = _ask(client, "ticket.list", {"x-dev-user": "alice"})
    assert answer["error"]["data"]["reason"] == "unauthenticated"


def test_over_tcp_the_header_of_the_edge_is_dropped(hero_desk: Desk) -> None:
    with httpx2.Client(base_url=f"http://{hero_desk.tcp_of_ui()}") as client:
        answer = _ask(client, "ticket.list", {"x-hero-user": "alice"})
    assert answer["error"]["data"]["reason"] == "unauthenticated"


def test_in_hero_mode_there_is_no_picker(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui")) as client:
        assert client.get("/projects/hero_assistance/people").status_code == 404
        assert '"hasPicker":false' in client.get("/").text


def test_a_ticket_server_that_is_down_is_said_to_be_so(own_desk: Desk) -> None:
    own_desk.daemons[0].end()
    with http(own_desk.paths.socket("ui")) as client:
        answer = client.post(RPC, content=rpc_body("system.health"), headers=JSON)
    assert answer.status_code == 502
    error = answer.json()["error"]
    assert error["data"]["reason"] == "unreachable"
    assert "hero_assistance --start" in error["data"]["hint"]


def test_a_project_that_is_none_is_not_there(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.post("/projects/other/rpc", content=rpc_body("system.health"), headers=JSON)
    assert answer.status_code == 404


class Documents:
    """A ticket server that is upgraded while the page's service runs."""

    def __init__(self, *names: str) -> None:
        self.names, self.fetched, self.now = list(names), 0, 0.0

    async def fetch(self) -> bytes:
        self.fetched += 1
        marked = [{"name": name, "x-page": True} for name in self.names]
        return json.dumps({"methods": [*marked, {"name": "export.create", "x-page": False}, {"name": "x"}]}).encode()


@pytest.mark.anyio
async def test_the_document_is_fetched_once_and_again_for_a_method_that_is_new() -> None:
    server = Documents("ticket.list")
    methods = PageMethods(server.fetch, lambda: server.now)
    for _ in range(3):
        await methods.require("ticket.list")
    assert server.fetched == 1
    server.names.append("ticket.take")
    with pytest.raises(MethodNotFound):
        await methods.require("ticket.take")
    server.now += REFRESH_AFTER_S
    await methods.require("ticket.take")
    for name in ("export.create", "x", ""):
        with pytest.raises(MethodNotFound):
            await methods.require(name)
    assert server.fetched == 2


@pytest.mark.parametrize("document", [b"", b"[", b"[]", b"{}", b'{"methods": 1}', b'{"methods": [1]}', b"[" * 9000])
def test_what_is_no_document_lets_nothing_through(document: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        read_page_methods(document)
