"""The views, one person at a time."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, go_to, settle, wait_for
from tests.browser.pages_compose import hold, lose_answers, reconnect
from tests.browser.pages_list import scroll, titles
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
MARKUP = '<img src=x onerror="window.broken = true"><script>window.broken = true</script>\n  **bold** &amp;'


def test_a_text_is_never_html(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="<b>Title</b>", body=MARKUP)
    served.call("carol", "message.reply", ticket_id=1, body="one\n\n  two")
    bob = person("bob")
    bob.ticket("<b>Title</b>").click()
    expect(bob.heading("<b>Title</b>")).to_be_visible()
    text = bob.page.locator(".bubble-text")
    expect(text).to_have_count(2)
    tags = MARKUP.partition("\n")[0]
    # The form of a text comes after the text.
    eventually(lambda: text.all_inner_texts() == [f"{tags}\nbold &", "one\n\ntwo"], "the texts have their form")
    assert bob.page.evaluate("window.broken") is None


def test_the_picker_changes_who_looks(person: Person) -> None:
    someone = person("bob")
    someone.live()
    someone.file("Bob's own", "Text")
    someone.page.get_by_label("Demo user").select_option("dave")
    expect(someone.page.get_by_role("heading", name="Your tickets")).to_be_visible()
    expect(someone.page.get_by_text("No tickets yet", exact=True)).to_be_visible()
    expect(someone.ticket("Bob's own")).to_have_count(0)
    someone.page.reload()
    expect(someone.page.get_by_label("Demo user")).to_have_value("dave")
    options = someone.page.get_by_label("Demo user").locator("option")
    expect(options).to_have_text(["Alice · Admin", "Bob · Agent", "Carol · Customer", "Dave · Customer"])


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
    lost = lose_answers(bob.page, "message.reply")
    bob.page.get_by_label("Reply", exact=True).fill("Try again now")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.message("Try again now")).to_have_count(1)
    wait_for(bob.page, lambda: lost, "the reply has arrived, and its answer not")
    bob.page.get_by_role("button", name="Internal note").click()
    bob.ticket("Second").click()
    expect(bob.heading("Second")).to_be_visible()
    reconnect(bob.page)
    bob.page.reload()
    bob.ticket("First").click()
    expect(bob.page.get_by_label("Reply", exact=True)).to_have_value("")
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
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
    held = hold(bob.page, "message.reply")
    reply = bob.page.get_by_label("Reply", exact=True)
    reply.fill("First")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.message("First")).to_contain_text("Sending…")
    wait_for(bob.page, lambda: held, "the reply is on its way")
    reply.fill("A second thought")
    held[0].continue_()
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("First")).to_have_count(1)
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()
    expect(reply).to_have_value("A second thought")


def test_older_tickets_are_fetched_as_the_list_is_scrolled(served: Desk, person: Person) -> None:
    with served.client("carol") as carol:
        for number in range(55):
            carol.call("ticket.create", title=f"Ticket number {number:02}", body="")
    bob = person("bob")
    expect(bob.ticket("Ticket number 54")).to_be_visible()
    expect(bob.ticket("Ticket number 00")).to_have_count(0)
    seen: list[str] = []

    def read_on() -> bool:
        seen.extend(title for title in titles(bob.page) if title not in seen)
        # Two turns of the wheel may be one step: less than what is in sight.
        scroll(bob.page, 200)
        settle(bob.page)
        return "Ticket number 00" in titles(bob.page)

    eventually(read_on, "the last ticket is in sight")
    expect(bob.ticket("Ticket number 00")).to_be_in_viewport()
    assert [*seen, *(title for title in titles(bob.page) if title not in seen)] == [
        f"Ticket number {n:02}" for n in reversed(range(55))
    ]


def test_a_link_to_a_ticket_opens_it_even_when_it_is_not_in_the_list(served: Desk, person: Person) -> None:
    with served.client("carol") as carol:
        for number in range(55):
            carol.call("ticket.create", title=f"Ticket number {number:02}", body="")
    bob = person("bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    expect(bob.heading("Ticket number 00")).to_be_visible()


def test_a_ticket_of_another_customer_is_not_there(served: Desk, person: Person) -> None:
    served.call("dave", "ticket.create", title="Dave's", body="Text")
    carol = person("carol")
    carol.live()
    go_to(carol.page, "#/tickets/hero_assistance/1")
    expect(carol.page.get_by_role("alert")).to_contain_text("Ticket 1 is not here, or not for you")
    assert "Dave's" not in carol.page.content()


def test_on_a_phone_list_and_thread_take_turns(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Small screen", body="Text")
    bob = person("bob", viewport={"width": 390, "height": 800})
    expect(bob.page.locator("#main")).to_be_hidden()
    bob.ticket("Small screen").click()
    expect(bob.message("Text")).to_be_visible()
    expect(bob.page.get_by_role("navigation", name="Tickets")).to_be_hidden()
    bob.page.get_by_role("link", name="All tickets").click()
    expect(bob.ticket("Small screen")).to_be_visible()
