"""An agent files a ticket for a customer who has called: one who is known, or a new one by an e-mail address."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def open_form(bob: Visitor) -> None:
    bob.page.get_by_role("link", name="New ticket").first.click()
    bob.page.get_by_label("Title").fill("A new laptop")
    bob.page.get_by_label("Description").fill("Mine is six years old.")


def send(bob: Visitor) -> None:
    bob.page.get_by_role("button", name="Send ticket").click()


def test_for_a_customer_who_is_known(served: Desk, person: Person) -> None:
    bob = person("bob")
    open_form(bob)
    field = bob.page.get_by_role("combobox", name="Customer")
    field.press_sequentially("da")
    expect(bob.page.get_by_role("listbox", name="Customers").get_by_role("option")).to_contain_text("Dave")
    field.press("Enter")
    expect(bob.page.locator(".customer-chosen")).to_contain_text("Dave")
    send(bob)
    expect(bob.heading("A new laptop")).to_be_visible()
    assert served.call("dave", "ticket.get", ticket_id=1)["customer"] == "dave"


def test_tab_goes_on_and_chooses_nobody(served: Desk, person: Person) -> None:
    bob = person("bob")
    open_form(bob)
    field = bob.page.get_by_role("combobox", name="Customer")
    field.press_sequentially("da")
    expect(bob.page.get_by_role("listbox", name="Customers")).to_be_visible()
    field.press("Tab")
    expect(bob.page.get_by_role("listbox", name="Customers")).to_have_count(0)
    expect(field).not_to_be_focused()
    expect(field).to_have_value("da")
    expect(bob.page.locator(".customer-chosen")).to_have_count(0)


def test_for_a_new_customer_and_once_more_for_the_same(served: Desk, person: Person) -> None:
    bob = person("bob")
    for number in (1, 2):
        open_form(bob)
        bob.page.get_by_role("combobox", name="Customer").fill("erin@example.org")
        if number == 1:
            bob.page.get_by_label("Name of the new customer").fill("Erin Example")
        send(bob)
        expect(bob.heading("A new laptop")).to_be_visible()
        assert served.call("bob", "ticket.get", ticket_id=number)["customer"] == "erin-example"
    users = served.call("bob", "user.customers", prefix="erin")["users"]
    assert [(user["name"], user["email"]) for user in users] == [("Erin Example", "erin@example.org")]


def test_a_name_that_was_not_chosen_files_nothing(served: Desk, person: Person) -> None:
    bob = person("bob")
    open_form(bob)
    bob.page.get_by_role("combobox", name="Customer").fill("Frank")
    send(bob)
    expect(bob.page.get_by_role("alert")).to_contain_text("No customer is chosen")
    assert served.call("bob", "ticket.list")["tickets"] == []
    bob.page.get_by_role("combobox", name="Customer").fill("")
    send(bob)
    expect(bob.heading("A new laptop")).to_be_visible()
    assert served.call("bob", "ticket.get", ticket_id=1)["customer"] == "bob"


def test_a_customer_has_no_such_field(person: Person) -> None:
    carol = person("carol")
    open_form(carol)
    expect(carol.page.get_by_role("combobox", name="Customer")).to_have_count(0)
