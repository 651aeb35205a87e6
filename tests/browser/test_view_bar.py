"""The views of the team: how many tickets are in each, live, and the tickets of the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_compose import calls_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def view(bob: Visitor, name: str) -> Locator:
    return bob.page.get_by_role("navigation", name="Views").get_by_role("link").filter(has_text=name)


def fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="The first", body="Text")
    served.call("dave", "ticket.create", title="The second", body="Text", tags=["vpn"])
    served.call("bob", "ticket.update", ticket_id=1, assignee="bob", status="open")


@pytest.mark.parametrize("width", [390, 1000, 1280])
def test_a_view_lists_its_tickets_and_its_count_follows_what_happens(served: Desk, person: Person, width: int) -> None:
    fill(served)
    bob = person("bob", viewport={"width": width, "height": 800})
    bob.live()
    view(bob, "Mine").click()
    expect(bob.page.get_by_role("navigation", name="Tickets").get_by_role("heading")).to_have_text("Mine")
    expect(bob.ticket("The first")).to_be_visible()
    expect(bob.ticket("The second")).to_have_count(0)
    expect(view(bob, "Mine")).to_contain_text("1 ticket")
    expect(view(bob, "Mine")).to_have_attribute("aria-current", "true")
    served.call("alice", "ticket.update", ticket_id=2, assignee="bob")
    expect(bob.ticket("The second")).to_be_visible()
    expect(view(bob, "Mine")).to_contain_text("2 tickets")
    served.call("alice", "ticket.update", ticket_id=1, status="closed")
    expect(bob.ticket("The first")).to_have_count(0)
    expect(view(bob, "Closed")).to_contain_text("1 ticket")
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_counts_come_with_the_events_and_are_not_asked_for(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    asked = calls_of(bob.page, "view.list")
    bob.page.reload()
    view(bob, "Mine").click()
    expect(view(bob, "Mine")).to_contain_text("1 ticket")
    for status, name in (("waiting", "Waiting"), ("closed", "Closed")):
        served.call("alice", "ticket.update", ticket_id=1, status=status)
        expect(view(bob, name)).to_contain_text("1 ticket")
    assert len(asked) == 1


def test_a_saved_view_is_among_them_as_it_is_saved(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    view(bob, "Unassigned").click()
    served.call("alice", "view.save", name="Networks", filter="tag:vpn", shared=True)
    view(bob, "Networks").click()
    expect(bob.ticket("The second")).to_be_visible()
    expect(bob.ticket("The first")).to_have_count(0)
    bob.page.reload()
    expect(bob.ticket("The second")).to_be_visible()
    expect(bob.ticket("The first")).to_have_count(0)
    bob.ticket("The second").click()
    expect(bob.heading("The second")).to_be_visible()
    bob.page.go_back()
    view(bob, "Snoozed").click()
    expect(bob.page.get_by_text("No tickets here")).to_be_visible()


def test_customers_have_no_views(served: Desk, person: Person) -> None:
    fill(served)
    carol = person("carol")
    expect(carol.ticket("The first")).to_be_visible()
    expect(carol.page.get_by_role("navigation", name="Views")).to_have_count(0)
