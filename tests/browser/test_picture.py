"""The pictures of the page that README shows; `HERO_ASSISTANCE_PICTURE=1` takes them again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "page.png"
PHONE_PICTURE = PICTURE.with_name("phone.png")
PHONE = {"width": 390, "height": 780}
SIZE = {"width": 1280, "height": 800}
PNG = b"\x89PNG\r\n\x1a\n"

OPENING = """Since Tuesday the invoices of October are printed with 19 % VAT instead of 7 % for food. \
The preview on the screen is still right."""
ANSWER = """I can see it here too: the form reads the rate of the order instead of the rate of each line. \
A fix is being tested, and we will send you corrected invoices."""
# What the clock would say, newest first: the time of day is all that differs from one run to the next.
AGES = ("now", "12 min", "1 h", "2 h", "3 h", "5 h")
HOURS = ("09:12", "09:26", "09:31", "09:41")
NOTE = "41 invoices are affected; the list is in the billing channel."
THANKS = "Great, thank you! I would like to see them before they go out."


def _fill(served: Desk) -> None:
    served.call("dave", "ticket.create", title="Could the report be grouped by branch?", body="-", priority="low")
    served.call("bob", "message.reply", ticket_id=1, body="Nice idea.")
    served.call("dave", "ticket.create", title="The order list forgets its filter after a reload", body="-")
    served.call("carol", "ticket.create", title="Which formats does the import of customers accept?", body="-")
    served.call("bob", "message.reply", ticket_id=3, body="CSV and vCard.")
    served.call("carol", "ticket.create", title="Please add a second administrator", body="-")
    served.call("dave", "ticket.create", title="Scanner at desk 3 no longer pairs", body="-", priority="urgent")
    title = "Invoices of October show the wrong VAT rate"
    filed = served.call("carol", "ticket.create", title=title, body=OPENING, priority="high", tags=["billing"])
    served.call("bob", "message.reply", ticket_id=filed["ticket_id"], body=ANSWER)
    served.call("bob", "message.note", ticket_id=filed["ticket_id"], body=NOTE)
    served.call("carol", "message.reply", ticket_id=filed["ticket_id"], body=THANKS)


def test_the_picture_of_the_page(served: Desk, person: Callable[..., Visitor]) -> None:
    """The page that README shows can be made, and its picture is there."""
    _fill(served)
    bob = person("bob", viewport=SIZE, locale="en-GB", reduced_motion="reduce")
    bob.live()
    bob.ticket("Invoices of October").click()
    expect(bob.message(THANKS)).to_be_in_viewport()
    expect(bob.message(NOTE)).to_be_in_viewport()
    bob.page.evaluate("document.fonts.ready")
    for where, texts in ((".ticket time", AGES), (".bubble time", HOURS)):
        times = bob.page.locator(where)
        expect(times).to_have_count(len(texts))
        times.evaluate_all("(all, texts) => all.forEach((each, i) => { each.textContent = texts[i]; })", list(texts))
    _save(bob, PICTURE)


def test_the_picture_of_a_customer_with_a_phone(served: Desk, person: Callable[..., Visitor]) -> None:
    """What a customer sees of the same ticket: no note, and no other customer's tickets."""
    _fill(served)
    carol = person("carol", viewport=PHONE, device_scale_factor=2, locale="en-GB", reduced_motion="reduce")
    carol.ticket("Invoices of October").click()
    expect(carol.message(THANKS)).to_be_in_viewport()
    expect(carol.message(NOTE)).to_have_count(0)
    carol.page.evaluate("document.fonts.ready")
    times = carol.page.locator(".bubble time")
    texts = [HOURS[0], HOURS[1], HOURS[3]]
    expect(times).to_have_count(len(texts))
    times.evaluate_all("(all, texts) => all.forEach((each, i) => { each.textContent = texts[i]; })", texts)
    _save(carol, PHONE_PICTURE)


def _save(visitor: Visitor, picture: Path) -> None:
    if os.environ.get("HERO_ASSISTANCE_PICTURE") == "1":
        # A desk in use has an access list; the desks of tests have none, and the page warns of that.
        visitor.page.locator("[data-access]").evaluate_all("(all) => all.forEach((each) => each.remove())")
        picture.parent.mkdir(parents=True, exist_ok=True)
        visitor.page.screenshot(path=picture)
    assert picture.read_bytes().startswith(PNG)
