"""The states of a customer's pages, and of an agent's in an outage."""

from __future__ import annotations

import signal

from playwright.sync_api import expect

from tests.browser.pages_compose import reply_of
from tests.browser.pages_customer import case
from tests.browser.states.full_desk import CLOSED, EMPTY, RICH, SOLVED, TITLE
from tests.browser.states.stage import Stage, States


def _start(stage: Stage) -> None:
    stage.go("views/inbox")
    expect(stage.visitor.ticket(TITLE)).to_be_visible()


def _form(stage: Stage) -> None:
    stage.go("new", "New ticket")


def _form_with_a_fault(stage: Stage) -> None:
    _form(stage)
    stage.press("Send ticket")


def _ticket(stage: Stage) -> None:
    stage.go_to_ticket(RICH, "An answer")


def _invitation(stage: Stage) -> None:
    _ticket(stage)
    stage.press("Invite a colleague")
    case(stage.visitor).get_by_label("E-mail address of who shall see this ticket").fill("nobody")


def _solved(stage: Stage) -> None:
    stage.go_to_ticket(SOLVED, "Press the button.")
    expect(case(stage.visitor).get_by_role("group", name="Was the answer good?")).to_be_visible()


def _rated(stage: Stage) -> None:
    _solved(stage)
    case(stage.visitor).get_by_role("button", name="Good", exact=True).click()
    case(stage.visitor).get_by_label("A word about the answer").fill("Quick!")


def _closed(stage: Stage) -> None:
    stage.go_to_ticket(CLOSED)
    expect(case(stage.visitor).get_by_role("link", name="New ticket")).to_be_visible()


def _ticket_of_another(stage: Stage) -> None:
    stage.go(f"tickets/hero_assistance/{EMPTY}")
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _search(stage: Stage) -> None:
    _start(stage)
    stage.press("Search")
    stage.page.get_by_role("dialog").get_by_role("combobox").fill("vpn")
    expect(stage.page.get_by_role("dialog").get_by_role("option").first).to_be_visible()


def _figures(stage: Stage) -> None:
    stage.go("stats/")
    expect(stage.page.get_by_text("Figures are for agents")).to_be_visible()


def _page_of_admins(stage: Stage) -> None:
    stage.go("settings/people")
    expect(stage.page.get_by_text("This page is for admins")).to_be_visible()


def _notifications(stage: Stage) -> None:
    stage.go("settings/notifications", "Notifications")


def _devices(stage: Stage) -> None:
    stage.go("devices")
    expect(stage.page.get_by_role("heading", level=1)).to_be_visible()


def _outage(stage: Stage) -> None:
    stage.go_to_ticket(RICH, "An answer")
    stage.served.daemons[0].end(signal.SIGKILL)
    expect(stage.page.locator(".connection:not([data-phase=live])")).to_be_visible(timeout=30_000)
    if not stage.is_phone:
        expect(stage.page.get_by_role("list", name="Projects that do not answer")).to_be_visible(timeout=30_000)


def _reply_in_an_outage(stage: Stage) -> None:
    reply_of(stage.page).fill("Still there?")
    stage.press("Send reply")
    expect(stage.visitor.message("Still there?")).to_contain_text("Waits for the connection")


def _ticket_in_an_outage(stage: Stage) -> None:
    stage.go(f"tickets/hero_assistance/{SOLVED}")
    expect(stage.page.get_by_role("alert").first).to_be_visible()


def _list_in_an_outage(stage: Stage) -> None:
    stage.go("views/inbox")
    expect(stage.page.get_by_role("heading", level=1)).to_be_attached()


def _settings_in_an_outage(stage: Stage) -> None:
    stage.go("settings/canned-replies")
    expect(stage.page.get_by_role("heading", level=1)).to_be_attached()


def _figures_in_an_outage(stage: Stage) -> None:
    stage.go("stats/", "Stats")
    expect(stage.page.get_by_role("alert").first).to_be_visible()


def _form_in_an_outage(stage: Stage) -> None:
    stage.go("new", "New ticket")
    stage.page.get_by_label("Title").fill("Title")
    stage.page.get_by_label("Description").fill("Text")
    stage.press("Send ticket")
    expect(stage.page.get_by_role("alert").first).to_be_visible()


CUSTOMER_STATES: States = {
    "where to begin": _start,
    "the form": _form,
    "the form with a fault": _form_with_a_fault,
    "a ticket": _ticket,
    "an invitation": _invitation,
    "a solved ticket": _solved,
    "a rated ticket": _rated,
    "a closed ticket": _closed,
    "a ticket of another": _ticket_of_another,
    "the search": _search,
    "figures for agents": _figures,
    "a page of admins": _page_of_admins,
    "notifications": _notifications,
    "devices": _devices,
}
OUTAGE_STATES: States = {
    "an outage": _outage,
    "a reply in an outage": _reply_in_an_outage,
    "a ticket in an outage": _ticket_in_an_outage,
    "the list in an outage": _list_in_an_outage,
    "the settings in an outage": _settings_in_an_outage,
    "figures in an outage": _figures_in_an_outage,
    "the form in an outage": _form_in_an_outage,
}
