"""Which projects the app shows, and what it remembers of them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hero_assistance_app.remembered_projects import KnownProject, ProjectsFileError, RememberedProjects
from hero_assistance_app.targets import make_projects, normalize_address
from hero_assistance_sdk.errors import UsageError
from tests.app.program import App, run
from tests.ui.daemons import Desk, rpc_body

JSON = {"content-type": "application/json"}


def _file(env: dict[str, str]) -> Path:
    found = list(Path(env["HOME"]).rglob("projects.json"))
    assert len(found) == 1
    return found[0]


def test_a_ticket_goes_through_over_tcp(server: Desk, start_app: Callable[..., App]) -> None:
    address = server.tcp_of_server()
    app = start_app("--project", address, "--user", "carol")
    path = f"/projects/{make_projects([address])[0].id}/rpc"
    with app.browser() as browser:
        body = rpc_body("ticket.create", title="From afar", body="Hello")
        filed = browser.post(path, content=body, headers=JSON).json()["result"]
    assert filed["customer"] == "carol"
    assert server.call("bob", "ticket.get", ticket_id=filed["ticket_id"])["title"] == "From afar"


def test_events_come_through_over_tcp(server: Desk, start_app: Callable[..., App]) -> None:
    address = server.tcp_of_server()
    app = start_app("--project", address, "--user", "bob")
    server.call("carol", "ticket.create", title="Live", body="")
    path = f"/projects/{make_projects([address])[0].id}/events?since=0"
    with app.browser() as browser, browser.stream("GET", path) as stream:
        assert any("Live" in chunk for chunk in stream.iter_text())


def test_given_projects_are_remembered_for_the_owner_alone(
    hero_env: dict[str, str], start_app: Callable[..., App]
) -> None:
    start_app("--project", "127.0.0.1:9", "--project", "[::1]:9")
    file = _file(hero_env)
    assert json.loads(file.read_text())["projects"] == ["127.0.0.1:9", "[::1]:9"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_one_given_the_remembered_are_shown(start_app: Callable[..., App]) -> None:
    start_app("--project", "127.0.0.1:9", "--project", "127.0.0.1:10")
    with start_app().browser() as browser:
        page = browser.get("/").text
    assert '"name":"127.0.0.1:9"' in page
    assert '"name":"127.0.0.1:10"' in page


@pytest.mark.parametrize("start", [["--no-browser", "--project"], ["project", "add"]], ids=["start", "add"])
def test_what_cannot_be_shown_is_not_remembered(hero_env: dict[str, str], start: list[str]) -> None:
    assert run("project", "add", "127.0.0.1:9", env=hero_env).returncode == 0
    before = _file(hero_env).read_text()
    refused = run(*start, f"{'x' * 64}:9", env=hero_env)
    assert refused.returncode == 2, refused.stderr
    assert "cannot be the id of a project" in refused.stderr
    assert _file(hero_env).read_text() == before


def test_with_none_remembered_the_server_of_this_machine_is_shown(server: Desk, start_app: Callable[..., App]) -> None:
    with start_app().browser() as browser:
        assert f'"name":"{server.tcp_of_server()}"' in browser.get("/").text


def test_with_none_at_all_it_says_what_to_do(hero_env: dict[str, str]) -> None:
    ended = run("--no-browser", env=hero_env)
    assert ended.returncode == 1
    assert "no project to show" in ended.stderr
    assert "--project HOST:9770" in ended.stderr


def test_a_project_that_is_down_holds_up_nothing(server: Desk, start_app: Callable[..., App]) -> None:
    up = server.tcp_of_server()
    app = start_app("--project", "127.0.0.1:9", "--project", up)
    down_id, up_id = (project.id for project in make_projects(["127.0.0.1:9", up]))
    with app.browser() as browser:
        body = rpc_body("system.health")
        assert "result" in browser.post(f"/projects/{up_id}/rpc", content=body, headers=JSON).json()
        error = browser.post(f"/projects/{down_id}/rpc", content=body, headers=JSON).json()["error"]
    assert error["data"]["reason"] == "unreachable"
    assert "127.0.0.1:9" in error["message"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("9770", "127.0.0.1:9770"),
        ("[::]:9770", "127.0.0.1:9770"),
        ("0.0.0.0:9770", "127.0.0.1:9770"),
        ("box.example:9770", "box.example:9770"),
        ("[400:1::2]:9770", "[400:1::2]:9770"),
    ],
)
def test_an_address_is_written_one_way(given: str, written: str) -> None:
    assert normalize_address(given) == written


@pytest.mark.parametrize("given", ["box.example", "box.example:http", "http://box.example/", "127.0.0.1:0", ""])
def test_what_is_no_address_is_a_usage_error(given: str) -> None:
    with pytest.raises(UsageError):
        normalize_address(given)


def test_ids_differ_where_addresses_do() -> None:
    addresses = ["127.0.0.1:9770", "127.0.0.1:977", "[400:1::2]:9770", "[400:12::]:9770", "BOX.example:1", "b_x:1"]
    ids = [project.id for project in make_projects(addresses)]
    assert len(set(ids)) == len(addresses)


def test_the_same_project_twice_is_shown_once() -> None:
    assert len(make_projects(["127.0.0.1:9770", "127.0.0.1:9770"])) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[",
        "[]",
        "{}",
        '{"projects": [1]}',
        '{"projects": "x"}',
        "\xff",
        '{"projects": [{}]}',
        '{"projects": [{"addresses": []}]}',
        '{"projects": [{"addresses": ["a"], "project_id": 1}]}',
        '{"projects": [], "ids": []}',
        '{"projects": [], "ids": {"a:1": "1"}}',
    ],
)
def test_a_damaged_memory_is_said_to_be_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "projects.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(ProjectsFileError, match=r"projects\.json"):
        RememberedProjects(file).load()


def test_a_memory_is_replaced_whole(tmp_path: Path) -> None:
    remembered = RememberedProjects(tmp_path / "folder" / "projects.json")
    remembered.save([KnownProject(("one:1",))])
    remembered.save([KnownProject(("other:1",))])
    assert remembered.load() == [KnownProject(("other:1",))]
    assert [path.name for path in remembered.path.parent.iterdir()] == ["projects.json"]
