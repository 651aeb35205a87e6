"""Desks on which tickets and users are erased, and what is left in their databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.sending.folder import OutboxFolder, name_file
from hero_assistance_server.outbox.model import Delivery
from hero_assistance_server.storage.sql.mail.mail_ids import SqlMailIds
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from hero_assistance_server.storage.sql.tickets import list_index, tickets
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.timestamps import millis
from tests.server.databases import list_tables, opened_session
from tests.server.desk import Desk

# Words that no other text has.
PRIVATE = "quetzalcoatl"


def places_of(folder: Path, text: str) -> dict[str, list[Any]]:
    """The rows of each table that have a text in them, in any case."""
    with opened_session(folder) as session:
        connection = session.direct
        found: dict[str, list[Any]] = {}
        for table in list_tables(folder):
            rows = [row for row in connection.execute(f"SELECT * FROM {table}") if text.lower() in repr(row).lower()]  # noqa: S608
            if rows:
                found[table] = rows
        return found


def check_whole(folder: Path) -> None:
    """The lists and counters are what the tickets say, and every reference leads somewhere."""
    with opened_session(folder) as session:
        connection = session.direct
        # PostgreSQL checks each reference when it is written; SQLite does so only where a connection asks for it.
        if isinstance(connection, apsw.Connection):
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        ids = [ticket_id for (ticket_id,) in connection.execute("SELECT ticket_id FROM tickets")]
        held = [ticket for ticket in (tickets.find(connection, ticket_id) for ticket_id in ids) if ticket is not None]
        listed = {
            (scope, one.status.value, millis(one.updated_at), one.ticket_id) for one in held for scope in scopes(one)
        }
        assert set(connection.execute("SELECT * FROM listings")) == listed
        placed = {(place.user_id, millis(place.at), one.ticket_id) for one in held for place in places(one)}
        assert set(connection.execute("SELECT * FROM places")) == placed
        for scope, status, count in list(connection.execute("SELECT * FROM tallies")):
            assert count == sum(row[:2] == (scope, status) for row in listed), scope
        assert list_index.count(connection, "all", frozenset(one.status for one in held)) == len(held)


async def file(desk: Desk, user: str, name: str, ticket_id: int) -> int:
    """Send a file on a ticket."""
    uploaded: int = (await desk.upload(user, name, name.encode()))["attachment_id"]
    await desk.call("message.reply", user, ticket_id=ticket_id, body=f"see {PRIVATE}", attachments=[uploaded])
    return uploaded


def send_letter(desk: Desk, ticket_id: int, subject: str, to: str = "carol@desk.test") -> Path:
    """Leave what a letter about a ticket leaves: its title, its Message-ID, its delivery and its file."""
    with opened_session(desk.paths.data) as session:
        now = datetime.now(UTC)
        about = TicketId(ticket_id)
        ids, outbox = SqlMailIds(session), SqlOutbox(session)
        ids.keep_title(about, subject)
        ids.add(f"<{subject}@desk>", about, None, now)
        assert outbox.add(Delivery("mail", f"k{to}{ticket_id}", to, "{}", now, subject, ticket_id=about), now)
        (delivery, *_) = outbox.iterate_newest("mail", None, 2**62)
        outbox.finish(delivery.delivery_id, "written", now)
    name = name_file(delivery.delivery_id, delivery.created_at)
    return OutboxFolder(desk.paths.mail).write(name, subject.encode(), now)


async def fill_busy(desk: Desk) -> Desk:
    """Carol's tickets 1 and 2, the second of which was merged into the first; Dave's 3 has to stay."""
    await desk.call("ticket.create", "carol", title=PRIVATE, body="b", tags=["vpn"], client_token="t1")  # noqa: S106
    await desk.call("ticket.create", "carol", title=f"{PRIVATE} again", body="b")
    await desk.call("ticket.create", "dave", title="stays", body="b", tags=["vpn"])
    await desk.call("ticket.update", "alice", ticket_id=1, assignee="bob", title=f"{PRIVATE}!")
    await desk.call("message.note", "bob", ticket_id=1, body=PRIVATE)
    reply = await desk.call("message.reply", "bob", ticket_id=1, body=f"old {PRIVATE}")
    await desk.call("message.edit", "bob", message_id=reply["message_id"], body=f"new {PRIVATE}")
    await desk.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    await desk.call("ticket.invite", "bob", ticket_id=2, user_id="dave")
    await file(desk, "carol", f"{PRIVATE}.txt", 1)
    await desk.call("ticket.merge", "alice", ticket_id=2, into=1)
    await desk.call("draft.save", "dave", ticket_id=1, kind="reply", body=PRIVATE)
    await desk.call("read.mark", "alice", ticket_id=1, message_id=9)
    await desk.call("ticket.update", "bob", ticket_id=1, status="solved")
    await desk.call("rating.rate", "carol", ticket_id=1, score="bad", comment=PRIVATE)
    await desk.call("message.reply", "dave", ticket_id=3, body="stays")
    send_letter(desk, 1, PRIVATE)
    send_letter(desk, 3, "Re: stays")
    return desk


async def add_erin(busy: Desk) -> Desk:
    """A customer with an id of her name, an address, tickets, files, drafts and a place on another's ticket."""
    await busy.call("user.enrol", "alice", email="erin@example.org", name="Erin Xample", login="erinx@corp")
    await busy.call("ticket.create", "erin-xample", title="hers", body="b")
    await file(busy, "erin-xample", "erins.txt", 4)
    await busy.upload("erin-xample", "unsent.txt", b"unsent")
    await busy.call("draft.save", "erin-xample", ticket_id=4, kind="reply", body="unsent")
    await busy.call("ticket.invite", "bob", ticket_id=3, user_id="erin-xample")
    await busy.call("message.reply", "erin-xample", ticket_id=3, body="Me too.")
    await busy.call("message.reply", "bob", ticket_id=4, body="An answer.")
    await busy.call("view.save", "bob", name="v", filter="customer:erin-xample is:active")
    await busy.call("read.mark", "erin-xample", ticket_id=3, message_id=1)
    send_letter(busy, 3, "to one user", to="erin@example.org")
    return busy
