"""The app's secret reaches no other port of this machine, whatever the browser visits there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hero_assistance_app.opening_file import OpeningFile
from tests.app.program import App
from tests.browser.eavesdropper import Eavesdropper, eavesdropping
from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk, desk, plain_environment


@pytest.fixture
def team(hero_root: Path) -> Iterator[Desk]:
    """A team's ticket server."""
    with desk(hero_root, plain_environment(hero_root)) as made:
        made.start_server()
        yield made


@pytest.fixture
def start(team: Desk) -> Iterator[Callable[[str], App]]:
    """Start an app for a demo user; what was started has ended afterwards."""
    started: list[App] = []

    def run(user: str) -> App:
        app = App(
            ["--project", team.tcp_of_server(), "--user", user], team.env, team.paths.root / f"app-{len(started)}.log"
        )
        started.append(app)
        app.start()
        return app

    yield run
    for app in started:
        app.daemon.close()


def secrets_of(context: BrowserContext, page: Page) -> list[str]:
    """The path of the desk, and the name and value of its cookie."""
    path = urlsplit(page.url).path
    own = [cookie for cookie in context.cookies() if cookie.get("name", "").startswith("hero_assistance_app_")]
    assert len(own) == 1, "the session: the demo user who was picked is no cookie"
    return [path.strip("/"), *(cookie["name"] for cookie in own), *(cookie["value"] for cookie in own)]


def reported(page: Page) -> None:
    """Wait until the other program's page has tried everything."""
    expect(page).to_have_title("Reported")


def visits(context: BrowserContext, page: Page, other: Eavesdropper) -> None:
    """Go to the other port in all ways that lead there: an address, a link of the desk, a picture, a call."""
    path = urlsplit(page.url).path
    for address in ("/", "/static/x", "/projects/a/rpc?token=1"):
        tab = context.new_page()
        tab.goto(other.url + address)
        reported(tab)
    with context.expect_page() as opened:
        # Without `noopener`, as a link of another page of this origin might be.
        page.evaluate(
            "url => { const link = document.createElement('a'); link.href = url; link.target = '_blank';"
            " document.body.append(link); link.click(); link.remove(); }",
            f"{other.url}/linked",
        )
    reported(opened.value)
    # Until both have ended: what leaves late is heard, too.
    page.evaluate(
        "url => Promise.all([fetch(url).catch(() => {}), new Promise((ended) => {"
        " const picture = new Image(); picture.onload = picture.onerror = ended; picture.src = url; })])",
        f"{other.url}/picture",
    )
    assert urlsplit(page.url).path == path


def test_nothing_that_another_port_is_sent_opens_the_desk(
    start: Callable[[str], App], visit: Callable[..., Visitor]
) -> None:
    app = start("carol")
    carol = visit(app.link)
    carol.page.get_by_label("Demo user").select_option("dave")
    carol.live()
    context = carol.page.context
    with eavesdropping(app.url) as other:
        visits(context, carol.page, other)
        known = other.everything()
    assert len(other.reports) >= 4
    for secret in secrets_of(context, carol.page):
        assert secret not in known
    assert "dave" not in known
    assert all(report["cookie"] in ("", "hero_assistance_app=planted") for report in other.reports)
    for cookie in {"", *other.cookies}:
        for path in ("/", "/health", "/projects/x/events"):
            assert httpx2.get(app.url + path, headers={"cookie": cookie}).status_code == 403
    # The desk itself goes on, in spite of the cookie that was planted.
    carol.page.reload()
    carol.live()
    carol.defects.clear()  # the policy's refusal of the picture and the call


def test_the_file_that_the_browser_is_opened_with_leads_to_the_desk(
    start: Callable[[str], App], visit: Callable[..., Visitor]
) -> None:
    """It is a page of another origin; the session is there all the same, and the token is nowhere."""
    app = start("carol")
    token = urlsplit(app.link).query.removeprefix("token=")
    file = OpeningFile(f"{app.url}/", token)
    try:
        carol = visit(app.url)
        expect(carol.heading("This browser has not opened the desk")).to_be_visible()
        carol.page.goto(file.url, wait_until="commit")
        carol.live()
        assert token not in carol.page.url
        carol.page.reload()
        carol.live()
    finally:
        file.remove()


def test_tabs_that_are_opened_later_are_in_the_desk(start: Callable[[str], App], visit: Callable[..., Visitor]) -> None:
    """The address alone is enough in the browser that has opened it, and so is a link to a ticket."""
    app = start("carol")
    carol = visit(app.link)
    carol.live()
    for address in (app.url, f"{app.url}/#new", carol.page.url, app.link):
        tab = carol.page.context.new_page()
        tab.goto(address)
        expect(tab.locator(".connection")).to_have_text("Live")
        assert urlsplit(tab.url).path == urlsplit(carol.page.url).path
        assert "token" not in tab.url


def test_two_apps_share_a_browser_and_nothing_else(start: Callable[[str], App], visit: Callable[..., Visitor]) -> None:
    carol_app, bob_app = start("carol"), start("bob")
    carol = visit(carol_app.link)
    bob = carol.page.context.new_page()
    bob.goto(bob_app.link)
    for page, user in ((carol.page, "carol"), (bob, "bob"), (carol.page, "carol")):
        page.reload()
        expect(page.get_by_label("Demo user")).to_have_value(user)
    bob.get_by_label("Demo user").select_option("alice")
    carol.page.reload()
    expect(carol.page.get_by_label("Demo user")).to_have_value("carol")


def test_an_old_tab_of_an_app_that_has_ended_says_what_to_do(
    start: Callable[[str], App], visit: Callable[..., Visitor]
) -> None:
    app = start("carol")
    port = urlsplit(app.url).port
    carol = visit(app.link)
    carol.live()
    app.daemon.end()
    app.daemon.arguments += ["--port", str(port)]
    app.start()
    carol.page.goto(app.url)
    expect(carol.heading("This browser has not opened the desk")).to_be_visible()
    carol.page.goto(app.link)
    carol.live()
    carol.defects.clear()  # what the stream said of its end
