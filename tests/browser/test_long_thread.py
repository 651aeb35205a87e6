"""A thread of which the page has the last messages, and fetches older ones on request."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
# Two pages of 50, and some.
REPLIES = 120


def test_older_messages_come_on_request(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Long", body="How it began")
    for number in range(1, REPLIES + 1):
        served.call("carol", "message.reply", ticket_id=1, body=f"This is reply {number}.")
    bob = person("bob")
    bob.ticket("Long").click()
    expect(bob.message(f"This is reply {REPLIES}.")).to_be_in_viewport()
    expect(bob.message("How it began")).to_have_count(1)
    articles = bob.page.get_by_role("region", name="Messages").get_by_role("article")
    expect(articles).to_have_count(51)
    older = bob.page.get_by_role("button", name="Older messages")
    older.click()
    expect(articles).to_have_count(101)
    # A reader who looked something up is not taken away from it.
    expect(bob.message("This is reply 71.")).to_be_in_viewport()
    bob.reply("And now?")
    older.click()
    expect(articles).to_have_count(REPLIES + 2)
    expect(older).to_have_count(0)
    texts = bob.page.locator(".bubble-text").all_inner_texts()
    numbered = [f"This is reply {number}." for number in range(1, REPLIES + 1)]
    assert texts == ["How it began", *numbered, "And now?"]
    assert bob.defects == []
