"""A message is corrected by its author for five minutes, and what it said before is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_thread import ThreadPage
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_an_agent_corrects_a_reply_and_reads_what_it_said(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Edit", body="Help")
    bob, carol = ThreadPage(person("bob")), ThreadPage(person("carol"))
    bob.open("Edit")
    carol.open("Edit")
    bob.visitor.reply("Use watter.")
    expect(carol.message("Use watter.")).to_be_visible()
    bob.act("Use watter.", "Edit")
    field = bob.page.get_by_label("Text of the message")
    expect(field).to_be_focused()
    field.fill("Use water.")
    field.press("Control+Enter")
    expect(bob.message("Use water.")).to_be_visible()
    # It reaches the customer, who is told that it was edited and not what it said.
    expect(carol.message("Use water.").get_by_text("edited")).to_be_visible()
    expect(carol.message("Use water.").get_by_role("button", name="edited")).to_have_count(0)
    bob.message("Use water.").get_by_role("button", name="edited").click()
    expect(bob.dialog).to_contain_text("Use watter.")
    bob.dialog.get_by_role("button", name="Close").click()
    expect(bob.dialog).to_have_count(0)


def test_an_edit_that_is_refused_keeps_what_was_typed(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Edit", body="Help")
    served.call("carol", "message.reply", ticket_id=1, body="Pleese")
    visitor = person("carol")
    carol = ThreadPage(visitor)
    carol.open("Edit")
    refusal = {"code": -32004, "message": "a message can be edited for 5 minutes", "data": {"reason": "conflict"}}
    visitor.page.route(
        "**/rpc",
        lambda route: (
            route.fulfill(json={"jsonrpc": "2.0", "id": 1, "error": refusal}, headers={"x-hero-assistance": "1"})
            if "message.edit" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    carol.act("Pleese", "Edit")
    field = carol.page.get_by_label("Text of the message")
    field.fill("Please")
    carol.page.get_by_role("button", name="Save", exact=True).click()
    expect(carol.page.get_by_role("alert")).to_be_visible()
    expect(field).to_have_value("Please")
    carol.page.get_by_role("button", name="Cancel").click()
    expect(carol.message("Pleese")).to_be_visible()


def test_nobody_edits_what_is_not_theirs_or_too_old(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Edit", body="Help")
    served.call("carol", "message.reply", ticket_id=1, body="From Carol")
    served.call("bob", "message.reply", ticket_id=1, body="From Bob")
    visitor = person("bob")
    bob = ThreadPage(visitor)
    bob.open("Edit")
    expect(bob.message("From Bob").get_by_role("button", name="Edit")).to_have_count(1)
    expect(bob.message("From Carol").get_by_role("button", name="Edit")).to_have_count(0)
    visitor.page.clock.install()
    visitor.page.clock.set_fixed_time(datetime.now().astimezone() + timedelta(minutes=6))
    visitor.page.reload()
    # Who looks is known by then.
    visitor.live()
    expect(bob.message("From Bob")).to_be_visible()
    expect(bob.message("From Bob").get_by_role("button", name="Edit")).to_have_count(0)


def test_what_was_typed_over_a_message_is_there_after_another_view_and_a_reload(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Edit", body="Help")
    served.call("bob", "message.reply", ticket_id=1, body="Use watter.")
    bob = ThreadPage(person("bob"))
    bob.open("Edit")
    bob.act("Use watter.", "Edit")
    field = bob.page.get_by_label("Text of the message")
    field.fill("Use water.")
    go_to(bob.page, "#/")
    expect(field).to_have_count(0)
    bob.open("Edit")
    expect(field).to_have_value("Use water.")
    bob.page.reload()
    expect(field).to_have_value("Use water.")
    expect(field).not_to_be_focused()
    bob.page.get_by_role("button", name="Cancel").click()
    expect(bob.message("Use watter.")).to_be_visible()
    bob.page.reload()
    expect(bob.message("Use watter.")).to_be_visible()
    expect(field).to_have_count(0)
