"""The viewer of pictures, and files with what they are."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, settle, wait_for
from tests.browser.pages_files import picture, upload
from tests.browser.pages_thread import ThreadPage
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_pictures_are_viewed_one_after_the_other(served: Desk, person: Person) -> None:
    shots = [upload(served, "carol", f"shot {number}.png", picture(1200 + number, 800)) for number in range(3)]
    served.call("carol", "ticket.create", title="Look", body="Three of them.", attachments=shots)
    bob = ThreadPage(person("bob"))
    bob.open("Look")
    bob.page.get_by_role("img", name="shot 1.png").click()
    viewer = bob.page.get_by_role("dialog", name="shot 1.png")
    expect(viewer.get_by_role("img", name="shot 1.png")).to_have_js_property("naturalWidth", 1201)
    expect(viewer.get_by_role("status")).to_have_text("2 of 3")
    bob.page.keyboard.press("ArrowRight")
    last = bob.page.get_by_role("dialog", name="shot 2.png")
    expect(last).to_be_visible()
    expect(last.get_by_role("button", name="Next picture")).to_have_count(0)
    last.get_by_role("button", name="Previous picture").click()
    expect(viewer).to_be_visible()
    bob.page.keyboard.press("ArrowLeft")
    expect(bob.page.get_by_role("dialog", name="shot 0.png")).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(bob.dialog).to_have_count(0)


def test_a_picture_is_larger_smaller_and_saved(served: Desk, person: Person) -> None:
    content = picture(3000, 2000)
    shot = upload(served, "carol", "shot.png", content)
    served.call("carol", "ticket.create", title="Look", body="Large.", attachments=[shot])
    bob = ThreadPage(person("bob"))
    bob.open("Look")
    bob.page.get_by_role("img", name="shot.png").click()
    seen = bob.dialog.get_by_role("img", name="shot.png")
    expect(seen).to_have_js_property("naturalWidth", 3000)
    # The room is laid out before the picture is measured in it.
    wait_for(bob.page, lambda: (seen.bounding_box() or {"width": 3000})["width"] <= 1280, "it fits")
    settle(bob.page)
    fitted = seen.bounding_box()
    assert fitted is not None
    assert fitted["width"] <= 1280
    bob.dialog.get_by_role("button", name="Larger").click()
    expect(seen).to_have_css("width", f"{round(fitted['width'] * 1.5)}px")
    bob.page.keyboard.press("0")
    expect(seen).to_have_css("width", f"{fitted['width']:g}px")
    bob.page.keyboard.press("0")
    expect(seen).to_have_css("width", "3000px")
    with bob.page.expect_download() as fetched:
        bob.dialog.get_by_role("link", name="Download").click()
    assert fetched.value.path().read_bytes() == content
    bob.dialog.get_by_role("button", name="Close").click()
    expect(bob.dialog).to_have_count(0)


def test_a_file_says_what_it_is(served: Desk, person: Person) -> None:
    sent = [upload(served, "carol", "report.pdf", b"%PDF-1.4 " * 300)]
    served.call("carol", "ticket.create", title="Files", body="b", attachments=sent)
    bob = ThreadPage(person("bob"))
    bob.open("Files")
    link = bob.page.get_by_role("list", name="Attachments").get_by_role("link")
    expect(link).to_have_text("report.pdf PDF · 2.7 kB")


def test_the_arrows_lead_through_the_pictures_of_the_whole_thread(served: Desk, person: Person) -> None:
    shots = [upload(served, "carol", f"shot {number}.png", picture(400, 300)) for number in range(3)]
    served.call("carol", "ticket.create", title="Look", body="The first.", attachments=shots[:1])
    served.call("carol", "message.reply", ticket_id=1, body="The second.", attachments=shots[1:2])
    for number in range(120):
        served.call("carol", "message.reply", ticket_id=1, body=f"No picture {number}.")
    served.call("carol", "message.reply", ticket_id=1, body="The third.", attachments=shots[2:])
    bob = ThreadPage(person("bob"))
    bob.open("Look")
    bob.page.get_by_role("img", name="shot 2.png").click()
    expect(bob.page.get_by_role("dialog", name="shot 2.png")).to_be_visible()
    # That of a message which was not fetched yet, then that of the ticket itself.
    for number in (1, 0):
        bob.page.keyboard.press("ArrowLeft")
        expect(bob.page.get_by_role("dialog", name=f"shot {number}.png")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Previous picture")).to_have_count(0)
    for number in (1, 2):
        bob.page.keyboard.press("ArrowRight")
        expect(bob.page.get_by_role("dialog", name=f"shot {number}.png")).to_be_visible()
