"""The views, one person at a time."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
MARKUP = '<img src=x onerror="window.broken = true"><script>window.broken = true</script>\n  **bold** &amp;'


def test_text_is_shown_as_it_was_written(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="<b>Title</b>", body=MARKUP)
    served.call("carol", "message.reply", ticket_id=1, body="one\n\n  two")
    bob = person("bob")
    bob.ticket("<b>Title</b>").click()
    expect(bob.heading("<b>Title</b>")).to_be_visible()
    text = bob.page.locator(".bubble-text")
    expect(text).to_have_count(2)
    assert text.all_inner_texts() == [MARKUP, "one\n\n  two"]
    assert bob.page.evaluate("window.broken") is None


def test_the_picker_changes_who_looks(person: Person) -> None:
    someone = person("bob")
    someone.live()
    someone.file("Bob's own", "Text")
    someone.page.get_by_label("Demo user").select_option("dave")
    expect(someone.page.get_by_role("heading", name="Your tickets")).to_be_visible()
    expect(someone.page.get_by_text("No tickets yet")).to_be_visible()
    expect(someone.ticket("Bob's own")).to_have_count(0)
    someone.page.reload()
    expect(someone.page.get_by_label("Demo user")).to_have_value("dave")
    assert someone.page.get_by_label("Demo user").locator("option").all_inner_texts() == [
        "Alice · Admin",
        "Bob · Agent",
        "Carol · Customer",
        "Dave · Customer",
    ]


def test_a_customer_is_offered_no_note(person: Person) -> None:
    carol = person("carol")
    carol.live()
    carol.file("Mine", "Text")
    expect(carol.page.get_by_label("Reply", exact=True)).to_be_visible()
    expect(carol.page.get_by_role("button", name="Internal note")).to_have_count(0)


def test_a_ticket_needs_a_title_and_a_description(served: Desk, person: Person) -> None:
    carol = person("carol")
    carol.live()
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.page.get_by_label("Title")).to_be_focused()
    carol.page.get_by_label("Title").fill("   ")
    carol.page.get_by_label("Description").fill("Text")
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.page.get_by_role("alert")).to_be_visible()
    assert served.call("bob", "ticket.list")["tickets"] == []


def test_the_chosen_priority_is_filed(served: Desk, person: Person) -> None:
    carol = person("carol")
    carol.live()
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_label("Title").fill("Now")
    carol.page.get_by_label("Description").fill("Text")
    carol.page.get_by_label("Urgent").check()
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.heading("Now")).to_be_visible()
    assert served.call("bob", "ticket.get", ticket_id=1)["priority"] == "urgent"


def test_drafts_survive_another_view_and_a_reload(served: Desk, person: Person) -> None:
    for title in ("First", "Second"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.ticket("First").click()
    bob.page.get_by_label("Reply", exact=True).fill("Half a sentence")
    bob.page.get_by_role("button", name="Internal note").click()
    bob.page.get_by_label("Internal note: only agents will see this").fill("Half a note")
    bob.ticket("Second").click()
    expect(bob.heading("Second")).to_be_visible()
    expect(bob.page.get_by_label("Reply", exact=True)).to_have_value("")
    bob.page.reload()
    bob.ticket("First").click()
    expect(bob.page.get_by_label("Reply", exact=True)).to_have_value("Half a sentence")
    bob.page.get_by_role("button", name="Internal note").click()
    expect(bob.page.get_by_label("Internal note: only agents will see this")).to_have_value("Half a note")


def test_the_same_words_may_be_said_twice(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Patience", body="Text")
    bob = person("bob")
    bob.ticket("Patience").click()
    reply = bob.page.get_by_label("Reply", exact=True)
    for count in (1, 2):
        reply.fill("Still working on it")
        bob.page.get_by_role("button", name="Send reply").click()
        expect(bob.message("Still working on it")).to_have_count(count)
        # The message may be seen before the answer that empties the form.
        expect(reply).to_have_value("")


def test_a_reply_whose_answer_was_lost_arrives_once(served: Desk, person: Person) -> None:
    for title in ("First", "Second"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.ticket("First").click()

    def lose(route: Route) -> None:
        if b"message.reply" not in _sent(route):
            route.continue_()
            return
        route.fetch()
        route.abort()

    bob.page.route("**/rpc", lose)
    bob.page.get_by_label("Reply", exact=True).fill("Try again now")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.page.get_by_role("alert")).to_be_visible()
    bob.page.unroute("**/rpc")
    bob.page.get_by_role("button", name="Internal note").click()
    bob.ticket("Second").click()
    expect(bob.heading("Second")).to_be_visible()
    bob.page.reload()
    bob.ticket("First").click()
    reply = bob.page.get_by_label("Reply", exact=True)
    expect(reply).to_have_value("Try again now")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(reply).to_have_value("")
    expect(bob.message("Try again now")).to_have_count(1)
    messages = served.call("bob", "message.list", ticket_id=1)["messages"]
    assert [message["body"] for message in messages] == ["Try again now"]
    # The same words once more are another reply.
    bob.reply("Anything else?")
    assert len(served.call("bob", "message.list", ticket_id=1)["messages"]) == 2


def test_what_is_typed_while_a_reply_is_on_its_way_stays(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Patience", body="Text")
    bob = person("bob")
    bob.ticket("Patience").click()
    held: list[Route] = []
    bob.page.route(
        "**/rpc", lambda route: held.append(route) if b"message.reply" in _sent(route) else route.continue_()
    )
    reply = bob.page.get_by_label("Reply", exact=True)
    reply.fill("First")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.page.get_by_role("button", name="Sending…")).to_be_visible()
    reply.fill("First, and a second thought")
    held[0].continue_()
    expect(bob.message("First")).to_have_count(1)
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()
    expect(reply).to_have_value("First, and a second thought")


def _sent(route: Route) -> bytes:
    return route.request.post_data_buffer or b""


def test_older_tickets_are_fetched_when_asked_for(served: Desk, person: Person) -> None:
    with served.client("carol") as carol:
        for number in range(55):
            carol.call("ticket.create", title=f"Ticket number {number:02}", body="")
    bob = person("bob")
    items = bob.page.locator(".ticket")
    expect(items).to_have_count(50)
    bob.page.get_by_role("button", name="Older tickets").click()
    expect(items).to_have_count(55)
    expect(bob.page.get_by_role("button", name="Older tickets")).to_have_count(0)
    assert items.locator(".ticket-title").all_inner_texts() == [f"Ticket number {n:02}" for n in reversed(range(55))]


def test_a_link_to_a_ticket_opens_it_even_when_it_is_not_in_the_list(served: Desk, person: Person) -> None:
    with served.client("carol") as carol:
        for number in range(55):
            carol.call("ticket.create", title=f"Ticket number {number:02}", body="")
    bob = person("bob")
    bob.page.evaluate("location.hash = '#/tickets/hero_assistance/1'")
    expect(bob.heading("Ticket number 00")).to_be_visible()


def test_a_ticket_of_another_customer_is_not_there(served: Desk, person: Person) -> None:
    served.call("dave", "ticket.create", title="Dave's", body="Text")
    carol = person("carol")
    carol.live()
    carol.page.evaluate("location.hash = '#/tickets/hero_assistance/1'")
    expect(carol.page.get_by_role("alert")).to_contain_text("there is no ticket 1")
    assert "Dave's" not in carol.page.content()


def test_on_a_phone_list_and_thread_take_turns(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Small screen", body="Text")
    bob = person("bob", viewport={"width": 390, "height": 800})
    expect(bob.page.get_by_role("main")).to_be_hidden()
    bob.ticket("Small screen").click()
    expect(bob.message("Text")).to_be_visible()
    expect(bob.page.get_by_role("navigation", name="Tickets")).to_be_hidden()
    bob.page.get_by_role("link", name="All tickets").click()
    expect(bob.ticket("Small screen")).to_be_visible()
