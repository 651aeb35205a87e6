"""What is wrong with a param, for programs: its kind, with what the sentence for people names."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.rpc.field_faults import FAULT_MEANINGS, FaultKind
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

TICKET = {"title": "t", "body": "b"}
HOOK = {"url": "https://192.0.2.7/", "kinds": []}


@pytest.mark.parametrize(
    ("method", "params", "fault"),
    [
        ("ticket.create", {"title": "t"}, {"param": "body", "kind": "missing"}),
        ("ticket.create", TICKET | {"tint": 1}, {"param": "tint", "kind": "unknown"}),
        ("ticket.create", TICKET | {"title": 5}, {"param": "title", "kind": "invalid"}),
        ("ticket.create", TICKET | {"title": ""}, {"param": "title", "kind": "too_short", "limit": 1}),
        ("ticket.create", TICKET | {"title": "x" * 301}, {"param": "title", "kind": "too_long", "limit": 300}),
        ("ticket.create", TICKET | {"title": " "}, {"param": "title", "kind": "blank"}),
        ("ticket.create", TICKET | {"title": "\a"}, {"param": "title", "kind": "character", "value": "U+0007"}),
        (
            "ticket.create",
            TICKET | {"body": "ü" * 40_000},
            {"param": "body", "kind": "too_many_bytes", "limit": 65_536},
        ),
        ("ticket.create", TICKET | {"priority": "mad"}, {"param": "priority", "kind": "not_one_of"}),
        ("ticket.create", TICKET | {"tags": ["t"] * 21}, {"param": "tags", "kind": "too_many", "limit": 20}),
        ("ticket.list", {"limit": 0}, {"param": "limit", "kind": "too_small", "limit": 1}),
        ("ticket.list", {"limit": 1000}, {"param": "limit", "kind": "too_large", "limit": 200}),
        ("ticket.list", {"limit": "x"}, {"param": "limit", "kind": "not_integer"}),
        ("message.reply", {"ticket_id": 1, "body": " "}, {"param": "body", "kind": "empty_message"}),
        ("user.update", {"user_id": "bob", "email": "bob"}, {"param": "email", "kind": "email"}),
        (
            "user.update",
            {"user_id": "bob", "time_zone": "Europe/Berlim"},
            {"param": "time_zone", "kind": "time_zone", "value": "Europe/Berlim", "meant": "Europe/Berlin"},
        ),
        ("project.update", {"language": "tlh"}, {"param": "language", "kind": "language", "known": ["en", "fr"]}),
        ("project.update", {"mail_servers": ["a b"]}, {"param": "mail_servers.0", "kind": "mail_server"}),
        ("project.update", {"page_address": "here"}, {"param": "page_address", "kind": "page_address"}),
        (
            "project.update",
            {"holidays": ["2026-02-30"]},
            {"param": "holidays.0", "kind": "day", "value": "2026-02-30"},
        ),
        (
            "project.update",
            {"open_hours": {"mon": ["25:00-26:00"]}},
            {"param": "open_hours.mon.0", "kind": "time_of_day", "value": "25:00"},
        ),
        (
            "project.update",
            {"open_hours": {"mon": ["10:00-09:00"]}},
            {"param": "open_hours.mon.0", "kind": "shift_order", "value": "10:00-09:00"},
        ),
        (
            "project.update",
            {"open_hours": {"mon": ["09:00-12:00", "11:00-13:00"]}},
            {"param": "open_hours", "kind": "shifts_overlap", "value": "mon"},
        ),
        ("webhook.create", HOOK | {"url": "ftp://a.example/"}, {"param": "url", "kind": "url_scheme"}),
        ("webhook.create", HOOK | {"url": "https://"}, {"param": "url", "kind": "url_host"}),
        (
            "webhook.create",
            HOOK | {"url": "https://a.example:0/"},
            {"param": "url", "kind": "url_port", "limit": 65_535},
        ),
        ("webhook.create", HOOK | {"url": "https://a:b@a.example/"}, {"param": "url", "kind": "url_user"}),
        ("webhook.create", HOOK | {"url": "https://a.example/#b"}, {"param": "url", "kind": "url_fragment"}),
        ("webhook.create", HOOK | {"url": "https://a.example:x/"}, {"param": "url", "kind": "url"}),
        (
            "webhook.create",
            HOOK | {"kinds": ["ticket.burnt"]},
            {"param": "kinds", "kind": "event_kind", "value": "ticket.burnt"},
        ),
        (
            "canned_reply.save",
            {"name": "n", "body": "{{x}}"},
            {"param": "body", "kind": "placeholder", "value": "{{x}}"},
        ),
        ("user.bind_login", {"user_id": "bob", "login": "a b"}, {"param": "login", "kind": "login"}),
        ("auth.redeem", {"email": "a@b.example", "code": "12"}, {"param": "code", "kind": "code", "limit": 6}),
        ("auth.redeem", {}, {"param": "params", "kind": "invalid"}),
        ("webhook.create", HOOK | {"kinds": ["x"]}, {"param": "kinds.0", "kind": "event_kind"}),
        ("ticket.list", {"filter": "a " * 33}, {"param": "filter", "kind": "filter_terms", "limit": 32}),
        ("ticket.list", {"filter": " **"}, {"param": "filter", "kind": "filter_star", "place": 2}),
        ("ticket.list", {"filter": 'tag:"a'}, {"param": "filter", "kind": "filter_quote", "place": 5}),
        ("ticket.list", {"filter": '"  "'}, {"param": "filter", "kind": "filter_empty_quote", "place": 1}),
        ("ticket.list", {"filter": "tag: a"}, {"param": "filter", "kind": "filter_unfinished", "place": 5}),
        ("ticket.list", {"filter": "before:now"}, {"param": "filter", "kind": "day", "value": "now", "place": 8}),
        (
            "ticket.list",
            {"filter": "priority:hihg"},
            {
                "param": "filter",
                "kind": "filter_value",
                "place": 10,
                "key": "priority",
                "value": "hihg",
                "meant": "high",
                "known": ["low", "normal", "high", "urgent"],
            },
        ),
        (
            "ticket.list",
            {"filter": "statsu:open"},
            {"param": "filter", "kind": "filter_text", "value": "statsu:open", "meant": "status"},
        ),
    ],
)
async def test_a_fault_has_a_kind_and_what_it_names(
    desk: Desk, method: str, params: dict[str, Any], fault: dict[str, Any]
) -> None:
    await desk.call("ticket.create", "carol", **TICKET)
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, "alice", **params)
    assert refused.value.data["field_faults"] == [fault]
    (sentence,) = refused.value.data["faults"]
    assert sentence.startswith(f"{fault['param']}: ")


@pytest.mark.parametrize(
    ("method", "params", "fault"),
    [
        ("view.save", {"name": "VPN", "filter": ""}, {"param": "name", "kind": "taken", "value": "VPN"}),
        ("canned_reply.save", {"name": "VPN", "body": "b"}, {"param": "name", "kind": "taken", "value": "VPN"}),
        (
            "user.enrol",
            {"name": "Ann", "email": "ann@example.org", "role": "customer"},
            {"param": "email", "kind": "taken", "value": "ann@example.org"},
        ),
    ],
)
async def test_so_has_a_name_that_is_taken(
    desk: Desk, method: str, params: dict[str, Any], fault: dict[str, Any]
) -> None:
    await desk.call(method, "alice", **params)
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, "alice", **params)
    assert refused.value.data["field_faults"] == [fault]
    assert refused.value.data["reason"] == "conflict"


@pytest.mark.pure
def test_every_kind_is_explained() -> None:
    assert list(FAULT_MEANINGS) == list(FaultKind)
