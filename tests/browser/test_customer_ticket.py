"""What a customer does with their own ticket: files it with a picture, follows it, solves, reopens, rates, shares."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.browser.pages_compose import RPC, hold, method_of
from tests.browser.pages_customer import case
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
TITLE = "The VPN is down"
# A picture of one pixel, on the clipboard of the form.
PASTE = """(field) => {
  const text = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'screen.png', { type: 'image/png' }));
  field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def carol(served: Desk, person: Person) -> Visitor:
    """Carol at her ticket, which Bob has answered."""
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    served.call("bob", "message.reply", ticket_id=1, body="It is back. Does it work for you?")
    visitor = person("carol")
    visitor.ticket(TITLE).click()
    expect(visitor.message("It is back.")).to_be_visible()
    return visitor


def status(served: Desk) -> str:
    return str(served.call("bob", "ticket.get", ticket_id=1)["status"])


def test_a_customer_files_a_ticket_with_a_pasted_picture(served: Desk, person: Person) -> None:
    visitor = person("carol")
    expect(visitor.heading("How can we help?")).to_be_visible()
    visitor.page.get_by_role("main").get_by_role("link", name="New ticket").click()
    visitor.page.get_by_label("Title").fill(TITLE)
    field = visitor.page.get_by_label("Description")
    field.fill("See the picture.")
    field.evaluate(PASTE)
    expect(visitor.page.get_by_role("list", name="Files to send")).to_contain_text("screen.png")
    visitor.page.get_by_role("button", name="Send ticket").click()
    expect(visitor.heading(TITLE)).to_be_visible()
    expect(case(visitor)).to_contain_text("We have your ticket")
    attached = served.call("bob", "ticket.get", ticket_id=1)["attachments"]
    assert [one["name"] for one in attached] == ["screen.png"]


def test_a_customer_solves_and_reopens_in_one_click(served: Desk, carol: Visitor) -> None:
    expect(case(carol)).to_contain_text("You have an answer. Is it solved?")
    case(carol).get_by_role("button", name="It is solved").click()
    eventually(lambda: status(served) == "solved", "it is solved")
    expect(case(carol)).to_contain_text("This is solved")
    case(carol).get_by_role("button", name="Open it again").click()
    eventually(lambda: status(served) == "open", "it is open")
    expect(case(carol)).to_contain_text("The team is on it")


def test_a_customer_rates_the_answer_in_one_click_and_adds_a_word(served: Desk, carol: Visitor, person: Person) -> None:
    question = case(carol).get_by_role("group", name="Was the answer good?")
    expect(question).to_have_count(0)
    case(carol).get_by_role("button", name="It is solved").click()
    question.get_by_role("button", name="Good", exact=True).click()

    def said() -> list[tuple[str, str]]:
        ratings = served.call("bob", "rating.of_ticket", ticket_id=1)["ratings"]
        return [(rating["score"], rating["comment"]) for rating in ratings]

    expect(case(carol)).to_contain_text("Thank you")
    eventually(lambda: said() == [("good", "")], "it is rated")
    case(carol).get_by_label("A word about the answer").fill("Quick!")
    case(carol).get_by_role("button", name="Send").click()
    eventually(lambda: said() == [("good", "Quick!")], "the word arrived")
    case(carol).get_by_role("button", name="Not good").click()
    eventually(lambda: [score for score, _ in said()] == ["bad"], "another click takes its place")
    bob = person("bob", viewport={"width": 1700, "height": 900})
    go_to(bob.page, "#/tickets/hero_assistance/1")
    panel = bob.page.get_by_role("complementary", name="About this ticket")
    expect(panel).to_contain_text("Not good")
    expect(panel).to_contain_text("Quick!")


def test_a_customer_shares_their_ticket_and_takes_it_back(served: Desk, carol: Visitor, person: Person) -> None:
    served.call("alice", "user.update", user_id="dave", email="dave@example.org")
    dave = person("dave")
    dave.live()
    case(carol).get_by_role("button", name="Invite a colleague").click()
    case(carol).get_by_label("E-mail address of who shall see this ticket").fill("dave@example.org")
    case(carol).get_by_role("button", name="Invite", exact=True).click()
    expect(case(carol).get_by_role("list", name="Shared with")).to_have_text(re.compile("dave@example.org"))
    go_to(dave.page, "#/tickets/hero_assistance/1")
    expect(dave.page.locator(".ticket-offer")).to_contain_text("Carol shares ticket 1 with you.")
    expect(dave.ticket(TITLE)).to_have_count(0)
    dave.page.get_by_role("button", name="Read it").click()
    expect(case(carol).get_by_role("list", name="Shared with")).to_have_text(re.compile("^Dave"))
    expect(case(dave)).to_contain_text("Carol shares this ticket with you.")
    expect(case(dave).get_by_role("button", name="Invite a colleague")).to_have_count(0)
    dave.reply("I can see it too")
    expect(carol.message("I can see it too")).to_be_visible()
    expect(carol.message("I can see it too")).to_contain_text("Customer")
    case(carol).get_by_role("button", name="No longer share it with Dave").click()
    expect(dave.ticket(TITLE)).to_have_count(0)


def test_a_guest_leaves_by_themselves(served: Desk, carol: Visitor, person: Person) -> None:
    served.call("bob", "ticket.invite", ticket_id=1, user_id="dave")
    dave = person("dave")
    dave.ticket(TITLE).click()
    expect(case(carol).get_by_role("list", name="Shared with")).to_have_text(re.compile("^Dave"))
    case(dave).get_by_role("button", name="Leave it").click()
    expect(dave.ticket(TITLE)).to_have_count(0)
    expect(case(carol).get_by_role("list", name="Shared with")).to_have_count(0)


def test_a_shared_ticket_is_offered_in_the_list_and_declined(served: Desk, carol: Visitor, person: Person) -> None:
    served.call("alice", "user.update", user_id="dave", email="dave@example.org")
    served.call("carol", "ticket.invite_address", ticket_id=1, email="dave@example.org")
    dave = person("dave")
    dave.page.get_by_role("list", name="Shared with you").get_by_role("link").click()
    dave.page.get_by_role("button", name="No, thank you").click()
    expect(dave.page.get_by_role("list", name="Shared with you")).to_have_count(0)
    eventually(lambda: served.call("carol", "ticket.people", ticket_id=1)["invited"] == [], "it is declined")


def test_an_address_of_the_team_is_shared_with_like_any_other(served: Desk, carol: Visitor) -> None:
    """Nothing on the page tells whose address it is; it can be taken back."""
    served.call("alice", "user.update", user_id="bob", email="bob@example.org")
    case(carol).get_by_role("button", name="Invite a colleague").click()
    case(carol).get_by_label("E-mail address of who shall see this ticket").fill("bob@example.org")
    case(carol).get_by_role("button", name="Invite", exact=True).click()
    expect(case(carol).get_by_role("list", name="Shared with")).to_contain_text("bob@example.org")
    case(carol).get_by_role("button", name="No longer share it with bob@example.org").click()
    expect(case(carol).get_by_role("list", name="Shared with")).to_have_count(0)


def test_what_was_begun_on_a_ticket_that_was_closed_goes_on_as_a_new_one(served: Desk, carol: Visitor) -> None:
    reply = carol.page.get_by_label("Reply", exact=True)
    expect(reply).to_be_visible()
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    expect(case(carol)).to_contain_text("This ticket is closed")
    expect(reply).to_have_count(0)
    served.call("bob", "ticket.update", ticket_id=1, status="open")
    reply.fill("It says no again.")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    expect(case(carol)).to_contain_text("This ticket is closed")
    # It takes no text from a form that somebody is writing in.
    expect(reply).to_be_focused()
    case(carol).get_by_role("link", name="New ticket").click()
    expect(carol.page.get_by_label("Description")).to_have_value("It says no again.")
    carol.page.go_back()
    expect(case(carol)).to_contain_text("This ticket is closed")
    expect(reply).to_have_count(0)


def test_a_file_on_its_way_and_a_reply_that_was_refused_go_on_as_a_new_ticket(served: Desk, carol: Visitor) -> None:
    held: list[Route] = []
    carol.page.route("**/attachments?**", lambda route: held.append(route))
    reply = carol.page.get_by_label("Reply", exact=True)
    reply.fill("See the picture.")
    reply.evaluate(PASTE)
    wait_for(carol.page, lambda: held, "the picture is on its way")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    case(carol).get_by_role("link", name="New ticket").click()
    files = carol.page.get_by_role("list", name="Files to send").get_by_role("listitem")
    expect(files).to_contain_text("screen.png")
    expect(carol.page.get_by_role("button", name="Send ticket")).to_be_disabled()
    held[0].continue_()
    carol.page.get_by_label("Title").fill("The picture")
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.heading("The picture")).to_be_visible()
    attached = served.call("bob", "ticket.get", ticket_id=2)["attachments"]
    assert [one["name"] for one in attached] == ["screen.png"]
    eventually(lambda: served.call("carol", "draft.get", ticket_id=1) is None, "nothing is left at the closed one")


def test_why_a_reply_came_back_is_not_said_any_more_once_it_is_a_new_ticket(served: Desk, carol: Visitor) -> None:
    held = hold(carol.page, "message.reply")
    reply = carol.page.get_by_label("Reply", exact=True)
    reply.fill("It says no again.")
    carol.page.get_by_role("button", name="Send reply").click()
    wait_for(carol.page, lambda: held, "the reply is on its way")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    held[0].continue_()
    refusal = carol.page.locator(".composer").get_by_role("alert")
    expect(refusal).to_be_visible()
    case(carol).get_by_role("link", name="New ticket").click()
    expect(carol.page.get_by_label("Description")).to_have_value("It says no again.")
    carol.page.go_back()
    served.call("bob", "ticket.update", ticket_id=1, status="open")
    expect(reply).to_be_visible()
    expect(refusal).to_have_count(0)


def test_no_answer_is_rated_where_none_was_given(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    visitor = person("carol")
    visitor.ticket(TITLE).click()
    expect(case(visitor)).to_contain_text("This ticket is closed")
    expect(case(visitor).get_by_role("group", name="Was the answer good?")).to_have_count(0)


def test_an_agent_opens_a_closed_ticket_to_answer_and_writes_notes_on_it(
    served: Desk, carol: Visitor, person: Person
) -> None:
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    bob = person("bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    closed = bob.page.get_by_text("This ticket is closed. Open it again to answer.")
    expect(closed).to_be_visible()
    expect(bob.page.get_by_role("button", name="Send reply")).to_have_count(0)
    bob.note("For the record.")
    bob.page.get_by_role("button", name="Reply to customer").click()
    bob.page.get_by_role("button", name="Open it again").click()
    expect(bob.page.get_by_label("Reply", exact=True)).to_be_focused()
    expect(closed).to_have_count(0)
    eventually(lambda: status(served) == "open", "it is open")
    bob.reply("One more thing.")
    expect(carol.message("One more thing.")).to_be_visible()


def test_a_reply_that_came_back_from_a_closed_ticket_is_sent_once_it_is_open(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    bob = person("bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    bob.page.get_by_label("Reply", exact=True).fill("It is back.")
    served.call("alice", "ticket.update", ticket_id=1, status="closed")
    again = bob.page.get_by_role("button", name="Open it again")
    expect(again).to_be_visible()
    bob.page.get_by_role("button", name="Send reply").click()
    refusal = bob.page.locator(".composer").get_by_role("alert")
    expect(refusal).to_contain_text("Ticket 1 is closed")
    again.click()
    expect(refusal).to_have_count(0)
    eventually(lambda: status(served) == "open", "it is open")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.message("It is back.")).to_be_visible()


def test_the_key_of_a_reply_leads_to_what_opens_a_closed_ticket(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    bob = person("bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    again = bob.page.get_by_role("button", name="Open it again")
    expect(again).to_be_visible()
    bob.page.keyboard.press("r")
    expect(again).to_be_focused()


def test_a_closed_ticket_that_is_not_opened_again_says_why(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    bob = person("bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    failure = {"code": -32004, "message": "it stays closed", "data": {"reason": "conflict"}}

    def refuse(route: Route) -> None:
        if method_of(route) == "ticket.update":
            route.fulfill(json={"jsonrpc": "2.0", "id": 1, "error": failure})
        else:
            route.fallback()

    bob.page.route(RPC, refuse)
    bob.page.get_by_role("button", name="Open it again").click()
    expect(bob.page.locator(".composer").get_by_role("alert")).to_contain_text("it stays closed")
    expect(bob.page.get_by_role("button", name="Open it again")).to_be_visible()


def test_a_customer_sees_what_is_theirs_alone(served: Desk, carol: Visitor) -> None:
    served.call("dave", "ticket.create", title="Not Carol's", body="b")
    served.call("bob", "ticket.update", ticket_id=1, add_tags=["vip"], assignee="bob", priority="high")
    expect(carol.page.locator(".thread-head .priority-high")).to_be_visible()
    words = carol.page.locator("body").inner_text()
    for secret in ("Not Carol's", "vip", "ADMIN_SECRETS"):
        assert secret not in words
    assert "ADMIN_SECRETS" not in carol.page.content()
    served.call("alice", "project.update", share_tags=True, share_assignee=True)
    served.call("bob", "ticket.update", ticket_id=1, status="open")
    expect(case(carol)).to_contain_text("Bob looks after it.")
    expect(carol.page.locator(".thread-head")).to_contain_text("vip")


def test_an_outage_is_told_a_customer_without_commands_and_an_admin_with_them(
    served: Desk, carol: Visitor, person: Person
) -> None:
    alice = person("alice")
    alice.live()
    served.daemons[0].end()
    for visitor in (carol, alice):
        silent = visitor.page.get_by_role("list", name="Projects that do not answer")
        expect(silent).to_contain_text("cannot be reached")
    assert "hero_assistance" not in carol.page.locator("body").inner_text()
    expect(alice.page.get_by_text("start it with: hero_assistance --start")).to_be_visible()
    carol.page.get_by_label("Reply", exact=True).fill("Still there?")
    carol.page.get_by_role("button", name="Send reply").click()
    expect(carol.page.locator(".message[data-pending]")).to_contain_text("Waits for the connection")
    assert "hero_assistance" not in carol.page.locator("body").inner_text()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_customers_pages_have_no_serious_finding(
    served: Desk, person: Person, axe: str, theme: str, viewport: dict[str, int]
) -> None:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    served.call("bob", "message.reply", ticket_id=1, body="It is back. Does it work for you?")
    visitor = person("carol", viewport=viewport, reduced_motion="reduce")
    findings: list[str] = []

    def judge(view: str) -> None:
        look_as(visitor.page, theme)
        findings.extend(f"{view}: {finding}" for finding in find_faults(visitor.page, axe))
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], view

    visitor.live()
    judge("start")
    visitor.ticket(TITLE).click()
    expect(case(visitor)).to_be_visible()
    judge("ticket")
    case(visitor).get_by_role("button", name="It is solved").click()
    case(visitor).get_by_role("button", name="Good", exact=True).click()
    case(visitor).get_by_role("button", name="Invite a colleague").click()
    expect(case(visitor).get_by_label("A word about the answer")).to_be_visible()
    judge("rated, and inviting")
    assert findings == []
