"""What a row of the list shows, in two densities and in the order that was chosen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_language import visit_in
from tests.browser.pages_list import rows, titles
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def _order(bob: Visitor) -> Locator:
    return bob.page.get_by_label("Order of the list")


def test_a_row_shows_who_has_it_its_tags_and_who_said_what_last(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning", tags=[])
    served.call("bob", "ticket.update", ticket_id=1, tags=["net", "vpn"], assignee="bob", priority="high")
    bob = person("bob")
    row = bob.ticket("The VPN is down")
    expect(row).to_contain_text("Since this morning")
    expect(row.get_by_title("Assigned to Bob")).to_be_visible()
    for text in ("Carol", "net", "vpn", "High", "New"):
        expect(row).to_contain_text(text)
    served.call("carol", "message.reply", ticket_id=1, body="It is **back**, thank you")
    expect(row).to_contain_text("It is back, thank you")
    served.call("alice", "message.note", ticket_id=1, body="Renewed the gateway")
    expect(row).to_contain_text("Renewed the gateway")
    expect(row).to_contain_text("A note")
    served.call("bob", "message.reply", ticket_id=1, body="Good")
    expect(row).to_contain_text("You Good")
    carol = person("carol")
    expect(carol.ticket("The VPN is down")).to_contain_text("Good")
    expect(carol.ticket("The VPN is down")).not_to_contain_text("Renewed")


# Whether an element stands within its row, and whether its words are whole.
IN_ROW = """element => {
    const row = element.closest('.ticket').getBoundingClientRect(), at = element.getBoundingClientRect();
    return at.width > 0 && at.left >= row.left && at.right <= row.right;
}"""
# A part of a pixel that is missing cuts off letters too.
HAS_NO_ELLIPSIS = """heading => {
    const words = heading.querySelector('bdi');
    const boxes = [heading, ...heading.querySelectorAll('*')];
    const box = boxes.find(each => getComputedStyle(each).textOverflow === 'ellipsis');
    return words.getBoundingClientRect().width <= box.getBoundingClientRect().width;
}"""
IS_WHOLE = "element => [element, ...element.children].every(part => part.scrollWidth <= part.clientWidth + 1)"
# What of a row's marks there is at one moment: how many have room is found again when the list has another width.
MARKS = f"""row => {{
    const tags = [...row.querySelectorAll('.ticket-marks .tag')];
    const rest = row.querySelector('.ticket-more-tags');
    const owner = row.querySelector('[title="Assigned to Bob"]');
    return {{
        shown: tags.length,
        rest: rest?.textContent ?? '',
        isInRow: [owner, rest].every(one => one !== null && ({IN_ROW})(one)),
        isWhole: tags.every({IS_WHOLE}),
    }};
}}"""


@pytest.mark.parametrize("width", [320, 390, 1280, 2560])
def test_many_tags_give_way_to_who_has_the_ticket(served: Desk, person: Person, width: int) -> None:
    served.call("carol", "ticket.create", title="Full", body="b", priority="urgent")
    tags = ["billing", "import", "parser", "a-long-tag-of-the-team"]
    served.call("bob", "ticket.update", ticket_id=1, tags=tags, assignee="bob", status="waiting")
    bob = person("bob", viewport={"width": width, "height": 800})
    row = bob.ticket("Full")
    bob.live()
    bob.page.evaluate("document.fonts.ready")

    def fits() -> bool:
        marks = row.evaluate(MARKS)
        is_told = marks["rest"] == f"+{len(tags) - marks['shown']}"
        return is_told and marks["isInRow"] and marks["isWhole"] and (marks["shown"] >= 2 or width < 2560)

    eventually(fits, "who has it and how many tags are left out have their room, and each tag is whole")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("user", "title"), [("bob", "Tous les tickets"), ("carol", "Vos tickets")])
def test_the_name_of_the_list_is_whole_where_words_are_long(
    served: Desk, visit: Callable[..., Visitor], user: str, title: str, width: int
) -> None:
    visitor = visit_in(served, visit, "fr-FR", user, viewport={"width": width, "height": 800})
    name = visitor.page.get_by_role("heading", name=title, level=2)
    expect(name).to_be_visible()
    visitor.page.evaluate("document.fonts.ready")
    if user == "bob":
        expect(visitor.page.locator(".list-order select")).to_be_visible()
    eventually(lambda: name.evaluate(HAS_NO_ELLIPSIS), "the name is whole")


def test_a_tag_has_its_colour_in_a_row(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="b")
    served.call("bob", "ticket.update", ticket_id=1, tags=["vpn"])
    served.call("alice", "tag.set_colour", tag="vpn", colour="teal")
    bob = person("bob")
    bob.live()
    bob.page.keyboard.press("Tab")
    expect(bob.ticket("The VPN is down").locator(".tag-teal")).to_have_text("vpn")


def test_no_row_shows_an_id_for_a_name(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="b")
    served.call("bob", "message.reply", ticket_id=1, body="Which version?")
    carol = person("carol")
    expect(carol.ticket("The VPN is down").locator(".ticket-words")).to_have_text(re.compile("^Which version"))
    served.call("bob", "message.note", ticket_id=1, body="@alice knows it")
    alice = person("alice")
    alice.live()
    alice.page.keyboard.press("Tab")
    expect(alice.ticket("The VPN is down")).to_contain_text("Bob, a note @Alice knows it")


def test_a_ticket_whose_first_answer_is_late_says_so(served: Desk, person: Person) -> None:
    served.call("alice", "project.update", first_response_minutes={"normal": 1})
    served.call("carol", "ticket.create", title="Late", body="Text")
    bob = person("bob")
    bob.page.clock.install()
    bob.page.reload()
    expect(bob.ticket("Late")).to_be_visible()
    expect(bob.ticket("Late")).not_to_contain_text("Overdue")
    bob.page.clock.fast_forward(120_000)
    expect(bob.ticket("Late")).to_contain_text("Overdue")
    served.call("alice", "message.reply", ticket_id=1, body="Here")
    expect(bob.ticket("Late")).not_to_contain_text("Overdue")


def test_rows_are_compact_once_chosen_and_stay_so(served: Desk, person: Person) -> None:
    with served.client("carol") as carol:
        for number in range(20):
            carol.call("ticket.create", title=f"Number {number}", body="Text")
    bob = person("bob", viewport={"width": 1280, "height": 800})
    bob.live()
    dense = bob.page.get_by_role("button", name="Compact rows")
    expect(dense).to_have_attribute("aria-pressed", "false")
    assert len(titles(bob.page)) < 14
    dense.click()
    expect(dense).to_have_attribute("aria-pressed", "true")
    eventually(lambda: len(titles(bob.page)) >= 14, "14 rows are in sight")
    bob.page.reload()
    bob.live()
    eventually(lambda: len(titles(bob.page)) >= 14, "14 rows are in sight after a reload")
    dense.click()
    eventually(lambda: len(titles(bob.page)) < 14, "rows have room again")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_compact_rows(served: Desk, person: Person, axe: str, theme: str, width: int) -> None:
    served.call("alice", "project.update", first_response_minutes={"urgent": 1})
    served.call("carol", "ticket.create", title="Urgent", body="Text", priority="urgent")
    served.call("bob", "ticket.update", ticket_id=1, tags=["a", "b", "c", "d"], assignee="bob")
    bob = person("bob", viewport={"width": width, "height": 800})
    bob.page.clock.install()
    bob.page.reload()
    bob.page.clock.fast_forward(120_000)
    expect(bob.ticket("Urgent")).to_contain_text("Overdue")
    bob.page.get_by_role("button", name="Compact rows").click()
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_list_is_in_the_order_that_was_chosen_and_keeps_it(served: Desk, person: Person) -> None:
    for title, priority in (("Low one", "low"), ("Urgent one", "urgent"), ("Normal one", "normal")):
        served.call("carol", "ticket.create", title=title, body="Text", priority=priority)
    bob = person("bob")
    bob.live()
    eventually(lambda: titles(bob.page) == ["Normal one", "Urgent one", "Low one"], "the newest one is first")
    _order(bob).select_option("By priority")
    eventually(lambda: titles(bob.page) == ["Urgent one", "Normal one", "Low one"], "the most urgent one is first")
    served.call("bob", "ticket.update", ticket_id=1, priority="high")
    eventually(lambda: titles(bob.page) == ["Urgent one", "Low one", "Normal one"], "a ticket moves with its priority")
    bob.page.reload()
    expect(_order(bob)).to_have_value("priority")
    eventually(lambda: titles(bob.page) == ["Urgent one", "Low one", "Normal one"], "the order after a reload")
    _order(bob).select_option("Oldest first")
    eventually(lambda: titles(bob.page) == ["Low one", "Urgent one", "Normal one"], "the oldest is first")
    served.call("carol", "ticket.create", title="A new one", body="Text")
    eventually(lambda: titles(bob.page)[-1] == "A new one", "a new ticket is the last one")


def test_overdue_tickets_are_first_where_they_are_wanted_first(served: Desk, person: Person) -> None:
    served.call("alice", "project.update", first_response_minutes={"urgent": 1})
    for title, priority in (("Promised", "urgent"), ("Not promised", "normal")):
        served.call("carol", "ticket.create", title=title, body="Text", priority=priority)
    bob = person("bob")
    bob.live()
    _order(bob).select_option("Overdue first")
    eventually(lambda: titles(bob.page) == ["Not promised", "Promised"], "nothing is overdue yet")


def test_the_answer_that_is_due_first_is_first_where_that_is_wanted(served: Desk, person: Person) -> None:
    served.call("alice", "project.update", first_response_minutes={"urgent": 10, "normal": 60})
    for title, priority in (("Later", "normal"), ("Not promised", "low"), ("Soon", "urgent")):
        served.call("carol", "ticket.create", title=title, body="Text", priority=priority)
    bob = person("bob")
    bob.live()
    _order(bob).select_option("Next answer due first")
    eventually(lambda: titles(bob.page) == ["Soon", "Later", "Not promised"], "by when the answer is due")
    served.call("carol", "ticket.create", title="Sooner than later", body="Text", priority="urgent")
    eventually(
        lambda: titles(bob.page) == ["Soon", "Sooner than later", "Later", "Not promised"], "a new one is in its place"
    )
    served.call("bob", "message.reply", ticket_id=3, body="On it.")
    eventually(
        lambda: titles(bob.page) == ["Sooner than later", "Later", "Soon", "Not promised"], "an answered one has left"
    )


def test_a_customer_lists_their_tickets_whatever_order_this_browser_has(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Mine", body="Text")
    carol = person("carol")
    expect(carol.ticket("Mine")).to_be_visible()
    for order in ("overdue", "due"):
        carol.page.evaluate("order => localStorage.setItem('hero_assistance.list_order', order)", order)
        carol.page.reload()
        expect(carol.ticket("Mine")).to_be_visible()
    carol.live()


def test_all_tickets_are_those_that_are_open_and_closed_ones_have_their_view(served: Desk, person: Person) -> None:
    for title in ("Stays", "Goes"):
        served.call("carol", "ticket.create", title=title, body="Text")
    served.call("carol", "ticket.create", title="Gone before", body="Text")
    served.call("bob", "ticket.update", ticket_id=3, status="closed")
    bob = person("bob")
    bob.live()
    expect(bob.ticket("Stays")).to_be_visible()
    expect(bob.ticket("Gone before")).to_have_count(0)
    served.call("bob", "ticket.update", ticket_id=2, status="solved")
    expect(bob.ticket("Goes")).to_have_count(0)
    bob.page.get_by_role("navigation", name="Views").get_by_role("link", name="Closed").click()
    expect(bob.ticket("Goes")).to_be_visible()
    expect(bob.ticket("Gone before")).to_be_visible()
    expect(rows(bob)).to_have_count(2)
    # A customer lists all of theirs.
    carol = person("carol")
    expect(carol.ticket("Gone before")).to_be_visible()
    expect(carol.ticket("Stays")).to_be_visible()
