"""The project's settings at the page: its name, what it shares, targets, hours and holidays and backups."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_a_project_is_named_and_shares_the_tags(served: Desk, person: Person) -> None:
    alice, carol = person("alice"), person("carol")
    settings = settings_of(alice, "Project")
    settings.field("Name of the project").fill("Bridge repairs")
    alice.page.get_by_role("switch", name="Customers see the tags of their tickets").check()
    settings.field("Language of letters").select_option("fr")
    settings.field("The largest file, in MiB").fill("2,5")
    settings.save()
    found = served.call("alice", "project.get")
    assert (found["name"], found["share_tags"], found["attachment_bytes"]) == ("Bridge repairs", True, 2_621_440)
    assert found["language"] == "fr"
    expect(carol.page.get_by_role("banner")).to_contain_text("Bridge repairs")


def test_a_number_that_is_none_is_refused_at_its_field(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Project")
    settings.field("Files of one message, at most").fill("many")
    alice.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.field("Files of one message, at most")).to_have_attribute("aria-invalid", "true")
    expect(settings.field("Files of one message, at most")).to_have_value("many")
    assert served.call("alice", "project.get")["attachments_per_message"] == 10


def test_targets_hours_and_holidays_are_set(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Targets and hours")
    page = alice.page
    urgent = page.get_by_role("group", name="Urgent")
    urgent.get_by_label("How many").fill("1,5")
    urgent.get_by_label("Unit").select_option("hours")
    monday = page.get_by_role("group", name="Monday")
    monday.get_by_role("button", name="Set hours Monday").click()
    monday.get_by_label("Until").fill("12:30")
    monday.get_by_role("button", name="More hours Monday").click()
    expect(monday.get_by_label("From")).to_have_count(2)
    settings.field("Time zone of the hours").select_option("Europe/Berlin")
    settings.field("Another holiday").fill("2026-12-25")
    page.get_by_role("button", name="Add", exact=True).click()
    settings.save()
    found = served.call("alice", "project.get")
    assert found["first_response_minutes"] == {"urgent": 90}
    assert found["open_hours"] == {"mon": ["09:00-12:30", "13:00-17:00"]}
    assert (found["time_zone"], found["holidays"]) == ("Europe/Berlin", ["2026-12-25"])
    page.get_by_role("button", name="Take Dec 25, 2026 off").click()
    monday.get_by_role("button", name="Take these hours off").first.click()
    settings.save()
    found = served.call("alice", "project.get")
    assert (found["holidays"], found["open_hours"]) == ([], {"mon": ["13:00-17:00"]})


def test_hours_that_overlap_are_refused_and_kept(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings_of(alice, "Targets and hours")
    tuesday = alice.page.get_by_role("group", name="Tuesday")
    tuesday.get_by_role("button", name="Set hours Tuesday").click()
    tuesday.get_by_role("button", name="More hours Tuesday").click()
    tuesday.get_by_label("From").last.fill("10:00")
    alice.page.get_by_role("button", name="Save", exact=True).click()
    expect(alice.page.get_by_role("alert")).to_contain_text("overlap")
    expect(tuesday.get_by_label("From").last).to_have_value("10:00")
    assert served.call("alice", "project.get")["open_hours"] == {}


def test_what_another_admin_saves_shows_where_nothing_was_typed(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Project")
    expect(settings.field("Name of the project")).to_have_value("Support")
    settings.field("Files of one message, at most").fill("3")
    served.call("alice", "project.update", name="Help")
    expect(settings.field("Name of the project")).to_have_value("Help")
    expect(settings.field("Files of one message, at most")).to_have_value("3")


def test_backups_are_planned_and_begun_and_exports_are_for_the_machine(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Backups")
    settings.field("Hours between two backups").fill("6")
    settings.field("How many are kept").fill("3")
    alice.page.get_by_role("button", name="Save", exact=True).click()
    expect(alice.page.get_by_role("alert")).to_contain_text("on the machine of the desk alone")
    settings.field("How many are kept").fill("9")
    settings.save()
    found = served.call("alice", "project.get")
    assert (found["backup_hours"], found["backups_kept"]) == (6, 9)
    expect(alice.page.get_by_text("hero_assistance export")).to_be_visible()
    alice.page.get_by_role("button", name="Make one now").click()
    expect(alice.page.get_by_role("list", name="Those that are kept").get_by_role("listitem")).to_have_count(1)
    alice.page.get_by_role("button", name="Make one now").click()
    expect(alice.page.get_by_role("alert")).to_be_visible()


def test_axe_finds_nothing_on_the_pages_of_the_project(person: Person, axe: str) -> None:
    alice = person("alice")
    for name in ("Project", "Targets and hours", "Backups", "Mail", "Webhooks"):
        settings_of(alice, name)
        for theme in ("dark", "light"):
            look_as(alice.page, theme)
            assert find_faults(alice.page, axe) == [], (name, theme)
