"""A server that is killed under 32 writers: what it acknowledged is there, nothing twice, and no number is missing."""

from __future__ import annotations

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.server.desk import START_S, child
from tests.server.test_process import Acknowledged, write_until_it_dies

pytestmark = pytest.mark.fault

WRITERS = 32
ROUNDS = 100 if os.environ.get("FAULT_ROUNDS") == "full" else 3


def test_what_was_acknowledged_is_there(hero_env: dict[str, str], paths: Paths) -> None:
    """Each round on what the rounds before have left; who heard nothing asks again, and makes nothing twice."""
    moment, told = random.Random(), Acknowledged()  # noqa: S311
    for round_ in range(ROUNDS):
        unknown, told.unknown = told.unknown, []
        stop = threading.Event()
        with child(hero_env, paths) as server, ThreadPoolExecutor(WRITERS) as pool:
            _ask_again(server.client("carol"), unknown, told)
            wanted = len(told.messages) + moment.randint(0, 300)
            writing = [
                pool.submit(write_until_it_dies, server, f"r{round_}w{number}", told, stop) for number in range(WRITERS)
            ]
            while len(told.messages) < wanted and not all(work.done() for work in writing):
                stop.wait(0.001)
            server.end(signal.SIGKILL)
            stop.set()
            for work in writing:
                work.result(START_S)
        check(paths, told)
    assert len(told.messages) >= ROUNDS
    with child(hero_env, paths) as server:
        _ask_again(server.client("carol"), told.unknown, told)
    check(paths, told)


def _ask_again(opened: RpcClient, tokens: list[str], told: Acknowledged) -> None:
    with opened as client:
        for token in tokens:
            ticket = client.call("ticket.create", title=token, body="b", client_token=token)["ticket_id"]
            assert told.tickets.get(token, ticket) == ticket
            told.tickets[token] = ticket
            reply = client.call("message.reply", ticket_id=ticket, body=token, client_token=token)["message_id"]
            told.messages[token] = reply


def check(paths: Paths, told: Acknowledged) -> None:
    """Open the database as the next start does, from what the killed process left."""
    connection = apsw.Connection(str(paths.data / "tickets.db"))
    try:
        assert connection.pragma("integrity_check") == "ok"
        assert list(connection.execute("PRAGMA foreign_key_check")) == []
        tickets = list(connection.execute("SELECT title, ticket_id FROM tickets"))
        messages = list(connection.execute("SELECT body, message_id FROM messages"))
        seqs = [seq for (seq,) in connection.execute("SELECT seq FROM events ORDER BY seq")]
        audited = connection.execute("SELECT count(*) FROM audit").get
        tallied = connection.execute("SELECT sum(count) FROM tallies WHERE scope = 'all'").get
    finally:
        connection.close()
    assert (len(dict(tickets)), len(dict(messages))) == (len(tickets), len(messages))
    assert told.tickets.items() <= dict(tickets).items()
    assert told.messages.items() <= dict(messages).items()
    assert seqs == list(range(1, len(tickets) + len(messages) + 1))
    assert (audited, tallied) == (len(seqs), len(tickets))
