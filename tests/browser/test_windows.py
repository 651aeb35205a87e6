"""In dev mode each window of a browser is a person of its own; nothing that one picks changes the others."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.page_object import Visitor, go_to, message_in
from tests.server.pictures import png
from tests.ui.daemons import Desk, eventually, http, picked

FILES = "/projects/hero_assistance/attachments"


def _second_window(first: Visitor, user: str) -> Page:
    """Open the page in another window of the same browser, and pick a user there by hand."""
    window = first.page.context.new_page()
    window.goto(first.page.url)
    expect(window.locator(".connection")).to_have_text("Live")
    window.get_by_label("Demo user").select_option(user)
    # What agents alone have: until then it is the page of who was there before.
    expect(window.get_by_role("navigation", name="Views")).to_be_visible()
    expect(window.locator(".connection")).to_have_text("Live")
    return window


def _authors(served: Desk) -> list[str]:
    return [message["author"] for message in served.call("alice", "message.list", ticket_id=1)["messages"]]


def test_a_reply_is_by_who_was_picked_in_its_window(served: Desk, person: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Two windows", body="Text")
    carol = person("carol")
    carol.ticket("Two windows").click()
    bob = _second_window(carol, "bob")
    carol.reply("From the customer")
    go_to(bob, "#/tickets/hero_assistance/1")
    # An answer to less than the whole thread is held back.
    expect(message_in(bob, "From the customer")).to_be_visible()
    bob.get_by_label("Reply", exact=True).fill("From the agent")
    bob.get_by_role("button", name="Send reply").click()
    expect(carol.message("From the agent")).to_be_visible()
    carol.reply("Thank you")
    assert _authors(served) == ["carol", "bob", "carol"]


def test_the_stream_of_a_window_is_its_users(served: Desk, person: Callable[..., Visitor]) -> None:
    """A note reaches the agent's window, and not the customer's next to it."""
    served.call("carol", "ticket.create", title="Two streams", body="Text")
    carol = person("carol")
    carol.ticket("Two streams").click()
    bob = _second_window(carol, "bob")
    go_to(bob, "#/tickets/hero_assistance/1")
    expect(bob.get_by_role("heading", name="Two streams", level=1)).to_be_visible()
    served.call("alice", "message.note", ticket_id=1, body="Between agents")
    served.call("alice", "message.reply", ticket_id=1, body="For both")
    expect(message_in(bob, "Between agents")).to_be_visible()
    expect(carol.message("For both")).to_be_visible()
    assert "Between agents" not in carol.page.content()


def test_a_reload_keeps_who_was_picked_in_the_window(person: Callable[..., Visitor]) -> None:
    carol = person("carol")
    carol.live()
    bob = _second_window(carol, "bob")
    for window, user in ((carol.page, "carol"), (bob, "bob"), (carol.page, "carol")):
        window.reload()
        expect(window.get_by_label("Demo user")).to_have_value(user)
    assert carol.page.context.cookies() == []


def test_pictures_and_files_come_in_the_name_of_the_window(served: Desk, person: Callable[..., Visitor]) -> None:
    with http(served.paths.socket("ui")) as client:
        sent = {"content-type": "application/octet-stream", **picked("dave")}
        files = [client.post(f"{FILES}?name={name}", content=content, headers=sent).json() for name, content in _FILES]
    ids = [file["attachment_id"] for file in files]
    served.call("dave", "ticket.create", title="With files", body="", attachments=ids)
    dave = person("dave")
    dave.ticket("With files").click()
    picture = dave.page.get_by_role("img", name="a.png")
    address = eventually(lambda: picture.get_attribute("src"), "the picture is asked for")
    link = dave.page.get_by_role("link", name="a.bin").get_attribute("href")
    status = "address => fetch(address).then(answer => answer.status)"
    for own in (address, link):
        assert dave.page.evaluate(status, own) == 200
    assert dave.page.evaluate(status, address.replace("=dave", "=carol")) == 404


_FILES = (("a.png", png(4, 5)), ("a.bin", b"\0\1"))
