"""The event stream on its way through the page's daemon."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.capabilities import PROC, require
from tests.ui.daemons import Desk, eventually, http, picked

EVENTS = "/projects/hero_assistance/events"
# What the web server says when it cancels what does not end in time.
FORCED = "graceful shutdown exceeded"


@contextmanager
def _stream(desk: Desk, path: str, headers: dict[str, str] | None = None) -> Iterator[httpx2.Response]:
    with (
        http(desk.paths.socket("ui"), headers=picked("bob")) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        yield answer


def _until(chunks: Iterator[str], wanted: str) -> str:
    """What the stream said up to and with `wanted`."""
    seen = ""
    for chunk in chunks:
        seen += chunk
        if wanted in seen:
            return seen
    raise AssertionError(f"the stream ended without {wanted!r}: {seen!r}")


def test_an_event_comes_through_as_the_server_wrote_it(own_desk: Desk) -> None:
    with _stream(own_desk, f"{EVENTS}?since=0") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        own_desk.call("carol", "ticket.create", title="It hums", body="Loudly")
        seen = _until(answer.iter_text(), "It hums")
    assert "event: ticket.created\n" in seen
    assert "id: 1\n" in seen


def test_the_stream_resumes_after_the_id_that_the_browser_saw(own_desk: Desk) -> None:
    for title in ("It hums", "It rattles"):
        own_desk.call("carol", "ticket.create", title=title, body="")
    with _stream(own_desk, f"{EVENTS}?since=0", {"last-event-id": "1"}) as answer:
        assert "It hums" not in _until(answer.iter_text(), "It rattles")


def test_the_stream_ends_when_the_server_is_killed(own_desk: Desk) -> None:
    with _stream(own_desk, f"{EVENTS}?since=0") as answer:
        chunks = answer.iter_text()
        _until(chunks, "retry:")
        own_desk.daemons[0].end(signal.SIGKILL)
        assert "error" not in "".join(chunks)


def test_without_a_server_the_stream_is_refused_with_the_reason(own_desk: Desk) -> None:
    own_desk.daemons[0].end()
    with _stream(own_desk, EVENTS) as answer:
        assert answer.status_code == 502
        assert answer.headers["content-type"] == "application/json"
        assert b"unreachable" in answer.read()


def test_a_refusal_of_the_server_comes_through(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui")) as client:
        answer = client.get(EVENTS)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["data"]["reason"] == "unauthenticated"


def test_the_stream_of_a_user_who_is_deactivated_is_refused_with_the_reason(own_desk: Desk) -> None:
    with _stream(own_desk, f"{EVENTS}?since=0") as answer:
        own_desk.call("alice", "user.deactivate", user_id="bob")
        assert "error" not in "".join(answer.iter_text())
    with _stream(own_desk, EVENTS) as answer:
        error = json.loads(answer.read())["error"]
    assert (answer.status_code, error["data"]["reason"]) == (403, "deactivated")
    assert error["message"] == "bob is deactivated in this project"


def test_a_stop_ends_open_streams_and_cuts_none(own_desk: Desk) -> None:
    page = own_desk.daemons[1]
    with _stream(own_desk, f"{EVENTS}?since=0") as answer:
        chunks = answer.iter_text()
        _until(chunks, "retry:")
        assert page.end() == 0
        # Cut, it would raise: the stream has an end, and that came before the process ended.
        list(chunks)
    assert not own_desk.paths.socket("ui").exists()
    log = page.log.read_text()
    assert FORCED not in log
    assert "Traceback" not in log


def test_a_browser_that_leaves_ends_the_stream_upstream(own_desk: Desk) -> None:
    """A hundred visits later no connection to the ticket server is left."""
    for _ in range(100):
        with _stream(own_desk, f"{EVENTS}?since=0") as answer:
            _until(answer.iter_text(), "retry:")
    page = own_desk.daemons[1].process
    assert page is not None
    eventually(lambda: _sockets_of(page.pid) < 20, "the connections are closed")


def _sockets_of(pid: int) -> int:
    require(PROC)
    folder = Path(f"/proc/{pid}/fd")
    found = 0
    for entry in folder.iterdir():
        try:
            found += entry.readlink().name.startswith("socket:")
        except OSError:
            continue
    return found
