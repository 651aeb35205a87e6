"""One project at several addresses in the app: calls, events and what is remembered, with real servers that end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_app.remembered_projects import KnownProject, RememberedProjects, with_known_ids
from hero_assistance_app.targets import make_projects, parse_project
from hero_assistance_sdk.errors import STORE_UNAVAILABLE, UsageError
from hero_assistance_sdk.project.identity import ProjectId
from hero_assistance_sdk.sse import EventDecoder, SentEvent
from tests.app.lying_project import LyingProject, result, whole
from tests.app.program import App, run
from tests.app.two_addresses import Box, prove, two_addresses
from tests.ui.daemons import Desk, rpc_body, ticket_servers

JSON = {"content-type": "application/json"}
ID = ProjectId("a" * 52)


@pytest.fixture
def box(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Box]:
    with two_addresses(hero_root, hero_env) as made:
        yield made


@pytest.fixture
def other() -> Iterator[Desk]:
    """Another project."""
    with ticket_servers(1) as (made,):
        prove(made)
        yield made


def _call(browser: Any, address: str, method: str, **params: Any) -> Any:
    path = f"projects/{make_projects([address])[0].id}/rpc"
    return browser.post(path, content=rpc_body(method, **params), headers=JSON).json()


def _events(chunks: Iterator[bytes]) -> Iterator[SentEvent]:
    decoder = EventDecoder()
    for chunk in chunks:
        yield from decoder.decode(chunk)


def test_calls_and_events_go_on_at_the_next_address(box: Box, start_app: Callable[..., App]) -> None:
    app, name = start_app("--project", box.both, "--user", "carol"), box.first.address
    project = make_projects([name])[0].id
    opened, numbers = [], []
    with app.browser() as browser, browser.stream("GET", f"events?{project}=0") as stream:
        for event in _events(stream.iter_raw()):
            data = json.loads(event.data) if event.data else {}
            if event.event == "stream.open":
                opened.append(data["address"])
                assert "result" in _call(browser, name, "ticket.create", title="t", body="")
            elif event.event == "ticket.created":
                numbers.append(data["ticket"]["ticket_id"])
                if len(numbers) == 2:
                    break
                box.first.end()
    assert opened == [box.first.address, box.second.address]
    assert numbers == [1, 2]


@pytest.mark.parametrize(("token", "filed"), [({"client_token": "0123456789abcdef"}, True), ({}, False)])
def test_a_call_that_was_cut_off_is_executed_once(
    box: Box, start_app: Callable[..., App], token: dict[str, str], filed: bool
) -> None:
    with start_app("--project", box.both, "--user", "carol").browser() as browser:
        box.first.dies_at = b"ticket.create"
        answer = _call(browser, box.first.address, "ticket.create", title="once", body="", **token)
    assert ("result" in answer) is filed
    assert [ticket["title"] for ticket in box.server.call("alice", "ticket.list")["tickets"]] == ["once"]


@pytest.fixture
def without_database(box: Box) -> Iterator[LyingProject]:
    """What answers at the first address proves the project, and has no database."""
    project = LyingProject(stream=lambda _request: [b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"])

    def answer(request: bytes) -> list[bytes]:
        asked = json.loads(request.partition(b"\r\n\r\n")[2])
        if asked["method"] == "project.prove":
            return [result(request, box.server.call("carol", "project.prove", **asked["params"]))]
        error = {"code": -32007, "message": "the database is away", "data": {"reason": STORE_UNAVAILABLE}}
        return [whole(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}).encode())]

    project.rpc = answer
    methods = json.dumps({"methods": [{"name": "ticket.create", "x-page": True}]}).encode()
    project.document = lambda _request: [whole(methods)]
    box.first.target = project.address
    yield project
    project.close()


def test_a_server_without_its_database_is_passed_over(
    box: Box, without_database: LyingProject, start_app: Callable[..., App]
) -> None:
    name = box.first.address
    project = make_projects([name])[0].id
    with start_app("--project", box.both, "--user", "carol").browser() as browser:
        token = {"client_token": "0123456789abcdef"}
        assert "result" in _call(browser, name, "ticket.create", title="filed", body="", **token)
        with browser.stream("GET", f"events?{project}=0") as stream:
            events = _events(stream.iter_raw())
            opened = next(event for event in events if event.event == "stream.open")
            assert json.loads(opened.data)["address"] == box.second.address
    assert any(b"ticket.create" in request for request in without_database.requests)


def test_one_that_is_away_at_the_start_holds_up_nothing(box: Box, start_app: Callable[..., App]) -> None:
    box.first.end()
    with start_app("--project", box.both, "--user", "carol").browser() as browser:
        assert _call(browser, box.first.address, "user.me")["result"]["user_id"] == "carol"


def test_all_away_is_said_with_each_address(box: Box, start_app: Callable[..., App]) -> None:
    box.first.end()
    box.second.end()
    with start_app("--project", box.both).browser() as browser:
        error = _call(browser, box.first.address, "user.me")["error"]
    assert error["data"]["reason"] == "unreachable"
    assert box.first.address in error["message"]
    assert box.second.address in error["message"]


def test_the_id_of_the_first_answer_is_remembered(
    box: Box, hero_env: dict[str, str], start_app: Callable[..., App]
) -> None:
    with start_app("--project", box.both).browser() as browser:
        _call(browser, box.first.address, "user.me")
    (entry,) = json.loads(run("project", "list", "--json", env=hero_env).stdout)
    assert entry == {"addresses": box.both.split(","), "project_id": box.project_id}


def test_another_project_at_an_address_is_sent_nothing(
    box: Box, other: Desk, hero_env: dict[str, str], start_app: Callable[..., App]
) -> None:
    strange = other.tcp_of_server()
    assert run("project", "add", *box.both.split(","), env=hero_env).returncode == 0
    box.first.end()
    box.second.end()
    app = start_app("--project", f"{strange},{box.both}", "--user", "carol")
    with app.browser() as browser:
        error = _call(browser, strange, "ticket.create", title="secret", body="")["error"]
    assert f"another project answers at {strange}" in error["message"]
    assert other.call("alice", "ticket.list")["tickets"] == []


def test_projects_are_added_listed_and_removed(box: Box, hero_env: dict[str, str]) -> None:
    box.second.end()
    added = run("project", "add", *box.both.split(","), "--json", env=hero_env)
    assert added.returncode == 0, added.stderr
    told = json.loads(added.stdout)
    assert (told["addresses"], told["project_id"]) == (box.both.split(","), box.project_id)
    assert list(told["away"]) == [box.second.address]
    assert box.project_id in run("project", "list", env=hero_env).stdout
    assert run("project", "remove", box.second.address, env=hero_env).returncode == 0
    assert json.loads(run("project", "list", "--json", env=hero_env).stdout) == []
    missing = run("project", "remove", box.second.address, env=hero_env)
    assert missing.returncode == 1
    assert box.second.address in missing.stderr


def test_two_projects_are_not_added_as_one(box: Box, other: Desk, hero_env: dict[str, str]) -> None:
    refused = run("project", "add", box.first.address, other.tcp_of_server(), env=hero_env)
    assert refused.returncode == 1
    assert f"another project answers at {other.tcp_of_server()}" in refused.stderr
    assert json.loads(run("project", "list", "--json", env=hero_env).stdout) == []


def test_another_id_than_the_given_is_refused(box: Box, hero_env: dict[str, str]) -> None:
    refused = run("project", "add", box.first.address, "--id", ID, env=hero_env)
    assert refused.returncode == 1
    assert "another project" in refused.stderr


def test_a_known_id_stays_with_an_address() -> None:
    ids = {"a:1": ID, "b:1": ID}
    given = [KnownProject(("b:1", "d:1")), KnownProject(("c:1", "e:1"))]
    assert [project.project_id for project in with_known_ids(given, ids)] == [ID, None]


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    projects = [KnownProject(("a:1",)), KnownProject(("b:1", "c:1"), ID), KnownProject(("d:1", "e:1"))]
    remembered = RememberedProjects(tmp_path / "projects.json")
    remembered.save(projects)
    assert remembered.load() == projects
    remembered.identify(KnownProject(("d:1", "e:1"), ID))
    assert remembered.load()[2].project_id == ID


def test_which_project_is_at_an_address_outlives_what_is_shown(tmp_path: Path) -> None:
    """Else another project there would be trusted once more, after others were shown for a while."""
    remembered = RememberedProjects(tmp_path / "projects.json")
    remembered.save([KnownProject(("a:1", "b:1"), ID)])
    remembered.save([KnownProject(("c:1",))])
    assert remembered.load() == [KnownProject(("c:1",))]
    assert remembered.load_ids() == {"a:1": ID, "b:1": ID}
    remembered.save([KnownProject(("a:1",), ID)])
    assert remembered.load_ids() == {"a:1": ID, "b:1": ID}
    remembered.remove(KnownProject(("a:1",), ID))
    assert (remembered.load(), remembered.load_ids()) == ([], {})


def test_the_file_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    file = tmp_path / "projects.json"
    file.write_text('{"format": 1, "projects": ["a:1"]}')
    assert RememberedProjects(file).load() == [KnownProject(("a:1",))]


def test_addresses_are_written_with_commas() -> None:
    assert parse_project("9770,[400::1]:9770").addresses == ("127.0.0.1:9770", "[400::1]:9770")
    with pytest.raises(UsageError):
        parse_project("9770,")
