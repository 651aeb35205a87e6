"""One person at a machine of their own: works, reads events all the time, and tells what was acknowledged and seen.

`python -m tests.fleet.person` is told who by its first line, `stop` by the next one, and `finish` by the last. Each
line that it prints is a fact.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.fleet.desk_access import Access, Failed, app_access, rpc_access

# What nobody but agents may see, and what nobody but agents and this customer may see; all texts begin so.
NOTE, OWN = "note-of-the-team", "only-for"
# What a person is told while a node, the database or a box is away.
PASSING = frozenset({"unreachable", "unavailable", "store-unavailable", "too-slow"})
_PAUSE_S = 0.1
# Of one command, for as long as a fail-over may take on a machine with much else to do.
_TRIES = 600
_CAUGHT_UP_S = 120.0
_PAGE = 200


@dataclass(frozen=True)
class Who:
    """Who works, and how they reach the desk."""

    name: str
    is_agent: bool
    uses_app: bool
    email: str
    code: str
    project_id: str
    addresses: tuple[str, ...]
    root: str
    customers: tuple[str, ...]
    # Of all agents: each answers the tickets of which the number leaves this when it is divided by the latter.
    turn: int = 0
    turns: int = 1

    def serialize(self) -> str:
        """The first line that the program is told."""
        return json.dumps(asdict(self))


class Person:
    """Works at a desk until told to stop."""

    def __init__(self, who: Who, access: Access, say: Callable[..., None]) -> None:
        self.who, self._access, self._say = who, access, say
        self._stopped = threading.Event()
        self._heard_last_words = threading.Event()
        self._last_words = f"last words of {who.name}"
        self._filed: queue.Queue[int] = queue.Queue()
        self._own: set[int] = set()
        self._forbidden = () if who.is_agent else (NOTE, *(f"{OWN}-{one}." for one in who.customers if one != who.name))

    def sign_in(self) -> None:
        """Have this machine known as a device of this person."""
        self._access.sign_in(self.who.email, self.who.code)

    def work(self) -> None:
        """Answer tickets, or file them, until told to stop; what is begun is acknowledged before."""
        if self.who.is_agent:
            self._answer_tickets()
        else:
            self._file_tickets()

    def read(self) -> None:
        """Follow the events without an end."""
        for event in self._access.events(0):
            self._look(event.text)
            if event.seq is None:
                self._say(fact=event.kind, said=event.text)
                continue
            self._say(fact="heard", seq=event.seq, kind=event.kind)
            if event.kind == "ticket.created":
                self._filed.put(event.ticket_id)
            if self._last_words in event.text:
                self._heard_last_words.set()

    def stop(self) -> None:
        """End the work."""
        self._stopped.set()

    def finish(self) -> None:
        """Write last words, wait until the stream has brought them, and list what another one brings up to them."""
        if self.who.is_agent:
            self._write("note", 1, f"{NOTE} {self._last_words}", "last")
        else:
            self._file(f"{OWN}-{self.who.name}. {self._last_words}", "last")
        assert self._heard_last_words.wait(_CAUGHT_UP_S), "the stream has not brought everything"
        listed: list[int | None] = []
        for event in self._access.events(0):
            self._look(event.text)
            if event.seq is not None:
                listed.append(event.seq)
            if self._last_words in event.text:
                break
        self._say(fact="listed", seqs=listed)

    def _file_tickets(self) -> None:
        mark = f"{OWN}-{self.who.name}."
        for number in itertools.count(1):
            if self._stopped.wait(_PAUSE_S):
                return
            token = f"{self.who.name}-{number}"
            ticket_id = self._file(f"{mark} {number}", token)
            self._write("reply", ticket_id, f"{mark} more of {number}", token)
            self._look_around(ticket_id)

    def _file(self, title: str, token: str) -> int:
        ticket_id = int(self._call("ticket.create", title=title, body=title, client_token=token)["ticket_id"])
        self._own.add(ticket_id)
        self._say(fact="filed", ticket_id=ticket_id, title=title)
        return ticket_id

    def _look_around(self, ticket_id: int) -> None:
        """Read what a customer reads, and ask for what is another one's."""
        listed = {ticket["ticket_id"] for ticket in self._call("ticket.list", limit=_PAGE)["tickets"]}
        if foreign := listed - self._own:
            self._say(fact="leak", of=sorted(foreign))
        self._call("message.list", ticket_id=ticket_id)
        for foreign_id in (ticket_id - 1, ticket_id + 1):
            if foreign_id not in self._own and foreign_id:
                for method in ("ticket.get", "message.list", "ticket.history"):
                    self._be_refused(method, foreign_id)

    def _be_refused(self, method: str, ticket_id: int) -> None:
        try:
            self._call(method, refusals=("not-found", "forbidden"), ticket_id=ticket_id)
        except Failed:
            return
        self._say(fact="leak", of=[method, ticket_id])

    def _answer_tickets(self) -> None:
        while not self._stopped.is_set():
            try:
                ticket_id = self._filed.get(timeout=_PAUSE_S)
            except queue.Empty:
                continue
            if ticket_id % self.who.turns == self.who.turn:
                token = f"{self.who.name}-{ticket_id}"
                self._write("note", ticket_id, f"{NOTE} by {self.who.name} on {ticket_id}", token)
                self._write("reply", ticket_id, f"answer of {self.who.name} to {ticket_id}", token)
                self._call("ticket.list", limit=20)

    def _write(self, kind: str, ticket_id: int, body: str, token: str) -> None:
        written = self._call(f"message.{kind}", ticket_id=ticket_id, body=body, client_token=token)
        self._say(fact="written", message_id=written["message_id"], ticket_id=ticket_id, kind=kind, body=body)

    def _call(self, method: str, *, refusals: tuple[str, ...] = (), **params: Any) -> Any:
        """Call until there is an answer, with the same token, as the page does."""
        for _ in range(_TRIES):
            try:
                text = self._access.call(method, **params)
            except Failed as failure:
                if failure.reason in refusals:
                    raise
                self._say(fact="again" if failure.reason in PASSING else "failed", method=method, why=str(failure))
                if failure.reason not in PASSING:
                    raise
                threading.Event().wait(_PAUSE_S)
                continue
            self._look(text)
            return json.loads(text)
        raise Failed("given-up", f"{method} was never answered")

    def _look(self, text: str) -> None:
        """Tell what this person may not see."""
        for mark in self._forbidden:
            if mark in text:
                self._say(fact="leak", of=text[:400])


def main() -> None:
    """Be the person of the first line."""
    given = json.loads(sys.stdin.readline())
    who = Who(**{**given, "addresses": tuple(given["addresses"]), "customers": tuple(given["customers"])})
    lock = threading.Lock()

    def say(**fact: object) -> None:
        with lock:
            print(json.dumps(fact), flush=True)

    with ExitStack() as ends:
        root = Path(who.root)
        access = ends.enter_context(
            app_access(root, who.addresses) if who.uses_app else rpc_access(who.addresses, who.project_id)
        )
        person = Person(who, access, say)
        person.sign_in()
        say(fact="signed-in")
        reader = threading.Thread(target=_run, args=(person.read, say), daemon=True)
        worker = threading.Thread(target=_run, args=(person.work, say))
        reader.start()
        worker.start()
        if sys.stdin.readline():
            person.stop()
            worker.join()
            say(fact="stopped")
            if sys.stdin.readline():
                _run(person.finish, say)
                sys.stdin.readline()
    # The threads that are left wait for a server.
    os._exit(0)


def _run(work: Callable[[], None], say: Callable[..., None]) -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001
        say(fact="failed", why=repr(error))


if __name__ == "__main__":
    main()
