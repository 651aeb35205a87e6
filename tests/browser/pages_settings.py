"""The settings and the figures, as their visitors find things there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.page_object import Visitor


class SettingsPage:
    """A page of settings in one visitor's window."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page

    def open(self, link: str) -> SettingsPage:
        """Go to the settings by the head of the page, and there to one of them."""
        if self.page.get_by_role("navigation", name="Settings").count() == 0:
            self.page.get_by_role("link", name="Settings", exact=True).click()
        self.page.get_by_role("navigation", name="Settings").get_by_role("link", name=link, exact=True).click()
        expect(self.visitor.heading(link)).to_be_visible()
        return self

    def field(self, label: str) -> Locator:
        """A field by its label."""
        return self.page.get_by_label(label, exact=True)

    def save(self, button: str = "Save", among: str | None = None) -> None:
        """Send the form and wait until it says that it is saved."""
        forms = self.page.locator("form") if among is None else self.page.get_by_role("form", name=among)
        form = forms.filter(has=self.page.get_by_role("button", name=button, exact=True)).first
        form.get_by_role("button", name=button, exact=True).click()
        expect(form.get_by_role("status").filter(has_text="Saved")).to_be_visible()

    def row(self, text: str) -> Locator:
        """An entry of a list."""
        return self.page.locator("main").get_by_role("listitem").filter(has_text=text)

    def confirm(self, label: str, verb: str, within: Locator | None = None) -> None:
        """Press a button, and then the one that says what will happen; wait until it has happened."""
        place = within if within is not None else self.page.locator("main")
        place.get_by_role("button", name=label).first.click()
        question = place.locator(".question").filter(has=self.page.get_by_role("button", name=verb, exact=True))
        expect(question).to_have_count(1)
        question.get_by_role("button", name=verb, exact=True).click()
        # The button says that it works meanwhile; the question goes when the server has answered.
        expect(place.locator(".question")).to_have_count(0)


def settings_of(visitor: Visitor, link: str) -> SettingsPage:
    """Open a page of settings."""
    return SettingsPage(visitor).open(link)
