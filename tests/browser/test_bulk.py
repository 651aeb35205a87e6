"""Many tickets at once: selected by box, range and key, changed with progress, and a report of what was refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, wait_for
from tests.browser.pages_commands import box, bulk_bar, said, selected
from tests.browser.pages_language import visit_in
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def fill(served: Desk, count: int = 4) -> None:
    for number in range(1, count + 1):
        served.call("carol", "ticket.create", title=f"Ticket no. {number}", body="Text")


def field_of(served: Desk, name: str, count: int = 4) -> list[object]:
    return [served.call("bob", "ticket.get", ticket_id=number)[name] for number in range(1, count + 1)]


def becomes(served: Desk, name: str, expected: list[object]) -> None:
    eventually(lambda: field_of(served, name, len(expected)) == expected, f"{name} {expected}")


def test_tickets_are_selected_by_box_range_and_all(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    box(bob, "Ticket no. 4").check()
    box(bob, "Ticket no. 2").click(modifiers=["Shift"])
    expect(selected(bob)).to_have_count(3)
    expect(bulk_bar(bob)).to_contain_text("3 selected")
    box(bob, "Ticket no. 3").uncheck()
    expect(selected(bob)).to_have_count(2)
    bulk_bar(bob).get_by_role("button", name="Select all 4 that are listed").click()
    expect(selected(bob)).to_have_count(4)
    # What happens to a ticket does not take it out, and what is new is not taken in.
    served.call("carol", "message.reply", ticket_id=2, body="Still so")
    served.call("dave", "ticket.create", title="Another", body="Text")
    expect(bob.ticket("Another")).to_be_visible()
    expect(selected(bob)).to_have_count(4)
    bob.page.get_by_role("navigation", name="Views").get_by_role("link").filter(has_text="Unassigned").click()
    expect(selected(bob)).to_have_count(0)
    expect(bulk_bar(bob)).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_selected_tickets_are_assigned_tagged_and_solved(served: Desk, person: Person, width: int) -> None:
    fill(served, 2)
    bob = person("bob", viewport={"width": width, "height": 800})
    bob.live()
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    bar = bulk_bar(bob)
    bar.get_by_role("combobox", name="Assign", exact=True).select_option("Alice")
    becomes(served, "assignee", ["alice", "alice"])
    expect(said(bob)).to_have_text("Assign to Alice: 2 tickets changed")
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    bar.get_by_role("combobox", name="Tags").fill("vpn")
    bar.get_by_role("combobox", name="Tags").press("Enter")
    becomes(served, "tags", [["vpn"], ["vpn"]])
    expect(bar).to_contain_text("Add the tag vpn: 2 tickets changed")
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    bar.get_by_role("combobox", name="Priority").select_option("High")
    becomes(served, "priority", ["high", "high"])
    # Its end is told before the boxes are empty; until then, they are still ticked.
    expect(bar).to_contain_text("Set the priority High: 2 tickets changed")
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    bar.get_by_role("button", name="Solve").click()
    becomes(served, "status", ["solved", "solved"])
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_change_is_undone_ticket_by_ticket(served: Desk, person: Person) -> None:
    fill(served, 3)
    served.call("bob", "ticket.update", ticket_id=1, assignee="alice")
    served.call("bob", "ticket.update", ticket_id=2, assignee="bob")
    bob = person("bob")
    bob.live()
    for number in (1, 2, 3):
        box(bob, f"Ticket no. {number}").check()
    bulk_bar(bob).get_by_role("combobox", name="Assign", exact=True).select_option("Bob (you)")
    becomes(served, "assignee", ["bob", "bob", "bob"])
    bulk_bar(bob).get_by_role("button", name="Undo").click()
    becomes(served, "assignee", ["alice", "bob", None])
    expect(said(bob)).to_have_text("Undone")


def test_what_is_refused_is_reported_and_stays_selected(served: Desk, person: Person) -> None:
    fill(served, 3)
    bob = person("bob")
    bob.live()
    for number in (1, 2, 3):
        box(bob, f"Ticket no. {number}").check()
    # What is merged is no longer among what is open, and stays selected.
    served.call("bob", "ticket.merge", ticket_id=3, into=2)
    expect(bob.ticket("Ticket no. 3")).to_have_count(0)
    bulk_bar(bob).get_by_role("combobox", name="Status").select_option("Solved")
    becomes(served, "status", ["solved", "solved", "closed"])
    bar = bulk_bar(bob)
    expect(bar).to_contain_text("2 tickets changed, 1 refused")
    expect(bar.get_by_role("group").get_by_role("link")).to_have_text("Ticket 3")
    expect(bar).to_contain_text("1 selected")


def test_why_a_ticket_was_refused_is_said_in_the_language_of_the_page(
    served: Desk, visit: Callable[..., Visitor]
) -> None:
    fill(served, 2)
    bob = visit_in(served, visit, "fr-FR", "bob")
    for number in (1, 2):
        bob.page.get_by_role("checkbox", name=f"Ticket no. {number}").check()
    served.call("bob", "ticket.merge", ticket_id=2, into=1)
    bar = bob.page.locator(".bulk")
    bar.get_by_role("combobox", name="État").select_option("solved")
    refused = bar.locator(".bulk-refused")
    expect(refused.locator(".bulk-reason").first).to_have_text("Le ticket 2 a été fusionné avec le ticket 1")
    expect(refused.locator("[lang=en]")).to_have_count(0)


def test_many_tickets_go_in_portions_and_the_rest_waits_through_an_outage(served: Desk, person: Person) -> None:
    fill(served, 60)
    bob = person("bob")
    bob.live()
    box(bob, "Ticket no. 60").check()
    bulk_bar(bob).get_by_role("button", name="that are listed").click()
    bulk_bar(bob).get_by_role("button", name="Select all of this view").click()
    expect(bulk_bar(bob)).to_contain_text("60 selected")
    sent: list[Route] = []

    def break_second(route: Route) -> None:
        if '"ticket.bulk"' not in (route.request.post_data or ""):
            route.continue_()
            return
        sent.append(route)
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    bob.page.route("**/rpc", break_second)
    bulk_bar(bob).get_by_role("button", name="Solve").click()
    expect(bulk_bar(bob).get_by_role("alert")).to_contain_text("did not answer")
    expect(selected(bob)).to_have_count(10)
    bulk_bar(bob).get_by_role("button", name="Try again").click()
    # Calls of the page go through this process meanwhile.
    wait_for(bob.page, lambda: set(field_of(served, "status", 60)) == {"solved"}, "all are solved")
    expect(bulk_bar(bob)).to_contain_text("60 tickets changed")


def test_a_macro_is_run_after_its_agent_has_read_what_it_does(served: Desk, person: Person) -> None:
    fill(served, 2)
    served.call("bob", "macro.save", name="Outage", reply="We are on it.", status="waiting", shared=False)
    bob = person("bob")
    bob.live()
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    bar = bulk_bar(bob)
    bar.get_by_role("combobox", name="Macro").select_option("Outage")
    expect(bar).to_contain_text("It sends a reply on each of 2 tickets.")
    assert field_of(served, "message_count", 2) == [0, 0]
    bar.get_by_role("button", name="Run Outage").click()
    becomes(served, "message_count", [1, 1])
    becomes(served, "status", ["waiting", "waiting"])
    expect(bar).to_contain_text("2 tickets changed")
    expect(bar.get_by_role("button", name="Undo")).to_have_count(0)


def test_snooze_is_one_choice(served: Desk, person: Person) -> None:
    fill(served, 2)
    bob = person("bob")
    bob.live()
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    snooze = bulk_bar(bob).get_by_role("combobox", name="Snooze")
    tomorrow = snooze.locator("option", has_text="Tomorrow").get_attribute("value")
    assert tomorrow is not None
    snooze.select_option(value=tomorrow)
    becomes(served, "snoozed_until", [int(tomorrow), int(tomorrow)])


def test_customers_select_nothing(served: Desk, person: Person) -> None:
    fill(served, 1)
    carol = person("carol")
    expect(carol.ticket("Ticket no. 1")).to_be_visible()
    expect(carol.page.locator(".select-box")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_bar_has_no_serious_fault(served: Desk, person: Person, axe: str, theme: str, size: dict[str, int]) -> None:
    fill(served, 3)
    bob = person("bob", viewport=size)
    bob.live()
    for number in (1, 3):
        box(bob, f"Ticket no. {number}").check()
    served.call("bob", "ticket.merge", ticket_id=3, into=2)
    bulk_bar(bob).get_by_role("button", name="Solve").click()
    expect(bulk_bar(bob)).to_contain_text("1 refused")
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
