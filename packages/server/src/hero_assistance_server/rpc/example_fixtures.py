"""The project of every method's examples: its events and its state.

Carol, a customer, has filed a ticket; Bob has replied, and Alice has noted something for the agents. Times in answers
are those of the day of writing; the tests compare everything else.
"""

from __future__ import annotations

from typing import Any

from hero_assistance_sdk.rpc.examples import Call

# 2026-01-05 09:00 UTC.
FILED = 1_767_603_600_000
REPLIED = FILED + 240_000
NOTED = FILED + 300_000

SCENE = (
    Call(
        "carol",
        "ticket.create",
        {"title": "The VPN is down", "body": "Since this morning.", "priority": "high", "tags": ["vpn"]},
    ),
    Call("bob", "message.reply", {"ticket_id": 1, "body": "Which address do you see?"}),
    Call("alice", "message.note", {"ticket_id": 1, "body": "The gateway was renewed yesterday."}),
)

# What Carol uploads in some examples, over HTTP, and what is answered.
UPLOAD = Call("carol", "POST /attachments", {"name": "trace.txt", "body": "10.0.0.7 timed out"})
UPLOADED: dict[str, Any] = {
    "attachment_id": 1,
    "name": "trace.txt",
    "size": 18,
    "type": "text/plain",
    "width": None,
    "height": None,
}

# What Dave files in some examples, and the ticket it makes.
FILE_ANOTHER = Call(
    "dave", "ticket.create", {"title": "A new laptop", "body": "Mine is six years old.", "tags": ["hardware"]}
)
NEW_TICKET: dict[str, Any] = {
    "ticket_id": 2,
    "title": "A new laptop",
    "excerpt": "Mine is six years old.",
    "body": "Mine is six years old.",
    "status": "new",
    "priority": "normal",
    "tags": ["hardware"],
    "customer": "dave",
    "customer_name": "Dave",
    "collaborators": [],
    "assignee": None,
    "assignee_name": None,
    "followers": [],
    "snoozed_until": None,
    "first_response_due": None,
    "first_response_at": None,
    "solved_at": None,
    "merged_into": None,
    "split_from": None,
    "created_at": FILED,
    "updated_at": FILED,
    "message_count": 0,
    "last_message_id": 0,
    "last_message": None,
    "attachments": [],
}

# The ticket as agents see it, and as Carol does.
TICKET: dict[str, Any] = NEW_TICKET | {
    "ticket_id": 1,
    "title": "The VPN is down",
    "excerpt": "Since this morning.",
    "body": "Since this morning.",
    "status": "waiting",
    "priority": "high",
    "tags": ["vpn"],
    "customer": "carol",
    "customer_name": "Carol",
    "followers": ["bob", "alice"],
    "first_response_at": REPLIED,
    "updated_at": NOTED,
    "message_count": 2,
    "last_message_id": 2,
    "last_message": {"author": "alice", "kind": "note", "excerpt": "The gateway was renewed yesterday."},
}
CAROLS_TICKET = TICKET | {
    "tags": [],
    "followers": [],
    "updated_at": REPLIED,
    "message_count": 1,
    "last_message_id": 1,
    "last_message": {"author": "bob", "kind": "reply", "excerpt": "Which address do you see?"},
}


def summary_of(ticket: dict[str, Any]) -> dict[str, Any]:
    """Return what a list shows of a ticket."""
    return {name: ticket[name] for name in ticket if name not in {"body", "attachments"}}


def make_listed(ticket: dict[str, Any], *, unread: int | None) -> dict[str, Any]:
    """Return what a list shows of a ticket to a reader who has not read so much of it."""
    return summary_of(ticket) | {"unread": unread}


REPLY: dict[str, Any] = {
    "message_id": 1,
    "ticket_id": 1,
    "kind": "reply",
    "author": "bob",
    "author_name": "Bob",
    "body": "Which address do you see?",
    "created_at": REPLIED,
    "edited_at": None,
    "attachments": [],
}
NOTE = REPLY | {
    "message_id": 2,
    "kind": "note",
    "author": "alice",
    "author_name": "Alice",
    "body": "The gateway was renewed yesterday.",
    "created_at": NOTED,
}

ALICE: dict[str, Any] = {
    "noun": "user",
    "user_id": "alice",
    "name": "Alice",
    "role": "admin",
    "email": None,
    "active": True,
    "shows_presence": True,
    "signature": "",
    "language": None,
    "time_zone": None,
}
BOB = ALICE | {"user_id": "bob", "name": "Bob", "role": "agent"}
CAROL = ALICE | {"user_id": "carol", "name": "Carol", "role": "customer", "signature": None}
DAVE = CAROL | {"user_id": "dave", "name": "Dave"}
