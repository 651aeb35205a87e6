"""The pictures of the page that README and the guides show; `HERO_ASSISTANCE_PICTURE=1` takes them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Browser, expect

from hero_assistance_sdk.rpc.client import RpcClient
from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.browser.pictures import IMAGES, save_picture
from tests.ui.daemons import Desk, http

PAGES = {"dark": IMAGES / "page.png", "light": IMAGES / "page-light.png"}
PHONE_PICTURE = IMAGES / "phone.png"
WIDE_PICTURE = IMAGES / "wide.png"
CUSTOMER_PICTURE = IMAGES / "customer.png"
START_PICTURE = IMAGES / "start.png"
SETTINGS_PICTURE = IMAGES / "settings.png"
WIDE = {"width": 1920, "height": 1000}
PHONE = {"width": 390, "height": 880}
SIZE = {"width": 1280, "height": 900}

AGENT = "Noor Haddad"
ADMIN = "Iris Lind"
TARGETS = {"urgent": 30, "high": 120, "normal": 480, "low": 1_440}
LENA, TOM, PRIYA = "Lena Fischer", "Tom Okafor", "Priya Nair"
TITLE = "Invoices of October show the wrong VAT rate"
OPENING = """Since Tuesday the invoices of October are printed with 19 % VAT instead of 7 % for food. \
The preview on the screen is still right."""
ANSWER = """I can see it here too: the form reads the rate of the order instead of the rate of each line. \
A fix is being tested, and we will send you corrected invoices."""
BODIES = (
    "One line for each branch would save us an hour a week.",
    "I choose our branch, reload, and see all orders again.",
    "We have 2,000 addresses in a spreadsheet.",
    "Jonas takes over from me in December.",
    "It blinks red since the update of last night.",
)
# What the clock would say, newest first: the time of day is all that differs from one run to the next.
AGES = ("now", "12 min", "1 h", "2 h", "3 h", "5 h")
HOURS = ("09:12", "09:26", "09:31", "09:41")
NOTE = "41 invoices are affected; the list is in the billing channel."
THANKS = "Great, thank you! I would like to see them before they go out."
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
        return int(client.call("ticket.create", title=title, **more)["ticket_id"])


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
    report = _file(served, TOM, "Could the report be grouped by branch?", body=BODIES[0], priority="low")
    _file(served, PRIYA, "The order list forgets its filter after a reload", body=BODIES[1], tags=["web shop"])
    formats = _file(served, LENA, "Which formats does the import of customers accept?", body=BODIES[2])
    _file(served, PRIYA, "Please add a second administrator", body=BODIES[3])
    scanner = {"body": BODIES[4], "priority": "urgent", "tags": ["hardware"]}
    _file(served, TOM, "Scanner at the goods entrance no longer pairs", **scanner)
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
    links[ADMIN] = _join(served, ADMIN, "admin")
    with _client(served, ADMIN) as admin:
        admin.call("tag.set_colour", tag="billing", colour="orange")
        admin.call("tag.set_colour", tag="hardware", colour="teal")
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
        save_picture(noor, picture)


def test_the_picture_of_a_customer_with_a_phone(
    hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser
) -> None:
    """What a customer sees of the same ticket: no note, and no other customer's tickets."""
    links = _fill(hero_desk, _photograph(chromium))
    lena = _sign_in(visit, links[LENA], viewport=PHONE, device_scale_factor=2)
    expect(lena.message(NOTE)).to_have_count(0)
    _set_times(lena, ".bubble time", (HOURS[0], HOURS[1], HOURS[3]))
    save_picture(lena, PHONE_PICTURE)


def test_the_picture_of_a_wide_screen(hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser) -> None:
    """List, thread and panel next to each other: who asks, and what else they asked."""
    links = _fill(hero_desk, _photograph(chromium))
    noor = _sign_in(visit, links[AGENT], viewport=WIDE)
    _set_times(noor, ".ticket time", AGES)
    _set_times(noor, ".bubble time", HOURS)
    panel = noor.page.get_by_role("complementary", name="About this ticket")
    panel.get_by_text("Other tickets").click()
    expect(panel.get_by_role("link", name="Which formats does the import")).to_be_visible()
    _set_times(noor, ".customer-tickets time", ("2 h",))
    save_picture(noor, WIDE_PICTURE)


def test_the_picture_of_a_customer(hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser) -> None:
    """Their ticket, solved: an agent looks at it, and the answer can be rated."""
    links = _fill(hero_desk, _photograph(chromium))
    _sign_in(visit, links[AGENT], viewport=SIZE)
    with _client(hero_desk, LENA) as client:
        ticket_id = client.call("ticket.list", limit=1)["tickets"][0]["ticket_id"]
        client.call("ticket.update", ticket_id=ticket_id, status="solved")
    lena = _sign_in(visit, links[LENA], viewport=SIZE)
    expect(lena.page.locator(".presence")).to_contain_text(AGENT)
    expect(lena.page.get_by_role("group", name="Was the answer good?")).to_be_visible()
    _set_times(lena, ".ticket time", AGES[:2])
    _set_times(lena, ".bubble time", (HOURS[0], HOURS[1], HOURS[3]))
    save_picture(lena, CUSTOMER_PICTURE)


def test_the_picture_of_the_first_visit(hero_desk: Desk, visit: Callable[..., Visitor]) -> None:
    """What somebody sees who has no tickets yet."""
    link = _join(hero_desk, PRIYA)
    visitor = visit(link, locale="en-GB", reduced_motion="reduce", viewport=SIZE)
    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.heading("How can we help?")).to_be_visible()
    visitor.live()
    visitor.page.evaluate("document.fonts.ready")
    save_picture(visitor, START_PICTURE)


def test_the_picture_of_the_settings(hero_desk: Desk, visit: Callable[..., Visitor], chromium: Browser) -> None:
    """How soon an answer is promised, and when the team works."""
    links = _fill(hero_desk, _photograph(chromium))
    hours = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
    hero_desk.operate("project.update", first_response_minutes=TARGETS, open_hours=hours)
    visitor = visit(links[ADMIN], locale="en-GB", reduced_motion="reduce", viewport=SIZE)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.live()
    settings_of(visitor, "Targets and hours")
    expect(visitor.heading("Targets and hours")).to_be_visible()
    expect(visitor.page.get_by_role("group", name="Wednesday")).to_be_visible()
    visitor.page.evaluate("document.fonts.ready")
    save_picture(visitor, SETTINGS_PICTURE)


def _set_times(visitor: Visitor, where: str, texts: Sequence[str]) -> None:
    times = visitor.page.locator(where)
    expect(times).to_have_count(len(texts))
    times.evaluate_all("(all, texts) => all.forEach((each, i) => { each.textContent = texts[i]; })", list(texts))
