"""An admin looks after people at the page: invited, changed, sent off with their tickets handed over, erased."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor, settle, wait_for
from tests.browser.pages_compose import hold
from tests.browser.pages_settings import settings_of
from tests.browser.pages_sign_in import sign_in
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_somebody_is_invited_and_found(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "People")
    alice.page.get_by_role("link", name="Invite somebody").click()
    settings.field("E-mail address").fill("no address")
    alice.page.get_by_role("button", name="Invite", exact=True).click()
    expect(settings.field("E-mail address")).to_have_attribute("aria-invalid", "true")
    settings.field("E-mail address").fill("Erin@example.org")
    settings.field("Name").fill("Erin Example")
    alice.page.get_by_role("button", name="Invite", exact=True).click()
    expect(alice.page.get_by_role("status").filter(has_text="Erin Example")).to_be_visible()
    expect(settings.field("E-mail address")).to_have_value("")
    alice.page.get_by_role("link", name="People").last.click()
    alice.page.get_by_role("searchbox").fill("ERIN@")
    expect(settings.row("Erin Example")).to_contain_text("Agent")
    team = served.call("alice", "user.list", team=True)["users"]
    assert [one["email"] for one in team if one["name"] == "Erin Example"] == ["erin@example.org"]


def test_where_no_letter_arrives_the_link_is_handed_over(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "People")
    alice.page.get_by_role("link", name="Invite somebody").click()
    settings.field("E-mail address").fill("erin@example.org")
    alice.page.get_by_role("button", name="Invite", exact=True).click()
    notice = alice.page.locator(".settings-notice")
    expect(notice).to_contain_text("set the address of the page under Project")
    notice.get_by_role("link", name="Project").click()
    settings.field("Address of this page").fill("https://desk.example.org/")
    settings.save()
    settings.open("People")
    alice.page.get_by_role("link", name="Invite somebody").click()
    settings.field("E-mail address").fill("erin@example.org")
    alice.page.get_by_role("button", name="Invite", exact=True).click()
    link = settings.field("Their link")
    expect(link).to_have_value(re.compile(r"^https://desk\.example\.org/sign-in/link\?token=\S{20,}$"))
    # What is done at the page names no command of a shell.
    expect(alice.page.get_by_role("main")).not_to_contain_text("hero_assistance")


def test_a_customer_is_found_and_becomes_an_agent(served: Desk, person: Person) -> None:
    alice, dave = person("alice"), person("dave")
    dave.live()
    settings = settings_of(alice, "People")
    alice.page.get_by_role("radio", name="Customers").check()
    expect(settings.row("Carol")).to_be_visible()
    alice.page.get_by_role("searchbox").fill("da")
    expect(settings.row("Carol")).to_have_count(0)
    settings.row("Dave").get_by_role("link").click()
    settings.field("Role").select_option("agent")
    settings.save()
    assert served.call("dave", "user.me")["role"] == "agent"
    expect(dave.page.get_by_role("link", name="Stats")).to_be_visible()


def test_an_agent_leaves_and_their_tickets_go_to_a_colleague(served: Desk, person: Person) -> None:
    for number in range(3):
        served.call("carol", "ticket.create", title=f"Ticket {number}", body="b")
        served.call("bob", "ticket.update", ticket_id=number + 1, assignee="bob")
    served.call("bob", "ticket.update", ticket_id=3, status="solved")
    served.call("alice", "user.enrol", email="erin@example.org", name="Erin", role="agent")
    alice = person("alice")
    settings = settings_of(alice, "People")
    settings.row("Bob").get_by_role("link").click()
    alice.page.get_by_role("button", name="Deactivate", exact=True).click()
    expect(alice.page.get_by_text("2 open tickets are assigned to them.")).to_be_visible()
    settings.field("Who takes them over").select_option("Erin")
    alice.page.get_by_role("button", name="Deactivate them").click()
    expect(alice.page.get_by_text("Deactivated: they are refused everywhere.")).to_be_visible()
    assigned = [served.call("alice", "ticket.get", ticket_id=number)["assignee"] for number in (1, 2, 3)]
    assert assigned == ["erin", "erin", "bob"]
    settings.confirm("Reactivate", "Reactivate them")
    expect(alice.page.get_by_role("button", name="Deactivate", exact=True)).to_be_visible()
    assert served.call("bob", "user.me")["active"]


def test_what_is_erased_is_counted_first(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Mine", body="b")
    alice = person("alice")
    settings = settings_of(alice, "People")
    alice.page.get_by_role("radio", name="Customers").check()
    settings.row("Carol").get_by_role("link").click()
    alice.page.get_by_role("button", name="Erase for ever").click()
    expect(alice.page.get_by_text("1 ticket stays, without their name")).to_be_visible()
    # Nothing has happened yet, and Escape is a way back.
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("button", name="Erase them for ever")).to_have_count(0)
    assert served.call("carol", "user.me")["name"] == "Carol"
    settings.confirm("Erase for ever", "Erase them for ever")
    expect(alice.heading("People")).to_be_visible()
    assert served.call("alice", "ticket.get", ticket_id=1)["customer"].startswith("erased-user")


def test_an_admin_signs_out_a_device_of_somebody(hero_desk: Desk, visit: Callable[..., Visitor]) -> None:
    erin = sign_in(hero_desk, visit, "erin", "agent")
    ann = sign_in(hero_desk, visit, "ann", "admin")
    settings = settings_of(ann, "People")
    settings.row("Erin").get_by_role("link").click()
    devices = ann.page.get_by_role("list", name="Devices").get_by_role("listitem")
    expect(devices).to_have_count(1)
    devices.get_by_role("button", name="Sign out").click()
    ann.page.get_by_role("button", name="Sign this device out").click()
    expect(devices).to_have_count(0)
    expect(erin.page.get_by_text("You are signed out here")).to_be_visible()
    ann.live()


def test_an_admin_does_not_send_themselves_off(person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "People")
    settings.row("Alice").get_by_role("link").click()
    expect(settings.field("Role")).to_be_visible()
    expect(alice.page.get_by_role("button", name="Deactivate", exact=True)).to_have_count(0)
    settings.field("Role").select_option("agent")
    alice.page.get_by_role("button", name="Save", exact=True).click()
    # The last admin stays one.
    expect(alice.page.get_by_role("alert")).to_be_visible()


def test_an_agent_has_no_page_of_people(person: Person) -> None:
    bob = person("bob")
    settings_of(bob, "Profile")
    navigation = bob.page.get_by_role("navigation", name="Settings")
    expect(navigation.get_by_role("link", name="Macros")).to_be_visible()
    expect(navigation.get_by_role("link", name="People")).to_have_count(0)


def test_axe_finds_nothing_on_the_pages_of_people(person: Person, axe: str) -> None:
    alice = person("alice")
    settings = settings_of(alice, "People")
    for theme in ("dark", "light"):
        look_as(alice.page, theme)
        assert find_faults(alice.page, axe) == []
    settings.row("Bob").get_by_role("link").click()
    alice.page.get_by_role("button", name="Deactivate", exact=True).click()
    expect(alice.page.get_by_text("No open ticket is assigned to them.")).to_be_visible()
    for theme in ("dark", "light"):
        look_as(alice.page, theme)
        assert find_faults(alice.page, axe) == []


def test_the_last_words_that_are_looked_for_count(person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "People")
    alice.page.get_by_role("radio", name="Customers").check()
    expect(settings.row("Carol")).to_be_visible()
    held = hold(alice.page, "user.customers")
    field = settings.field("Find people by name or address")
    field.fill("car")
    wait_for(alice.page, lambda: held, "the first words are asked for")
    field.fill("dav")
    wait_for(alice.page, lambda: len(held) == 2, "so are the last ones")
    held[1].continue_()
    expect(settings.row("Dave")).to_be_visible()
    with alice.page.expect_response(lambda response: '"car"' in (response.request.post_data or "")) as late:
        held[0].continue_()
    late.value.finished()
    settle(alice.page)
    expect(settings.row("Dave")).to_be_visible()
    expect(settings.row("Carol")).to_have_count(0)
