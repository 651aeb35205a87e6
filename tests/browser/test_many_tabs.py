"""One event stream for all tabs of a browser, over HTTP/1.1, which lets a browser open six connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app.program import App
from tests.browser.browser_tabs import TABS_WAIT_MS, expect_live, note_streams, open_tab
from tests.browser.page_object import Visitor
from tests.browser.pages_sign_in import add_user, deactivate, menu, sign_in
from tests.ui.daemons import Desk, ticket_servers

TABS = 30
THREAD = "#/tickets/hero_assistance/1"
SILENT = "Projects that do not answer"


def _hear(tab: Page, text: str) -> None:
    """Wait until a tab has heard of what another one has sent: until then, both have one draft."""
    expect(tab.get_by_role("article").filter(has_text=text).first).to_be_visible(timeout=TABS_WAIT_MS)
    expect(tab.get_by_label("Reply", exact=True)).to_have_value("", timeout=TABS_WAIT_MS)


def _send(tab: Page, text: str) -> None:
    tab.get_by_label("Reply", exact=True).fill(text)
    tab.get_by_role("button", name="Send reply").click()
    expect(tab.get_by_role("article").filter(has_text=text)).to_be_visible(timeout=TABS_WAIT_MS)
    expect(tab.locator(".message[data-pending]")).to_have_count(0, timeout=TABS_WAIT_MS)


def test_thirty_tabs_of_one_browser_send_and_hear(served: Desk, person: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Many tabs", body="Text")
    url = f"http://{served.tcp_of_ui()}/{THREAD}"
    bob = person("bob")
    bob.live()
    streams = note_streams(bob.page)
    tabs = [open_tab(bob, url, "bob") for _ in range(TABS - 1)]
    for tab in tabs:
        expect_live(tab)
    bob.ticket("Many tabs").click()
    texts = [f"from tab {number} of many" for number in range(TABS - 1)] + ["from the first tab"]
    for before, (tab, text) in zip(["", *texts], zip([*tabs, bob.page], texts, strict=True), strict=False):
        _hear(tab, before)
        _send(tab, text)
    for tab in tabs:
        expect(tab.get_by_role("article").filter(has_text="from the first tab")).to_be_visible(timeout=TABS_WAIT_MS)
    assert streams == []
    sent = served.call("bob", "message.list", ticket_id=1, limit=100)["messages"]
    assert [message["body"] for message in sent] == texts


def test_tabs_of_two_demo_users_keep_apart(served: Desk, person: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Apart", body="Text")
    url = f"http://{served.tcp_of_ui()}/{THREAD}"
    bob = person("bob")
    carols = [open_tab(bob, url, "carol") for _ in range(3)]
    bobs = [open_tab(bob, url, "bob") for _ in range(3)]
    for tab in (*carols, *bobs):
        expect_live(tab)
    served.call("alice", "message.note", ticket_id=1, body="Between agents")
    served.call("alice", "message.reply", ticket_id=1, body="For both")
    for tab in (*carols, *bobs):
        expect(tab.get_by_role("article").filter(has_text="For both")).to_be_visible()
    for tab in bobs:
        expect(tab.get_by_role("article").filter(has_text="Between agents")).to_be_visible()
    for tab in carols:
        assert "Between agents" not in tab.content()


def test_a_browser_without_shared_workers_has_a_stream_for_each_tab(
    served: Desk, person: Callable[..., Visitor]
) -> None:
    """As Chrome on Android."""
    bob = person("bob")
    bob.page.add_init_script("delete window.SharedWorker")
    streams = note_streams(bob.page)
    bob.page.reload()
    bob.live()
    assert len(streams) == 1
    served.call("carol", "ticket.create", title="Heard all the same", body="Text")
    expect(bob.ticket("Heard all the same")).to_be_visible()


def test_a_worker_that_cannot_start_leaves_each_tab_its_own_stream(
    served: Desk, person: Callable[..., Visitor]
) -> None:
    bob = person("bob")
    bob.page.add_init_script("window.SharedWorker = class { constructor() { throw new Error('refused'); } }")
    streams = note_streams(bob.page)
    bob.page.reload()
    bob.live()
    assert len(streams) == 1


def test_a_killed_server_is_said_in_every_tab_and_each_comes_back(served: Desk, person: Callable[..., Visitor]) -> None:
    bob = person("bob")
    tabs = [bob.page, *(open_tab(bob, f"http://{served.tcp_of_ui()}/", "bob") for _ in range(7))]
    for tab in tabs:
        expect_live(tab)
    served.daemons[0].end()
    for tab in tabs:
        expect(tab.locator(".connection")).not_to_have_text("Live")
    served.start_server()
    served.call("carol", "ticket.create", title="Meanwhile", body="Text")
    for tab in tabs:
        expect_live(tab)
        expect(tab.locator(".ticket", has_text="Meanwhile")).to_be_visible()
        expect(tab.get_by_role("list", name=SILENT)).to_have_count(0)


def test_who_signs_out_in_one_tab_leaves_all(hero_desk: Desk, visit: Callable[..., Visitor]) -> None:
    erin = sign_in(hero_desk, visit, "erin", "agent")
    hero_desk.operate("user.add", email="dan@example.org", name="Dan")
    erin.file("Secret of Erin", "Text")
    tabs = [open_tab(erin, f"http://{hero_desk.tcp_of_ui()}/") for _ in range(7)]
    for tab in tabs:
        expect_live(tab)
        expect(tab.get_by_text("Secret of Erin").first).to_be_visible()
    menu(erin.page, "Erin")
    erin.page.get_by_role("button", name="Sign out").click()
    for tab in (erin.page, *tabs):
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "Secret of Erin" not in tab.content()


def test_another_user_of_the_same_browser_has_a_stream_of_their_own(
    hero_desk: Desk, visit: Callable[..., Visitor]
) -> None:
    erin = sign_in(hero_desk, visit, "erin", "agent")
    tabs = [open_tab(erin, f"http://{hero_desk.tcp_of_ui()}/") for _ in range(3)]
    for tab in tabs:
        expect_live(tab)
    other = open_tab(erin, add_user(hero_desk, "dan")["link"])
    other.get_by_role("button", name="Sign in").click()
    expect_live(other)
    for tab in (erin.page, *tabs):
        expect(tab.locator("summary", has_text="Dan")).to_be_visible()
        expect_live(tab)


def test_who_is_deactivated_is_told_in_every_tab(hero_desk: Desk, visit: Callable[..., Visitor]) -> None:
    erin = sign_in(hero_desk, visit, "erin", "agent")
    erin.file("Secret of Erin", "Text")
    tabs = [erin.page, *(open_tab(erin, f"http://{hero_desk.tcp_of_ui()}/") for _ in range(7))]
    for tab in tabs:
        expect_live(tab)
    deactivate(hero_desk, "erin")
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "Secret of Erin" not in tab.content()


@pytest.fixture
def app_of_two() -> Iterator[tuple[App, list[Desk]]]:
    """The app of two teams; the person is Carol."""
    with ticket_servers(2) as teams:
        arguments = [word for team in teams for word in ("--project", team.tcp_of_server())]
        started = App([*arguments, "--user", "carol"], teams[0].env, teams[0].paths.root / "app.log")
        try:
            started.start()
            yield started, teams
        finally:
            started.daemon.close()


def test_ten_tabs_of_the_app_share_a_stream(app_of_two: tuple[App, list[Desk]], visit: Callable[..., Visitor]) -> None:
    app, teams = app_of_two
    carol = visit(app.link)
    carol.live()
    streams = note_streams(carol.page)
    tabs = [open_tab(carol, carol.page.url) for _ in range(9)]
    for tab in tabs:
        expect_live(tab)
    for number, team in enumerate(teams):
        team.call("carol", "ticket.create", title=f"Of team {number}", body="Text")
    for tab in (carol.page, *tabs):
        for number in range(len(teams)):
            expect(tab.locator(".ticket", has_text=f"Of team {number}")).to_be_visible()
    assert streams == []
