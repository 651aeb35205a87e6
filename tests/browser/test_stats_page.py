"""The figures at the page: totals and plots that lead to their tickets, ranges, tables, and a file for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def happen(served: Desk) -> None:
    """Three tickets: one answered and solved by Bob with a tag, one open, one answered."""
    for title in ("The VPN is down", "The printer is out of paper", "A new laptop"):
        served.call("carol", "ticket.create", title=title, body="b")
    served.call("bob", "ticket.update", ticket_id=1, assignee="bob", tags=["vpn"])
    for number in (1, 3):
        served.call("bob", "message.reply", ticket_id=number, body="b")
    served.call("bob", "ticket.update", ticket_id=1, status="solved")
    served.call("carol", "rating.rate", ticket_id=1, score="good")


def open_stats(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Stats", exact=True).click()
    expect(visitor.heading("Stats")).to_be_visible()


def test_totals_lead_to_their_tickets_and_back(served: Desk, person: Person) -> None:
    happen(served)
    bob = person("bob")
    open_stats(bob)
    totals = bob.page.get_by_role("list", name="Totals")
    filed = totals.get_by_role("link", name="Filed")
    expect(filed).to_contain_text("3")
    expect(totals.get_by_role("link", name="Open at the end")).to_contain_text("2")
    expect(totals.get_by_role("listitem").last).to_contain_text("100 %")
    filed.click()
    expect(bob.heading("Tickets filed")).to_be_visible()
    listed = bob.page.locator("main").get_by_role("list", name="Tickets filed").get_by_role("link")
    expect(listed).to_have_count(3)
    bob.page.go_back()
    totals.get_by_role("link", name="Time to solve").click()
    expect(bob.heading("Tickets solved")).to_be_visible()
    bob.page.locator("main").get_by_role("link", name="The VPN is down").click()
    expect(bob.heading("The VPN is down")).to_be_visible()


def test_what_has_not_happened_has_no_median(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="A new laptop", body="b")
    bob = person("bob")
    open_stats(bob)
    totals = bob.page.get_by_role("list", name="Totals")
    expect(totals.get_by_role("link", name="First answer")).to_contain_text("none in these days")
    expect(totals).not_to_contain_text("median")


def test_no_view_of_the_list_is_marked_where_the_figures_are_shown(served: Desk, person: Person) -> None:
    bob = person("bob")
    views = bob.page.get_by_role("navigation", name="Views").get_by_role("link")
    marked = views.and_(bob.page.locator("[aria-current]"))
    expect(marked).to_have_text("All tickets")
    open_stats(bob)
    expect(marked).to_have_count(0)
    views.filter(has_text="All tickets").click()
    expect(marked).to_have_text("All tickets")


def test_each_agent_and_each_tag_has_its_figures(served: Desk, person: Person) -> None:
    happen(served)
    bob = person("bob")
    open_stats(bob)
    agents = bob.page.get_by_role("region", name="By agent").first
    row = agents.get_by_role("row").filter(has_text="Bob")
    expect(row.get_by_role("cell").nth(1)).to_have_text("2")
    expect(row).to_contain_text("1 good, 0 bad")
    row.get_by_role("cell").nth(1).get_by_role("link").click()
    expect(bob.heading("Tickets with a first answer")).to_be_visible()
    expect(bob.page.locator("main")).to_contain_text("Bob")
    bob.page.get_by_role("link", name="Stats").last.click()
    tags = bob.page.get_by_role("region", name="By tag").first
    tags.get_by_role("row").filter(has_text="vpn").get_by_role("link").first.click()
    expect(bob.heading("Tickets filed")).to_be_visible()
    expect(bob.page.locator("main").get_by_role("listitem")).to_have_count(1)


def test_a_bar_leads_to_its_tickets_by_hand_and_by_keyboard(served: Desk, person: Person) -> None:
    happen(served)
    bob = person("bob")
    open_stats(bob)
    volume = bob.page.get_by_role("region", name="Filed and solved")
    expect(volume.locator("svg a")).to_have_count(60)
    volume.locator("svg a.plot-created").last.click()
    expect(bob.heading("Tickets filed")).to_be_visible()
    expect(bob.page.locator("main").get_by_role("listitem")).to_have_count(3)
    bob.page.go_back()
    volume.get_by_text("As a table").press("Enter")
    today = volume.get_by_role("row").nth(1)
    expect(today.get_by_role("cell")).to_have_text(["3", "1"])
    today.get_by_role("link").first.press("Enter")
    expect(bob.heading("Tickets filed")).to_be_visible()


@pytest.mark.parametrize(
    ("plot", "heading", "count"),
    [
        ("First answer", "Tickets with a first answer", 2),
        ("Time to solve", "Tickets solved", 1),
        ("Open tickets", "Tickets open at the end", 2),
    ],
)
@pytest.mark.parametrize("days", ["30 days", "90 days"])
def test_the_points_of_a_plot_lead_to_their_tickets(
    served: Desk, person: Person, plot: str, heading: str, count: int, days: str
) -> None:
    happen(served)
    bob = person("bob")
    open_stats(bob)
    bob.page.get_by_role("link", name=days, exact=True).click()
    drawn = bob.page.get_by_role("region", name=plot, exact=True)
    drawn.locator("svg a.plot-point").last.click()
    expect(bob.heading(heading)).to_be_visible()
    expect(bob.page.locator("main").get_by_role("listitem")).to_have_count(count)
    bob.page.go_back()
    drawn.get_by_text("As a table").press("Enter")
    drawn.get_by_role("row").nth(1).get_by_role("link").press("Enter")
    expect(bob.heading(heading)).to_be_visible()
    bob.page.go_back()
    # Nothing is said of days on which nothing happened; what is open is known of each.
    drawn.get_by_text("As a table").press("Enter")
    expect(drawn.get_by_role("row").nth(2).get_by_role("link")).to_have_count(1 if plot == "Open tickets" else 0)


def test_a_range_and_a_zone_are_in_the_address(served: Desk, person: Person) -> None:
    happen(served)
    bob = person("bob")
    open_stats(bob)
    bob.page.get_by_role("link", name="7 days").click()
    volume = bob.page.get_by_role("region", name="Filed and solved")
    expect(volume.locator("svg a")).to_have_count(14)
    bob.page.get_by_label("Time zone, in which days begin").select_option("Asia/Tokyo")
    expect(bob.page).to_have_url(re.compile(r"range=7&zone=Asia%2FTokyo"))
    bob.page.reload()
    expect(volume.locator("svg a")).to_have_count(14)
    expect(bob.page.get_by_label("Time zone, in which days begin")).to_have_value("Asia/Tokyo")
    bob.page.get_by_label("From", exact=True).fill("2026-01-01")
    expect(bob.page).to_have_url(re.compile(r"from=2026-01-01"))
    # Many days are put together.
    bars = volume.locator("svg a")
    wait_for(bob.page, lambda: bars.count() not in (0, 14), "the longer range is drawn")
    assert bars.count() <= 2 * 62


def test_a_spreadsheet_gets_the_figures(served: Desk, person: Person, tmp_path: Path) -> None:
    happen(served)
    bob = person("bob", accept_downloads=True)
    open_stats(bob)
    expect(bob.page.get_by_role("list", name="Totals")).to_be_visible()
    with bob.page.expect_download() as started:
        bob.page.get_by_role("button", name="Download as CSV").click()
    file = tmp_path / "stats.csv"
    started.value.save_as(file)
    assert started.value.suggested_filename.startswith("stats-")
    text = file.read_bytes().decode("utf-8-sig")
    assert text.startswith("day,created,first_response,solved,backlog,first_response_median_ms,solved_median_ms\r\n")
    assert re.search(r"\d{4}-\d{2}-\d{2},3,2,1,2,\d+,\d+\r\n", text)
    assert re.search(r"bob,1,2,", text)


def test_a_customer_has_no_figures(served: Desk, person: Person) -> None:
    happen(served)
    carol = person("carol")
    carol.live()
    expect(carol.page.get_by_role("link", name="Stats", exact=True)).to_have_count(0)
    go_to(carol.page, "#/stats/")
    expect(carol.page.get_by_text("Figures are for agents")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_figures(served: Desk, person: Person, axe: str, viewport: dict[str, int]) -> None:
    happen(served)
    bob = person("bob", viewport=viewport)
    open_stats(bob)
    bob.page.get_by_text("As a table").first.click()
    expect(bob.page.get_by_role("region", name="By tag").first).to_be_visible()
    for theme in ("dark", "light"):
        look_as(bob.page, theme)
        assert find_faults(bob.page, axe) == [], theme
