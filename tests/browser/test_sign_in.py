"""Signing in at the page in a real browser: by a link and by a code, on many devices, and out again."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.page_object import Visitor, wait_until_gone
from tests.browser.pages_sign_in import add_user, menu, operate, sign_in
from tests.browser.router import PREFIX, routed
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
TITLE = "Sign in"


@pytest.fixture
def served(hero_desk: Desk) -> Desk:
    """A desk whose users sign in at the page."""
    return hero_desk


def test_a_link_signs_in_by_its_button_alone(served: Desk, visit: Visit) -> None:
    link = add_user(served, "erin", "agent")["link"]
    erin = visit(link)
    expect(erin.heading("Sign in on this device")).to_be_visible()
    # A mail scanner opens the link as well, and uses nothing up.
    visit(link).close()
    erin.page.get_by_role("button", name=TITLE).click()
    erin.live()
    assert urlsplit(erin.page.url).path == "/"
    assert "token" not in erin.page.url
    menu(erin.page, "Erin")
    expect(erin.page.get_by_text("Signed in as Erin")).to_be_visible()
    expect(erin.page.get_by_text("erin@example.org")).to_be_visible()
    late = visit(link)
    late.page.get_by_role("button", name=TITLE).click()
    expect(late.page.get_by_role("link", name="Ask for a new link")).to_be_visible()
    late.page.get_by_role("link", name="Ask for a new link").click()
    expect(late.page.get_by_label("E-mail address")).to_be_focused()


def test_a_link_signs_in_without_script(served: Desk, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(add_user(served, "erin")["link"])
        page.get_by_role("button", name=TITLE).click()
        page.wait_for_url(f"http://{served.tcp_of_ui()}/")
        assert [cookie["httpOnly"] for cookie in context.cookies()] == [True]
    finally:
        context.close()


def with_letters(visitor: Visitor) -> Visitor:
    """Load the page again, as that of a desk with a mail server."""

    def answer(route: Route) -> None:
        asked = route.request.post_data_json or {}
        if asked.get("method") != "project.info":
            route.continue_()
            return
        info = route.fetch().json()
        info["result"]["sign_in"]["link"] = True
        route.fulfill(json=info)

    visitor.page.route("**/rpc", answer)
    visitor.page.reload()
    visitor.page.evaluate("window.since = 'the first load'")
    return visitor


def test_a_code_signs_in_where_it_is_typed(served: Desk, visit: Visit) -> None:
    code = add_user(served, "erin")["code"]
    erin = with_letters(visit(f"http://{served.tcp_of_ui()}/sign-in"))
    expect(erin.heading(TITLE)).to_be_visible()
    erin.page.get_by_label("E-mail address").fill("erin@example.org")
    erin.page.get_by_role("button", name="I have a code already").click()
    wrong = "000000" if code != "000000" else "000001"
    erin.page.get_by_label("Code of six digits").fill(wrong)
    erin.page.get_by_role("button", name=TITLE).click()
    expect(erin.page.get_by_role("alert")).to_contain_text("wrong, used, or too old")
    erin.page.get_by_label("Code of six digits").fill(f"{code[:3]} {code[3:]}")
    erin.page.get_by_role("button", name=TITLE).click()
    erin.live()
    expect(erin.page.get_by_text("How can we help?")).to_be_visible()
    erin.file("In my own name", "Text")
    assert not erin.was_reloaded


def test_a_desk_that_sends_no_letters_says_so(served: Desk, visit: Visit) -> None:
    """Its operator hands out the code."""
    code = add_user(served, "erin")["code"]
    operate(served, "project.update", name="The help desk")
    visitor = visit(f"http://{served.tcp_of_ui()}/")
    expect(visitor.page.get_by_text("The help desk")).to_be_visible()
    expect(visitor.page.get_by_text("This desk sends no mail")).to_be_visible()
    visitor.page.get_by_label("E-mail address").fill("erin@example.org")
    visitor.page.get_by_role("button", name="Next").click()
    visitor.page.get_by_label("Code of six digits").fill(code)
    visitor.page.get_by_role("button", name=TITLE).click()
    visitor.live()


def test_known_and_unknown_addresses_get_the_same_words(served: Desk, visit: Visit) -> None:
    add_user(served, "erin")
    said = []
    for address in ("erin@example.org", "stranger@example.org"):
        visitor = with_letters(visit(f"http://{served.tcp_of_ui()}/"))
        visitor.page.get_by_label("E-mail address").fill(address)
        visitor.page.get_by_role("button", name="Send me a code").click()
        expect(visitor.heading("Look into your mail")).to_be_visible()
        expect(visitor.page.get_by_label("Code of six digits")).to_be_focused()
        said.append(visitor.page.get_by_role("main").inner_text().replace(address, "ADDRESS"))
        visitor.page.get_by_role("button", name="Use another address").click()
        expect(visitor.page.get_by_label("E-mail address")).to_have_value(address)
    assert said[0] == said[1]


def test_who_is_not_signed_in_sees_nothing_else(served: Desk, visit: Visit) -> None:
    stranger = visit(f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/1")
    expect(stranger.heading(TITLE)).to_be_visible()
    expect(stranger.page.get_by_role("navigation", name="Tickets")).to_have_count(0)


def test_a_session_that_is_revoked_elsewhere_ends_at_once(served: Desk, visit: Visit) -> None:
    phone = sign_in(served, visit, "erin")
    phone.file("Mine", "Text")
    laptop = sign_in(served, visit, "erin")
    menu(laptop.page, "Erin")
    laptop.page.get_by_role("link", name="Devices").click()
    devices = laptop.page.get_by_role("list", name="Devices").get_by_role("listitem")
    expect(devices).to_have_count(2)
    expect(devices.first).to_contain_text("This device")
    devices.nth(1).get_by_role("button", name="Sign out").click()
    expect(devices).to_have_count(1)
    expect(phone.heading(TITLE)).to_be_visible()
    wait_until_gone(phone.page, "Mine")
    assert not phone.was_reloaded
    laptop.live()


def _paste(page: Page, text: str) -> None:
    """Paste a text into the field that has the focus."""
    script = """text => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", text);
        const options = { clipboardData, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
    }"""
    page.evaluate(script, text)


def test_who_was_signed_out_elsewhere_is_told_and_comes_back_to_the_same_ticket(served: Desk, visit: Visit) -> None:
    erin = sign_in(served, visit, "erin")
    erin.file("Mine", "Text")
    (session,) = operate(served, "auth.sessions", user_id="erin")["sessions"]
    operate(served, "auth.revoke_session", session_id=session["session_id"])
    expect(erin.page.get_by_text("You are signed out here")).to_be_visible()
    assert urlsplit(erin.page.url).fragment == "/tickets/hero_assistance/1"
    erin.page.get_by_label("E-mail address").fill("erin@example.org")
    erin.page.get_by_role("button", name="Next").click()
    code = operate(served, "user.link", email="erin@example.org")["code"]
    expect(erin.page.get_by_label("Code of six digits")).to_be_focused()
    _paste(erin.page, f"Your code: {code[:3]}\u00a0{code[3:]}.\n")
    expect(erin.page.get_by_label("Code of six digits")).to_have_value(code)
    erin.page.keyboard.press("Enter")
    expect(erin.heading("Mine")).to_be_visible()
    menu(erin.page, "Erin")
    erin.page.get_by_role("button", name="Sign out").click()
    expect(erin.heading(TITLE)).to_be_visible()
    # Who signs out knows it.
    expect(erin.page.get_by_text("You are signed out here")).to_have_count(0)


def test_back_leads_from_the_code_to_the_address(served: Desk, visit: Visit) -> None:
    visitor = visit(f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/1")
    address, code = visitor.page.get_by_label("E-mail address"), visitor.page.get_by_label("Code of six digits")
    for leave in (visitor.page.go_back, visitor.page.get_by_role("button", name="Use another address").click):
        address.fill("erin@example.org")
        visitor.page.get_by_role("button", name="Next").click()
        expect(code).to_be_focused()
        leave()
        expect(address).to_have_value("erin@example.org")
        expect(visitor.page).to_have_url(re.compile("#/tickets/hero_assistance/1$"))
    assert not visitor.was_reloaded


def test_signing_out_ends_every_window_of_the_browser(served: Desk, visit: Visit) -> None:
    erin = sign_in(served, visit, "erin")
    erin.file("Mine", "Text")
    other = erin.page.context.new_page()
    other.goto(f"http://{served.tcp_of_ui()}/")
    expect(other.locator(".connection")).to_have_text("Live")
    menu(erin.page, "Erin")
    erin.page.get_by_role("button", name="Sign out").click()
    for page in (erin.page, other):
        expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
        wait_until_gone(page, "Mine")
    assert erin.page.context.cookies() == []
    erin.page.reload()
    expect(erin.heading(TITLE)).to_be_visible()


def test_another_user_of_the_browser_takes_over_every_window(served: Desk, visit: Visit) -> None:
    """What was on the screen of the one before is gone, and nothing is sent in the name of the wrong one."""
    erin = sign_in(served, visit, "erin")
    erin.file("Of Erin", "Text")
    other = erin.page.context.new_page()
    other.goto(add_user(served, "frida")["link"])
    other.get_by_role("button", name=TITLE).click()
    expect(other.locator("summary", has_text="Frida")).to_be_visible()
    expect(erin.page.locator("summary", has_text="Frida")).to_be_visible()
    expect(erin.ticket("Of Erin")).to_have_count(0)
    assert not erin.was_reloaded


def test_sign_in_works_below_the_prefix_of_a_router(served: Desk, visit: Visit) -> None:
    code = add_user(served, "erin")["code"]
    with routed(served.paths.socket("ui")) as address:
        erin = visit(f"{address}{PREFIX}/sign-in")
        erin.page.get_by_label("E-mail address").fill("erin@example.org")
        erin.page.get_by_role("button", name="Next").click()
        erin.page.get_by_label("Code of six digits").fill(code)
        erin.page.get_by_role("button", name=TITLE).click()
        erin.live()
        (cookie,) = erin.page.context.cookies()
        assert cookie["path"] == f"{PREFIX}/"
        erin.page.reload()
        erin.live()
        link = operate(served, "user.link", email="erin@example.org")["link"]
        page = erin.page.context.new_page()
        page.goto(f"{address}{PREFIX}{urlsplit(link).path}?{urlsplit(link).query}")
        page.get_by_role("button", name=TITLE).click()
        expect(page.locator(".connection")).to_have_text("Live")
        assert urlsplit(page.url).path == f"{PREFIX}/"
        erin.close()


def test_who_is_named_by_the_proxy_neither_signs_in_nor_out(served: Desk, visit: Visit) -> None:
    with routed(served.paths.socket("ui"), "carol") as address:
        carol = visit(f"{address}{PREFIX}/sign-in")
        carol.live()
        expect(carol.page.get_by_text("How can we help?")).to_be_visible()
        expect(carol.page.locator(".me-name")).to_have_text("Carol")
        expect(carol.page.locator("summary")).to_have_count(0)
        carol.close()


def test_an_admin_who_is_signed_in_changes_the_access_list_over_tcp(served: Desk, visit: Visit) -> None:
    alice = sign_in(served, visit, "alma", "admin")
    assert alice.page.evaluate("fetch('admin/whitelist').then(answer => answer.status)") == 200
    erin = sign_in(served, visit, "erin")
    assert erin.page.evaluate("fetch('admin/whitelist').then(answer => answer.status)") == 403
    erin.defects.clear()
