"""Canned replies, macros and bulk changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.rpc.validation_faults import ECHO_LIMIT, FAULT_LIMIT
from hero_assistance_sdk.wire import Event, Removed
from hero_assistance_server.canned_replies import ownership
from hero_assistance_server.canned_replies.placeholders import KNOWN, Values, render, unknown
from hero_assistance_server.rpc.example_fixtures import summary_of
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.tickets.bulk_rpc import MANY_LIMIT
from hero_assistance_server.users.directory import DEMO_USERS
from tests.bounded_work import bounded_work
from tests.capabilities import sqlite_only
from tests.server.desk import Desk
from tests.server.store_fixtures import opened_sqlite
from tests.server.test_desk_work import BOB, filed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {{customer.name}},", "Dear Carol,"),
        ("{{ ticket.id }}: {{ticket.title}} ({{agent.name}})", "1: t (Bob)"),
        ("{customer.name} }} {{", "{customer.name} }} {{"),
        ("{{{ticket.id}}}", "{1}"),
        ("{{{{ticket.id}}}}", "{{1}}"),
        ("{{ {{ticket.id}}", "{{ 1"),
        ("#{{ticket.number}}: {{ticket.link}}", "#1: https://help.example.org/#/tickets/hero_assistance/1"),
        ("{{customer.first_name|there}}, {{agent.first_name}}", "Carol, Bob"),
        ("{{agent.name}}{{agent.signature}}", "Bob"),
        ("{{agent.signature|Bye}}{{agent.signature|}}{{ agent.signature | two words }}", "Byetwo words"),
        ("{{agent.signature|a|b}}", "a|b"),
        # A backslash before braces leaves them as they are, two are one.
        (r"\{{ .Values.x }}", "{{ .Values.x }}"),
        (r"$\{{ github.ref }} \{{customer.name}}", "${{ github.ref }} {{customer.name}}"),
        (r"C:\\{{ticket.id}}", r"C:\1"),
        (r"\\\{{ticket.id}}", r"\{{ticket.id}}"),
        (r"\{{ {{ticket.id}}", "{{ 1"),
        (r"a\b \ } \}} \{ \n", r"a\b \ } \}} \{ \n"),
    ],
)
def test_placeholders_are_filled_in(text: str, expected: str) -> None:
    assert unknown(text) == []
    assert render(text, Values(filed(), BOB, "https://help.example.org/#/tickets/hero_assistance/1")) == expected


def test_what_is_filled_in_is_not_read_again() -> None:
    assert render("{{ticket.title}}", Values(filed(title="{{agent.name}}"), BOB)) == "{{agent.name}}"
    for title in ("\\", "{", "{{"):
        text = "{{ticket.title}}{{ticket.id}}"
        assert render(text, Values(filed(title=title), BOB)) == f"{title}1"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Carol", "Carol"),
        ("Carol Ann Example", "Carol"),
        ("  Zoë  O'Neill", "Zoë"),
        ("王小明", "王小明"),
        # Nobody has given a name.
        ("carol", "there"),
        ("carol@example.org", "there"),
        (" ", "there"),
    ],
)
def test_the_first_name_is_the_first_word_of_a_name(name: str, expected: str) -> None:
    assert render("{{customer.first_name|there}}", Values(filed(customer_name=name), BOB)) == expected


def test_a_link_needs_an_address_or_another_text() -> None:
    with pytest.raises(Conflict, match="address"):
        render("see {{ticket.link}}", Values(filed(), BOB))
    assert render("see {{ticket.link|your tickets}}", Values(filed(), BOB)) == "see your tickets"


@pytest.mark.parametrize("text", ["{{" + " " * 60_000, "\\" * 60_000, "{{ a " * 12_000, "{" * 60_000, "{{a|" * 15_000])
def test_no_text_takes_long_to_read(text: str) -> None:
    with bounded_work():
        assert unknown(text) == []
        assert render(text, Values(filed(), BOB)) == text


def test_unknown_placeholders_are_named_once_each() -> None:
    assert unknown("{{a}} {{customer.name}} {{b.c|x}} {{ a }} {{}} {{|x}} {{customer.Name}}") == [
        "a",
        "b.c",
        "",
        "customer.Name",
    ]
    assert unknown(r"\{{a}} \\{{b}} \\\{{c}}") == ["b"]


@pytest.fixture
async def two(desk: Desk) -> Desk:
    """Carol's ticket 1 and Dave's ticket 2."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    await desk.call("ticket.create", "dave", title="d", body="b")
    return desk


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> RpcFailure:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value


@pytest.mark.anyio
async def test_unknown_placeholders_are_refused_with_those_that_are_known(two: Desk) -> None:
    for method, params in (("canned_reply.save", {"body": "{{x}}"}), ("macro.save", {"reply": "{{x}}"})):
        error = await refusal(two, method, "bob", name="n", **params)
        assert error.data["faults"] == [f"{next(iter(params))}: {{{{x}}}} is no placeholder"]
        assert all(name in str(error.hint) for name in [*KNOWN, r"\{{"])


@pytest.mark.anyio
async def test_so_many_unknown_placeholders_are_named_as_fit_on_a_screen(two: Desk) -> None:
    body = "".join(f"{{{{{'x' * 500}{number}}}}}" for number in range(100))
    error = await refusal(two, "canned_reply.save", "bob", name="n", body=body)
    assert len(error.data["faults"]) == FAULT_LIMIT
    assert all(len(fault["value"]) < 2 * ECHO_LIMIT for fault in error.data["field_faults"])


@pytest.mark.anyio
async def test_braces_that_are_no_placeholder_can_be_saved_and_sent(two: Desk) -> None:
    await two.call("canned_reply.save", "bob", name="helm", body=r"Set \{{ .Values.x }} for {{customer.first_name}}")
    rendered = await two.call("canned_reply.render", "bob", canned_reply_id=1, ticket_id=1)
    assert rendered["body"] == "Set {{ .Values.x }} for Carol"
    await two.call("macro.save", "bob", name="helm", note=r"\{{ .Values.x }}")
    await two.call("macro.run", "bob", macro_id=1, ticket_ids=[1])
    assert (await two.call("message.list", "bob", ticket_id=1))["messages"][0]["body"] == "{{ .Values.x }}"


@pytest.mark.anyio
async def test_a_reply_is_signed_as_its_agent_has_set_it(two: Desk) -> None:
    text = "Bye\n{{agent.signature|{}}}".replace("{}", "The team")
    saved = {"name": "bye", "body": text, "shared": True}
    await two.call("canned_reply.save", "bob", **saved)
    signed = await two.call("user.update_me", "bob", signature="Bob\nSupport")
    assert signed["signature"] == (await two.call("user.me", "bob"))["signature"] == "Bob\nSupport"
    for agent, expected in (("bob", "Bye\nBob\nSupport"), ("alice", "Bye\nThe team")):
        rendered = await two.call("canned_reply.render", agent, canned_reply_id=1, ticket_id=1)
        assert rendered["body"] == expected
    assert (await refusal(two, "user.update_me", "carol", signature="x")).remote_reason == "forbidden"
    assert (await refusal(two, "user.update_me", "bob", signature="x" * 1001)).remote_reason == "invalid-params"
    assert (await two.call("user.update_me", "bob", signature=""))["signature"] == ""


@pytest.mark.anyio
async def test_customers_see_no_signature(two: Desk) -> None:
    await two.call("user.update_me", "bob", signature="secret")
    await two.call("user.update_me", "bob", name="Robert")
    assert "secret" not in str(await two.call("user.list", "carol"))
    told = "".join(event.model_dump_json() for event in await two.heard("carol", 0))
    assert "Robert" in told
    assert "secret" not in told


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://help.example.org", "https://help.example.org/"),
        ("https://help.example.org/", "https://help.example.org/"),
        ("http://[400::1]:9771/desk", "http://[400::1]:9771/desk/"),
    ],
)
async def test_a_link_leads_to_the_ticket_on_the_page(two: Desk, address: str, base: str) -> None:
    await two.call("canned_reply.save", "bob", name="link", body="{{ticket.link}}")
    at = {"canned_reply_id": 1, "ticket_id": 2}
    assert (await refusal(two, "canned_reply.render", "bob", **at)).remote_reason == "conflict"
    await two.call("project.update", "alice", page_address=address)
    link = (await two.call("canned_reply.render", "bob", **at))["body"]
    assert link == f"{base}#/tickets/hero_assistance/2"
    await two.call("project.update", "alice", page_address="")
    assert (await refusal(two, "canned_reply.render", "bob", **at)).remote_reason == "conflict"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "address", ["help.example.org", "javascript:alert(1)", "https://", "https://a b", "http://a/#/b"]
)
async def test_the_address_of_the_pages_is_one_of_the_web(desk: Desk, address: str) -> None:
    assert (await refusal(desk, "project.update", "alice", page_address=address)).remote_reason == "invalid-params"


@pytest.mark.anyio
async def test_a_reply_is_rendered_for_a_ticket_and_too_long_ones_are_not(two: Desk) -> None:
    body = "{{customer.name}}" + "x" * (64 * 1024 - 17)
    long = await two.call("canned_reply.save", "bob", name="long", body=body)
    short = await two.call("canned_reply.save", "bob", name="short", body="Dear {{customer.name}}")
    assert await two.call("canned_reply.render", "bob", canned_reply_id=short["canned_reply_id"], ticket_id=2) == {
        "body": "Dear Dave"
    }
    assert (
        len(
            (await two.call("canned_reply.render", "bob", canned_reply_id=long["canned_reply_id"], ticket_id=2))["body"]
        )
        < 64 * 1024
    )
    repeated = await two.call("canned_reply.save", "bob", name="repeated", body="{{ticket.title}}" * 4000)
    await two.call("ticket.update", "bob", ticket_id=1, title="t" * 300)
    error = await refusal(two, "canned_reply.render", "bob", canned_reply_id=repeated["canned_reply_id"], ticket_id=1)
    assert error.remote_reason == "conflict"


@pytest.mark.anyio
async def test_what_is_private_is_nobody_elses_and_what_is_shared_is_everybodys(two: Desk) -> None:
    own = await two.call("canned_reply.save", "bob", name="mine", body="b")
    team = await two.call("canned_reply.save", "bob", name="ours", body="b", shared=True)
    assert [one["name"] for one in (await two.call("canned_reply.list", "alice"))["canned_replies"]] == ["ours"]
    for method, params in (
        ("canned_reply.delete", {}),
        ("canned_reply.save", {"name": "x", "body": "b"}),
        ("canned_reply.render", {"ticket_id": 1}),
    ):
        error = await refusal(two, method, "alice", canned_reply_id=own["canned_reply_id"], **params)
        assert error.remote_reason == "not-found"
    changed = await two.call(
        "canned_reply.save", "alice", name="ours too", body="c", shared=True, canned_reply_id=team["canned_reply_id"]
    )
    assert [one["name"] for one in (await two.call("canned_reply.list", "bob"))["canned_replies"]] == [
        "mine",
        changed["name"],
    ]


@pytest.mark.anyio
async def test_no_two_have_one_name(two: Desk) -> None:
    await two.call("macro.save", "bob", name="Done", follow=True, shared=True)
    assert (await refusal(two, "macro.save", "alice", name="done")).remote_reason == "conflict"


@pytest.mark.anyio
async def test_one_too_many_is_refused_and_a_change_is_not(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "ITEMS_LIMIT", 2)
    made = [await two.call("canned_reply.save", "bob", name=name, body="b") for name in ("one", "two")]
    error = await refusal(two, "canned_reply.save", "bob", name="three", body="b")
    assert (error.remote_reason, error.hint) == ("conflict", "delete some of them")
    own = made[0]["canned_reply_id"]
    await two.call("canned_reply.save", "bob", name="four", body="b", canned_reply_id=own)
    await two.call("canned_reply.delete", "bob", canned_reply_id=own)
    await two.call("canned_reply.save", "bob", name="three", body="b")


@pytest.mark.anyio
async def test_the_id_of_a_deleted_one_is_not_given_again(two: Desk) -> None:
    """A screen that still shows it must not run another."""
    first = await two.call("macro.save", "bob", name="n", follow=True)
    await two.call("macro.delete", "bob", macro_id=first["macro_id"])
    assert (await two.call("macro.save", "bob", name="n", follow=True))["macro_id"] > first["macro_id"]


@pytest.mark.anyio
async def test_a_macro_that_does_nothing_is_refused(two: Desk) -> None:
    nothings: list[dict[str, Any]] = [{}, {"follow": False}, {"add_tags": []}, {"status": None, "note": None}]
    for nothing in nothings:
        error = await refusal(two, "macro.save", "bob", name="x", **nothing)
        assert (error.remote_reason, error.message) == ("conflict", "this macro does nothing")
        assert error.hint is not None
        assert "add_tags" in error.hint
    saved = await two.call("macro.save", "bob", name="x", priority="high")
    assert (await refusal(two, "macro.save", "bob", name="x", macro_id=saved["macro_id"])).remote_reason == "conflict"


@pytest.mark.anyio
async def test_a_macro_does_everything_and_its_status_stays(two: Desk) -> None:
    macro = await two.call(
        "macro.save",
        "alice",
        name="Solved",
        status="solved",
        priority="low",
        assign="me",
        add_tags=["done"],
        follow=True,
        note="by macro",
        reply="Dear {{customer.name}}, {{agent.name}}",
        shared=True,
    )
    answer = await two.call("macro.run", "bob", macro_id=macro["macro_id"], ticket_ids=[2, 1, 2])
    assert [one["ticket_id"] for one in answer["results"]] == [2, 1]
    ticket = answer["results"][1]["ticket"]
    assert ticket == summary_of(await two.call("ticket.get", "bob", ticket_id=1))
    assert (ticket["status"], ticket["priority"], ticket["assignee"]) == ("solved", "low", "bob")
    assert (ticket["tags"], ticket["followers"], ticket["message_count"]) == (["done"], ["bob"], 2)
    said = (await two.call("message.list", "carol", ticket_id=1))["messages"]
    assert [message["body"] for message in said] == ["Dear Carol, Bob"]


@pytest.mark.anyio
async def test_a_preview_says_what_a_run_makes_and_writes_nothing(two: Desk) -> None:
    macro = await two.call(
        "macro.save",
        "alice",
        name="Solved",
        status="solved",
        assign="me",
        add_tags=["done"],
        follow=True,
        note="by {{agent.name}}",
        reply="Dear {{customer.name}}",
        shared=True,
    )
    before = (await two.call("system.health"))["seq"]
    named = {"macro_id": macro["macro_id"], "ticket_id": 1}
    preview = await two.call("macro.preview", "bob", **named)
    assert (preview["note"], preview["reply"]) == ("by Bob", "Dear Carol")
    assert (await two.call("system.health"))["seq"] == before
    assert (await two.call("message.list", "bob", ticket_id=1))["messages"] == []
    ran = await two.call("macro.run", "bob", macro_id=macro["macro_id"], ticket_ids=[1])
    shown = ("status", "priority", "assignee", "assignee_name", "tags", "followers", "message_count")
    after = ran["results"][0]["ticket"]
    assert {name: preview["ticket"][name] for name in shown} == {name: after[name] for name in shown}
    await two.call("ticket.update", "bob", ticket_id=1, status="closed")
    assert (await refusal(two, "macro.preview", "bob", **named)).remote_reason == "conflict"
    assert (await refusal(two, "macro.preview", "bob", macro_id=9, ticket_id=1)).remote_reason == "not-found"


@pytest.mark.anyio
async def test_a_ticket_on_which_it_fails_is_untouched_and_the_others_are_done(two: Desk) -> None:
    """A closed ticket takes notes and no replies: the note that came first is taken back."""
    await two.call("ticket.update", "bob", ticket_id=1, status="closed")
    macro = await two.call("macro.save", "bob", name="m", note="n", reply="r")
    before = (await two.call("system.health"))["seq"]
    answer = await two.call("macro.run", "bob", macro_id=macro["macro_id"], ticket_ids=[1, 9, 2])
    reasons = [one["error"] and one["error"]["reason"] for one in answer["results"]]
    assert reasons == ["conflict", "not-found", None]
    assert (await two.call("message.list", "bob", ticket_id=1))["messages"] == []
    assert len((await two.call("message.list", "bob", ticket_id=2))["messages"]) == 2
    assert [event.seq for event in await two.heard("bob", before)] == [before + 1, before + 2]
    actions = (await two.call("audit.list", "bob", ticket_id=1))["entries"]
    assert [entry["action"] for entry in actions] == ["ticket.updated", "ticket.created"]


@pytest.mark.anyio
async def test_a_retry_with_the_same_token_sends_nothing_twice(two: Desk) -> None:
    macro = await two.call("macro.save", "bob", name="m", reply="r")
    again = {"macro_id": macro["macro_id"], "client_token": "t"}
    for ticket_ids in ([1], [1, 2]):
        await two.call("macro.run", "bob", ticket_ids=ticket_ids, **again)
    for ticket_id in (1, 2):
        assert len((await two.call("message.list", "bob", ticket_id=ticket_id))["messages"]) == 1


@pytest.mark.anyio
async def test_a_macro_snoozes_for_a_while_and_assigns_no_customer(two: Desk) -> None:
    macro = await two.call("macro.save", "bob", name="m", status="snoozed", snooze_minutes=60)
    ticket = (await two.call("macro.run", "bob", macro_id=macro["macro_id"], ticket_ids=[1]))["results"][0]["ticket"]
    assert ticket["snoozed_until"] - ticket["updated_at"] == 3_600_000
    for params in ({"status": "snoozed"}, {"assignee": "carol"}, {"assignee": "bob", "assign": "me"}):
        assert (await refusal(two, "macro.save", "bob", name="x", **params)).remote_reason == "conflict"


@pytest.mark.anyio
async def test_bulk_sets_fields_of_each_or_says_why_not(two: Desk) -> None:
    await two.call("ticket.update", "bob", ticket_id=2, status="closed")
    answer = await two.call("ticket.bulk", "bob", ticket_ids=[1, 2, 3], status="waiting", assignee="alice")
    found = [(one["ticket_id"], one["ticket"] and one["ticket"]["assignee"]) for one in answer["results"]]
    assert found == [(1, "alice"), (2, None), (3, None)]
    assert [one["error"] and one["error"]["code"] for one in answer["results"]] == [None, -32004, -32001]
    assert (await two.call("ticket.get", "bob", ticket_id=2))["assignee"] is None
    error = await refusal(two, "ticket.bulk", "bob", ticket_ids=list(range(1, MANY_LIMIT + 2)), priority="low")
    assert error.remote_reason == "invalid-params"


AGENT = DEMO_USERS[1]


@sqlite_only("migrates a file of an earlier release")
@pytest.mark.anyio
async def test_what_was_called_a_reply_before_is_a_canned_reply(hero_root: Path) -> None:
    """A database of an earlier release keeps its texts and events; its audit trail is as written."""
    connection = open_writer(hero_root / DATABASE)
    migrate(connection, migrations()[:11])
    connection.execute("INSERT INTO canned_replies (reply_id, name, body, updated_at) VALUES (7, 'Hello', 'Dear', 1)")
    record = {"noun": "reply", "reply_id": 7, "name": "Hello", "body": "Dear", "owner": None, "updated_at": 1}
    gone = {"noun": "removed", "of": "reply", "key": "7"}
    for seq, kind, carried in ((1, "reply.saved", record), (2, "reply.deleted", gone)):
        payload = {"seq": seq, "kind": kind, "ticket": None, "message": None, "record": carried}
        connection.execute(
            "INSERT INTO events (seq, kind, reach, payload, created_at) VALUES (?, ?, 'staff', ?, 1)",
            (seq, kind, json.dumps(payload)),
        )
        connection.execute("INSERT INTO audit (at, origin, action, detail) VALUES (1, 'unix', ?, '{}')", (kind,))
    migrate(connection, migrations()[:12])
    payloads = [str(payload) for (payload,) in connection.execute("SELECT payload FROM events ORDER BY seq")]
    connection.close()
    async with opened_sqlite(hero_root) as store:
        (kept,) = await store.read(lambda snapshot: [*snapshot.canned_replies.iterate_for(AGENT.user_id)])
        actions = await store.query(lambda db: [action for (action,) in db.execute("SELECT action FROM audit")])
    saved, deleted = map(Event.model_validate_json, payloads)
    assert (kept.canned_reply_id, kept.name) == (7, "Hello")
    assert (saved.kind, saved.record) == ("canned_reply.saved", kept)
    assert (deleted.kind, deleted.record) == ("canned_reply.deleted", Removed(of="canned_reply", key="7"))
    assert actions == ["reply.saved", "reply.deleted"]
