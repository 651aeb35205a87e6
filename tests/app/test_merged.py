"""The events of several projects' servers in one stream, each tagged with its project."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from hero_assistance_app.targets import make_projects
from tests.app.program import App
from tests.ui.daemons import Desk, ticket_servers

TEAMS = 3
WRITERS = 2  # for each team, at a time
TICKETS = 5  # by each writer
SECONDS = 60.0


@pytest.fixture
def teams() -> Iterator[list[Desk]]:
    """Ticket servers of their own, each with its own data."""
    with ticket_servers(TEAMS) as made:
        yield made


@pytest.fixture
def browser(teams: list[Desk], start_app: Callable[..., App]) -> Iterator[httpx2.Client]:
    """A browser that is in the app of all teams; the person is an agent."""
    app = start_app(*(word for team in teams for word in ("--project", team.tcp_of_server())), "--user", "bob")
    with app.browser() as made:
        made.timeout = httpx2.Timeout(SECONDS)
        yield made


def ids(teams: list[Desk]) -> list[str]:
    """The project ids, in the order of the teams."""
    return [project.id for project in make_projects([team.tcp_of_server() for team in teams])]


@contextmanager
def merged(
    browser: httpx2.Client, query: str, headers: dict[str, str] | None = None
) -> Iterator[Iterator[httpx2.ServerSentEvent]]:
    """The events of the merged stream; none for `SECONDS` ends it with an error."""
    with browser.stream("GET", f"/events?{query}", headers=headers) as answer:
        assert answer.status_code == 200
        yield iter(httpx2.EventSource(answer))


def tickets(events: Iterator[httpx2.ServerSentEvent], count: int) -> list[dict[str, Any]]:
    """The next tickets that were filed."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        event = next(events)
        if event.event == "ticket.created":
            found.append({**json.loads(event.data), "place": event.id})
    return found


def file_tickets(team: Desk, label: str) -> None:
    for number in range(TICKETS):
        team.call("carol", "ticket.create", title=f"{label} {number}", body="")


def test_phase10_multi_project_merged_stream_tags_by_project_id(teams: list[Desk], browser: httpx2.Client) -> None:
    """Writers of all teams at a time: every event comes once, in its project's order, and under its project's id."""
    names = ids(teams)
    query = "&".join(f"{name}=0" for name in names)
    ready = threading.Barrier(TEAMS * WRITERS + 1)

    def write(team: Desk, name: str, writer: int) -> None:
        ready.wait(SECONDS)
        file_tickets(team, f"{name} {writer}")

    with merged(browser, query) as events, ThreadPoolExecutor(TEAMS * WRITERS) as pool:
        writing = [
            pool.submit(write, team, name, writer)
            for team, name in zip(teams, names, strict=True)
            for writer in range(WRITERS)
        ]
        ready.wait(SECONDS)
        found = tickets(events, TEAMS * WRITERS * TICKETS)
        for one in writing:
            one.result(SECONDS)
    for name in names:
        own = [event for event in found if event["project"] == name]
        assert [event["seq"] for event in own] == list(range(1, WRITERS * TICKETS + 1))
        assert all(event["ticket"]["title"].startswith(f"{name} ") for event in own)


def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(
    teams: list[Desk], browser: httpx2.Client
) -> None:
    names = ids(teams)
    for team, name in zip(teams, names, strict=True):
        file_tickets(team, name)
    with merged(browser, "&".join(f"{name}=0" for name in names)) as events:
        first = tickets(events, 4)
    with merged(browser, "", {"last-event-id": first[-1]["place"]}) as events:
        rest = tickets(events, TEAMS * TICKETS - 4)
    for name in names:
        assert [event["seq"] for event in first + rest if event["project"] == name] == list(range(1, TICKETS + 1))


def test_a_project_that_goes_down_delays_no_other_and_comes_back(teams: list[Desk], browser: httpx2.Client) -> None:
    names = ids(teams)
    with merged(browser, "&".join(f"{name}=0" for name in names)) as events:
        flowing = {json.loads(next_of(events, "stream.open").data)["project"] for _ in names}
        assert flowing == set(names)
        teams[0].daemons[0].end()
        lost = json.loads(next_of(events, "stream.lost").data)
        assert (lost["project"], lost["error"]["data"]["reason"]) == (names[0], "unreachable")
        teams[1].call("carol", "ticket.create", title="Meanwhile", body="")
        assert tickets(events, 1)[0]["project"] == names[1]


def test_a_server_cannot_speak_for_another(teams: list[Desk], browser: httpx2.Client) -> None:
    """An event belongs to the project whose server sent it."""
    names = ids(teams)
    teams[0].call("carol", "ticket.create", title=f'", "project": "{names[1]}', body="")
    with merged(browser, f"{names[0]}=0") as events:
        assert tickets(events, 1)[0]["project"] == names[0]


@pytest.mark.parametrize(("query", "status"), [("nobody=0", 404), ("127.0.0.1_9=x", 400)])
def test_what_cannot_be_followed_is_refused(query: str, status: int, start_app: Callable[..., App]) -> None:
    app = start_app("--project", "127.0.0.1:9")
    with app.browser() as alone:
        assert alone.get(f"/events?{query}").status_code == status


def next_of(events: Iterator[httpx2.ServerSentEvent], kind: str) -> httpx2.ServerSentEvent:
    """The next event of this kind."""
    return next(event for event in events if event.event == kind)


def test_a_project_that_refuses_the_reader_is_not_asked_again(teams: list[Desk], browser: httpx2.Client) -> None:
    """It is told why, once; the other projects go on."""
    gone, *others = teams
    name, *rest = ids(teams)
    with merged(browser, "&".join(f"{one}=0" for one in [name, *rest])) as events:
        assert tagged(events, "stream.open", name)
        gone.call("alice", "user.deactivate", user_id="bob")
        error = tagged(events, "stream.refused", name)["error"]
        assert (error["data"]["reason"], error["message"]) == ("deactivated", "bob is deactivated in this project")
        gone.call("alice", "user.reactivate", user_id="bob")
        gone.call("carol", "ticket.create", title="unheard", body="")
        for team in others:
            file_tickets(team, "heard")
        found = tickets(events, TICKETS * len(others))
    assert name not in {ticket["project"] for ticket in found}


def tagged(events: Iterator[httpx2.ServerSentEvent], kind: str, project: str) -> dict[str, Any]:
    """The next event of a kind about a project."""
    while True:
        event = next(events)
        data: dict[str, Any] = json.loads(event.data or "{}")
        if (event.event, data.get("project")) == (kind, project):
            return data
