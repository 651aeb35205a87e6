"""The pictures of the page that README shows; `HERO_ASSISTANCE_PICTURE=1` takes them again."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from hero_assistance_sdk.rpc.client import RpcClient
from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk, http

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PAGES = {"dark": IMAGES / "page.png", "light": IMAGES / "page-light.png"}
PHONE_PICTURE = IMAGES / "phone.png"
PHONE = {"width": 390, "height": 880}
SIZE = {"width": 1280, "height": 900}
PNG = b"\x89PNG\r\n\x1a\n"

AGENT = "Noor Haddad"
LENA, TOM, PRIYA = "Lena Fischer", "Tom Okafor", "Priya Nair"
TITLE = "Invoices of October show the wrong VAT rate"
OPENING = """Since Tuesday the invoices of October are printed with 19 % VAT instead of 7 % for food. \
The preview on the screen is still right."""
ANSWER = """I can see it here too: the form reads the rate of the order instead of the rate of each line. \
A fix is being tested, and we will send you corrected invoices."""
# What the clock would say, newest first: the time of day is all that differs from one run to the next.
AGES = ("now", "12 min", "1 h", "2 h", "3 h", "5 h")
HOURS = ("09:12", "09:26", "09:31", "09:41")
NOTE = "41 invoices are affected; the list is in the billing channel."
THANKS = "Great, thank you! I would like to see them before they go out."
# Waits until nothing moves, and two frames more.
SETTLE = """async () => {
  for (let still = 0; still < 2; still = document.getAnimations().length === 0 ? still + 1 : 0) {
    await new Promise(requestAnimationFrame);
  }
}"""
# The part of an invoice that a customer took a picture of.
INVOICE = """<body style="margin:0;padding:14px 18px;font:13px sans-serif;background:#fff;color:#222">
<b>Invoice 2041</b><table style="width:100%;margin-top:8px;border-collapse:collapse">
<tr><td>12 loaves of rye bread</td><td align="right">19 %</td><td align="right">51.60</td></tr>
<tr><td>6 boxes of apples</td><td align="right">19 %</td><td align="right">74.40</td></tr></table>"""


def _login(name: str) -> str:
    return name.split()[0].lower()


def _join(served: Desk, name: str, role: str = "customer") -> str:
    """Add a user, and return the link that signs them in."""
    added = served.operate("user.add", email=f"{_login(name)}@example.org", role=role, name=name)
    served.operate("user.bind_login", user_id=added["user"]["user_id"], login=_login(name))
    return str(added["link"])


def _file(served: Desk, name: str, title: str, **more: Any) -> int:
    with _client(served, name) as client:
        return int(client.call("ticket.create", title=title, **{"body": "-", **more})["ticket_id"])


def _client(served: Desk, name: str) -> RpcClient:
    return RpcClient(served.paths.socket("rpc"), headers={"x-hero-user": _login(name)})


def _attach(served: Desk, name: str, file: str, content: bytes) -> int:
    with http(served.paths.socket("rpc"), headers={"x-hero-user": _login(name)}) as client:
        answer = client.post("/attachments", params={"name": file}, content=content)
        return int(answer.raise_for_status().json()["attachment_id"])


def _photograph(chromium: Browser) -> bytes:
    page = chromium.new_page(viewport={"width": 360, "height": 90})
    page.set_content(INVOICE)
    try:
        return page.screenshot()
    finally:
        page.close()


def _fill(served: Desk, picture: bytes) -> dict[str, str]:
    """Six tickets of three customers; returns the link of each user."""
    links = {name: _join(served, name) for name in (LENA, TOM, PRIYA)}
    links[AGENT] = _join(served, AGENT, "agent")
    report = _file(served, TOM, "Could the report be grouped by branch?", priority="low")
    _file(served, PRIYA, "The order list forgets its filter after a reload", tags=["web shop"])
    formats = _file(served, LENA, "Which formats does the import of customers accept?")
    _file(served, PRIYA, "Please add a second administrator")
    _file(served, TOM, "Scanner at the goods entrance no longer pairs", priority="urgent", tags=["hardware"])
    attached = [_attach(served, LENA, "invoice-2041.png", picture)]
    filed = _file(served, LENA, TITLE, body=OPENING, priority="high", tags=["billing"], attachments=attached)
    with _client(served, AGENT) as agent:
        agent.call("message.reply", ticket_id=report, body="Nice idea.")
        agent.call("message.reply", ticket_id=formats, body="CSV and vCard.")
        agent.call("ticket.update", ticket_id=report, status="waiting")
        agent.call("message.reply", ticket_id=filed, body=ANSWER)
        agent.call("message.note", ticket_id=filed, body=NOTE)
    with _client(served, LENA) as lena:
        lena.call("message.reply", ticket_id=filed, body=THANKS)
    return links


def _sign_in(visit: Callable[..., Visitor], link: str, **options: Any) -> Visitor:
    visitor = visit(link, locale="en-GB", reduced_motion="reduce", **options)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.live()
    visitor.ticket("Invoices of October").click()
    expect(visitor.message(THANKS)).to_be_in_viewport()
    expect(visitor.page.get_by_role("img", name="invoice-2041.png")).to_have_js_property("naturalWidth", 360)
    visitor.page.evaluate("document.fonts.ready")
    return visitor


def test_the_pictures_of_the_page(hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser) -> None:
    """The page that README shows can be made, light and dark, and its pictures are there."""
    links = _fill(hero_desk, _photograph(chromium))
    noor = _sign_in(visit, links[AGENT], viewport=SIZE)
    expect(noor.message(NOTE)).to_be_in_viewport()
    _set_times(noor, ".ticket time", AGES)
    _set_times(noor, ".bubble time", HOURS)
    for theme, picture in PAGES.items():
        noor.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        _save(noor, picture)


def test_the_picture_of_a_customer_with_a_phone(
    hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser
) -> None:
    """What a customer sees of the same ticket: no note, and no other customer's tickets."""
    links = _fill(hero_desk, _photograph(chromium))
    lena = _sign_in(visit, links[LENA], viewport=PHONE, device_scale_factor=2)
    expect(lena.message(NOTE)).to_have_count(0)
    _set_times(lena, ".bubble time", (HOURS[0], HOURS[1], HOURS[3]))
    _save(lena, PHONE_PICTURE)


def _set_times(visitor: Visitor, where: str, texts: Sequence[str]) -> None:
    times = visitor.page.locator(where)
    expect(times).to_have_count(len(texts))
    times.evaluate_all("(all, texts) => all.forEach((each, i) => { each.textContent = texts[i]; })", list(texts))


def _save(visitor: Visitor, picture: Path) -> None:
    if os.environ.get("HERO_ASSISTANCE_PICTURE") == "1":
        # A desk in use has an access list; the desks of tests have none, and the page warns of that.
        visitor.page.locator("[data-access]").evaluate_all("(all) => all.forEach((each) => each.remove())")
        picture.parent.mkdir(parents=True, exist_ok=True)
        # Colours that are inherited follow a change of the theme one level after the other.
        visitor.page.evaluate(SETTLE)
        visitor.page.screenshot(path=picture, animations="disabled")
    assert picture.read_bytes().startswith(PNG)
