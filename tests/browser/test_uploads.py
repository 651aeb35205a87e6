"""Files go with a text: by button, paste and drop, with their progress; what fails is tried again or removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Route, expect

from tests.browser.page_object import Visitor, wait_for
from tests.browser.pages_files import give, picture
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def write_trace(folder: Path) -> Path:
    path = folder / "trace.txt"
    path.write_bytes(b"10.0.0.7 timed out")
    return path


def open_ticket(served: Desk, person: Person) -> tuple[Visitor, Locator]:
    served.call("carol", "ticket.create", title="Look", body="Here it comes.")
    bob = person("bob")
    bob.ticket("Look").click()
    return bob, bob.page.get_by_role("list", name="Files to send").get_by_role("listitem")


def test_files_are_attached_by_button_paste_and_drop(served: Desk, person: Person, tmp_path: Path) -> None:
    bob, files = open_ticket(served, person)
    reply = bob.page.get_by_label("Reply", exact=True)
    bob.page.locator("input[type=file]").set_input_files(write_trace(tmp_path))
    give(reply, "paste", "shot.png", picture(40, 30))
    give(reply, "drop", "dropped.png", picture(50, 20))
    expect(files).to_have_count(3)
    expect(bob.page.get_by_role("progressbar")).to_have_count(0)
    reply.fill("See these.")
    bob.page.get_by_role("button", name="Send reply").click()
    sent = bob.message("See these.")
    expect(sent.get_by_role("img", name="shot.png")).to_have_js_property("naturalWidth", 40)
    expect(sent.get_by_role("img", name="dropped.png")).to_have_js_property("naturalWidth", 50)
    expect(sent.get_by_role("link", name="trace.txt")).to_be_visible()
    expect(files).to_have_count(0)


def test_a_file_shows_how_far_it_is(served: Desk, person: Person) -> None:
    bob, files = open_ticket(served, person)
    held: list[Route] = []
    bob.page.route("**/attachments?**", lambda route: held.append(route))
    give(bob.page.get_by_label("Reply", exact=True), "paste", "shot.png", picture(40, 30))
    on_its_way = files.get_by_role("progressbar", name="Sending shot.png")
    expect(on_its_way).to_be_visible()
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_disabled()
    wait_for(bob.page, lambda: held, "the file is on its way")
    held[0].continue_()
    expect(on_its_way).to_have_count(0)
    expect(files).to_have_count(1)
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()


def test_a_picture_alone_is_sent_by_the_keyboard(served: Desk, person: Person) -> None:
    bob, files = open_ticket(served, person)
    reply = bob.page.get_by_label("Reply", exact=True)
    give(reply, "paste", "shot.png", picture(40, 30))
    expect(files).to_have_count(1)
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()
    reply.press("Control+Enter")
    expect(bob.page.get_by_role("region", name="Messages").get_by_role("img", name="shot.png")).to_be_visible()


def test_what_does_not_arrive_is_tried_again_or_removed(served: Desk, person: Person) -> None:
    bob, files = open_ticket(served, person)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    bob.page.route("**/attachments?**", refuse)
    reply = bob.page.get_by_label("Reply", exact=True)
    for name in ("a.png", "b.png"):
        give(reply, "paste", name, picture(40, 30))
    expect(files.get_by_role("alert")).to_have_count(2)
    reply.fill("See these.")
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_disabled()
    expect(bob.page.get_by_text("A file did not arrive")).to_be_visible()
    bob.page.unroute("**/attachments?**")
    files.filter(has_text="a.png").get_by_role("button", name="Try again").click()
    files.filter(has_text="b.png").get_by_role("button", name="Remove b.png").click()
    expect(files).to_have_count(1)
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.message("See these.").get_by_role("img")).to_have_count(1)
    assert len(refused) == 2


def test_a_refusal_says_the_reason(served: Desk, person: Person) -> None:
    served.call("alice", "project.update", attachment_bytes=1000)
    bob, files = open_ticket(served, person)
    give(bob.page.get_by_label("Reply", exact=True), "drop", "large.bin", bytes(5000), "application/octet-stream")
    expect(files.get_by_role("alert")).to_contain_text(re.compile(r"A file can have at most 1(\.0)?\skB"))


def test_files_stay_while_another_ticket_is_read_and_a_removed_one_is_deleted(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Other", body="Another one.")
    bob, files = open_ticket(served, person)
    give(bob.page.get_by_label("Reply", exact=True), "paste", "shot.png", picture(40, 30))
    expect(files).to_have_count(1)
    # One that is taken out on its way is never on the server.
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()
    bob.ticket("Other").click()
    expect(bob.message("Another one.")).to_be_visible()
    expect(files).to_have_count(0)
    bob.ticket("Look").click()
    expect(files).to_have_count(1)
    files.get_by_role("button", name="Remove shot.png").click()
    expect(files).to_have_count(0)

    def is_deleted() -> bool:
        return bool(served.call("bob", "attachment.list")["attachments"] == [])

    eventually(is_deleted, "the file is deleted")


def test_a_customer_files_a_ticket_with_a_picture(served: Desk, person: Person) -> None:
    carol = person("carol")
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_label("Title").fill("Look")
    description = carol.page.get_by_label("Description")
    description.fill("Here it comes.")
    give(description, "paste", "shot.png", picture(40, 30))
    expect(carol.page.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(1)
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.message("Here it comes.").get_by_role("img", name="shot.png")).to_be_visible()
