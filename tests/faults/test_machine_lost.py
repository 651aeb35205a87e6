"""A machine that is lost under writers: its replica is the desk of shortly before, and clients are told so."""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import httpx2
import pytest

from hero_assistance_sdk.errors import HeroError
from tests.capabilities import LITESTREAM, needs
from tests.replication.desks import Desk, desk, wait_until
from tests.server.desk import START_S, Child
from tests.server.uploads import kept

pytestmark = [pytest.mark.fault, needs(LITESTREAM)]

IS_FULL = os.environ.get("FAULT_ROUNDS") == "full"
WRITERS = 32 if IS_FULL else 8
ROUNDS = 20 if IS_FULL else 1
# So many tickets are there before the machine is lost, so that there is something to lose.
WANTED = 300
# One in so many has an attachment of its own.
WITH_FILE = 10


@dataclass
class Acknowledged:
    """When the answer to each ticket came, by its title; and the last event that a reader has seen.

    One file is sent at a time: the server refuses too many at once.
    """

    tickets: dict[str, float] = field(default_factory=dict)
    seq: int = 0
    sending: threading.Lock = field(default_factory=threading.Lock)


def write_until_it_dies(lost: Desk, name: str, told: Acknowledged, stop: threading.Event) -> None:
    """File tickets, one after the other, until a call fails."""
    assert lost.server is not None
    number = 0
    with lost.server.client("carol") as client:
        while not stop.is_set():
            number += 1
            title = f"{name}-{number}"
            try:
                files = [] if number % WITH_FILE else [send_file(lost, title, told)]
                client.call("ticket.create", title=title, body="b", attachments=files, client_token=title)
                told.tickets[title] = time.time()
            except (HeroError, OSError, httpx2.HTTPError):
                return


def send_file(lost: Desk, title: str, told: Acknowledged) -> int:
    """Send a file that no other ticket has; returns its id."""
    with told.sending:
        return lost.upload(f"{title}.txt", title.encode())


def read_until_it_dies(lost: Desk, told: Acknowledged, stop: threading.Event) -> None:
    """Follow the events."""
    assert lost.server is not None
    with lost.server.client("bob") as client:
        while not stop.is_set():
            try:
                told.seq = client.call("event.list", since=told.seq)["seq"]
            except HeroError:
                return


def lose(lost: Desk, told: Acknowledged, round_: int) -> float:
    """Run a desk with its replica under writers, and end all of it at once; returns when that was."""
    stop = threading.Event()
    wanted = len(told.tickets) + WANTED
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        working = [pool.submit(read_until_it_dies, lost, told, stop)]
        working += [
            pool.submit(write_until_it_dies, lost, f"r{round_}w{number}", told, stop) for number in range(WRITERS)
        ]
        wait_until(lambda: len(told.tickets) >= wanted and lost.status()["complete_at"], lost.log)
        lost.kill()
        ended = time.time()
        stop.set()
        for work in working:
            work.result(START_S)
    return ended


def check(lost: Desk, found: Desk, told: Acknowledged) -> float:
    """Compare what was restored with what was acknowledged; returns the time of the first ticket that is lost."""
    database = apsw.Connection(str(found.database), flags=apsw.SQLITE_OPEN_READONLY)
    assert database.pragma("integrity_check") == "ok"
    rows = list(database.execute("SELECT ticket_id, title FROM tickets ORDER BY ticket_id"))
    titles = [str(title) for _, title in rows]
    # Nothing twice, and of the order in which they were filed a beginning.
    assert len(set(titles)) == len(titles)
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    missing = {title: at for title, at in told.tickets.items() if title not in titles}
    # What it said that it has, it has.
    complete_at = json.loads((lost.paths.replica / "report.json").read_text())["complete_at"]
    assert not [title for title, at in missing.items() if at <= complete_at]
    files = {str(digest) for (digest,) in database.execute("SELECT sha256 FROM attachments")}
    assert files == set(kept(found.paths))
    return min(missing.values(), default=float("inf"))


def check_readers(server: Child, told: Acknowledged, last: int) -> None:
    """One who has seen events that are lost is told to fetch all again, also once as many came again; others go on."""
    with server.client("bob") as bob, server.client("carol") as carol:
        assert bob.call("event.list", since=told.seq)["reset"] is (told.seq > last)
        for number in range(told.seq - last + 1):
            carol.call("ticket.create", title=f"again {number}", body="b")
        assert bob.call("event.list", since=told.seq)["reset"] is (told.seq > last)
        assert not bob.call("event.list", since=last)["reset"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_its_replica_is_the_desk_of_shortly_before(round_: int, tmp_path: Path) -> None:
    target, told = str(tmp_path / "copy"), Acknowledged()
    with desk() as lost, desk() as found:
        lost.succeed("replicate", "setup", target)
        lost.serve()
        lost.replicate()
        ended = lose(lost, told, round_)
        found.succeed("replicate", "restore", target)
        database = apsw.Connection(str(found.database), flags=apsw.SQLITE_OPEN_READONLY)
        last = int(database.execute("SELECT max(seq) FROM events").get)
        window = ended - check(lost, found, told)
        print(f"lost the tickets of {max(window, 0.0):.2f} s, of {len(told.tickets)}, {told.seq - last} events")
        found.serve()
        assert found.server is not None
        check_readers(found.server, told, last)
