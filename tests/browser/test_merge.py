"""Merging: two tickets side by side, what will happen, and where they are afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_commands import box, bulk_bar, merge_dialog, open_palette, said
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("carol", "ticket.create", title="VPN again", body="Still nothing.", tags=["network"])
    served.call("bob", "ticket.update", ticket_id=2, add_tags=["network"])
    served.call("bob", "message.reply", ticket_id=1, body="We look into it.")


def test_two_selected_tickets_are_merged_after_a_preview(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    box(bob, "The VPN is down").check()
    expect(bulk_bar(bob).get_by_role("button", name="Merge")).to_be_disabled()
    box(bob, "VPN again").check()
    bulk_bar(bob).get_by_role("button", name="Merge").click()
    preview = merge_dialog(bob)
    # The older one stays.
    expect(preview.get_by_role("radio", name="Stays")).to_be_checked()
    expect(preview.locator(".merge-side[data-stays=true]")).to_contain_text("The VPN is down")
    for sentence in (
        "Ticket 2 is closed, and leads to ticket 1.",
        "Ticket 1 opens, because ticket 2 is unanswered.",
        "Its tags stay behind: network.",
        "No letter is sent.",
        "It cannot be undone",
    ):
        expect(preview).to_contain_text(sentence)
    preview.get_by_role("button", name="Merge 2 into 1").click()
    expect(bob.heading("The VPN is down")).to_be_visible()
    expect(bob.message("Still nothing.")).to_be_visible()
    expect(said(bob)).to_have_text("Ticket 2 was merged into ticket 1")
    merged = served.call("bob", "ticket.get", ticket_id=2)
    assert (merged["merged_into"], merged["status"]) == (1, "closed")
    bob.page.goto(f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/2")
    # Under the messages too: in place of the composer.
    where = bob.page.get_by_text("This ticket was merged into")
    expect(where.get_by_role("link", name="ticket 1", exact=True)).to_be_visible()
    expect(bulk_bar(bob).get_by_text("selected")).to_have_count(0)


def test_several_selected_tickets_are_merged_one_after_the_other(served: Desk, person: Person) -> None:
    fill(served)
    served.call("carol", "ticket.create", title="And once more", body="Is anybody there?")
    bob = person("bob")
    bob.live()
    for title in ("VPN again", "The VPN is down", "And once more"):
        box(bob, title).check()
    bulk_bar(bob).get_by_role("button", name="Merge").click()
    preview = merge_dialog(bob)
    expect(preview).to_contain_text("Then 1 more is merged with it.")
    preview.get_by_role("button", name="Merge 2 into 1").click()
    expect(preview.get_by_role("button", name="Merge 3 into 1")).to_be_enabled()
    # What is left undone stays selected.
    bob.page.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    expect(bulk_bar(bob)).to_contain_text("2 selected")
    bulk_bar(bob).get_by_role("button", name="Merge").click()
    preview.get_by_role("button", name="Merge 3 into 1").click()
    expect(bob.heading("The VPN is down")).to_be_visible()
    for text in ("Still nothing.", "Is anybody there?"):
        expect(bob.message(text)).to_be_visible()
    assert [served.call("bob", "ticket.get", ticket_id=number)["merged_into"] for number in (2, 3)] == [1, 1]
    expect(bulk_bar(bob).get_by_text("selected")).to_have_count(0)


def test_a_ticket_is_merged_with_one_that_is_looked_for(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.ticket("VPN again").click()
    bob.page.get_by_text("More", exact=True).click()
    bob.page.get_by_role("button", name="Merge with another ticket").click()
    picker = bob.page.get_by_role("dialog", name="Merge ticket 2 with")
    # Those of the same customer are offered first.
    expect(picker.get_by_role("option").filter(has_text="The VPN is down")).to_be_visible()
    picker.get_by_role("combobox").press_sequentially("morning")
    expect(picker.get_by_role("option").filter(has_text="The VPN is down")).to_be_visible()
    picker.get_by_role("combobox").press("Enter")
    preview = merge_dialog(bob)
    # The other one may stay as well.
    preview.locator(".merge-side").filter(has_text="VPN again").click()
    preview.get_by_role("button", name="Merge 1 into 2").click()
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=1)["merged_into"] == 2, "merged")
    expect(bob.message("We look into it.")).to_be_visible()


def test_a_closed_ticket_is_opened_only_on_request(served: Desk, person: Person) -> None:
    fill(served)
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    served.call("bob", "ticket.update", ticket_id=2, status="closed")
    bob = person("bob")
    bob.live()
    bob.page.get_by_role("navigation", name="Views").get_by_role("link", name="Closed").click()
    box(bob, "The VPN is down").check()
    box(bob, "VPN again").check()
    open_palette(bob, "merge").press("Enter")
    preview = merge_dialog(bob)
    merge = preview.get_by_role("button", name="Merge 2 into 1")
    expect(merge).to_be_disabled()
    preview.get_by_label("Open ticket 1 again, which is closed").check()
    merge.click()
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=1)["status"] == "open", "it is open")


def test_tickets_of_different_people_say_why_and_how(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("dave", "ticket.create", title="No network", body="Here as well.")
    bob = person("bob")
    bob.live()
    box(bob, "The VPN is down").check()
    box(bob, "No network").check()
    bulk_bar(bob).get_by_role("button", name="Merge").click()
    preview = merge_dialog(bob)
    expect(preview.get_by_role("alert")).to_contain_text("Other people see the one ticket")
    expect(preview.get_by_role("button", name="Merge 2 into 1")).to_be_disabled()
    expect(preview).to_contain_text("Dave would see all of ticket 1 but its notes.")
    preview.get_by_role("button", name="Invite them to both tickets").click()
    expect(preview.get_by_role("alert")).to_have_count(0)
    preview.get_by_role("button", name="Merge 2 into 1").click()
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=2)["merged_into"] == 1, "merged")


def test_a_number_that_no_ticket_has_is_said(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.ticket("VPN again").click()
    expect(bob.heading("VPN again")).to_be_focused()
    bob.page.keyboard.press("Shift+M")
    picker = bob.page.get_by_role("dialog", name="Merge ticket 2 with")
    picker.get_by_role("combobox").press_sequentially("999")
    picker.get_by_role("combobox").press("Enter")
    expect(merge_dialog(bob).get_by_role("alert")).to_contain_text("Ticket 999 is not here, or not for you")
    merge_dialog(bob).get_by_role("button", name="Another ticket").click()
    expect(picker).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_preview_has_no_serious_fault(
    served: Desk, person: Person, axe: str, theme: str, size: dict[str, int]
) -> None:
    fill(served)
    bob = person("bob", viewport=size)
    bob.live()
    box(bob, "The VPN is down").check()
    box(bob, "VPN again").check()
    bulk_bar(bob).get_by_role("button", name="Merge").click()
    expect(merge_dialog(bob)).to_contain_text("What will happen")
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
