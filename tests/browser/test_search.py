"""The search: as its user types, with filters as chips, the found words marked, by the keyboard throughout."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, settle, wait_for
from tests.browser.pages_commands import search, search_for
from tests.browser.pages_compose import hold as hold_calls
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("dave", "ticket.create", title="A new laptop", body="Mine is old.", priority="urgent")
    served.call("bob", "message.note", ticket_id=1, body="The gateway was renewed yesterday.")
    served.call("bob", "ticket.update", ticket_id=1, add_tags=["network"], assignee="bob")


def test_an_agent_searches_as_they_type(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "gatew")
    found = search(bob).get_by_role("option").filter(has_text="The VPN is down")
    expect(found).to_be_visible()
    # The words that were found are marked, in the place where they are.
    expect(found.locator("mark")).to_have_text("gateway")
    expect(found).to_contain_text("Note")
    expect(search(bob).get_by_role("status")).to_have_text("1 ticket found")
    field.press("Enter")
    expect(bob.heading("The VPN is down")).to_be_visible()
    # It leads to the message that has the words.
    expect(bob.page).to_have_url(re.compile(r"#/tickets/[^/]+/1/message/\d+$"))
    expect(search(bob)).to_have_count(0)


def test_filters_become_chips_that_go_by_a_key_or_a_click(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "prio")
    options = search(bob).get_by_role("option")
    expect(options.first).to_contain_text("Priority")
    field.press("Tab")
    expect(field).to_have_value("priority:")
    field.press_sequentially("ur")
    expect(options.first).to_contain_text("Urgent")
    field.press("Enter")
    expect(field).to_have_value("")
    chips = search(bob).get_by_role("list", name="Filters").get_by_role("listitem")
    expect(chips).to_have_text([re.compile("Priority: Urgent")])
    expect(options.filter(has_text="A new laptop")).to_be_visible()
    expect(options.filter(has_text="The VPN is down")).to_have_count(0)
    field.press_sequentially("assignee:me ")
    expect(chips).to_have_count(2)
    expect(search(bob).get_by_role("status")).to_have_text("No ticket has this")
    field.press("Backspace")
    expect(chips).to_have_count(1)
    search(bob).get_by_role("button", name="Remove Priority: Urgent").click()
    expect(chips).to_have_count(0)


def test_tags_and_people_are_completed_from_those_of_the_desk(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "tag:net")
    options = search(bob).get_by_role("option")
    expect(options.filter(has_text="tag:network")).to_be_visible()
    field.fill("customer:da")
    expect(options.filter(has_text="customer:dave")).to_be_visible()
    options.filter(has_text="customer:dave").click()
    expect(options.filter(has_text="A new laptop")).to_be_visible()
    expect(field).to_be_focused()


def test_what_was_looked_for_is_offered_again(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "laptop priority:urgent ")
    expect(search(bob).get_by_role("option").first).to_contain_text("A new laptop")
    field.press("Enter")
    expect(bob.heading("A new laptop")).to_be_visible()
    bob.page.reload()
    bob.live()
    field = search_for(bob, "")
    expect(search(bob).get_by_role("option").filter(has_text="laptop")).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("laptop")
    expect(search(bob).get_by_role("option").filter(has_text="A new laptop")).to_be_visible()
    # Another user of the browser has looked for nothing.
    bob.page.evaluate("sessionStorage.setItem('hero_assistance.demo_user', 'alice')")
    bob.page.reload()
    bob.live()
    search_for(bob, "")
    expect(search(bob).get_by_role("option").first).to_be_visible()
    expect(search(bob).get_by_role("option").filter(has_text="laptop")).to_have_count(0)


def test_enter_waits_for_the_answer_to_what_was_typed(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "laptop")
    expect(search(bob).get_by_role("option").first).to_contain_text("A new laptop")
    held = hold_calls(bob.page, "search.tickets")
    field.fill("vpn")
    field.press("Enter")
    wait_for(bob.page, lambda: held, "the search has asked")
    expect(search(bob)).to_be_visible()
    held[0].continue_()
    expect(bob.heading("The VPN is down")).to_be_visible()


def test_an_answer_to_earlier_letters_is_not_shown(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    held: list[Route] = []

    def hold(route: Route) -> None:
        asked = route.request.post_data or ""
        if '"search.tickets"' in asked and "lap*" in asked:
            held.append(route)
        else:
            route.continue_()

    bob.page.route("**/rpc", hold)
    field = search_for(bob, "lap")
    wait_for(bob.page, lambda: held, "the search has asked")
    field.fill("vpn")
    with bob.page.expect_response(lambda response: "lap*" in (response.request.post_data or "")) as late:
        held[0].continue_()
    late.value.finished()
    expect(search(bob).get_by_role("option").filter(has_text="The VPN is down")).to_be_visible()
    settle(bob.page)
    expect(search(bob).get_by_role("option").filter(has_text="A new laptop")).to_have_count(0)


def test_a_query_that_is_not_understood_says_where(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    field = search_for(bob, "before:soon x")
    expect(search(bob).get_by_role("alert")).to_contain_text("soon is no day")
    field.fill("vpn")
    expect(search(bob).get_by_role("alert")).to_have_count(0)


def test_filters_are_saved_as_a_view(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    search_for(bob, "tag:network ")
    search(bob).get_by_role("button", name="Save as a view").click()
    search(bob).get_by_label("Name of the view").fill("Networks")
    search(bob).get_by_role("button", name="Save", exact=True).click()
    expect(bob.page.get_by_role("navigation", name="Views").get_by_role("link", name="Networks")).to_be_visible()
    expect(bob.ticket("The VPN is down")).to_be_visible()
    expect(bob.ticket("A new laptop")).to_have_count(0)


def test_markup_in_a_title_is_text(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="<img src=x onerror=alert(1)> markup", body="<b>markup</b>")
    bob = person("bob")
    bob.live()
    search_for(bob, "markup")
    found = search(bob).get_by_role("option").first
    expect(found).to_contain_text("<img src=x onerror=alert(1)>")
    expect(found.locator("img")).to_have_count(0)


def test_a_customer_finds_what_is_theirs(served: Desk, person: Person) -> None:
    fill(served)
    carol = person("carol")
    carol.live()
    carol.page.get_by_role("button", name="Search").click()
    field = search(carol).get_by_role("combobox")
    expect(field).to_be_focused()
    expect(search(carol)).to_contain_text("Status")
    expect(search(carol)).not_to_contain_text("Assignee")
    field.press_sequentially("vpn")
    expect(search(carol).get_by_role("option")).to_have_count(1)
    field.fill("gateway")
    expect(search(carol).get_by_role("status")).to_have_text("No ticket has this")
    expect(search(carol).get_by_role("button", name="Save as a view")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_search_has_no_serious_fault(
    served: Desk, person: Person, axe: str, theme: str, size: dict[str, int]
) -> None:
    fill(served)
    bob = person("bob", viewport=size)
    bob.live()
    search_for(bob, "is:active gatew")
    expect(search(bob).locator("mark").first).to_be_visible()
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_what_closes_the_search_stays_in_its_corner_of_a_phone(served: Desk, person: Person) -> None:
    bob = person("bob", viewport={"width": 390, "height": 800})
    bob.live()
    search_for(bob, "tag:none priority:high ")
    expect(search(bob).get_by_role("list", name="Filters").get_by_role("listitem")).to_have_count(2)
    box = search(bob).get_by_role("button", name="Close").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 60
    assert box["x"] + box["width"] >= 370
