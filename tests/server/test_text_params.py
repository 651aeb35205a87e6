"""Every text that a method takes is held to the rule of its kind."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.client import encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk
from tests.server.server_methods import registered

pytestmark = pytest.mark.anyio

# The params that are one line, and what else each method needs; the ticket, its message and the users are there.
LINES: dict[tuple[str, str], dict[str, Any]] = {
    ("ticket.create", "title"): {"body": "b"},
    ("ticket.update", "title"): {"ticket_id": 1},
    ("ticket.bulk", "title"): {"ticket_ids": [1]},
    ("ticket.split", "title"): {"ticket_id": 1, "message_ids": [1]},
    ("canned_reply.save", "name"): {"body": "b"},
    ("macro.save", "name"): {"follow": True},
    ("view.save", "name"): {"filter": ""},
    ("user.enrol", "name"): {"email": "e@example.org"},
    ("user.update", "name"): {"user_id": "carol"},
    ("user.update_me", "name"): {},
    ("project.update", "name"): {},
    ("webhook.create", "description"): {"url": "https://192.0.2.7/"},
    ("webhook.update", "description"): {"webhook_id": 1},
}
# Those that have many lines.
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    ("ticket.create", "body"): {"title": "t"},
    ("message.reply", "body"): {"ticket_id": 1},
    ("message.note", "body"): {"ticket_id": 1},
    ("message.edit", "body"): {"message_id": 1},
    ("rating.rate", "comment"): {"ticket_id": 2, "score": "good"},
    ("canned_reply.save", "body"): {"name": "n"},
    ("macro.save", "reply"): {"name": "n"},
    ("macro.save", "note"): {"name": "n"},
    ("draft.save", "body"): {"ticket_id": None},
    ("user.update_me", "signature"): {},
}
MAY_BE_EMPTY = {("ticket.create", "body"), ("draft.save", "body"), ("user.update_me", "signature")}
MAY_BE_EMPTY |= {("rating.rate", "comment")}
# No text of a user, or one with rules of its own.
OTHERS = {"filter", "query", "client_token", "cursor", "after", "connection", "address", "email", "action", "user_id"}
OTHERS |= {"assignee", "agent", "actor", "login", "page_address", "time_zone", "customer", "prefix", "url"}
# What a server, a provider or a browser has made, and times and names of channels.
OTHERS |= {"token", "code", "state", "cookie", "credential", "session_id", "passkey_id", "channel", "challenge"}
OTHERS |= {"quiet_from", "quiet_until", "language"}
# Lines as well; their methods need more than a call to succeed.
NAMES: dict[tuple[str, str], dict[str, Any]] = {
    ("auth.redeem", "device_name"): {"token": "t"},
    ("auth.oidc_finish", "device_name"): {"code": "c", "state": "s", "cookie": "c"},
    ("auth.passkey_finish", "device_name"): {"credential": "{}"},
    ("auth.passkey_register_finish", "name"): {"credential": "{}"},
    ("user.add", "name"): {"email": "e@example.org"},
}


async def prepared(desk: Desk) -> Desk:
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.reply", "alice", ticket_id=1, body="m")
    await desk.call("ticket.create", "alice", title="t", body="b")
    await desk.call("ticket.update", "alice", ticket_id=2, status="solved")
    await desk.call("webhook.create", "alice", url="https://192.0.2.7/", kinds=["user.updated"])
    return desk


async def fault_of(desk: Desk, method: str, params: dict[str, Any], param: str) -> str | None:
    """What is wrong with the param, or `None` when the call did what it was asked for."""
    answer = (await desk.post(encode_request(method, params), "alice")).json()
    if "result" in answer:
        return None
    assert answer["error"]["data"]["reason"] == "invalid-params", answer
    faults: list[str] = answer["error"]["data"]["faults"]
    assert [fault.split(": ")[0] for fault in faults] == [param]
    return faults[0]


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", "\u3164", "\u00ad", "\u202e", " \u2003"], ids=ascii)
async def test_a_line_that_shows_nothing_is_refused(desk: Desk, text: str) -> None:
    await prepared(desk)
    for (method, param), more in LINES.items():
        assert "nothing to see" in str(await fault_of(desk, method, {**more, param: text}, param)), (method, param)


async def test_the_names_of_devices_are_lines(desk: Desk) -> None:
    for (method, param), more in NAMES.items():
        assert "U+0085" in str(await fault_of(desk, method, {**more, param: "a\x85b"}, param)), (method, param)


@pytest.mark.parametrize("character", "\x01\n\x7f\x85\x9b\u2028\u2029", ids=ascii)
async def test_a_line_that_breaks_is_refused(desk: Desk, character: str) -> None:
    await prepared(desk)
    for (method, param), more in LINES.items():
        fault = await fault_of(desk, method, {**more, param: f"a{character}b"}, param)
        assert f"U+{ord(character):04X}" in str(fault), (method, param)


async def test_a_line_is_kept_as_it_looks(desk: Desk) -> None:
    await prepared(desk)
    for (method, param), more in LINES.items():
        assert await fault_of(desk, method, {**more, param: " e\u0301\u200bt 👩\u200d⚕\ufe0f "}, param) is None
    kept = "\u00e9t 👩\u200d⚕\ufe0f"
    assert (await desk.call("ticket.get", "alice", ticket_id=1))["title"] == kept
    assert (await desk.call("project.get", "alice"))["name"] == kept
    assert (await desk.call("user.me", "alice"))["name"] == kept
    assert [one["name"] for one in (await desk.call("macro.list", "alice"))["macros"]] == [kept]


@pytest.mark.parametrize("character", "\x00\x01\x08\x0b\x0c\x1b\x7f\x80\x9b", ids=ascii)
async def test_a_text_with_control_characters_is_refused(desk: Desk, character: str) -> None:
    await prepared(desk)
    for (method, param), more in TEXTS.items():
        fault = await fault_of(desk, method, {**more, param: f"a{character}b"}, param)
        assert f"U+{ord(character):04X}" in str(fault), (method, param)


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\n", "\u3164", "\u202e \u2066", "\u00ad"], ids=ascii)
async def test_a_text_that_shows_nothing_is_refused(desk: Desk, text: str) -> None:
    await prepared(desk)
    for (method, param), more in TEXTS.items():
        fault = await fault_of(desk, method, {**more, param: text}, param)
        assert (fault is None) is ((method, param) in MAY_BE_EMPTY), (method, param)


async def test_a_text_keeps_its_lines(desk: Desk) -> None:
    await prepared(desk)
    written = await desk.call("message.note", "bob", ticket_id=1, body="\tone\r\ntwo\rthree\u2028 e\u0301\u200c ")
    assert written["body"] == "\tone\ntwo\nthree\u2028 \u00e9\u200c "


async def test_tags_that_look_alike_are_one_everywhere(desk: Desk) -> None:
    made = await desk.call("ticket.create", "bob", title="t", body="b", tags=["vpn", "VPN", " vpn ", "vpn\u200b"])
    assert made["tags"] == ["vpn"]
    changed = await desk.call("ticket.update", "bob", ticket_id=1, add_tags=["VpN", "Mail"], remove_tags=["vPn\u00ad"])
    assert changed["tags"] == ["mail"]
    for text in ("tag:MAIL", 'tag:" mail "'):
        assert len((await desk.call("ticket.list", "bob", filter=text))["tickets"]) == 1
        assert len((await desk.call("search.tickets", "bob", query=text))["found"]) == 1
        assert (await desk.call("ticket.list", "bob", filter=f"-{text}"))["tickets"] == []
    span = {"start": 0, "end": 4_102_444_800_000, "figure": "created", "tag": "MAIL"}
    assert len((await desk.call("stats.tickets", "bob", **span))["tickets"]) == 1
    assert await desk.call("tag.rename", "alice", tag="MAIL", into="Post") == {"tickets": 1}
    with pytest.raises(RpcFailure, match="already"):
        await desk.call("tag.rename", "alice", tag="post", into="POST")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a\u202egpj.exe", "agpj.exe"), (" e\u0301.txt ", "\u00e9.txt"), ("\u200b", None), ("a\u2028b", None)],
)
async def test_the_name_of_a_file_is_a_line(desk: Desk, name: str, kept: str | None) -> None:
    answer = await desk.http().post(
        "/attachments", params={"name": name}, content=b"content", headers=desk.headers("carol")
    )
    assert (answer.status_code, answer.json().get("name")) == ((400, None) if kept is None else (201, kept))


def test_every_text_of_a_user_is_tried_here() -> None:
    """A param that is a text, and of no other kind, is in one of the tables above."""
    tried = set(LINES) | set(TEXTS)
    found = {
        (method.name, name)
        for method in registered().table
        for name, schema in method.params.model_json_schema()["properties"].items()
        if _is_text(schema) and name not in OTHERS
    }
    known = {
        ("tag.rename", "tag"),
        ("tag.rename", "into"),
        ("tag.set_colour", "tag"),
        ("stats.tickets", "tag"),
        ("draft.save", "title"),
        # Its pattern lets printable ASCII alone in.
        ("presence.beat", "screen"),
    }
    # A whole mail as it was sent, with whatever is in it.
    known.add(("mail.deliver", "text"))
    assert found - known - set(NAMES) == tried


def _is_text(schema: dict[str, Any]) -> bool:
    options = schema.get("anyOf", [schema])
    return any(option.get("type") == "string" and "enum" not in option for option in options)
