"""The pages outside of the desk's own are judged by axe as well: signing in, notices, the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.app.program import App
from tests.browser.axe import BY_FINGER, DESK, Judge
from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_sign_in import add_user, menu
from tests.browser.states.full_desk import fill
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
DEVICES = pytest.mark.parametrize("device", [{"viewport": DESK}, BY_FINGER], ids=["desk", "phone"])


@DEVICES
def test_axe_finds_nothing_where_users_sign_in(hero_desk: Desk, visit: Visit, axe: str, device: dict[str, Any]) -> None:
    access = add_user(hero_desk, "erin", "agent")
    visitor = visit(f"http://{hero_desk.tcp_of_ui()}/", reduced_motion="reduce", **device)
    page, judge = visitor.page, Judge(visitor.page, axe)
    expect(visitor.heading("Sign in")).to_be_visible()
    judge.look("the address")
    page.get_by_label("E-mail address").fill("erin@example.org")
    page.get_by_role("button", name="Next").click()
    code = page.get_by_label("Code of six digits")
    expect(code).to_be_focused()
    judge.look("the code")
    code.fill("000000" if access["code"] != "000000" else "000001")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judge.look("a wrong code")
    code.fill(access["code"])
    page.get_by_role("button", name="Sign in").click()
    visitor.live()
    menu(page, "Erin")
    judge.look("the menu of the account")
    page.keyboard.press("Escape")
    go_to(page, "#/devices")
    expect(page.get_by_role("list", name="Devices")).to_be_visible()
    judge.look("devices")
    (session,) = hero_desk.operate("auth.sessions", user_id="erin")["sessions"]
    hero_desk.operate("auth.revoke_session", session_id=session["session_id"])
    expect(page.get_by_text("You are signed out here")).to_be_visible()
    judge.look("signed out elsewhere")
    assert judge.faults == []


@DEVICES
def test_axe_finds_nothing_in_a_notice(hero_desk: Desk, visit: Visit, axe: str, device: dict[str, Any]) -> None:
    link = add_user(hero_desk, "erin")["link"]
    visitor = visit(link, reduced_motion="reduce", **device)
    page, judge = visitor.page, Judge(visitor.page, axe)
    expect(visitor.heading("Sign in on this device")).to_be_visible()
    judge.look("a link that signs in")
    page.get_by_role("button", name="Sign in").click()
    visitor.live()
    for name, path in (("a used link", link), ("no more mails", f"http://{hero_desk.tcp_of_ui()}/unsubscribe?token=x")):
        page.goto(path)
        judge.look(name)
        page.get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        judge.look(f"{name}, pressed")
    page.goto(f"http://{hero_desk.tcp_of_ui()}/unsubscribe")
    judge.look("a link that is not complete")
    assert judge.faults == []


@DEVICES
def test_axe_finds_nothing_in_the_app(served: Desk, visit: Visit, axe: str, device: dict[str, Any]) -> None:
    arguments = ["--project", served.tcp_of_server(), "--project", "127.0.0.1:9", "--user", "bob"]
    fill(served)
    app = App(arguments, served.env, served.paths.root / "app.log")
    try:
        app.start()
        visitor = visit(app.link, reduced_motion="reduce", **device)
        page, judge = visitor.page, Judge(visitor.page, axe)
        expect(page.locator(".connection")).to_have_text("1 of 2 live")
        for name, address in (
            ("list", "views/inbox"),
            ("form", "new"),
            ("settings", "settings"),
            ("figures", "stats/"),
        ):
            go_to(page, f"#/{address}")
            expect(page.get_by_role("heading", level=1)).to_be_attached()
            judge.look(name)
        stranger = visit(app.link, **device)
        expect(stranger.heading("This browser has not opened the desk")).to_be_visible()
        refused = Judge(stranger.page, axe)
        refused.look("refused")
        assert [*judge.faults, *refused.faults] == []
    finally:
        app.daemon.close()
