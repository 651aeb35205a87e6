"""A desk that has something of everything that a page shows."""

from __future__ import annotations

from tests.browser.pages_files import picture, upload
from tests.ui.daemons import Desk, eventually

RICH, EMPTY, CLOSED, MERGED, SPLIT, SOLVED = 1, 2, 3, 4, 5, 6
TITLE = "The VPN is down"
TEXT = """# It begins here

It says **no** to `vpn up`, see [the page](https://docs.example/vpn).

1. one
   * two
- [ ] tried
- [x] restarted

> It worked yesterday.

| when | what |
|---|---:|
| 9:00 | no |

```sh
vpn up --now
```
"""
_LETTER = "From: Erin <erin@example.org>\r\nSubject: Sale\r\nContent-Type: text/html\r\n\r\n"
_HTML = "<h2>Sale</h2><p>Every <b>router</b></p><img src='http://127.0.0.1:9/a.png'>"


def fill(served: Desk) -> None:
    """File tickets in every condition, with texts, views, tags, webhooks and mails around them."""
    _file_rich_ticket(served)
    _file_other_tickets(served)
    _make_texts(served)
    served.call("alice", "project.update", first_response_minutes={"normal": 60, "high": 1})
    served.call("alice", "webhook.create", url="https://192.0.2.7/desk", description="The chat")
    served.call("alice", "mail.deliver", text="Subject: No sender\r\n\r\nWho am I?\r\n")
    served.call("alice", "mail.deliver", text=_LETTER + _HTML)
    eventually(lambda: served.call("alice", "mail.inbox")["counts"]["quarantined"], "a mail is in the quarantine")
    eventually(lambda: _is_filed(served), "a mail is filed")


def _is_filed(served: Desk) -> bool:
    return any(one["title"] == "Sale" for one in served.call("bob", "ticket.list")["tickets"])


def _file_rich_ticket(served: Desk) -> None:
    files = [
        upload(served, "carol", "shot.png", picture(640, 480)),
        upload(served, "carol", "second.png", picture(480, 640)),
        upload(served, "carol", "report.pdf", b"%PDF-1.4 " * 300),
    ]
    # A language that the page has not: it stays in English.
    served.call(
        "alice", "user.update", user_id="carol", email="carol@example.org", language="ja", time_zone="Asia/Tokyo"
    )
    served.call("carol", "ticket.create", title=TITLE, body=TEXT, priority="urgent", tags=["vpn"], attachments=files)
    served.call("bob", "ticket.update", ticket_id=RICH, assignee="bob", add_tags=["vpn", "gateway"])
    served.call("alice", "tag.set_colour", tag="vpn", colour="teal")
    served.call("bob", "message.reply", ticket_id=RICH, body="An answer")
    served.call(
        "carol", "message.reply", ticket_id=RICH, body="Thanks.\n\nOn Monday, Bob wrote:\n> An answer\n> of two"
    )
    note = served.call("bob", "message.note", ticket_id=RICH, body="A nota for @alice")
    served.call("bob", "message.edit", message_id=note["message_id"], body="A note for @alice")
    for priority in ("low", "normal", "high", "urgent", "normal", "urgent"):
        served.call("alice", "ticket.update", ticket_id=RICH, priority=priority)
    served.call("bob", "ticket.follow", ticket_id=RICH)
    served.call("bob", "ticket.invite", ticket_id=RICH, user_id="dave")


def _file_other_tickets(served: Desk) -> None:
    served.call("dave", "ticket.create", title="A new laptop", body="", priority="high")
    for number, title in enumerate(
        ("Closed long ago", "The same once more", "A keyboard", "The printer is silent"), CLOSED
    ):
        served.call("carol", "ticket.create", title=title, body=f"Text of {number}")
    served.call("bob", "ticket.update", ticket_id=CLOSED, status="closed")
    served.call("bob", "ticket.merge", ticket_id=MERGED, into=SPLIT)
    served.call("bob", "message.reply", ticket_id=SOLVED, body="Press the button.")
    served.call("bob", "ticket.update", ticket_id=SOLVED, status="solved", assignee="bob")


def _make_texts(served: Desk) -> None:
    served.call("alice", "canned_reply.save", name="Ask for logs", body="Dear {{customer.name}}", shared=True)
    served.call(
        "alice", "macro.save", name="It was the cable", status="solved", add_tags=["cable"], reply="Ok", shared=True
    )
    for name, words in (("Networks", "tag:vpn"), ("Laptops", "priority:high")):
        served.call("alice", "view.save", name=name, filter=words, shared=True)
