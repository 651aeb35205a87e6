"""How often customers may write and strangers may call, with the default limits: what is refused, and to whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.errors import TooOften
from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import Caller, CallerKind
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.rates import Rates
from hero_assistance_server.quotas.usage import WORDS
from hero_assistance_server.storage.nodes import SingleNode
from hero_assistance_server.storage.sqlite import store
from tests.capabilities import sqlite_only
from tests.server.desk import Desk, running
from tests.server.server_methods import registered
from tests.server.uploads import kept, post, reason

pytestmark = pytest.mark.anyio

# Customers may call these as often as they like: they read, or remove what an earlier call added.
UNCOUNTED = frozenset(
    {
        *("attachment.get", "attachment.list", "draft.get", "draft.list", "event.list"),
        *("message.history", "message.list", "ticket.history"),
        *(
            "event.stream",
            "presence.list",
            "project.get",
            "project.prove",
            "rating.of_ticket",
            "read.list",
            "search.tickets",
            "system.health",
            "ticket.get",
            "ticket.invitations",
            "ticket.list",
            "ticket.people",
        ),
        *("rpc.discover", "user.devices", "user.list", "user.me", "attachment.download"),
        *("attachment.delete", "draft.delete", "user.revoke"),
        *("notification.settings", "notification.unsubscribe"),
        # Signing in has rates of its own.
        *("auth.redeem", "auth.request_link", "auth.revoke_session", "auth.sessions", "auth.sign_out", "project.info"),
        *("auth.oidc_finish", "auth.oidc_start", "auth.passkey_finish", "auth.passkey_start", "auth.passkeys"),
        *("auth.passkey_register_finish", "auth.passkey_register_start", "auth.passkey_remove"),
    }
)
# Counted where it is received.
UPLOAD = "attachment.upload"


@pytest.fixture
async def limited(paths: Paths) -> AsyncIterator[Desk]:
    """A server with the default limits."""
    async with running(paths, limits=DEFAULTS) as desk:
        yield desk


async def _refusal(desk: Desk, method: str, user: str | None, **params: Any) -> RpcFailure:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value


async def test_a_customer_files_a_hundred_tickets_and_then_waits(limited: Desk) -> None:
    for _ in range(int(DEFAULTS.tickets_per_hour)):
        await limited.call("ticket.create", "carol", title="t", body="b")
    refused = await _refusal(limited, "ticket.create", "carol", title="t", body="b")
    assert (refused.code, refused.remote_reason) == (-32012, "too-often")
    assert refused.message == "one customer makes at most 100 new tickets an hour; nothing was stored"
    assert 30 <= refused.data["retry_after"] <= 36
    assert refused.data["hint"] == f"try again in {refused.data['retry_after']} seconds"
    # Other customers, other work of the same one, and staff do not notice.
    await limited.call("ticket.create", "dave", title="t", body="b")
    await limited.call("message.reply", "carol", ticket_id=1, body="b")
    for _ in range(int(DEFAULTS.tickets_per_hour) + 1):
        await limited.call("ticket.create", "bob", title="t", body="b")
    found = await limited.call("ticket.list", "alice", limit=1, filter="customer:carol")
    assert found["tickets"][0]["ticket_id"] <= 100


@sqlite_only("counts pretended nodes; postgres/test_signals.py counts real ones")
async def test_each_of_several_nodes_allows_its_share(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SingleNode", lambda: SingleNode(count=3))
    few = replace(DEFAULTS, tickets_per_hour=6, messages_per_hour=2)
    async with running(paths, limits=few) as desk:
        for _ in range(2):
            await desk.call("ticket.create", "carol", title="t", body="b")
        refused = await _refusal(desk, "ticket.create", "carol", title="t", body="b")
        # The limit is that of the project.
        assert refused.message == "one customer makes at most 6 new tickets an hour; nothing was stored"
        # A share of less than one is one.
        await desk.call("message.reply", "carol", ticket_id=1, body="b")
        assert (await _refusal(desk, "message.reply", "carol", ticket_id=1, body="b")).remote_reason == "too-often"


@pytest.mark.parametrize(("nodes", "allowed"), [(1, 6), (2, 3), (6, 1), (50, 1)])
def test_a_peer_has_its_share_on_each_node(nodes: int, allowed: int) -> None:
    rates = SignInRates(replace(DEFAULTS, links_per_hour_per_peer=6), nodes=lambda: nodes)
    for _ in range(allowed):
        rates.count_link_of_peer("ui 10.0.0.1")
    with pytest.raises(TooOften):
        rates.count_link_of_peer("ui 10.0.0.1")
    admission = Admission(Rates(replace(DEFAULTS, stranger_calls_per_minute=6), nodes=lambda: nodes))
    for _ in range(allowed):
        admission.admit_call(Caller(None, origin="ui 10.0.0.1"))
    with pytest.raises(TooOften):
        admission.admit_call(Caller(None, origin="ui 10.0.0.1"))


async def test_every_call_of_a_batch_counts(limited: Desk) -> None:
    one = {"jsonrpc": "2.0", "method": "ticket.create", "params": {"title": "t", "body": "b"}}
    batch = [{**one, "id": number} for number in range(60)]
    answers = []
    for _ in range(2):
        response = await limited.http().post("/rpc", json=batch, headers=limited.headers("carol"))
        answers += response.json()
    assert [("result" in answer) for answer in answers] == [True] * 100 + [False] * 20


async def test_replies_edits_and_drafts_are_counted(paths: Paths) -> None:
    few = replace(DEFAULTS, messages_per_hour=2, changes_per_hour=2)
    async with running(paths, limits=few) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        reply = await desk.call("message.reply", "carol", ticket_id=1, body="b")
        await desk.call("message.edit", "carol", message_id=reply["message_id"], body="c")
        assert (await _refusal(desk, "message.edit", "carol", message_id=reply["message_id"], body="d")).code == -32012
        assert (await _refusal(desk, "message.reply", "carol", ticket_id=1, body="b")).code == -32012
        for _ in range(2):
            await desk.call("draft.save", "carol", ticket_id=1, kind="reply", body="b")
        counted: dict[str, dict[str, Any]] = {
            "draft.save": {"ticket_id": 1, "kind": "reply", "body": "b"},
            "rating.rate": {"ticket_id": 1, "score": "good"},
            "read.mark": {"ticket_id": 1, "message_id": 1},
            "ticket.update": {"ticket_id": 1, "status": "solved"},
        }
        for method, params in counted.items():
            assert (await _refusal(desk, method, "carol", **params)).remote_reason == "too-often"
        # What gives back is not counted.
        assert await desk.call("draft.delete", "carol", ticket_id=1, kind="reply") is True


async def test_uploads_are_counted_before_a_byte_is_stored(paths: Paths) -> None:
    async with running(paths, limits=replace(DEFAULTS, files_per_hour=3)) as desk:
        answers = await asyncio.gather(*(post(desk, bytes([number])) for number in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert reason(refused) == "too-often"
        assert refused.headers["retry-after"] == str(refused.json()["error"]["data"]["retry_after"]) == "1200"
        assert refused.json()["error"]["data"]["hint"] == "try again in 20 minutes"
        assert len(kept(paths)) == 3
        assert (await post(desk, b"more", "bob")).status_code == 201


async def test_a_stranger_is_counted_by_address(paths: Paths) -> None:
    few = replace(DEFAULTS, stranger_calls_per_minute=5)
    async with running(paths, mode=AuthMode.HERO, tcp="127.0.0.1:0", limits=few) as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:

            async def ask(method: str) -> Any:
                answer = await http.post("/rpc", content=encode_request(method, {}), headers=JSON_HEADERS)
                return answer.json().get("error", {}).get("data", {}).get("reason", "ok")

            methods = [
                "system.health",
                "read.list",
                "no.such",
                "ticket.list",
                "rpc.discover",
                "system.health",
                "no.such",
            ]
            found = [await ask(method) for method in methods]
            assert found[0] == found[4] == "ok"
            assert found[1:4] == ["unauthenticated", "method-not-found", "unauthenticated"]
            assert found[5:] == ["too-often", "too-often"]
            # The supervisor's probe is no call.
            assert (await http.get("/health")).status_code == 200
        # A socket of this machine speaks for many.
        for _ in range(10):
            await desk.call("system.health")


async def test_a_notification_over_the_rate_is_not_answered(paths: Paths) -> None:
    few = replace(DEFAULTS, stranger_calls_per_minute=1)
    async with running(paths, mode=AuthMode.HERO, tcp="127.0.0.1:0", limits=few) as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            told = b'{"jsonrpc":"2.0","method":"system.health"}'
            answers = [await http.post("/rpc", content=told, headers=JSON_HEADERS) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [204, 204]


def test_everything_that_customers_add_is_counted() -> None:
    registry = registered()
    callable_by_customers = {
        permission.action for permission in registry.permissions.values() if CallerKind.CUSTOMER in permission.allow
    }
    assert callable_by_customers - registry.usages.keys() - {UPLOAD} == UNCOUNTED - {"rpc.discover"}


def test_what_stores_texts_is_refused_on_a_full_disk() -> None:
    texts = {method for method, usage in registered().usages.items() if usage in WORDS}
    of_customers = {"ticket.create", "message.reply", "message.edit", "draft.save", "ticket.invite_address"}
    assert texts == of_customers | {"message.note", "macro.run", "macro.save", "canned_reply.save", "view.save"}


@pytest.mark.parametrize(
    ("peers", "granted"),
    [
        (["10.0.0.1", "10.0.0.2", "::ffff:10.0.0.1"], [True, True, False]),
        # A node of the overlay has a network of addresses.
        (["400:1:2:3::1", "400:1:2:3:ffff::1", "400:1:2:4::1"], [True, False, True]),
        # The page says where its caller is.
        (["ui 10.0.0.1", "ui.sock 10.0.0.1", "ui 10.0.0.2"], [True, False, True]),
        (["unix", "unix", "timer", "timer"], [True] * 4),
        # Behind a proxy that tells no address, all are one, with the room of ten.
        (["ui.sock"] * 11 + ["ui.sock 10.0.0.1"], [True] * 10 + [False, True]),
    ],
)
def test_what_counts_as_one_address(peers: list[str], granted: list[bool]) -> None:
    admission = Admission(Rates(replace(DEFAULTS, stranger_calls_per_minute=1)))
    found = []
    for peer in peers:
        try:
            admission.admit_call(Caller(None, origin=peer))
        except TooOften:
            found.append(False)
        else:
            found.append(True)
    assert found == granted
