"""The app in a browser: its one link, several projects in one list, and one of them down."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from hero_assistance_app.targets import make_projects
from tests.app.program import App
from tests.browser.page_object import Visitor, wait_for
from tests.browser.pages_compose import reconnect
from tests.ui.daemons import Desk, desk, plain_environment, ticket_servers


@pytest.fixture
def teams() -> Iterator[list[Desk]]:
    """The ticket servers of two teams."""
    with ticket_servers(2) as made:
        yield made


@pytest.fixture
def app(teams: list[Desk]) -> Iterator[App]:
    """The app of both teams, and of a third that does not answer; the person is Carol."""
    addresses = [*(team.tcp_of_server() for team in teams), "127.0.0.1:9"]
    arguments = [word for address in addresses for word in ("--project", address)]
    started = App([*arguments, "--user", "carol"], teams[0].env, teams[0].paths.root / "app.log")
    try:
        started.start()
        yield started
    finally:
        started.daemon.close()


def test_the_link_opens_the_desk_in_one_browser(app: App, visit: Callable[..., Visitor]) -> None:
    carol = visit(app.link)
    expect(carol.page.get_by_label("Demo user")).to_have_value("carol")
    assert "token" not in carol.page.url
    carol.page.reload()
    expect(carol.page.get_by_label("Demo user")).to_have_value("carol")
    stranger = visit(app.link)
    expect(stranger.heading("This browser has not opened the desk")).to_be_visible()
    # The address of the page alone admits no other browser.
    guest = visit(carol.page.url)
    expect(guest.heading("This browser has not opened the desk")).to_be_visible()


def test_a_ticket_of_each_project_is_in_one_list(app: App, teams: list[Desk], visit: Callable[..., Visitor]) -> None:
    carol = visit(app.link)
    expect(carol.page.locator(".connection")).to_have_text("2 of 3 live")
    for number, team in enumerate(teams):
        carol.page.get_by_role("link", name="New ticket").first.click()
        carol.page.get_by_role("combobox", name="Project", exact=True).select_option(team.tcp_of_server())
        carol.page.get_by_label("Title").fill(f"For team {number}")
        carol.page.get_by_label("Description").fill("Over TCP")
        carol.page.get_by_role("button", name="Send ticket").click()
        expect(carol.heading(f"For team {number}")).to_be_visible()
        assert team.call("bob", "ticket.get", ticket_id=1)["title"] == f"For team {number}"
    for number, team in enumerate(teams):
        expect(carol.ticket(f"For team {number}")).to_contain_text(team.tcp_of_server())


def test_a_project_that_answers_late_leaves_the_form_as_it_is(
    app: App, teams: list[Desk], visit: Callable[..., Visitor]
) -> None:
    late = make_projects([teams[0].tcp_of_server()])[0].id
    held: list[Route] = []
    carol = visit("about:blank")
    carol.page.route(f"**/projects/{late}/rpc", lambda route: held.append(route))
    carol.page.goto(app.link)
    expect(carol.page.locator(".connection")).to_have_text("1 of 3 live")
    carol.page.get_by_role("link", name="New ticket").first.click()
    project = carol.page.get_by_role("combobox", name="Project", exact=True)
    project.select_option(teams[1].tcp_of_server())
    carol.page.get_by_label("Title").fill("Begun before")
    carol.page.get_by_label("Description").fill("Text")
    wait_for(carol.page, lambda: held, "the late one is asked")
    for route in held:
        route.continue_()
    reconnect(carol.page)
    expect(carol.page.locator(".connection")).to_have_text("2 of 3 live")
    expect(project.get_by_role("option", name=teams[0].tcp_of_server())).to_have_count(1)
    expect(carol.page.get_by_label("Description")).to_be_focused()
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.heading("Begun before")).to_be_visible()
    assert teams[1].call("bob", "ticket.get", ticket_id=1)["title"] == "Begun before"


def test_answers_of_each_project_arrive_live(app: App, teams: list[Desk], visit: Callable[..., Visitor]) -> None:
    """Both tickets have the number 1, and neither gets the other's answer."""
    for number, team in enumerate(teams):
        team.call("carol", "ticket.create", title=f"For team {number}", body="Text")
    carol = visit(app.link)
    expect(carol.page.locator(".connection")).to_have_text("2 of 3 live")
    carol.ticket("For team 1").click()
    expect(carol.heading("For team 1")).to_be_visible()
    teams[0].call("bob", "message.reply", ticket_id=1, body="From team 0")
    teams[1].call("bob", "message.reply", ticket_id=1, body="From team 1")
    expect(carol.message("From team 1")).to_be_visible()
    # The other one has come too: it is in the list.
    expect(carol.ticket("For team 0")).to_contain_text("From team 0")
    expect(carol.message("From team 0")).to_have_count(0)
    carol.ticket("For team 0").click()
    expect(carol.message("From team 0")).to_be_visible()
    expect(carol.message("From team 1")).to_have_count(0)


def test_a_closed_ticket_goes_on_as_a_new_one_of_its_project(
    app: App, teams: list[Desk], visit: Callable[..., Visitor]
) -> None:
    teams[1].call("carol", "ticket.create", title="The VPN is down", body="Text")
    carol = visit(app.link)
    expect(carol.page.locator(".connection")).to_have_text("2 of 3 live")
    carol.ticket("The VPN is down").click()
    carol.page.get_by_label("Reply", exact=True).fill("It says no again.")
    teams[1].call("bob", "ticket.update", ticket_id=1, status="closed")
    carol.page.get_by_role("region", name="Your ticket").get_by_role("link", name="New ticket").click()
    expect(carol.page.get_by_label("Description")).to_have_value("It says no again.")
    expect(carol.page.get_by_role("combobox", name="Project", exact=True)).to_have_value(
        make_projects([teams[1].tcp_of_server()])[0].id
    )
    expect(carol.page.get_by_label("Title")).to_be_focused()


def test_the_counts_of_views_are_those_of_all_projects(teams: list[Desk], visit: Callable[..., Visitor]) -> None:
    addresses = [word for team in teams for word in ("--project", team.tcp_of_server())]
    app = App([*addresses, "--user", "bob"], teams[0].env, teams[0].paths.root / "app.log")
    try:
        app.start()
        bob = visit(app.link)
        asked: list[str] = []
        bob.page.on("request", lambda request: asked.append(request.post_data or ""))
        expect(bob.page.locator(".connection")).to_have_text("Live")
        mine = bob.page.get_by_role("navigation", name="Views").get_by_role("link").filter(has_text="Mine")
        mine.click()
        for number, team in enumerate(teams, 1):
            team.call("bob", "ticket.create", title=f"For team {number}", body="Text")
            team.call("bob", "ticket.update", ticket_id=1, assignee="bob")
            expect(mine).to_contain_text(f"{number} ticket")
        assert sum('"view.list"' in text for text in asked) == len(teams)
    finally:
        app.daemon.close()


def test_a_project_that_does_not_know_the_device_asks_for_the_address(visit: Callable[..., Visitor]) -> None:
    """The others go on meanwhile; what is typed goes to this project alone."""
    with ExitStack() as stack:
        teams = []
        for mode in ("dev", "hero"):
            root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
            stack.callback(shutil.rmtree, root, ignore_errors=True)
            teams.append(stack.enter_context(desk(root, plain_environment(root), mode)))
            teams[-1].start_server()
        known, unknown = (_tcp_of(team) for team in teams)
        arguments = ["--project", known, "--project", unknown, "--user", "carol"]
        app = App(arguments, teams[0].env, teams[0].paths.root / "app.log")
        stack.callback(app.daemon.close)
        app.start()
        carol = visit(app.link)
        expect(carol.page.locator(".connection")).to_have_text("1 of 2 live")
        carol.page.get_by_role("link", name=f"Sign in to {unknown}").click()
        expect(carol.heading(f"Sign in to {unknown}")).to_be_visible()
        carol.page.get_by_label("E-mail address").fill("carol@example.org")
        carol.page.get_by_role("button", name="Next").click()
        carol.page.get_by_label("Code of six digits").fill("123456")
        carol.page.get_by_role("button", name="Sign in").click()
        # A device is an address of the overlay, which a test on the loopback has not.
        expect(carol.page.get_by_role("alert")).to_be_visible()
        assert [cookie["name"] for cookie in carol.page.context.cookies() if "hero_session" in cookie["name"]] == []
        carol.file("Filed meanwhile", "Text")


def _tcp_of(team: Desk) -> str:
    lines = team.log_of("hero_assistance_server").read_text().splitlines()
    return next(line.rpartition("address=")[2] for line in lines if "name=tcp" in line)


def test_a_project_that_is_down_is_named(app: App, visit: Callable[..., Visitor]) -> None:
    carol = visit(app.link)
    down = carol.page.get_by_role("list", name="Projects that do not answer")
    expect(down).to_contain_text("127.0.0.1:9 cannot be reached")


def test_more_projects_than_a_browser_opens_connections_to_one_address(visit: Callable[..., Visitor]) -> None:
    """Six streams would take all six connections, and nothing could be called any more."""
    with ticket_servers(6) as many:
        arguments = [word for team in many for word in ("--project", team.tcp_of_server())]
        app = App([*arguments, "--user", "carol"], many[0].env, many[0].paths.root / "app.log")
        try:
            app.start()
            carol = visit(app.link)
            carol.live()
            many[5].call("carol", "ticket.create", title="In the last one", body="Text")
            carol.ticket("In the last one").click()
            carol.reply("Still answered")
            carol.close()
        finally:
            app.daemon.close()
