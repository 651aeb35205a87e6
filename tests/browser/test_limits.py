"""What a user reads who has reached a limit, and that nothing of theirs is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hero_assistance_sdk.limits import SETTING
from tests.browser.page_object import Visitor
from tests.server.desk import on_small_disk
from tests.server.test_disk_reserve import filled
from tests.ui.daemons import Desk, desk, eventually, plain_environment

Visit = Callable[..., Visitor]


@pytest.fixture
def limited(hero_root: Path) -> Iterator[Desk]:
    """A desk whose customers write two messages and file one ticket an hour, on a disk of 64 MiB."""
    env = plain_environment(hero_root) | {SETTING: "messages_per_hour=2,tickets_per_hour=1"}
    with desk(hero_root, env) as made:
        made.start_server(around=on_small_disk(made.paths.data, "64m"))
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made


def test_a_customer_reads_when_to_write_again_and_keeps_the_text(limited: Desk, visit: Visit) -> None:
    carol = visit(f"http://{limited.tcp_of_ui()}/", "carol")
    carol.live()
    carol.file("The first", "Text")
    for text in ("one", "two"):
        carol.reply(text)
    field = carol.page.get_by_label("Reply", exact=True)
    field.fill("three")
    carol.page.get_by_role("button", name="Send reply").click()
    problem = carol.page.get_by_role("alert")
    expect(problem).to_contain_text("This can be done 2 times an hour; nothing was stored")
    expect(problem.get_by_role("timer")).to_have_text("You can try again in 30 minutes; what you wrote is kept.")
    expect(field).to_have_value("three")
    expect(carol.message("three")).to_have_count(0)
    # What the server refused is a draft again.
    carol.page.reload()
    expect(field).to_have_value("three")


def test_a_ticket_that_is_one_too_many_stays_in_the_form(limited: Desk, visit: Visit) -> None:
    carol = visit(f"http://{limited.tcp_of_ui()}/", "carol")
    carol.live()
    carol.file("The first", "Text")
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_label("Title").fill("The second")
    carol.page.get_by_label("Description").fill("Its text")
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.page.get_by_role("alert")).to_contain_text("You can try again in 60 minutes")
    expect(carol.page.get_by_label("Description")).to_have_value("Its text")


def test_on_a_full_disk_the_page_shows_what_is_there_and_says_why(limited: Desk, visit: Visit) -> None:
    carol = visit(f"http://{limited.tcp_of_ui()}/", "carol")
    carol.live()
    carol.file("The first", "Text")
    with filled(limited.daemons[0].pid, str(limited.paths.data), leave=0):
        carol.page.get_by_label("Reply", exact=True).fill("words")
        send = carol.page.get_by_role("button", name="Send reply")
        # Whose disk it is is nothing to a customer.
        problem = carol.page.get_by_role("alert").filter(has_text="The support desk takes no texts for now")
        eventually(lambda: _is_full(limited), "the server has seen it")
        send.click()
        expect(problem).to_contain_text("What you wrote is kept; try again later. What is there can be read.")
        carol.page.reload()
        expect(carol.heading("The first")).to_be_visible()
    carol.live()
    # It waits in the thread, and is sent when there is room again.
    expect(carol.page.locator(".message[data-pending]")).to_have_count(0)
    expect(carol.message("words")).to_have_count(1)
    assert [message["body"] for message in limited.call("bob", "message.list", ticket_id=1)["messages"]] == ["words"]


def _is_full(served: Desk) -> bool:
    conditions = served.operate("system.health")["conditions"]
    return any(condition["message"].startswith("the disk is full") for condition in conditions)
