"""Markdown in a thread: forms of words, code, lists and tables; and nothing that a text could do to its reader."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, expect_copied
from tests.browser.pages_files import picture, upload
from tests.browser.pages_thread import ThreadPage
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]

RICH = """# What I did

I **restarted** the *gateway* and ran `ping`:

```sh
ping -c 3 10.0.0.7
echo "<done>"
```

1. first
2. second
   - [x] tried
   - [ ] to try

> It worked before.

| host | state |
| --- | ---: |
| gw1 | **down** |
"""


def test_a_message_has_its_form(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Rich", body=RICH)
    bob = ThreadPage(person("bob"))
    bob.open("Rich")
    message = bob.message("What I did")
    expect(message.locator("strong", has_text="restarted")).to_be_visible()
    expect(message.locator("em", has_text="gateway")).to_be_visible()
    expect(message.locator("pre")).to_have_text('ping -c 3 10.0.0.7\necho "<done>"')
    expect(message.locator("ol > li")).to_have_count(2)
    expect(message.get_by_role("checkbox", name="Done")).to_be_checked()
    expect(message.get_by_role("checkbox", name="To do")).to_be_disabled()
    expect(message.locator("blockquote")).to_have_text("It worked before.")
    expect(message.get_by_role("cell", name="down")).to_have_css("text-align", "end")


def test_code_is_copied_as_it_was_written(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Rich", body=RICH)
    bob = ThreadPage(person("bob", permissions=["clipboard-read", "clipboard-write"]))
    bob.open("Rich")
    bob.message("What I did").get_by_role("button", name="Copy code").click()
    expect(bob.page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    expect_copied(bob.page, 'ping -c 3 10.0.0.7\necho "<done>"')


def test_links_say_where_they_lead_and_tell_nobody(served: Desk, person: Person) -> None:
    body = (
        "[bank.example](https://evil.example/login) and [our guide](https://docs.example/a) and https://docs.example/b"
    )
    served.call("carol", "ticket.create", title="Links", body=body)
    bob = ThreadPage(person("bob"))
    bob.open("Links")
    message = bob.message("our guide")
    links = message.locator(".markdown").get_by_role("link")
    expect(links).to_have_count(3)
    for link in links.all():
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
        expect(link).to_have_attribute("target", "_blank")
    expect(message.get_by_text("leads to evil.example")).to_be_visible()
    expect(message.get_by_text("leads to docs.example")).to_have_count(0)


def test_a_text_does_nothing_to_its_reader(served: Desk, person: Person) -> None:
    attacks = (
        "<script>window.broken = 1</script>",
        "<img src=x onerror='window.broken = 2'>",
        "[a](javascript:window.broken=3)",
        "![b](https://tracker.example/pixel.png)",
        "<javascript:window.broken=4>",
        "<svg onload=window.broken=5>",
    )
    served.call("carol", "ticket.create", title="Attack", body="\n\n".join(attacks))
    visitor = person("bob")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    bob = ThreadPage(visitor)
    bob.open("Attack")
    message = bob.message("window.broken = 1")
    expect(message).to_contain_text("<img src=x onerror='window.broken = 2'>")
    assert visitor.page.evaluate("window.broken") is None
    expect(message.locator(".markdown").locator("img, script, svg")).to_have_count(0)
    addresses = [link.get_attribute("href") for link in message.locator(".markdown a").all()]
    assert addresses == ["https://tracker.example/pixel.png"]
    assert [url for url in asked if "tracker" in url] == []


def test_a_picture_of_the_ticket_stands_in_its_text(served: Desk, person: Person) -> None:
    shot = upload(served, "carol", "shot.png", picture(64, 48))
    body = f"Before ![the shot](attachment:{shot}) after"
    served.call("carol", "ticket.create", title="Shot", body=body, attachments=[shot])
    bob = ThreadPage(person("bob"))
    bob.open("Shot")
    expect(bob.message("Before").locator(".markdown img")).to_have_js_property("naturalWidth", 64)
    expect(bob.page.get_by_role("list", name="Attachments")).to_have_count(0)


def test_a_long_message_and_a_quoted_mail_are_folded(served: Desk, person: Person) -> None:
    log = "\n".join(f"line {number}" for number in range(1, 101))
    served.call("carol", "ticket.create", title="Log", body=log)
    served.call("carol", "message.reply", ticket_id=1, body="It works.\n\n> On Monday, Bob wrote:\n> Use **water**.")
    bob = ThreadPage(person("bob"))
    bob.open("Log")
    message = bob.message("line 1")
    expect(message).not_to_contain_text("line 100")
    message.get_by_role("button", name="Show the whole message").click()
    expect(message).to_contain_text("line 100")
    message.get_by_role("button", name="Show less").click()
    expect(message).not_to_contain_text("line 100")
    answer = bob.message("It works.")
    expect(answer.get_by_text("On Monday")).to_have_count(0)
    answer.get_by_text("Quoted text").click()
    expect(answer.locator("strong", has_text="water")).to_be_visible()
