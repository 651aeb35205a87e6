"""What people send with their words: pictures are seen, everything else is fetched."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_files import picture, upload
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_a_picture_alone_is_seen(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Look", body="Here it comes.")
    carol = person("carol")
    carol.ticket("Look").click()
    expect(carol.message("Here it comes.")).to_be_visible()
    shot = upload(served, "carol", "shot.png", picture(640, 480))
    served.call("carol", "message.reply", ticket_id=1, body="", attachments=[shot])
    # It arrives while she looks, as a picture that has loaded, in its own shape.
    seen = carol.page.get_by_role("img", name="shot.png")
    expect(seen).to_be_visible()
    expect(seen).to_have_js_property("naturalWidth", 640)
    box = seen.bounding_box()
    assert box is not None
    assert 1.2 < box["width"] / box["height"] < 1.45
    expect(carol.page.get_by_text("No description")).to_have_count(0)


def test_pictures_do_not_push_the_end_away(served: Desk, person: Person) -> None:
    """Who opens a thread reads its end, and it stays there when pictures above it arrive."""
    shots = [upload(served, "carol", f"{number}.png", picture(1080, 2400)) for number in range(4)]
    served.call("carol", "ticket.create", title="Look", body="Here they come.", attachments=shots)
    served.call("bob", "message.reply", ticket_id=1, body="The last word.")
    bob = person("bob")
    bob.ticket("Look").click()
    expect(bob.message("The last word.")).to_be_in_viewport(ratio=0.9)
    expect(bob.page.get_by_role("img", name="3.png")).to_have_js_property("naturalWidth", 1080)
    expect(bob.message("The last word.")).to_be_in_viewport(ratio=0.9)
    box = bob.page.get_by_role("img", name="3.png").bounding_box()
    assert box is not None
    assert box["height"] <= 300


def test_everything_else_is_a_download(served: Desk, person: Person) -> None:
    page = b"<script>parent.broken = true</script>" * 50
    sent = [upload(served, "carol", "<b>trace</b>.html", page)]
    served.call("carol", "ticket.create", title="Files", body="", attachments=sent)
    bob = person("bob")
    bob.ticket("Files").click()
    link = bob.page.get_by_role("list", name="Attachments").get_by_role("link")
    expect(link).to_have_text("<b>trace</b>.html HTML · 1.9 kB")
    with bob.page.expect_download() as fetched:
        link.click()
    assert fetched.value.path().read_bytes() == page
    assert bob.page.evaluate("window.broken") is None
