"""A desk with as many tickets as are asked for, written in bulk: the rows that the server would have written."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

import apsw

from hero_assistance_sdk.wire import MessageId, MessageKind, Priority, Role, Status, TicketId, UserId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.rules import last_message
from hero_assistance_server.storage.sql.repositories import messages
from hero_assistance_server.storage.sql.repositories.users import SqlUsers
from hero_assistance_server.storage.sql.search.document import document
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import DONE
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

EPOCH = datetime(2023, 1, 1, tzinfo=UTC)
# Three years of tickets, however many.
SPAN = timedelta(days=3 * 365)
MESSAGES = 5
TICKETS_OF_A_CUSTOMER = 100
AGENTS = 20
TAGS = 200
VOCABULARY = 20_000
SENTENCES = 20_000
WORDS_OF_A_SENTENCE = 12
# In one of so many tickets each.
COMMON, SECOND = ("gateway", 4), ("printer", 6)
PORTION = 5_000
# Where the tickets of a desk stand that has worked for years.
OF_YEARS = (*(Status.CLOSED,) * 80, *(Status.SOLVED,) * 16, Status.WAITING, Status.OPEN, Status.NEW, Status.SNOOZED)
# Those of which each stands in an agent's inbox.
TO_DO = (Status.WAITING, Status.OPEN, Status.NEW)


@dataclass
class Desk:
    """Makes tickets at random, the same ones from the same seed."""

    count: int
    statuses: Sequence[Status] = OF_YEARS
    choice: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311
    _message: int = 0

    def __post_init__(self) -> None:
        self.words = [self._word() for _ in range(VOCABULARY)]
        # As in a language: half of what is said is a hundredth of the words.
        weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
        said = self.choice.choices(self.words, cum_weights=weights, k=SENTENCES * WORDS_OF_A_SENTENCE)
        parts = range(0, len(said), WORDS_OF_A_SENTENCE)
        self.sentences = [" ".join(said[start : start + WORDS_OF_A_SENTENCE]) + "." for start in parts]
        self.agents = [User(UserId(f"agent{n}"), f"Agent {n}", Role.AGENT) for n in range(AGENTS)]
        self.agents.append(User(UserId("bob"), "Bob", Role.AGENT))
        customers = max(1, self.count // TICKETS_OF_A_CUSTOMER)
        self.customers = [User(UserId(f"c{n}"), f"Customer {n}", Role.CUSTOMER) for n in range(customers)]
        self.tags = [f"tag{n}" for n in range(TAGS)]
        self.tag_weights = [1 / (rank + 1) for rank in range(TAGS)]

    def __iter__(self) -> Iterator[tuple[Ticket, list[Message]]]:
        for number in range(1, self.count + 1):
            yield self._ticket(TicketId(number))

    def _ticket(self, ticket_id: TicketId) -> tuple[Ticket, list[Message]]:
        choice = self.choice
        filed = EPOCH + SPAN * (ticket_id / self.count)
        status = choice.choice(self.statuses)
        customer = choice.choice(self.customers)
        assignee = None if status is Status.NEW else choice.choice(self.agents)
        thread = list(self._thread(ticket_id, customer, assignee or self.agents[0], filed))
        ticket = Ticket(
            ticket_id=ticket_id,
            title=choice.choice(self.sentences)[:60].rstrip("."),
            body=self._text(ticket_id),
            status=status,
            priority=choice.choices(list(Priority), [2, 10, 3, 1])[0],
            tags=tuple(dict.fromkeys(choice.choices(self.tags, self.tag_weights, k=choice.randint(0, 3)))),
            customer=customer.user_id,
            customer_name=customer.name,
            created_at=filed,
            updated_at=thread[-1].created_at,
            public_updated_at=max((m.created_at for m in thread if m.kind is MessageKind.REPLY), default=filed),
            assignee=assignee.user_id if assignee else None,
            snoozed_until=EPOCH + 3 * SPAN if status is Status.SNOOZED else None,
            solved_at=thread[-1].created_at if status in DONE else None,
            reply_count=sum(m.kind is MessageKind.REPLY for m in thread),
            note_count=sum(m.kind is MessageKind.NOTE for m in thread),
            last_reply_id=max((m.message_id for m in thread if m.kind is MessageKind.REPLY), default=MessageId(0)),
            last_message_id=thread[-1].message_id,
            last_reply=next((last_message(one) for one in reversed(thread) if one.kind is MessageKind.REPLY), None),
            last_note=last_message(thread[-1]) if thread[-1].kind is MessageKind.NOTE else None,
        )
        return ticket, thread

    def _thread(self, ticket_id: TicketId, customer: User, agent: User, filed: datetime) -> Iterator[Message]:
        for number in range(MESSAGES):
            self._message += 1
            author = customer if number % 2 else agent
            note = author is agent and self.choice.random() < 0.3
            kind = MessageKind.NOTE if note else MessageKind.REPLY
            filed += timedelta(minutes=self.choice.randint(1, 600))
            yield Message(
                MessageId(self._message), ticket_id, kind, author.user_id, author.name, self._text(ticket_id), filed
            )

    def _text(self, ticket_id: TicketId) -> str:
        """Two sentences; on some tickets with a word that many have, or that no other has."""
        text = f"{self.choice.choice(self.sentences)} {self.choice.choice(self.sentences)}"
        for word, share in (COMMON, SECOND):
            if ticket_id % share == 0:
                text += f" The {word} again."
        return f"{text} Case rare{ticket_id}." if ticket_id % 10 == 0 else text

    def _word(self) -> str:
        return "".join(self.choice.choice("bdfgklmnprst") + self.choice.choice("aeiou") for _ in range(3))


def build(path: Path, count: int, statuses: Sequence[Status] = OF_YEARS) -> None:
    """Write a database of `count` tickets with five messages each, whose statuses are as frequent as in `statuses`."""
    desk = Desk(count, statuses)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = open_writer(path)
    try:
        migrate(connection, migrations())
        # It is made again when the machine fails: durability, and checks of what is known to be right, cost hours here.
        connection.pragma("synchronous", "off")
        connection.pragma("foreign_keys", False)
        connection.pragma("cache_size", -400_000)
        with connection:
            for user in (*desk.agents, *desk.customers):
                SqlUsers(SqliteSession(connection)).save(user, EPOCH)
        made = iter(desk)
        while portion := list(islice(made, PORTION)):
            with connection:
                _write(connection, portion)
        connection.execute("INSERT INTO tallies SELECT scope, status, count(*) FROM listings GROUP BY scope, status")
        rebuild.finish(connection)
        connection.pragma("wal_checkpoint", "truncate")
    finally:
        connection.close()


def _write(connection: apsw.Connection, portion: Sequence[tuple[Ticket, list[Message]]]) -> None:
    for ticket, thread in portion:
        tickets.save(connection, ticket)
        for message in thread:
            messages.save(connection, message)
        found = document(ticket, list(reversed(thread)))
        connection.execute(
            "INSERT INTO search_index (rowid, public, notes, facets) VALUES (?, ?, ?, ?)",
            (ticket.ticket_id, found.public, found.notes, found.facets),
        )
    listed = [
        (scope, ticket.status.value, millis(ticket.updated_at), ticket.ticket_id)
        for ticket, _ in portion
        for scope in scopes(ticket)
    ]
    connection.executemany("INSERT INTO listings VALUES (?, ?, ?, ?)", sorted(listed))
    placed = [(place.user_id, millis(place.at), ticket.ticket_id) for ticket, _ in portion for place in places(ticket)]
    connection.executemany("INSERT INTO places VALUES (?, ?, ?)", sorted(placed))
