"""Every cell of the permission table: in the core, and over the wire for every method and kind of caller."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.errors import Forbidden, HeroError, Unauthenticated
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import EVERYONE, Caller, CallerKind, Permission, permit
from hero_assistance_server.users.model import User
from tests.server.desk import OPERATOR, Desk, running
from tests.server.server_methods import registered

KINDS = ["anonymous", "customer", "agent", "admin", "operator"]
# One letter a kind of caller, in the order of KINDS: + may, - may not.
CELLS = {
    "attachment.delete": "-+++-",
    "attachment.download": "-+++-",
    "attachment.get": "-+++-",
    "attachment.list": "-+++-",
    "attachment.upload": "-+++-",
    "auth.oidc_finish": "+++++",
    "auth.oidc_start": "+++++",
    "auth.passkey_finish": "+++++",
    "auth.passkey_register_finish": "-+++-",
    "auth.passkey_register_start": "-+++-",
    "auth.passkey_remove": "-++++",
    "auth.passkey_start": "+++++",
    "auth.passkeys": "-++++",
    "auth.redeem": "+++++",
    "auth.request_link": "+++++",
    "auth.revoke_session": "-++++",
    "auth.sessions": "-++++",
    "auth.sign_out": "+++++",
    "audit.list": "--+++",
    "draft.delete": "-+++-",
    "draft.get": "-+++-",
    "draft.list": "-+++-",
    "draft.save": "-+++-",
    "event.list": "-+++-",
    "event.stream": "-+++-",
    "export.create": "---+-",
    "export.get": "---+-",
    "macro.delete": "--++-",
    "macro.list": "--++-",
    "macro.preview": "--++-",
    "macro.run": "--++-",
    "macro.save": "--++-",
    "message.edit": "-+++-",
    "message.history": "-+++-",
    "message.list": "-+++-",
    "message.note": "--++-",
    "message.reply": "-+++-",
    "presence.beat": "-+++-",
    "presence.list": "-+++-",
    "project.get": "-++++",
    "project.info": "+++++",
    "project.prove": "+++++",
    "project.update": "---++",
    "canned_reply.delete": "--++-",
    "canned_reply.list": "--++-",
    "canned_reply.render": "--++-",
    "canned_reply.save": "--++-",
    "rating.list": "--++-",
    "rating.of_ticket": "-+++-",
    "rating.rate": "-+++-",
    "read.list": "-+++-",
    "read.mark": "-+++-",
    "read.of_ticket": "--++-",
    "rpc.discover": "+++++",
    "search.tickets": "-+++-",
    "stats.by_agent": "--++-",
    "stats.by_day": "--++-",
    "stats.by_tag": "--++-",
    "stats.overview": "--++-",
    "stats.tickets": "--++-",
    "system.backup": "---+-",
    "system.health": "+++++",
    "ticket.bulk": "--++-",
    "tag.list": "--++-",
    "tag.rename": "---+-",
    "tag.set_colour": "---+-",
    "ticket.create": "-+++-",
    "ticket.delete": "---++",
    "ticket.follow": "--++-",
    "ticket.get": "-+++-",
    "ticket.history": "-+++-",
    "ticket.invite": "--++-",
    "ticket.invitations": "-+++-",
    "ticket.invite_address": "-+++-",
    "ticket.join": "-+++-",
    "ticket.list": "-+++-",
    "ticket.merge": "--++-",
    "ticket.split": "--++-",
    "ticket.unfollow": "--++-",
    "ticket.people": "-+++-",
    "ticket.uninvite": "-+++-",
    "ticket.uninvite_address": "-+++-",
    "ticket.update": "-+++-",
    "user.add": "---++",
    "user.link": "----+",
    "user.bind_login": "---++",
    "user.deactivate": "---++",
    "user.devices": "-++++",
    "user.erase": "---++",
    "user.enrol": "--+++",
    "user.list": "-++++",
    "user.logins": "---++",
    "user.me": "+++++",
    "user.unbind_login": "---++",
    "user.customers": "--++-",
    "user.mentionable": "--++-",
    "user.unbind_oidc": "---++",
    "view.delete": "--++-",
    "view.list": "--++-",
    "view.order": "--++-",
    "view.save": "--++-",
    "webhook.answers": "---++",
    "webhook.create": "---++",
    "webhook.delete": "---++",
    "webhook.list": "---++",
    "webhook.redeliver": "---++",
    "webhook.rotate_secret": "---++",
    "webhook.test": "---++",
    "webhook.update": "---++",
    "user.reactivate": "---++",
    "user.revoke": "-++++",
    "user.update": "---++",
    "user.update_me": "-+++-",
    "mail.deliver": "---++",
    "mail.html": "--++-",
    "mail.of_ticket": "--++-",
    "mail.inbox": "---++",
    "mail.read": "---++",
    "mail.discard": "---++",
    "mail.discard_quarantined": "---++",
    "mail.refile": "---++",
    "mail.refile_quarantined": "---++",
    "mail.status": "---++",
    "mail.test": "---++",
    "notification.configure": "-+++-",
    "notification.mute": "-+++-",
    "notification.settings": "-+++-",
    "notification.unsubscribe": "+++++",
    "outbox.counts": "---++",
    "outbox.drop": "---++",
    "outbox.list": "---++",
    "outbox.retry": "---++",
    "outbox.retry_dead": "---++",
}
TABLE = [(action, kind, row[column] == "+") for action, row in CELLS.items() for column, kind in enumerate(KINDS)]
CALLERS = {
    "anonymous": Caller(None),
    "customer": Caller(User(UserId("carol"), "Carol", Role.CUSTOMER)),
    "agent": Caller(User(UserId("bob"), "Bob", Role.AGENT)),
    "admin": Caller(User(UserId("alice"), "Alice", Role.ADMIN)),
    "operator": Caller(None, is_operator=True),
}
SPAN = {"start": 0, "end": 1000}
PARAMS: dict[str, dict[str, Any]] = {
    "attachment.delete": {"attachment_id": 1},
    "attachment.get": {"attachment_id": 1},
    "auth.oidc_finish": {"code": "c", "state": "s", "cookie": "c"},
    "user.unbind_oidc": {"user_id": "nobody"},
    "auth.passkey_finish": {"credential": "{}"},
    "auth.passkey_register_finish": {"credential": "{}"},
    "auth.passkey_remove": {"passkey_id": "AAAA"},
    "auth.redeem": {"token": "t"},
    "auth.request_link": {"email": "e@example.org"},
    "auth.revoke_session": {"session_id": "s"},
    "project.prove": {"challenge": "A" * 43, "address": ""},
    "draft.delete": {"ticket_id": None},
    "draft.get": {"ticket_id": None},
    "draft.save": {"ticket_id": None, "body": "b"},
    "event.list": {"since": 0},
    "macro.delete": {"macro_id": 1},
    "mail.deliver": {"text": "Subject: x"},
    "user.customers": {"prefix": "c"},
    "mail.html": {"mail_id": 1},
    "mail.of_ticket": {"ticket_id": 1},
    "mail.read": {"mail_id": 1},
    "mail.discard": {"mail_id": 1},
    "mail.refile": {"mail_id": 1},
    "mail.test": {"address": "e@example.org"},
    "notification.configure": {"replies": True},
    "notification.mute": {"ticket_id": 1},
    "notification.unsubscribe": {"token": "t"},
    "outbox.drop": {"delivery_id": 1},
    "outbox.retry": {"delivery_id": 1},
    "macro.preview": {"macro_id": 1, "ticket_id": 1},
    "macro.run": {"macro_id": 1, "ticket_ids": [1]},
    "macro.save": {"name": "n", "follow": True},
    "message.edit": {"message_id": 1, "body": "b"},
    "message.history": {"message_id": 1},
    "message.list": {"ticket_id": 1},
    "message.note": {"ticket_id": 1, "body": "b"},
    "message.reply": {"ticket_id": 1, "body": "b"},
    "project.update": {"name": "Desk"},
    "rating.of_ticket": {"ticket_id": 1},
    "rating.rate": {"ticket_id": 1, "score": "good"},
    "read.mark": {"ticket_id": 1, "message_id": 1},
    "read.of_ticket": {"ticket_id": 1},
    "search.tickets": {"query": "t"},
    "presence.beat": {"connection": "c", "ticket_id": None},
    "canned_reply.delete": {"canned_reply_id": 1},
    "canned_reply.render": {"canned_reply_id": 1, "ticket_id": 1},
    "canned_reply.save": {"name": "n", "body": "b"},
    "ticket.bulk": {"ticket_ids": [1], "priority": "low"},
    "tag.rename": {"tag": "t", "into": "u"},
    "tag.set_colour": {"tag": "t", "colour": "red"},
    "stats.by_agent": SPAN,
    "stats.by_day": SPAN,
    "stats.by_tag": SPAN,
    "stats.overview": SPAN,
    "stats.tickets": {**SPAN, "figure": "created"},
    "ticket.create": {"title": "t", "body": "b"},
    "ticket.follow": {"ticket_id": 1},
    "ticket.delete": {"ticket_id": 1, "dry_run": True},
    "ticket.get": {"ticket_id": 1},
    "ticket.history": {"ticket_id": 1},
    "ticket.invite": {"ticket_id": 1, "user_id": "dave"},
    "ticket.invite_address": {"ticket_id": 1, "email": "erin@example.org"},
    "ticket.join": {"ticket_id": 1},
    "ticket.uninvite_address": {"ticket_id": 1, "email": "erin@example.org"},
    "ticket.people": {"ticket_id": 1},
    "ticket.merge": {"ticket_id": 1, "into": 2},
    "ticket.split": {"ticket_id": 1, "message_ids": [1], "title": "t"},
    "ticket.unfollow": {"ticket_id": 1},
    "ticket.uninvite": {"ticket_id": 1, "user_id": "dave"},
    "ticket.update": {"ticket_id": 1, "status": "solved"},
    "view.delete": {"view_id": 1},
    "view.order": {"view_ids": []},
    "view.save": {"name": "n", "filter": ""},
    "webhook.answers": {"webhook_id": 9},
    "webhook.create": {"url": "https://hooks.example.org/"},
    "webhook.delete": {"webhook_id": 9},
    "webhook.redeliver": {"webhook_id": 9, "seq": 1},
    "webhook.rotate_secret": {"webhook_id": 9},
    "webhook.test": {"webhook_id": 9},
    "webhook.update": {"webhook_id": 9, "enabled": True},
    "user.add": {"email": "e@example.org"},
    "user.link": {"email": "e@example.org"},
    "user.bind_login": {"user_id": "dave", "login": "david"},
    "user.deactivate": {"user_id": "dave"},
    "user.enrol": {"email": "e@example.org", "name": "E"},
    "user.reactivate": {"user_id": "dave"},
    "user.revoke": {"address": "400::1"},
    "user.unbind_login": {"login": "david"},
    "user.erase": {"user_id": "dave", "dry_run": True},
    "user.update": {"user_id": "dave", "name": "David"},
    "user.update_me": {"shows_presence": True},
}
# The operator has no sessions or devices of their own.
OPERATOR_PARAMS = {
    "auth.passkeys": {"user_id": "dave"},
    "auth.sessions": {"user_id": "dave"},
    "user.devices": {"user_id": "dave"},
}
# `rpc.discover` belongs to no feature.
ALLOWED = {**registered().permissions, "rpc.discover": Permission("rpc.discover", EVERYONE)}
NO_METHODS = {action for action in registered().permissions if registered().table.get(action) is None}
USERS = {"customer": "carol", "agent": "bob", "admin": "alice", "operator": OPERATOR}


@pytest.mark.parametrize(("action", "kind", "allowed"), TABLE)
def test_cell(action: str, kind: str, allowed: bool) -> None:
    refusal: type[HeroError] | None = None
    try:
        permit(CALLERS[kind], ALLOWED[action])
    except HeroError as error:
        refusal = type(error)
    expected = None if allowed else Unauthenticated if kind == "anonymous" else Forbidden
    assert refusal is expected


def test_what_is_no_method_is_asked_for_over_http() -> None:
    assert {"attachment.download", "attachment.upload", "event.stream"} == NO_METHODS


def test_every_cell_is_tested() -> None:
    assert set(ALLOWED) == set(CELLS)
    assert [kind.value for kind in CallerKind] == KINDS


@pytest.mark.anyio
async def test_every_method_asks_the_table(desk: Desk) -> None:
    """The methods that the server has are the rows of the table, and nothing else is."""
    document = await desk.call("rpc.discover")
    names = {method["name"] for method in document["methods"]}
    assert names == set(ALLOWED) - NO_METHODS


# What the methods themselves refuse over TCP: a loopback peer, of whom no device can be bound, the page's links, and
# the proof of an address other than the one that was called.
BY_SOCKET = {"auth.redeem", "notification.unsubscribe", "project.prove"}


@pytest.mark.anyio
async def test_every_method_with_every_caller(paths: Paths) -> None:
    """In hero mode: users on the Unix socket, and over TCP the one who is nobody."""
    async with running(paths, mode=AuthMode.HERO, tcp="127.0.0.1:0") as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        address = (await desk.call("system.health"))["tcp"]
        found = {}
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as overlay:
            for action, kind, _ in TABLE:
                if action not in NO_METHODS:
                    is_afar = kind == "anonymous" and action not in BY_SOCKET
                    http = overlay if is_afar else desk.http()
                    params = OPERATOR_PARAMS.get(action) if kind == OPERATOR else None
                    found[action, kind] = await _passes(http, action, desk.headers(USERS.get(kind)), params)
        expected = {(action, kind): allowed for action, kind, allowed in TABLE if action not in NO_METHODS}
        assert found == expected


async def _passes(
    http: httpx2.AsyncClient, method: str, headers: dict[str, str], params: dict[str, Any] | None = None
) -> bool:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or PARAMS.get(method, {})}
    answer: dict[str, Any] = (await http.post("/rpc", json=request, headers=headers)).json()
    if "error" not in answer:
        return True
    # Who may call and asks for what is not there, or cannot be, is told so by the method, not by the table.
    reason: str = answer["error"]["data"]["reason"]
    assert reason in {"unauthenticated", "forbidden", "not-found", "conflict"}, answer
    return reason in {"not-found", "conflict"}
