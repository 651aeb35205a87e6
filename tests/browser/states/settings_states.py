"""The states of the settings and of the figures, as an admin finds them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages_commands import change_keys
from tests.browser.pages_compose import hold
from tests.browser.states.stage import Reach, Stage, States


def _page(address: str, heading: str) -> Reach:
    def reach(stage: Stage) -> None:
        stage.go(f"settings/{address}", heading)

    return reach


def _key_that_is_taken(stage: Stage) -> None:
    listed = change_keys(stage.visitor)
    listed.get_by_role("button", name="Change Search").click()
    stage.page.keyboard.press("j")
    expect(listed.get_by_role("alert")).to_contain_text("is the key of")


def _new(kind: str, link: str) -> Reach:
    def reach(stage: Stage) -> None:
        stage.go(f"settings/{kind}")
        stage.page.get_by_role("link", name=link).click()
        expect(stage.page.get_by_label("Name", exact=True)).to_be_visible()

    return reach


def _canned_reply_with_a_fault(stage: Stage) -> None:
    _new("canned-replies", "New canned reply")(stage)
    stage.page.get_by_label("Name", exact=True).fill("Hello")
    stage.page.get_by_label("Text", exact=True).fill("Dear {{customer.nom}},")
    stage.page.get_by_role("button", name="Save", exact=True).click()
    expect(stage.page.get_by_role("alert")).to_contain_text("customer.nom")


def _canned_reply(stage: Stage) -> None:
    stage.go("settings/canned-replies", "Canned replies")
    stage.page.locator("main").get_by_role("link", name="Ask for logs").click()
    expect(stage.page.get_by_label("Name", exact=True)).to_have_value("Ask for logs")
    stage.page.get_by_role("button", name="Delete").click()


def _macro(stage: Stage) -> None:
    stage.go("settings/macros", "Macros")
    stage.page.locator("main").get_by_role("link", name="It was the cable").click()
    expect(stage.page.get_by_label("Name", exact=True)).to_have_value("It was the cable")


def _customers(stage: Stage) -> None:
    stage.go("settings/people", "People")
    stage.page.get_by_role("radio", name="Customers").check()
    expect(stage.page.locator("main").get_by_role("listitem").filter(has_text="Carol")).to_be_visible()


def _person(stage: Stage) -> None:
    stage.go("settings/people/bob")
    expect(stage.page.get_by_label("Role")).to_be_visible()


def _deactivation(stage: Stage) -> None:
    _person(stage)
    stage.page.get_by_role("button", name="Deactivate", exact=True).click()
    expect(stage.page.get_by_role("button", name="Deactivate them")).to_be_visible()


def _erasure(stage: Stage) -> None:
    stage.go("settings/people/dave")
    stage.page.get_by_role("button", name="Erase for ever").click()
    expect(stage.page.get_by_role("button", name="Erase them for ever")).to_be_visible()


def _invitation_with_a_fault(stage: Stage) -> None:
    stage.go("settings/people", "People")
    stage.page.get_by_role("link", name="Invite somebody").click()
    stage.page.get_by_label("E-mail address").fill("no address")
    stage.page.get_by_role("button", name="Invite", exact=True).click()
    expect(stage.page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")


def _invitation(stage: Stage) -> None:
    _invitation_with_a_fault(stage)
    stage.page.get_by_label("E-mail address").fill("frank@example.org")
    stage.page.get_by_label("Name", exact=True).fill("Frank Example")
    stage.page.get_by_role("button", name="Invite", exact=True).click()
    expect(stage.page.get_by_role("status").filter(has_text="Frank Example")).to_be_visible()


def _tag_that_is_renamed(stage: Stage) -> None:
    stage.go("settings/tags", "Tags")
    stage.page.locator("main").get_by_role("button", name="Rename").first.click()
    expect(stage.page.get_by_role("textbox").first).to_be_visible()


def _project_with_a_fault(stage: Stage) -> None:
    stage.go("settings/project", "Project")
    stage.page.get_by_label("Files of one message, at most").fill("many")
    stage.page.get_by_role("button", name="Save", exact=True).click()
    expect(stage.page.get_by_label("Files of one message, at most")).to_have_attribute("aria-invalid", "true")


def _hours(stage: Stage) -> None:
    stage.go("settings/hours", "Targets and hours")
    monday = stage.page.get_by_role("group", name="Monday")
    monday.get_by_role("button", name="Set hours Monday").click()
    stage.page.get_by_label("Another holiday").fill("2026-12-25")
    stage.page.get_by_role("button", name="Add", exact=True).click()


def _quarantined_mail(stage: Stage) -> None:
    stage.go("settings/mail", "Mail")
    mail = stage.page.locator("main").get_by_role("listitem").filter(has_text="No sender")
    mail.get_by_role("button", name="Read").click()
    expect(mail.get_by_role("region", name="The mail as it came")).to_contain_text("Who am I?")


def _new_webhook(stage: Stage) -> None:
    stage.go("settings/webhooks", "Webhooks")
    stage.page.get_by_role("link", name="New webhook").click()
    expect(stage.page.get_by_label("Address")).to_be_visible()


def _webhook(stage: Stage) -> None:
    stage.go("settings/webhooks", "Webhooks")
    stage.page.locator("main").get_by_role("listitem").filter(has_text="The chat").get_by_role("link").click()
    stage.page.get_by_role("button", name="Send a test").click()
    expect(stage.page.get_by_text("It is on its way.")).to_be_visible()


def _loading(stage: Stage) -> None:
    hold(stage.page, "webhook.list")
    stage.go("settings/profile", "Profile")
    stage.go("settings/webhooks", "Webhooks")


def _figures(stage: Stage) -> None:
    stage.go("stats/", "Stats")
    expect(stage.page.get_by_role("list", name="Totals")).to_be_visible()


def _figures_as_tables(stage: Stage) -> None:
    _figures(stage)
    stage.page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true; })")


def _loading_figures(stage: Stage) -> None:
    hold(stage.page, "stats.get")
    stage.go("stats/", "Stats")


def _tickets_of_a_figure(stage: Stage) -> None:
    _figures(stage)
    stage.page.get_by_role("list", name="Totals").get_by_role("link", name="Filed").click()
    expect(stage.visitor.heading("Tickets filed")).to_be_visible()


SETTINGS_STATES: States = {
    "loading figures": _loading_figures,
    "figures": _figures,
    "figures as tables": _figures_as_tables,
    "tickets of a figure": _tickets_of_a_figure,
    "profile": _page("profile", "Profile"),
    "appearance": _page("appearance", "Appearance and keys"),
    "a key that is taken": _key_that_is_taken,
    "notifications": _page("notifications", "Notifications"),
    "sign-in and devices": _page("devices", "Sign-in and devices"),
    "canned replies": _page("canned-replies", "Canned replies"),
    "a canned reply with a fault": _canned_reply_with_a_fault,
    "a canned reply to delete": _canned_reply,
    "macros": _page("macros", "Macros"),
    "a new macro": _new("macros", "New macro"),
    "a macro": _macro,
    "saved views": _page("views", "Saved views"),
    "a new saved view": _new("views", "New saved view"),
}
ADMIN_STATES: States = {
    "people": _page("people", "People"),
    "customers": _customers,
    "a person": _person,
    "a deactivation": _deactivation,
    "an erasure": _erasure,
    "an invitation with a fault": _invitation_with_a_fault,
    "an invitation": _invitation,
    "tags": _page("tags", "Tags"),
    "a tag that is renamed": _tag_that_is_renamed,
    "project": _page("project", "Project"),
    "the project with a fault": _project_with_a_fault,
    "targets and hours": _hours,
    "mail": _page("mail", "Mail"),
    "a quarantined mail": _quarantined_mail,
    "loading webhooks": _loading,
    "webhooks": _page("webhooks", "Webhooks"),
    "a new webhook": _new_webhook,
    "a webhook": _webhook,
    "backups": _page("data", "Backups"),
}
