"""Messages that came by mail: from whom, whether that is believed, and the mail as it was sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from playwright.sync_api import Page, Request, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_files import picture
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
ERIN = "From: Erin <erin@example.org>\r\nSubject: Sale\r\n"
HTML = ERIN + "Content-Type: text/html\r\n\r\n"
# Each would call, move or read the page if it ran.
ATTACKS = [
    "<script>top.broken = true; fetch('/broken')</script>",
    "<img src=x onerror='top.broken = true'>",
    "<svg onload='top.broken = true'></svg>",
    "<meta http-equiv=refresh content='0; url=/broken'>",
    "<base href='/broken/'><a href='x'>link</a>",
    "<form action='/broken'><button autofocus>Sign in</button></form>",
    "<style>@import '/broken.css'; body { background: url(/broken.png) }</style>",
    "<p style='background: url(/broken.png)'>x</p>",
    "<iframe src='/broken'></iframe><object data='/broken'></object><embed src='/broken'>",
    "<img src='http://127.0.0.1:9/broken.gif'><img src='/broken.gif'>",
    "<link rel=stylesheet href='/broken.css'><video src='/broken' autoplay></video>",
    "<table width=99999999><tr><td colspan=99999999>" + "<div>" * 300 + "x",
]


def deliver(served: Desk, mail: str, tickets: int = 1) -> None:
    served.call("alice", "mail.deliver", text=mail)
    eventually(lambda: len(served.call("bob", "ticket.list")["tickets"]) == tickets, "the mail is filed")


def shown_as_sent(bob: Visitor) -> Page:
    bob.page.get_by_role("button", name="Show as sent").click()
    expect(bob.page.locator("iframe")).to_be_visible()
    return bob.page


def test_a_mail_says_from_whom_it_is(served: Desk, person: Person) -> None:
    deliver(served, ERIN + "\r\nSince this morning.\r\n")
    bob = person("bob")
    bob.ticket("Sale").click()
    expect(bob.message("Since this morning.")).to_contain_text("By mail from erin@example.org")
    expect(bob.page.get_by_role("button", name="Show as sent")).to_have_count(0)


def test_a_mail_that_is_not_believed_says_why(served: Desk, person: Person) -> None:
    served.call("alice", "user.update", user_id="dave", email="dave@example.org")
    deliver(served, "From: dave@example.org\r\nSubject: Sale\r\n\r\nSince this morning.\r\n")
    bob = person("bob")
    bob.ticket("Sale").click()
    warning = bob.message("Since this morning.").locator(".mail-warning")
    expect(warning).to_contain_text("By mail from dave@example.org. Its sender could not be proved:")
    expect(warning).to_contain_text("no mail server vouches for its sender")
    # Said once, by the mark; the stored text has it for who reads it elsewhere.
    expect(bob.page.locator(".messages").get_by_text("no mail server vouches for its sender")).to_have_count(1)
    expect(bob.page.locator(".bubble-text")).to_have_text("Since this morning.")
    assert "It acts for no user" in served.call("bob", "ticket.get", ticket_id=1)["body"]


def test_a_message_that_comes_by_mail_is_marked_as_it_comes(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    deliver(served, ERIN + "\r\nSince this morning.\r\n")
    bob.ticket("Sale").click()
    expect(bob.message("Since this morning.")).to_contain_text("By mail from erin@example.org")


def test_a_customer_sees_no_mark(served: Desk, person: Person) -> None:
    deliver(served, ERIN + "\r\nSince this morning.\r\n")
    erin = person("erin")
    erin.ticket("Sale").click()
    expect(erin.message("Since this morning.")).to_be_visible()
    expect(erin.page.locator(".mail-mark")).to_have_count(0)


def test_a_mail_is_shown_as_it_was_sent(served: Desk, person: Person) -> None:
    shot = b64encode(picture(40, 30)).decode()
    deliver(
        served,
        ERIN + "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        "<h1 style='color: rgb(200, 0, 0)'>Sale</h1><img src='cid:a@b' alt='Shot'>"
        "<a href='https://shop.example/now'>Now</a>\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{shot}\r\n--b--",
    )
    bob = person("bob")
    bob.ticket("Sale").click()
    page = shown_as_sent(bob)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Sale")).to_have_css("color", "rgb(200, 0, 0)")
    expect(frame.get_by_role("img", name="Shot")).to_have_js_property("naturalWidth", 40)
    expect(frame.get_by_role("link", name="Now")).to_have_attribute("target", "_blank")
    bob.page.get_by_role("button", name="Show as text").click()
    expect(page.locator("iframe")).to_have_count(0)
    # In the text, the picture stands in its place, and nowhere else.
    expect(bob.message("Sale").locator(".picture-in-text img")).to_have_js_property("naturalWidth", 40)
    expect(page.get_by_role("list", name="Attachments")).to_have_count(0)


def test_nothing_in_a_mail_runs_moves_or_loads(served: Desk, person: Person) -> None:
    for number, attack in enumerate(ATTACKS, 1):
        mail = HTML.replace("Sale", f"Attack {number}.")
        deliver(served, f"{mail}<p>before</p>{attack}<p>after</p>", tickets=number)
    bob = person("bob")
    asked: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.url))
    for number in range(1, len(ATTACKS) + 1):
        bob.ticket(f"Attack {number}.").click()
        expect(bob.heading(f"Attack {number}.")).to_be_visible()
        page = shown_as_sent(bob)
        expect(page.frame_locator("iframe").get_by_text("after")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), ATTACKS[number - 1]
    assert page.evaluate("window.broken") is None
    assert [url for url in asked if "broken" in url] == []


def test_pictures_of_the_web_are_asked_for_only_at_a_word(served: Desk, person: Person) -> None:
    deliver(served, f"{HTML}<p>Look</p><img src='https://shop.example/pixel.png' alt='Pixel'>")
    bob = person("bob")
    asked: list[Request] = []

    def fulfil(route: object) -> None:
        asked.append(route.request)  # type: ignore[attr-defined]
        route.fulfill(body=picture(3, 3), content_type="image/png")  # type: ignore[attr-defined]

    bob.page.route("https://shop.example/**", fulfil)
    bob.ticket("Sale").click()
    page = shown_as_sent(bob)
    expect(page.frame_locator("iframe").get_by_text("1 picture of the web is left out")).to_be_visible()
    assert asked == []
    page.get_by_role("button", name="Load pictures from the web").click()
    expect(page.frame_locator("iframe").get_by_role("img", name="Pixel")).to_have_js_property("naturalWidth", 3)
    assert [request.headers.get("referer") for request in asked] == [None]


def test_the_frame_cannot_reach_the_page(served: Desk, person: Person) -> None:
    """Also where the cleaner had let a script through: the document is of no origin, and its policy lets none run."""
    deliver(served, f"{HTML}<p>before</p>")
    bob = person("bob")
    bob.ticket("Sale").click()
    page = shown_as_sent(bob)
    expect(page.frame_locator("iframe").get_by_text("before")).to_be_visible()
    assert page.locator("iframe").evaluate("frame => frame.contentDocument") is None
    sandbox = page.locator("iframe").get_attribute("sandbox")
    assert sandbox == "allow-popups allow-popups-to-escape-sandbox"
