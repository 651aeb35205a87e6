"""For every method that changes something and every kind of watcher: snapshot + events = fresh snapshot."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.features import event_types
from tests.server.desk import Desk
from tests.server.verify import TEAM, snapshot, verify_action

pytestmark = pytest.mark.anyio

WATCHERS = ["carol", "dave", "bob", "alice"]
SNOOZE = {"status": "snoozed", "snoozed_until": 4_000_000_000_000}
# Method, who calls, params, the kinds of the events, who is told.
ACTIONS: list[tuple[str, str, dict[str, Any], set[str], set[str]]] = [
    ("draft.save", "bob", {"ticket_id": 1, "kind": "note", "body": "b"}, {"draft.saved"}, {"bob"}),
    ("draft.save", "carol", {"ticket_id": 1, "body": "b"}, {"draft.saved"}, {"carol"}),
    ("draft.delete", "dave", {"ticket_id": 3}, {"draft.deleted"}, {"dave"}),
    ("draft.delete", "carol", {"ticket_id": 1}, set(), set()),
    ("project.update", "alice", {"name": "Help"}, {"project.updated"}, {*WATCHERS}),
    ("project.update", "alice", {"first_response_minutes": {"high": 5}}, {"project.updated"}, TEAM),
    ("project.update", "alice", {"page_address": "https://h.example"}, {"project.updated"}, {*WATCHERS}),
    ("project.update", "alice", {"event_retention_days": 30}, set(), set()),
    ("canned_reply.save", "bob", {"name": "n", "body": "b"}, {"canned_reply.saved"}, {"bob"}),
    ("canned_reply.save", "bob", {"name": "n", "body": "b", "shared": True}, {"canned_reply.saved"}, TEAM),
    (
        "canned_reply.save",
        "alice",
        {"name": "Hi", "body": "b", "canned_reply_id": 1},
        {"canned_reply.deleted", "canned_reply.saved"},
        TEAM,
    ),
    ("canned_reply.delete", "alice", {"canned_reply_id": 1}, {"canned_reply.deleted"}, TEAM),
    ("macro.save", "bob", {"name": "n", "follow": True}, {"macro.saved"}, {"bob"}),
    ("macro.delete", "bob", {"macro_id": 1}, {"macro.deleted"}, TEAM),
    (
        "macro.run",
        "bob",
        {"macro_id": 1, "ticket_ids": [1, 2, 9]},
        {"message.replied", "message.noted", "ticket.updated"},
        {"carol", "dave", *TEAM},
    ),
    ("ticket.bulk", "bob", {"ticket_ids": [1, 2], "priority": "low"}, {"ticket.updated"}, {"carol", "dave", *TEAM}),
    ("user.enrol", "bob", {"email": "e@example.org", "name": "E"}, {"user.enrolled"}, TEAM),
    ("user.enrol", "alice", {"email": "e@x.org", "name": "E", "role": "agent"}, {"user.enrolled"}, {*WATCHERS}),
    ("user.add", "alice", {"email": "f@x.org", "name": "F", "role": "agent"}, {"user.enrolled"}, {*WATCHERS}),
    ("user.update", "alice", {"user_id": "bob", "name": "Robert"}, {"user.updated"}, {*WATCHERS}),
    ("user.update", "alice", {"user_id": "carol", "name": "Caro"}, {"user.updated"}, {"carol", "dave", *TEAM}),
    ("user.update", "alice", {"user_id": "bob", "email": "b@example.org"}, {"user.updated"}, TEAM),
    ("user.update", "alice", {"user_id": "bob", "name": "Bob"}, set(), set()),
    # Logins are in no snapshot: test_logins.py.
    ("user.bind_login", "alice", {"user_id": "bob", "login": "robert@corp"}, set(), set()),
    ("user.unbind_login", "alice", {"login": "no-such-name"}, set(), set()),
    ("user.update_me", "dave", {"name": "David"}, {"user.updated"}, {"carol", "dave", *TEAM}),
    ("user.update_me", "bob", {"shows_presence": False}, {"user.updated"}, TEAM),
    ("user.update_me", "bob", {"signature": "Bob"}, {"user.updated"}, TEAM),
    ("user.deactivate", "alice", {"user_id": "zoe"}, {"user.deactivated"}, {*WATCHERS}),
    (
        "user.deactivate",
        "alice",
        {"user_id": "zoe", "unassign": True},
        {"user.deactivated", "ticket.updated"},
        {*WATCHERS},
    ),
    ("user.reactivate", "alice", {"user_id": "yann"}, {"user.reactivated"}, TEAM),
    ("ticket.create", "carol", {"title": "n", "body": "b"}, {"ticket.created"}, {"carol", *TEAM}),
    ("ticket.create", "bob", {"title": "n", "body": "b"}, {"ticket.created"}, TEAM),
    ("ticket.update", "bob", {"ticket_id": 1, "title": "x"}, {"ticket.updated"}, {"carol", *TEAM}),
    ("ticket.update", "bob", {"ticket_id": 1, "priority": "urgent"}, {"ticket.updated"}, {"carol", *TEAM}),
    ("ticket.update", "bob", {"ticket_id": 1, "assignee": "alice"}, {"ticket.updated"}, TEAM),
    ("ticket.update", "bob", {"ticket_id": 2, "status": "closed"}, {"ticket.updated"}, {"dave", *TEAM}),
    ("ticket.update", "carol", {"ticket_id": 1, "status": "solved"}, {"ticket.updated"}, {"carol", *TEAM}),
    ("ticket.update", "bob", {"ticket_id": 3} | SNOOZE, {"ticket.updated"}, TEAM),
    ("ticket.update", "bob", {"ticket_id": 1} | SNOOZE, {"ticket.updated"}, {"carol", *TEAM}),
    ("ticket.update", "bob", {"ticket_id": 1, "remove_tags": ["vpn"]}, {"ticket.updated"}, TEAM),
    ("ticket.update", "bob", {"ticket_id": 1, "tags": ["vpn"]}, set(), set()),
    ("ticket.follow", "alice", {"ticket_id": 1}, {"ticket.updated"}, TEAM),
    ("ticket.unfollow", "bob", {"ticket_id": 1}, {"ticket.updated"}, TEAM),
    (
        "ticket.invite",
        "bob",
        {"ticket_id": 1, "user_id": "dave"},
        {"ticket.updated", "ticket.shown"},
        {"carol", "dave", *TEAM},
    ),
    (
        "ticket.invite_address",
        "carol",
        {"ticket_id": 1, "email": "erin@example.org"},
        # The new user is told of it by a letter alone, and the ticket is as it was.
        {"user.enrolled"},
        TEAM,
    ),
    ("ticket.join", "dave", {"ticket_id": 1}, {"ticket.updated", "ticket.shown"}, {"carol", "dave", *TEAM}),
    ("ticket.uninvite_address", "carol", {"ticket_id": 1, "email": "dave@example.org"}, set(), set()),
    (
        "ticket.uninvite",
        "dave",
        {"ticket_id": 3, "user_id": "dave"},
        {"ticket.updated", "ticket.hidden"},
        {"carol", "dave", *TEAM},
    ),
    (
        "ticket.uninvite",
        "bob",
        {"ticket_id": 3, "user_id": "dave"},
        {"ticket.updated", "ticket.hidden"},
        {"carol", "dave", *TEAM},
    ),
    ("ticket.merge", "bob", {"ticket_id": 4, "into": 1}, {"ticket.merged"}, {"carol", *TEAM}),
    (
        "ticket.split",
        "bob",
        {"ticket_id": 1, "message_ids": [1, 2], "title": "s"},
        {"ticket.split"},
        {"carol", *TEAM},
    ),
    ("attachment.delete", "carol", {"attachment_id": 1}, set(), set()),
    ("system.backup", "alice", {}, set(), set()),
    ("export.create", "alice", {}, set(), set()),
    ("message.reply", "carol", {"ticket_id": 1, "body": "b"}, {"message.replied"}, {"carol", *TEAM}),
    (
        "message.reply",
        "carol",
        {"ticket_id": 1, "body": "b", "attachments": [1]},
        {"message.replied"},
        {"carol", *TEAM},
    ),
    ("message.note", "bob", {"ticket_id": 1, "body": "b", "attachments": [2]}, {"message.noted"}, TEAM),
    (
        "ticket.create",
        "carol",
        {"title": "n", "body": "b", "attachments": [1]},
        {"ticket.created"},
        {"carol", *TEAM},
    ),
    ("message.reply", "bob", {"ticket_id": 1, "body": "b"}, {"message.replied"}, {"carol", *TEAM}),
    ("message.reply", "alice", {"ticket_id": 2, "body": "b"}, {"message.replied"}, {"dave", *TEAM}),
    (
        "message.reply",
        "dave",
        {"ticket_id": 3, "body": "b"},
        {"message.replied", "draft.deleted"},
        {"carol", "dave", *TEAM},
    ),
    ("message.note", "bob", {"ticket_id": 1, "body": "b"}, {"message.noted"}, TEAM),
    ("message.note", "alice", {"ticket_id": 2, "body": "b"}, {"message.noted"}, TEAM),
    ("message.edit", "bob", {"message_id": 1, "body": "x"}, {"message.edited"}, TEAM),
    ("message.edit", "bob", {"message_id": 2, "body": "x"}, {"message.edited"}, {"carol", *TEAM}),
    ("read.mark", "carol", {"ticket_id": 1, "message_id": 2}, {"read.marked"}, {"carol"}),
    ("read.mark", "bob", {"ticket_id": 1, "message_id": 1}, set(), set()),
    ("read.mark", "bob", {"ticket_id": 1, "message_id": 1, "back": True}, {"read.marked"}, {"bob"}),
    ("ticket.delete", "alice", {"ticket_id": 1}, {"ticket.deleted"}, {"carol", *TEAM}),
    ("ticket.delete", "alice", {"ticket_id": 3}, {"ticket.deleted"}, {"carol", "dave", *TEAM}),
    ("rating.rate", "carol", {"ticket_id": 5, "score": "good"}, {"rating.saved"}, {"carol", *TEAM}),
    ("tag.rename", "alice", {"tag": "vpn", "into": "net"}, {"ticket.updated"}, TEAM),
    ("tag.set_colour", "alice", {"tag": "vpn", "colour": "red"}, {"project.updated"}, TEAM),
    ("view.save", "bob", {"name": "n", "filter": "tag:vpn"}, {"view.saved"}, {"bob"}),
    ("view.save", "alice", {"name": "n", "filter": "", "shared": True}, {"view.saved"}, TEAM),
    ("view.save", "alice", {"name": "n", "filter": "", "view_id": 2}, {"view.saved", "view.deleted"}, TEAM),
    ("view.order", "bob", {"view_ids": [1]}, {"view.ordered"}, {"bob"}),
    ("view.delete", "bob", {"view_id": 1}, {"view.deleted"}, {"bob"}),
    ("view.delete", "alice", {"view_id": 2}, {"view.deleted"}, TEAM),
]

READ_ONLY = {
    "attachment.get",
    "attachment.list",
    "audit.list",
    "draft.get",
    "draft.list",
    "event.list",
    "export.get",
    "message.history",
    "message.list",
    # What it changes has no number and is in no snapshot: test_presence.py.
    "presence.beat",
    "presence.list",
    "macro.list",
    "macro.preview",
    "user.logins",
    "project.get",
    "canned_reply.list",
    "canned_reply.render",
    "rating.list",
    "rating.of_ticket",
    "read.list",
    "read.of_ticket",
    "rpc.discover",
    "ticket.invitations",
    "ticket.people",
    "search.tickets",
    "stats.by_agent",
    "stats.by_day",
    "stats.by_tag",
    "stats.overview",
    "stats.tickets",
    "system.health",
    "tag.list",
    "ticket.get",
    "ticket.history",
    "ticket.list",
    "user.devices",
    # Everybody starts again from a snapshot: test_erasure.py.
    "user.erase",
    "user.list",
    "user.me",
    "view.list",
    # Devices are in no snapshot: test_users.py.
    "user.revoke",
    # Letters and what users set of them are in no snapshot: tests/server/mail, tests/server/notifications.
    "mail.status",
    "mail.test",
    "notification.configure",
    "notification.mute",
    "notification.settings",
    "notification.unsubscribe",
    "outbox.counts",
    "outbox.drop",
    "outbox.list",
    "outbox.retry",
    "outbox.retry_dead",
    # Sessions, devices, passkeys and sign-ins are in no snapshot: test_sign_in.py, passkeys, oidc.
    "auth.oidc_finish",
    "auth.oidc_start",
    "auth.passkey_finish",
    "auth.passkey_register_finish",
    "auth.passkey_register_start",
    "auth.passkey_remove",
    "auth.passkey_start",
    "auth.passkeys",
    "auth.redeem",
    "auth.request_link",
    "auth.revoke_session",
    "auth.sessions",
    "auth.sign_out",
    # Letters and mails are in no snapshot: tests/server/mail.
    "mail.deliver",
    "mail.html",
    "mail.inbox",
    "mail.of_ticket",
    "mail.read",
    "mail.discard",
    "mail.discard_quarantined",
    "mail.refile",
    "mail.refile_quarantined",
    # Webhooks are in no snapshot: tests/server/webhooks.
    "webhook.answers",
    "webhook.create",
    "webhook.delete",
    "webhook.list",
    "webhook.redeliver",
    "webhook.rotate_secret",
    "webhook.test",
    "webhook.update",
    "user.link",
    "user.customers",
    "user.mentionable",
    "user.unbind_oidc",
    "project.info",
    "project.prove",
}


async def _past(desk: Desk) -> None:
    """Tickets of both customers, one with a thread that has a note in it."""
    await desk.call("ticket.create", "carol", title="c", body="b", tags=["vpn"])
    await desk.call("ticket.create", "dave", title="d", body="b")
    await desk.call("message.note", "bob", ticket_id=1, body="secret")
    await desk.call("message.reply", "bob", ticket_id=1, body="hello")
    await desk.call("ticket.create", "carol", title="shared", body="b")
    await desk.call("ticket.invite", "bob", ticket_id=3, user_id="dave")
    await desk.call("ticket.update", "bob", ticket_id=3, status="open")
    await desk.call("ticket.create", "carol", title="the same", body="b")
    await desk.call("message.reply", "carol", ticket_id=4, body="again")
    await desk.call("message.note", "alice", ticket_id=4, body="secret too")
    await desk.call("read.mark", "bob", ticket_id=1, message_id=2)
    await desk.call("view.save", "bob", name="own", filter="assignee:me")
    await desk.call("view.save", "alice", name="shared", filter="tag:vpn", shared=True)
    await desk.upload("carol", "carols.txt")
    await desk.upload("bob", "bobs.txt")
    await desk.call("draft.save", "dave", ticket_id=3, body="I have")
    await desk.call("user.enrol", "alice", email="z@example.org", name="Zoë", role="agent")
    await desk.call("user.enrol", "alice", email="y@example.org", name="Yann")
    await desk.call("user.deactivate", "alice", user_id="yann")
    await desk.call("ticket.update", "bob", ticket_id=2, assignee="zoe")
    await desk.call("canned_reply.save", "bob", name="Hi", body="Hi {{customer.name}}", shared=True)
    await desk.call("macro.save", "bob", name="Done", status="solved", note="n", reply="r", shared=True)
    await desk.call("ticket.create", "carol", title="solved", body="b")
    await desk.call("ticket.update", "carol", ticket_id=5, status="solved")
    await desk.call("user.update", "alice", user_id="dave", email="dave@example.org")
    await desk.call("ticket.invite_address", "carol", ticket_id=1, email="dave@example.org")


@pytest.mark.parametrize(("method", "caller", "params", "kinds", "informed"), ACTIONS)
async def test_action(
    desk: Desk, method: str, caller: str, params: dict[str, Any], kinds: set[str], informed: set[str]
) -> None:
    await _past(desk)
    told = await verify_action(desk, WATCHERS, lambda: desk.call(method, caller, **params))
    assert {user for user, events in told.items() if events} == informed
    assert {event.kind for events in told.values() for event in events} == {EventKind(kind) for kind in kinds}


def test_every_event_kind_has_an_action() -> None:
    assert {kind for _, _, _, kinds, _ in ACTIONS for kind in kinds} == set(event_types()) - {"user.erased"}


async def test_every_method_that_changes_something_has_an_action(desk: Desk) -> None:
    """A method that is not here must be one that only reads."""
    document = await desk.call("rpc.discover")
    methods = {method["name"] for method in document["methods"]}
    assert methods - {method for method, *_ in ACTIONS} == READ_ONLY


async def test_from_any_moment_of_a_long_talk(desk: Desk) -> None:
    """A client may come at any time: its snapshot and what follows lead to the same end."""
    await _past(desk)
    choice = random.Random(7)  # noqa: S311
    moments = {user: [await snapshot(desk, user)] for user in WATCHERS}
    for _ in range(25):
        method, caller, params, _, _ = choice.choice(ACTIONS)
        # What was possible once may not be any more: the ticket is merged, or its message is elsewhere.
        with contextlib.suppress(RpcFailure):
            await desk.call(method, caller, **params)
        user = choice.choice(WATCHERS)
        moments[user].append(await snapshot(desk, user))
    ends = {user: await snapshot(desk, user) for user in WATCHERS}
    for user, taken in moments.items():
        for moment in taken:
            for event in await desk.heard(user, moment.seq):
                if event.seq <= ends[user].seq:
                    moment.apply(event)
            await moment.refresh(desk)
            assert moment.held == ends[user].held
