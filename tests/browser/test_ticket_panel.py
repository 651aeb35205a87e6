"""What agents set on a ticket: assignee, status, priority, tags and snooze; shown at once, undone when refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.page_object import Visitor, wait_for
from tests.browser.pages_compose import calls_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def open_ticket(served: Desk, person: Person, **options: object) -> tuple[Visitor, Locator]:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    bob = person("bob", **options)
    bob.ticket("The VPN is down").click()
    return bob, bob.page.get_by_role("complementary", name="About this ticket")


def wait_until_more(page: Page, held: list[Route], number: int) -> None:
    wait_for(page, lambda: len(held) > number, "the next change is on its way")


def becomes(served: Desk, **expected: Any) -> None:
    def is_so() -> bool:
        ticket = served.call("bob", "ticket.get", ticket_id=1)
        return {name: ticket[name] for name in expected} == expected

    eventually(is_so, str(expected))


@pytest.mark.parametrize("width", [390, 1280, 1900])
def test_an_agent_takes_and_gives_a_ticket(served: Desk, person: Person, width: int) -> None:
    bob, panel = open_ticket(served, person, viewport={"width": width, "height": 800})
    if width < 832:
        panel.get_by_role("button", name="Details").click()
    panel.get_by_role("button", name="Take it").click()
    becomes(served, assignee="bob")
    expect(panel.get_by_label("Assignee")).to_have_value("bob")
    expect(panel.get_by_role("button", name="Take it")).to_have_count(0)
    panel.get_by_label("Assignee").select_option("Alice")
    becomes(served, assignee="alice")
    panel.get_by_label("Assignee").select_option("Not assigned")
    becomes(served, assignee=None)
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_agent_sets_status_and_priority(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    panel.get_by_label("Priority").select_option("Urgent")
    becomes(served, priority="urgent")
    panel.get_by_label("Status").select_option("Solved")
    becomes(served, status="solved")
    expect(bob.page.locator(".thread-head .status-solved")).to_be_visible()
    served.call("alice", "ticket.update", ticket_id=1, status="open", priority="low")
    expect(panel.get_by_label("Status")).to_have_value("open")
    expect(panel.get_by_label("Priority")).to_have_value("low")


def test_tags_are_added_completed_and_removed(served: Desk, person: Person) -> None:
    served.call("dave", "ticket.create", title="Another", body="b")
    served.call("bob", "ticket.update", ticket_id=1, add_tags=["billing"])
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    bob = person("bob")
    bob.ticket("The VPN is down").click()
    panel = bob.page.get_by_role("complementary", name="About this ticket")
    field = panel.get_by_label("Add a tag")
    field.focus()
    expect(panel.locator("datalist option")).to_have_attribute("value", "billing")
    for tag in ("billing", "vpn"):
        field.fill(tag)
        field.press("Enter")
        expect(field).to_have_value("")
    expect(panel.get_by_role("list", name="Tags").locator("bdi")).to_have_text(["billing", "vpn"])
    expect(panel.locator("datalist option")).to_have_count(0)
    panel.get_by_role("button", name="Remove the tag billing").click()
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=2)["tags"] == ["vpn"], "the tag is removed")


def test_a_ticket_is_put_off_and_woken(served: Desk, person: Person) -> None:
    _bob, panel = open_ticket(served, person)
    tomorrow = (
        panel.get_by_role("combobox", name="Snooze", exact=True)
        .locator("option", has_text="Tomorrow")
        .get_attribute("value")
    )
    assert tomorrow is not None
    panel.get_by_role("combobox", name="Snooze", exact=True).select_option(value=tomorrow)
    becomes(served, status="snoozed", snoozed_until=int(tomorrow))
    panel.get_by_role("button", name="Wake up").click()
    becomes(served, status="open", snoozed_until=None)
    panel.get_by_role("combobox", name="Snooze", exact=True).select_option("Another time…")
    panel.get_by_label("Snooze until").fill("2099-01-02T03:04")
    panel.get_by_role("button", name="Snooze", exact=True).click()
    becomes(served, status="snoozed")
    expect(panel.get_by_text("Snoozed until")).to_be_visible()


def test_what_is_refused_is_undone_with_the_reason(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    expect(panel.get_by_label("Priority")).to_have_value("normal")
    held: list[Route] = []
    bob.page.route(
        "**/rpc",
        lambda route: held.append(route) if "ticket.update" in (route.request.post_data or "") else route.continue_(),
    )
    panel.get_by_label("Priority").select_option("Urgent")
    # Shown before the server has answered, in the head of the ticket and in the list.
    expect(bob.page.locator(".thread-head .priority-urgent")).to_be_visible()
    expect(bob.ticket("The VPN is down")).to_contain_text("Urgent")
    wait_for(bob.page, lambda: held, "the change is on its way")
    failure = {"code": -32004, "message": "it is closed", "data": {"reason": "conflict", "hint": "open it first"}}
    held[0].fulfill(json={"jsonrpc": "2.0", "id": 1, "error": failure})
    expect(panel.get_by_role("alert")).to_contain_text("it is closed")
    expect(panel.get_by_label("Priority")).to_have_value("normal")
    expect(bob.page.locator(".thread-head .priority-urgent")).to_have_count(0)


def test_what_is_set_while_another_change_is_on_its_way_is_sent_after_it(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    expect(panel.get_by_label("Priority")).to_have_value("normal")
    held: list[Route] = []
    bob.page.route(
        "**/rpc",
        lambda route: held.append(route) if "ticket.update" in (route.request.post_data or "") else route.continue_(),
    )
    panel.get_by_label("Status").select_option("Solved")
    panel.get_by_label("Priority").select_option("Urgent")
    panel.get_by_label("Add a tag").fill("VPN")
    panel.get_by_label("Add a tag").press("Enter")
    expect(panel.get_by_role("list", name="Tags").locator("bdi")).to_have_text(["VPN"])
    for number in range(3):
        wait_until_more(bob.page, held, number)
        # One at a time.
        assert len(held) == number + 1
        held[number].continue_()
    becomes(served, status="solved", priority="urgent", tags=["vpn"])
    expect(panel.get_by_role("list", name="Tags").locator("bdi")).to_have_text(["vpn"])


def test_the_keys_choose_nothing_that_they_pass(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    sent = calls_of(bob.page, "ticket.update")
    status = panel.get_by_label("Status")
    status.focus()
    for _ in range(3):
        status.press("ArrowDown")
    expect(status).to_have_value("solved")
    status.press("Enter")
    becomes(served, status="solved")
    priority = panel.get_by_label("Priority")
    priority.focus()
    priority.press("ArrowDown")
    priority.press("ArrowDown")
    priority.press("Escape")
    expect(priority).to_have_value("normal")
    priority.press("ArrowUp")
    priority.press("Tab")
    becomes(served, priority="low")
    snooze = panel.get_by_role("combobox", name="Snooze", exact=True)
    snooze.focus()
    snooze.press("ArrowDown")
    snooze.press("ArrowDown")
    snooze.press("Escape")
    expect(snooze).to_have_value("")
    snooze.press("Tab")
    # Changes are sent one after the other: this one after all that was chosen before it.
    priority.select_option("Urgent")
    becomes(served, priority="urgent")
    assert len(sent) == 3
    assert served.call("bob", "ticket.get", ticket_id=1)["status"] == "solved"


def test_a_customer_sets_nothing(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    carol = person("carol")
    carol.ticket("The VPN is down").click()
    expect(carol.message("Since this morning.")).to_be_visible()
    expect(carol.page.get_by_role("complementary", name="About this ticket")).to_have_count(0)
