"""What agents and customers do in the course of a day, each as one verb."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.browser_tabs import expect_live, open_tab
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.browser.pages_commands import box, bulk_bar, merge_dialog, search, search_for
from tests.browser.pages_compose import hold, note_of, reconnect, reply_of
from tests.browser.pages_customer import case
from tests.browser.pages_settings import settings_of


@dataclass
class Person:
    """Somebody in a browser of their own."""

    visitor: Visitor

    @property
    def page(self) -> Page:
        """The page in front of them."""
        return self.visitor.page

    def reads(self, text: str) -> None:
        """A message with this text is in front of them, once."""
        expect(self.visitor.message(text)).to_have_count(1)

    def reads_nothing_of(self, text: str) -> None:
        """No message with this text is in front of them."""
        expect(self.visitor.message(text)).to_have_count(0)

    def opens(self, title: str) -> None:
        """Open a ticket of the list, which a narrow screen shows instead of a ticket."""
        back = self.page.get_by_role("link", name="All tickets").first
        expect(self.visitor.ticket(title).or_(back).first).to_be_visible()
        if not self.visitor.ticket(title).is_visible():
            back.click()
        self.visitor.ticket(title).click()
        expect(self.visitor.heading(title)).to_be_visible()

    def writes(self, text: str) -> None:
        """Write a reply without sending it."""
        reply_of(self.page).fill(text)

    def sends(self) -> None:
        """Press the button."""
        self.page.get_by_role("button", name="Send reply").click()
        expect(reply_of(self.page)).to_have_value("")

    def replies(self, text: str) -> None:
        """Write a reply, and have it sent."""
        self.writes(text)
        self.sends()
        self.reads(text)
        expect(self.page.locator(".message[data-pending]")).to_have_count(0)


class Customer(Person):
    """Somebody who asks."""

    @property
    def case(self) -> Locator:
        """What they do with their ticket next to writing."""
        return case(self.visitor)

    def says(self, what: str) -> None:
        """Press a button of their ticket."""
        self.case.get_by_role("button", name=what, exact=True).click()

    def shares_with(self, address: str) -> None:
        """Invite a colleague to their ticket: before they join, they are their address."""
        self.says("Invite a colleague")
        self.case.get_by_label("E-mail address of who shall see this ticket").fill(address)
        self.says("Invite")
        self.sees_guest(address)

    def sees_guest(self, name: str) -> None:
        """Their ticket is shared with one person."""
        expect(self.case.get_by_role("list", name="Shared with").locator("bdi")).to_have_text([name])

    def joins(self, ticket_id: int, owner: str, title: str) -> None:
        """Follow the link of the letter by which a ticket was shared with them, and read it."""
        go_to(self.page, f"#/tickets/hero_assistance/{ticket_id}")
        expect(self.page.locator(".ticket-offer")).to_contain_text(f"{owner} shares ticket {ticket_id} with you.")
        self.page.get_by_role("button", name="Read it").click()
        expect(self.visitor.heading(title)).to_be_visible()


class Agent(Person):
    """Somebody who answers."""

    @property
    def panel(self) -> Locator:
        """What they set on a ticket."""
        return self.page.get_by_role("complementary", name="About this ticket")

    @property
    def views(self) -> Locator:
        """The bar of views."""
        return self.page.get_by_role("navigation", name="Views")

    def presses(self, *keys: str) -> None:
        """Press keys one after the other, out of any field."""
        for key in keys:
            self.page.keyboard.press(key)

    def takes(self) -> None:
        """Take the ticket that is open."""
        self.panel.get_by_role("button", name="Take it").click()

    def mentions(self, text: str, letters: str, name: str) -> None:
        """Write a note that calls a colleague, by the letters that are typed of their name."""
        note = note_of(self.page)
        note.press_sequentially(f"{text} @{letters}")
        # Until the answer to all letters is there, more are offered.
        expect(self.page.get_by_role("listbox", name="Agents").get_by_role("option")).to_contain_text([name])
        note.press("Enter")
        expect(self.page.get_by_role("listbox", name="Agents")).to_have_count(0)
        note.press("Control+Enter")
        self.reads(text)
        self.page.get_by_role("button", name="Reply to customer").click()

    def answers_from_the_shelf(self, letters: str, text: str) -> None:
        """Send a canned reply."""
        self.writes("")
        reply_of(self.page).press_sequentially(f"/{letters}")
        expect(self.page.get_by_role("listbox", name="Canned replies").get_by_role("option")).to_have_count(1)
        reply_of(self.page).press("Enter")
        expect(reply_of(self.page)).to_have_value(text)
        self.sends()
        self.reads(text)

    def runs_the_macro(self, name: str, change: str) -> None:
        """Read what a macro changes, and run it."""
        self.presses("Control+m")
        dialog = self.page.get_by_role("dialog", name="Run a macro")
        dialog.get_by_role("combobox", name="Find a macro").fill(name)
        expect(dialog.get_by_role("region", name="What it changes")).to_contain_text(change)
        self.presses("Enter")
        expect(dialog).to_have_count(0)

    def chooses_that_a_reply(self, leaves: str) -> None:
        """Choose for how long replies can be taken back."""
        settings_of(self.visitor, "Appearance and keys")
        choice = self.page.get_by_role("radiogroup", name="Take a reply back")
        choice.get_by_role("radio", name=leaves).check()
        self.page.get_by_role("link", name="All tickets").first.click()

    def takes_back(self, text: str) -> None:
        """Take back what was just sent; it is in the form again."""
        self.visitor.message(text).get_by_role("button", name="Undo").click()
        expect(reply_of(self.page)).to_have_value(text)
        self.reads_nothing_of(text)

    def is_held_while(self, text: str, meanwhile: Customer, words: str) -> None:
        """Send a reply that crosses one of the customer's: it is held, shown what is new, and sent all the same."""
        held = hold(self.page, "message.reply")
        self.writes(text)
        self.page.get_by_role("button", name="Send reply").click()
        wait_for(self.page, lambda: held, "the reply is on its way")
        meanwhile.replies(words)
        held[0].continue_()
        reconnect(self.page)
        guard = self.page.get_by_role("alert", name="Not sent yet")
        expect(guard).to_contain_text(words)
        guard.get_by_role("button", name="Send all the same").click()
        self.reads(text)

    def snoozes_until_tomorrow(self) -> None:
        """Put the ticket that is open off."""
        snooze = self.panel.get_by_role("combobox", name="Snooze", exact=True)
        tomorrow = snooze.locator("option", has_text="Tomorrow").get_attribute("value")
        assert tomorrow is not None
        snooze.select_option(value=tomorrow)
        expect(self.panel.get_by_role("button", name="Wake up")).to_be_visible()

    def selects(self, *titles: str) -> Locator:
        """Select tickets of the list; returns the bar of what can be done with them."""
        for title in titles:
            box(self.visitor, title).check()
        bar = bulk_bar(self.visitor)
        expect(bar).to_contain_text(f"{len(titles)} selected")
        return bar

    def tags_all(self, tag: str, *titles: str) -> None:
        """Add a tag to several tickets at once."""
        tags = self.selects(*titles).get_by_role("combobox", name="Tags")
        tags.fill(tag)
        tags.press("Enter")
        expect(bulk_bar(self.visitor)).to_contain_text(f"{len(titles)} tickets changed")

    def merges(self, into: str, title: str, button: str) -> None:
        """Merge two tickets after a look at both; whom the one is shared with is invited to the other first."""
        self.selects(into, title).get_by_role("button", name="Merge").click()
        preview = merge_dialog(self.visitor)
        preview.get_by_role("button", name="Invite them to both tickets").click()
        preview.get_by_role("button", name=button).click()
        expect(self.visitor.heading(into)).to_be_visible()

    def splits(self, text: str, title: str) -> None:
        """Make a ticket of one message."""
        self.page.get_by_text("More", exact=True).click()
        self.page.get_by_role("button", name="Split messages off").click()
        form = self.page.get_by_role("form", name="Split messages off")
        form.get_by_label("Title of the new ticket").fill(title)
        self.page.locator(".message").filter(has_text=text).get_by_role("checkbox", name="Split off").check()
        form.get_by_role("button", name="Split off").click()
        expect(self.visitor.heading(title)).to_be_visible()

    def searches(self, words: str, title: str) -> None:
        """Find a ticket by its words, and open it."""
        # Out of the text that is written: there, a key is a letter.
        self.page.get_by_role("region", name="Messages").focus()
        field = search_for(self.visitor, words)
        expect(search(self.visitor).get_by_role("option").filter(has_text=title)).to_be_visible()
        field.press("Enter")
        expect(self.visitor.heading(title)).to_be_visible()

    def shares_a_view(self, name: str, words: str) -> None:
        """Save a view for the whole team."""
        self.views.get_by_role("button", name="Save this list as a view").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Filter").fill(words)
        dialog.get_by_label("Share it with the team").check()
        dialog.get_by_role("button", name="Save view").click()
        expect(dialog).to_have_count(0)

    def opens_another_tab(self) -> Page:
        """The same ticket in one more tab of their browser."""
        tab = open_tab(self.visitor, self.page.url, "bob")
        expect_live(tab)
        return tab
