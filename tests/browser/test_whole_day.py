"""A whole day on the page: two agents and two customers, each with a browser, with a restart and an outage.

Alice is the admin, Bob an agent; Carol and Dave ask. Dave has a phone and reads from right to left. What one does, the
others see without a reload, and all that was written before the restarts and in the outage is there once. Nothing is
done in a shell but what a machine's operator does: the programs are stopped and started.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_compose import reply_of
from tests.browser.pages_day import Agent, Customer
from tests.browser.pages_files import give, picture
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Daemon, Desk, eventually

DESK = {"width": 1700, "height": 950}
PHONE = {"width": 390, "height": 844}
VPN, PRINTER, AGAIN, KEYBOARD = "The VPN is down", "המדפסת", "VPN again", "A new keyboard"
BLANK = "כל הדפים לבנים (שגיאה 7)."
ADDRESS = "It is 400::1, and it is there now and then."
# The desk comes back after pauses that grow.
BACK_MS = 45_000


@dataclass
class Day:
    """The four, and the desk that they use."""

    served: Desk
    person: Callable[..., Visitor]
    server: Daemon
    bob: Agent
    alice: Agent
    carol: Customer
    dave: Customer

    @property
    def visitors(self) -> list[Visitor]:
        """The browsers of all four."""
        return [each.visitor for each in (self.bob, self.alice, self.carol, self.dave)]

    def all_are_live(self) -> None:
        """What each of them sees is true."""
        for visitor in self.visitors:
            expect(visitor.page.locator(".connection")).to_have_text("Live", timeout=BACK_MS)

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        """A ticket as agents see it."""
        found: dict[str, Any] = self.served.call("alice", "ticket.get", ticket_id=ticket_id)
        return found

    def texts(self, ticket_id: int) -> list[str]:
        """What was said on a ticket."""
        found = self.served.call("alice", "message.list", ticket_id=ticket_id)["messages"]
        return [one["body"] for one in found]


@pytest.fixture
def day(served: Desk, person: Callable[..., Visitor]) -> Day:
    served.call("alice", "user.update", user_id="dave", email="dave@example.org")
    bob, alice = (Agent(person(user, viewport=DESK)) for user in ("bob", "alice"))
    carol, dave = Customer(person("carol")), Customer(person("dave", viewport=PHONE, has_touch=True))
    dave.page.evaluate("document.documentElement.dir = 'rtl'")
    made = Day(served, person, served.daemons[0], bob, alice, carol, dave)
    made.all_are_live()
    return made


def test_a_day_of_two_agents_and_two_customers(day: Day) -> None:
    _the_desk_is_prepared(day)
    _the_morning(day)
    _the_restart(day)
    _noon(day)
    _the_afternoon(day)
    _the_outage(day)
    _the_evening(day)
    assert not any(visitor.was_reloaded for visitor in day.visitors)


def _the_desk_is_prepared(day: Day) -> None:
    """Alice promises an answer within the hour, and writes what the team says and does often."""
    alice, page = day.alice, day.alice.page
    settings = settings_of(alice.visitor, "Targets and hours")
    page.get_by_role("group", name="Normal").get_by_label("How many").fill("60")
    settings.save()
    settings.open("Canned replies")
    page.get_by_role("link", name="New canned reply").click()
    settings.field("Name").fill("Toner")
    settings.field("Text").fill("Dear {{customer.name}}, please shake the toner.")
    page.get_by_role("switch", name="For the whole team").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.row("Toner")).to_contain_text("Team")
    settings.open("Macros")
    page.get_by_role("link", name="New macro").click()
    settings.field("Name").fill("It was the gateway")
    settings.field("Add tags").fill("gateway")
    settings.field("Priority").select_option("High")
    page.get_by_role("switch", name="For the whole team").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.row("It was the gateway")).to_contain_text("Team")
    page.get_by_role("link", name="All tickets").first.click()


def _the_morning(day: Day) -> None:
    """Two customers ask; the agents share the work, and see each other at it."""
    day.carol.page.get_by_role("link", name="New ticket").first.click()
    give(day.carol.page.get_by_label("Description"), "drop", "screen.png", picture(640, 480))
    day.carol.visitor.file(VPN, "Since this morning. I get *no address*.")
    day.dave.visitor.file(PRINTER, BLANK)
    expect(day.bob.visitor.ticket(PRINTER)).to_be_visible()
    # By keys alone: the second of the list is opened and taken.
    day.bob.presses("j", "j", "o")
    expect(day.bob.visitor.heading(VPN)).to_be_focused()
    day.bob.presses("i")
    expect(day.bob.panel).to_contain_text("left")
    expect(day.bob.page.get_by_role("img", name="screen.png")).to_be_visible()
    expect(day.carol.page.locator(".presence")).to_contain_text("Bob")
    expect(day.alice.visitor.ticket(VPN)).to_contain_text("Looking at it")
    day.alice.opens(VPN)
    expect(day.alice.panel.get_by_label("Assignee")).to_have_value("bob")
    day.alice.mentions("The gateway was renewed yesterday.", "bo", "Bob")
    day.bob.reads("The gateway was renewed yesterday.")
    day.bob.presses("r")
    expect(reply_of(day.bob.page)).to_be_focused()
    day.bob.page.keyboard.type("Which")
    expect(day.carol.page.locator(".presence")).to_contain_text("is writing")
    day.bob.replies("Which address do you see?")
    day.carol.reads("Which address do you see?")
    day.carol.reads_nothing_of("The gateway was renewed yesterday.")
    expect(day.bob.panel).to_contain_text("Answered in time")
    day.carol.shares_with("dave@example.org")
    day.dave.joins(1, "Carol", VPN)
    day.carol.sees_guest("Dave")
    day.dave.opens(PRINTER)


def _the_restart(day: Day) -> None:
    """Server and page are upgraded: what was typed stays, and what is said afterwards arrives."""
    day.carol.writes(ADDRESS)
    address, ui = day.served.tcp_of_ui(), day.served.daemons[1]
    day.server.end(signal.SIGTERM)
    ui.end(signal.SIGTERM)
    day.server = day.served.start_server()
    day.served.start_ui("--tcp", address)
    day.all_are_live()
    day.carol.sends()
    day.bob.reads(ADDRESS)


def _noon(day: Day) -> None:
    """Alice answers the one with the phone from the shelf; Bob takes back, is held, and runs a macro."""
    day.alice.opens(PRINTER)
    day.alice.takes()
    day.alice.answers_from_the_shelf("ton", "Dear Dave, please shake the toner.")
    day.dave.reads("Dear Dave, please shake the toner.")
    day.dave.replies("עכשיו זה עובד")
    day.alice.reads("עכשיו זה עובד")
    day.bob.chooses_that_a_reply("20 seconds")
    day.bob.opens(VPN)
    day.bob.writes("You idiot")
    day.bob.sends()
    day.bob.takes_back("You idiot")
    day.carol.reads_nothing_of("You idiot")
    day.bob.chooses_that_a_reply("Leaves at once")
    day.bob.opens(VPN)
    day.bob.is_held_while("Please try again.", day.carol, "It was the cable. And my keyboard is broken.")
    day.carol.reads("Please try again.")
    day.bob.runs_the_macro("gateway", "Normal → High")
    eventually(lambda: day.ticket(1)["tags"] == ["gateway"], "the macro was run")


def _the_afternoon(day: Day) -> None:
    """The agents sort: a second ticket of the same is merged, what is another matter split off, the rest put off."""
    day.carol.visitor.file(AGAIN, "Still nothing.")
    expect(day.bob.visitor.ticket(AGAIN)).to_be_visible()
    day.bob.tags_all("vpn", VPN, AGAIN)
    day.bob.merges(VPN, AGAIN, "Merge 3 into 1")
    day.bob.reads("Still nothing.")
    day.bob.splits("And my keyboard is broken.", KEYBOARD)
    day.bob.snoozes_until_tomorrow()
    day.alice.searches("keyboard", KEYBOARD)
    day.alice.shares_a_view("Networks", "tag:vpn")
    day.bob.views.get_by_role("link", name="Networks").click()
    expect(day.bob.visitor.ticket(VPN)).to_be_visible()
    expect(day.bob.visitor.ticket(PRINTER)).to_have_count(0)
    day.bob.opens(VPN)
    tab = day.bob.opens_another_tab()
    day.bob.writes("Half a")
    expect(reply_of(tab)).to_have_value("Half a")
    tab.close()


def _the_outage(day: Day) -> None:
    """The server dies: what is sent waits, and is sent once when it is back; Alice goes on by her phone."""
    day.carol.opens(VPN)
    day.server.end(signal.SIGKILL)
    silent = day.carol.page.get_by_role("list", name="Projects that do not answer")
    expect(silent).to_be_visible(timeout=BACK_MS)
    expect(silent).not_to_contain_text("hero_assistance")
    day.carol.writes("Is somebody there?")
    day.carol.sends()
    expect(day.carol.visitor.message("Is somebody there?")).to_contain_text("Waits for the connection")
    day.server = day.served.start_server()
    day.all_are_live()
    expect(silent).to_have_count(0)
    day.bob.reads("Is somebody there?")
    phone = Agent(day.person("alice", viewport=PHONE, has_touch=True))
    phone.opens(VPN)
    phone.replies("The fix is on its way.")
    day.carol.reads("The fix is on its way.")


def _the_evening(day: Day) -> None:
    """Both are solved by those who asked, and rated; one comes back; the figures say so."""
    day.alice.opens(PRINTER)
    day.dave.says("It is solved")
    day.dave.says("Good")
    expect(day.alice.panel).to_contain_text("Good")
    day.carol.says("It is solved")
    expect(day.bob.panel.get_by_label("Status")).to_have_value("solved")
    day.carol.says("Open it again")
    expect(day.bob.panel.get_by_label("Status")).to_have_value("open")
    day.bob.replies("Now it is fixed for good.")
    day.carol.reads("Now it is fixed for good.")
    day.carol.says("It is solved")
    eventually(
        lambda: [day.ticket(one)["status"] for one in (1, 2, 4)] == ["solved", "solved", "snoozed"], "all is done"
    )
    texts = day.texts(1)
    assert len(texts) == len(set(texts)), "nothing arrived twice"
    assert {ADDRESS, "Is somebody there?", "The fix is on its way."} <= set(texts)
    ratings = day.served.call("alice", "rating.of_ticket", ticket_id=2)["ratings"]
    assert [(one["score"], one["user_id"]) for one in ratings] == [("good", "dave")]
    day.alice.page.get_by_role("link", name="Stats", exact=True).click()
    totals = day.alice.page.get_by_role("list", name="Totals")
    expect(totals.get_by_role("listitem").last).to_contain_text("100 %")
